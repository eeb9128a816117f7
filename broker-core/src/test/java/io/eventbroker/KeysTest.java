package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.math.BigInteger;
import java.time.DayOfWeek;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Keys: which are allowed, who computes them and when, and that they are part of a topic's definition. */
class KeysTest {
    private enum Side {
        BUY,
        SELL {
            @Override
            public String toString() {
                return "a constant with a body of its own";
            }
        }
    }

    private static final class OwnClass {
        @Override
        public String toString() {
            throw new IllegalStateException("toString of a key");
        }
    }

    private final ManualBroker broker = Broker.manual(BrokerConfig.defaults().withRingSize(4));

    @AfterEach
    void close() {
        broker.close(Duration.ZERO);
    }

    /** Events that are their own keys, boxed so that a key may be null. */
    private static Topic<Optional<Object>> keyed(String name) {
        return Topic.<Optional<Object>>of(name, optional()).keyedBy(event -> event.orElse(null));
    }

    @SuppressWarnings("unchecked")
    private static Class<Optional<Object>> optional() {
        return (Class<Optional<Object>>) (Class<?>) Optional.class;
    }

    static Stream<Object> allowed() {
        return Stream.of(
                "text", "", 1, 2L, (short) 3, (byte) 4, 'c', new UUID(5, 6), Side.BUY, Side.SELL, DayOfWeek.MONDAY);
    }

    @ParameterizedTest
    @MethodSource("allowed")
    void aKeyMayBeOfAnAllowedType(Object key) {
        Topic<Optional<Object>> topic = keyed("keyed");
        Inbox<Optional<Object>> inbox =
                broker.subscription(topic).overflow(Overflow.CONFLATE).inbox();
        List<Optional<Object>> handled = new ArrayList<>();
        broker.subscription(topic).concurrency(2).orderedByKey().onEvent(handled::add);
        broker.publish(topic, Optional.of(key));
        assertThat(broker.tryPublish(topic, Optional.of(key))).isTrue();
        try (Lane<Optional<Object>> lane = broker.lane(topic)) {
            lane.publish(Optional.of(key));
        }
        broker.runUntilIdle();
        assertThat(inbox.poll()).contains(key);
        assertThat(inbox.stats().conflated()).as("it is equal to itself").isEqualTo(2);
        assertThat(handled).hasSize(3);
    }

    static Stream<Arguments> others() {
        return Stream.of(
                arguments(null, "null"),
                arguments(1.0, "java.lang.Double"),
                arguments(1.0f, "java.lang.Float"),
                arguments(true, "java.lang.Boolean"),
                arguments(BigInteger.ONE, "java.math.BigInteger"),
                arguments(new AtomicInteger(1), "java.util.concurrent.atomic.AtomicInteger"),
                arguments(List.of("a"), List.of("a").getClass().getName()),
                arguments(new StringBuilder("a"), "java.lang.StringBuilder"),
                arguments(new int[] {1}, "[I"),
                arguments(new OwnClass(), OwnClass.class.getName()));
    }

    @ParameterizedTest
    @MethodSource("others")
    void anyOtherKeyIsRefusedAndNothingIsCounted(Object key, String what) {
        assertMisuse(
                keyed("keyed"),
                Optional.ofNullable(key),
                IllegalArgumentException.class,
                e -> assertThat(e)
                        .hasMessageContaining("topic \"keyed\"")
                        .hasMessageContaining(what)
                        .hasMessageContaining("java.util.Optional")
                        .hasMessageContaining("String")
                        .hasMessageContaining("integral")
                        .hasMessageContaining("UUID")
                        .hasMessageContaining("enum"));
    }

    private static final class Thrown extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    static Stream<Throwable> throwables() {
        return Stream.of(
                new Thrown(),
                new IllegalStateException("on purpose"),
                new BrokerClosedException("not of this broker", null),
                new AssertionError("on purpose"),
                new StackOverflowError());
    }

    @ParameterizedTest
    @MethodSource("throwables")
    void whatAKeyFunctionThrowsReachesThePublisherAndNothingIsCounted(Throwable thrown) {
        Topic<Object> topic = Topic.of("keyed", Object.class).keyedBy(event -> {
            throw KeysTest.<RuntimeException>sneaky(thrown);
        });
        assertMisuse(topic, "event", thrown.getClass(), e -> assertThat(e).isSameAs(thrown));
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> E sneaky(Throwable thrown) throws E {
        throw (E) thrown;
    }

    /** However it is published; and afterwards the broker and the lane work as before. */
    private <T> void assertMisuse(Topic<T> topic, T event, Class<? extends Throwable> type, Consumer<Throwable> check) {
        Inbox<T> inbox = broker.inbox(topic);
        Topic<Integer> numbers = Topic.of("numbers", Integer.class).keyedBy(n -> n);
        Inbox<Integer> good = broker.inbox(numbers);
        try (Lane<T> lane = broker.lane(topic)) {
            List<Runnable> uses = List.of(
                    () -> broker.publish(topic, event),
                    () -> assertThat(broker.tryPublish(topic, event)).isNull(),
                    () -> assertThat(broker.tryPublish(topic, event, Duration.ofSeconds(1)))
                            .isNull(),
                    () -> lane.publish(event),
                    () -> assertThat(lane.tryPublish(event)).isNull(),
                    () -> assertThat(lane.publishAll(List.of(event))).isNull());
            for (int i = 0; i < uses.size(); i++) {
                assertThatThrownBy(uses.get(i)::run)
                        .as("use %d", i)
                        .isExactlyInstanceOf(type)
                        .satisfies(check::accept);
                broker.runUntilIdle();
            }
        }
        BrokerStats stats = broker.stats();
        assertThat(stats.offered() + stats.accepted() + stats.refused())
                .as("counted")
                .isZero();
        assertThat(inbox.stats().matched()).isZero();
        broker.publish(numbers, 7);
        broker.runUntilIdle();
        assertThat(good.poll()).isEqualTo(7);
        assertThat(broker.stats().offered()).isEqualTo(1);
    }

    @Nested
    class TheFunction {
        private final AtomicInteger calls = new AtomicInteger();
        private final Set<Thread> callers = ConcurrentHashMap.newKeySet();

        private final Topic<Integer> topic = Topic.of("keyed", Integer.class).keyedBy(n -> {
            calls.incrementAndGet();
            callers.add(Thread.currentThread());
            return n % 3;
        });

        @Test
        void isCalledOnceAlsoIfThePublisherWaits() {
            broker.subscription(topic)
                    .capacity(1)
                    .overflow(Overflow.BACKPRESSURE)
                    .onEvent(n -> {});
            for (int i = 0; i < 100; i++) {
                broker.publish(topic, i);
            }
            assertThat(calls).hasValue(100);
        }

        @Test
        void isCalledOnceForAnOfferThatIsRefused() {
            for (int i = 0; i < 4; i++) {
                broker.publish(topic, i);
            }
            assertThat(broker.tryPublish(topic, 4)).isFalse();
            assertThat(broker.tryPublish(topic, 4, Duration.ZERO)).isFalse();
            assertThat(calls).hasValue(6);
            assertThat(broker.stats().refused()).isEqualTo(2);
        }

        @Test
        void isCalledForEachEventByThePublishersThread() throws Exception {
            try (Broker threaded = Broker.open()) {
                Topic<Integer> retaining = topic.retaining(10);
                Subscription conflating = threaded.subscription(retaining)
                        .capacity(2)
                        .overflow(Overflow.CONFLATE)
                        .concurrency(3)
                        .orderedByKey()
                        .onMessage(message -> {});
                Inbox<Integer> pattern = threaded.subscription(TopicPattern.of(">", Integer.class))
                        .overflow(Overflow.CONFLATE)
                        .inbox();
                for (int i = 0; i < 100; i++) {
                    threaded.publish(retaining, i);
                    assertThat(threaded.tryPublish(retaining, i, Tests.PATIENCE))
                            .isTrue();
                }
                try (Lane<Integer> lane = threaded.lane(retaining)) {
                    lane.publish(1);
                    assertThat(lane.tryPublish(2)).isTrue();
                    assertThat(lane.publishAll(List.of(3, 4, 5))).isEqualTo(3);
                }
                Inbox<Integer> late =
                        threaded.subscription(retaining).replayRetained().inbox();
                Tests.awaitQuiet(threaded);
                assertThat(conflating.stats().matched()).isEqualTo(205);
                assertThat(pattern.stats().matched()).isEqualTo(205);
                assertThat(late.stats().replayed()).isEqualTo(3);
            }
            assertThat(calls).hasValue(205);
            assertThat(callers).containsExactly(Thread.currentThread());
        }

        @Test
        void isNotCalledForWhatIsNoEventAtAll() {
            assertThatThrownBy(() -> broker.publish(topic, null)).isExactlyInstanceOf(NullPointerException.class);
            assertThat(calls).hasValue(0);
            assertThatThrownBy(() -> Topic.of("a", String.class).keyedBy(null))
                    .isExactlyInstanceOf(NullPointerException.class)
                    .hasMessageContaining("key function");
        }

        /** Misuse is no offer: also what comes before a bad key is not published. */
        @Test
        void isCalledForAllOfABatchBeforeAnyIsPublished() {
            IllegalStateException thrown = new IllegalStateException("on purpose");
            Topic<Integer> picky = Topic.of("picky", Integer.class).keyedBy(n -> {
                calls.incrementAndGet();
                if (n == 4) {
                    throw thrown;
                }
                return n == 3 ? (Object) 3.0 : n;
            });
            Inbox<Integer> inbox = broker.inbox(picky);
            try (Lane<Integer> lane = broker.lane(picky)) {
                assertThatThrownBy(() ->
                                assertThat(lane.publishAll(List.of(1, 2, 3))).isNull())
                        .isExactlyInstanceOf(IllegalArgumentException.class);
                assertThatThrownBy(() ->
                                assertThat(lane.publishAll(List.of(1, 2, 4))).isNull())
                        .isSameAs(thrown);
                broker.runUntilIdle();
                assertThat(broker.stats().offered()).isZero();
                assertThat(lane.publishAll(List.of(5, 6))).isEqualTo(2);
            }
            broker.runUntilIdle();
            assertThat(Tests.taken(inbox)).containsExactly(5, 6);
            assertThat(calls).hasValue(8);
        }

        /** It may publish itself, through the same lane even. */
        @Test
        void mayPublish() {
            Topic<Integer> plain = Topic.of("plain", Integer.class);
            Inbox<Integer> inbox = broker.inbox(plain);
            List<Lane<Integer>> lanes = new ArrayList<>();
            Topic<Integer> nesting = Topic.of("nesting", Integer.class).keyedBy(n -> {
                broker.publish(plain, n);
                if (n > 0) {
                    lanes.get(0).publish(n - 1);
                }
                return n;
            });
            Inbox<Integer> nested = broker.inbox(nesting);
            lanes.add(broker.lane(nesting));
            lanes.get(0).publish(3);
            broker.runUntilIdle();
            assertThat(Tests.taken(nested)).containsExactly(0, 1, 2, 3);
            assertThat(Tests.taken(inbox)).containsExactly(3, 2, 1, 0);
            lanes.get(0).close();
        }
    }

    @Nested
    class TheDefinition {
        private final Topic<Integer> plain = Topic.of("numbers", Integer.class);
        private final Function<Object, Object> one = new Function<>() {
            @Override
            public Object apply(Object event) {
                return event;
            }
        };
        private final Function<Object, Object> other = new Function<>() {
            @Override
            public Object apply(Object event) {
                return event;
            }
        };

        @Test
        void withTheSameFunctionIsTheSame() {
            Inbox<Integer> inbox = broker.inbox(plain.keyedBy(one));
            broker.publish(plain.keyedBy(one), 1);
            broker.runUntilIdle();
            assertThat(inbox.poll()).isEqualTo(1);
            assertThat(broker.inbox(Topic.of("numbers", Integer.class).keyedBy(one)))
                    .isNotNull();
            assertThat(broker.inbox(plain.keyedBy(other).keyedBy(one)))
                    .as("the last counts")
                    .isNotNull();
        }

        @Test
        void withAnotherFunctionOrNoneClashesAndBothAreNamed() {
            String ofOne = "topic \"numbers\" of java.lang.Integer, keyed by "
                    + one.getClass().getName();
            String ofOther = "topic \"numbers\" of java.lang.Integer, keyed by "
                    + other.getClass().getName();
            assertThat(broker.inbox(plain.keyedBy(one))).isNotNull();
            assertClashes(plain.keyedBy(other), ofOther, ofOne);
            assertClashes(plain, "topic \"numbers\" of java.lang.Integer clashes", ofOne);
            assertClashes(plain.keyedBy(one).retaining(1), ofOne + ", retaining 1 clashes", ofOne + ", which");
        }

        @Test
        void withoutAFunctionClashesWithOneThatHas() {
            assertThat(broker.inbox(plain)).isNotNull();
            assertClashes(
                    plain.keyedBy(one), one.getClass().getName(), "topic \"numbers\" of java.lang.Integer, which");
        }

        private void assertClashes(Topic<Integer> topic, String... both) {
            List<Runnable> uses = List.of(
                    () -> broker.publish(topic, 1),
                    () -> assertThat(broker.tryPublish(topic, 1)).isNull(),
                    () -> assertThat(broker.lane(topic)).isNull(),
                    () -> assertThat(broker.inbox(topic)).isNull(),
                    () -> assertThat(broker.inbox(topic.only(Integer.class))).isNull(),
                    () -> assertThat(broker.subscribe(topic, n -> {})).isNull());
            long offered = broker.stats().offered();
            for (Runnable use : uses) {
                assertThatThrownBy(use::run)
                        .isExactlyInstanceOf(IllegalStateException.class)
                        .hasMessageContainingAll(both);
            }
            assertThat(broker.stats().offered()).isEqualTo(offered);
        }
    }

    /** The definition of the broker's own topic cannot be changed by a key. */
    @Test
    void theBrokersOwnTopicHasNoKey() {
        Topic<BrokerEvent> keyed = BrokerEvent.TOPIC.keyedBy(event -> "key");
        assertThatThrownBy(() -> assertThat(broker.inbox(keyed)).isNull())
                .isExactlyInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> broker.publish(keyed, new BrokerEvent.Unrouted("x", "y")))
                .isExactlyInstanceOf(IllegalArgumentException.class);
        assertThat(broker.stats().offered()).isZero();
    }
}
