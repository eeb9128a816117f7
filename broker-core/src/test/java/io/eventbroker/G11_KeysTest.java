package io.eventbroker;

import static io.eventbroker.Tests.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** G11 with keys: key functions run where it is published, and nothing of events and keys runs but what the user calls. */
@ExtendWith(LossesUnlogged.class)
class G11_KeysTest {
    /** Where user code ran: what ran, and the threads. */
    private static final Map<String, Set<Thread>> RAN = new ConcurrentHashMap<>();

    private static void ran(String what) {
        RAN.computeIfAbsent(what, w -> ConcurrentHashMap.newKeySet()).add(Thread.currentThread());
    }

    /** An object whose every method is a trap. */
    private static class Trap {
        private final Key key;

        Trap(Key key) {
            this.key = key;
        }

        @Override
        public boolean equals(Object other) {
            ran("equals");
            throw new IllegalStateException("equals of a trap");
        }

        @Override
        public int hashCode() {
            ran("hashCode");
            throw new IllegalStateException("hashCode of a trap");
        }

        @Override
        public String toString() {
            ran("toString");
            throw new IllegalStateException("toString of a trap");
        }
    }

    private static final class SmallTrap extends Trap {
        SmallTrap() {
            super(Key.GREEN);
        }
    }

    /** Of an enum these are the methods that may be the user's. */
    private enum Key implements CharSequence {
        RED,
        GREEN {
            @Override
            public int length() {
                ran("length of a constant");
                throw new IllegalStateException("length of a key");
            }
        },
        BLUE;

        @Override
        public String toString() {
            ran("toString of a key");
            throw new IllegalStateException("toString of a key");
        }

        @Override
        public int length() {
            ran("length");
            throw new IllegalStateException("length of a key");
        }

        @Override
        public char charAt(int index) {
            ran("charAt");
            throw new IllegalStateException("charAt of a key");
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            ran("subSequence");
            throw new IllegalStateException("subSequence of a key");
        }
    }

    private static final Topic<Trap> TRAPS = Topic.of("traps.keyed", Trap.class)
            .keyedBy(trap -> {
                ran("key function");
                return trap.key;
            })
            .retaining(2);

    private static final Topic<Trap> UNKEYED =
            Topic.of("traps.unkeyed", Trap.class).retaining(1);

    @BeforeEach
    void forget() {
        RAN.clear();
    }

    @Test
    void nothingOfEventsAndKeysRunsButTheKeyFunctionWhereItIsPublished() throws Exception {
        List<Subscription> subscriptions = new ArrayList<>();
        BrokerStats report;
        try (Broker broker = Broker.open(BrokerConfig.defaults().withRingSize(4).withMaxRetained(2));
                Gate gate = new Gate()) {
            List<TopicPattern<? extends Trap>> sources =
                    List.of(TRAPS, TRAPS.only(SmallTrap.class), TopicPattern.of(">", Trap.class));
            for (TopicPattern<? extends Trap> from : sources) {
                for (Overflow policy : Overflow.values()) {
                    SubscriptionBuilder<? extends Trap> builder = broker.subscription(from)
                            .capacity(policy == Overflow.BACKPRESSURE ? 1_000 : 1)
                            .overflow(policy);
                    subscriptions.add(builder.concurrency(2).orderedByKey().onMessage(message -> {
                        ran("handler");
                        if (policy != Overflow.BACKPRESSURE) {
                            gate.holdStubbornly();
                        }
                    }));
                    subscriptions.add(builder.onEvent(trap -> {
                        throw new IllegalStateException("on purpose");
                    }));
                    subscriptions.add(broker.subscription(from)
                            .capacity(policy == Overflow.BACKPRESSURE ? 1_000 : 1)
                            .overflow(policy)
                            .messageInbox());
                }
            }
            for (int i = 0; i < 50; i++) {
                broker.publish(
                        TRAPS, i % 3 == 0 ? new Trap(Key.RED) : i % 3 == 1 ? new Trap(Key.BLUE) : new SmallTrap());
                broker.publish(UNKEYED, new Trap(Key.RED));
            }
            Task<Boolean> publisher = Task.run("publisher", () -> {
                try (Lane<Trap> lane = broker.lane(TRAPS)) {
                    assertThat(lane.publishAll(List.of(new Trap(Key.RED), new SmallTrap(), new Trap(Key.RED))))
                            .isEqualTo(3);
                }
            });
            assertThat(publisher.get()).isTrue();
            Inbox<Message<Trap>> late = broker.subscription(TopicPattern.of("traps.*", Trap.class))
                    .replayRetained()
                    .messageInbox();
            assertThat(late.poll(PATIENCE)).isNotNull();
            assertThat(broker.stats().forgotten()).isPositive();
            subscriptions.get(0).unsubscribe();
            report = broker.close(Duration.ofMillis(100));
            gate.open();
            assertThat(RAN.remove("key function"))
                    .as("threads that ran the key function")
                    .containsExactlyInAnyOrder(Thread.currentThread(), publisher.thread());
        }
        assertThat(report.accepted()).isEqualTo(103);
        assertThat(subscriptions).extracting(s -> s.stats().conflated()).anyMatch(n -> n > 0);
        assertThat(subscriptions).extracting(s -> s.stats().droppedOldest()).anyMatch(n -> n > 0);
        assertThat(RAN).containsOnlyKeys("handler");
    }

    /** It is judged by its class. */
    @Test
    void aKeyOfAnotherTypeIsRefusedUntouched() {
        Topic<Object> topic = Topic.of("trapped", Object.class).keyedBy(event -> new Trap(Key.RED));
        Topic<Object> nullKeyed = Topic.of("untrapped", Object.class).keyedBy(event -> null);
        try (Broker broker = Broker.open()) {
            for (Topic<Object> each : List.of(topic, nullKeyed)) {
                assertThatThrownBy(() -> broker.publish(each, new Trap(Key.RED)))
                        .isExactlyInstanceOf(IllegalArgumentException.class);
            }
        }
        assertThat(RAN).isEmpty();
    }

    @Test
    void aKeyFunctionIsNeitherComparedNorShownByMethodsOfItsOwn() {
        class TrappedFunction extends Trap implements Function<Object, Object> {
            TrappedFunction() {
                super(Key.RED);
            }

            @Override
            public Object apply(Object event) {
                return "key";
            }
        }
        Topic<Object> one = Topic.of("shared", Object.class).keyedBy(new TrappedFunction());
        Topic<Object> other = Topic.of("shared", Object.class).keyedBy(new TrappedFunction());
        try (Broker broker = Broker.open()) {
            Inbox<Object> inbox = broker.inbox(one);
            broker.publish(one, "x");
            assertThatThrownBy(() -> broker.publish(other, "x"))
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(TrappedFunction.class.getName());
            assertThat(one.toString() + inbox).contains("shared");
            assertThat(one).isEqualTo(other).hasSameHashCodeAs(other);
        }
        assertThat(RAN).isEmpty();
    }
}
