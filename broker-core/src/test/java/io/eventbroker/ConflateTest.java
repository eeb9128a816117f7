package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventbroker.BrokerEvent.DropsBegan;
import io.eventbroker.BrokerEvent.DropsEnded;
import io.eventbroker.BrokerEvent.HandlerFailed;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link Overflow#CONFLATE}: of each key the latest waits, at its key's place; there are as many places as the capacity. */
class ConflateTest {
    private record Price(Object symbol, int value) {
        @Override
        public String toString() {
            return symbol + "" + value;
        }
    }

    private static final Topic<Object> PRICES =
            Topic.of("prices", Object.class).keyedBy(e -> e instanceof Price price ? price.symbol() : "other");

    private final SteppedBroker broker = new SteppedBroker(BrokerConfig.defaults(), new LoopSteps());

    @AfterEach
    void close() {
        broker.close(Duration.ZERO);
    }

    private SubscriptionBuilder<Object> conflating(int capacity) {
        return broker.subscription(PRICES).named("s").capacity(capacity).overflow(Overflow.CONFLATE);
    }

    /** Publishes prices such as "a1": the symbol a, the value 1. */
    private void publish(String... prices) {
        publishTo(PRICES, prices);
    }

    private void publishTo(Topic<Object> topic, String... prices) {
        for (String price : prices) {
            broker.publish(topic, new Price(price.substring(0, 1), Integer.parseInt(price.substring(1))));
        }
        route();
    }

    private void route() {
        while (broker.stepLoop()) {}
    }

    private static List<String> taken(Inbox<?> inbox) {
        List<Object> taken = new ArrayList<>();
        inbox.drainTo(taken);
        return taken.stream().map(Object::toString).toList();
    }

    private static void assertLost(Subscription subscription, long conflated, long newest) {
        assertThat(subscription.stats().conflated()).as("conflated").isEqualTo(conflated);
        assertThat(subscription.stats().droppedNewest()).as("newest").isEqualTo(newest);
        assertThat(subscription.stats().dropped()).isEqualTo(conflated + newest);
    }

    /** Hazard: a consumer has emptied a place, and not yet counted it out, when the next message with its key comes. */
    @Test
    void aMessageWhosePlaceIsJustBeingEmptiedFindsRoom() throws Exception {
        Inbox<Object> inbox = conflating(1).inbox();
        publish("a1");
        ((AtomicReference<?>) places(inbox).get("a")).set(null); // as it does
        publish("a2");
        assertLost(inbox, 0, 0);
        publish("b1");
        assertLost(inbox, 0, 1);
    }

    /** Emptied places are swept when there are twice as many as the capacity; one of which the message waits stays. */
    @Test
    void aKeyThatWaitsKeepsItsPlaceWhenEmptiedPlacesAreSwept() throws Exception {
        Inbox<Object> inbox = conflating(2).inbox();
        publish("a1", "b1");
        assertThat(taken(inbox)).containsExactly("a1", "b1");
        publish("c1", "d1");
        assertThat(inbox.poll()).hasToString("c1");
        publish("e1", "d2"); // e makes five
        assertThat(taken(inbox)).containsExactly("d2", "e1");
        assertLost(inbox, 1, 0);
        for (int i = 0; i < 100; i++) {
            publish((char) ('A' + i % 50) + "1");
            assertThat(taken(inbox)).hasSize(1);
            assertThat(places(inbox)).hasSizeLessThanOrEqualTo(4);
        }
    }

    private static Map<?, ?> places(Object backlog) throws ReflectiveOperationException {
        Field places = Backlog.class.getDeclaredField("places");
        places.setAccessible(true);
        return (Map<?, ?>) places.get(backlog);
    }

    @Test
    void theLatestOfEachKeyWaitsAtItsKeysPlace() {
        Inbox<Object> inbox = conflating(3).inbox();
        publish("a1", "b1", "a2", "c1", "b2", "a3");
        assertThat(inbox.stats().queued()).isEqualTo(3);
        assertThat(taken(inbox)).containsExactly("a3", "b2", "c1");
        assertLost(inbox, 3, 0);
        assertThat(inbox.stats().matched()).isEqualTo(6);
        assertThat(inbox.stats().delivered()).isEqualTo(3);
    }

    @Test
    void aKeyThatWasTakenGetsANewPlaceAtTheEnd() {
        Inbox<Object> inbox = conflating(2).inbox();
        publish("a1", "b1");
        assertThat(inbox.poll()).hasToString("a1");
        publish("a2", "b2", "a3");
        assertThat(taken(inbox)).containsExactly("b2", "a3");
        assertLost(inbox, 2, 0);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 7, 8, 9, 100})
    void oneKeyMoreThanTheCapacityIsDropped(int capacity) {
        Inbox<Object> inbox = conflating(capacity).inbox();
        List<String> expected = new ArrayList<>();
        for (int key = 0; key < capacity; key++) {
            broker.publish(PRICES, new Price(key + ":", 1));
            expected.add(key + ":" + (key % 2 == 0 ? 2 : 1));
        }
        route();
        assertLost(inbox, 0, 0);
        broker.publish(PRICES, new Price("more:", 1));
        route();
        assertLost(inbox, 0, 1);
        for (int key = 0; key < capacity; key += 2) {
            broker.publish(PRICES, new Price(key + ":", 2));
        }
        broker.publish(PRICES, new Price("more:", 2));
        route();
        assertLost(inbox, (capacity + 1) / 2, 2);
        assertThat(inbox.stats().queued()).isEqualTo(capacity);

        assertThat(inbox.poll()).hasToString(expected.remove(0));
        broker.publish(PRICES, new Price("more:", 3));
        broker.publish(PRICES, new Price("another:", 3));
        route();
        expected.add("more:3");
        assertThat(taken(inbox)).isEqualTo(expected);
        assertLost(inbox, (capacity + 1) / 2, 3);
    }

    @Test
    void whatAHandlerHasInHandIsNotReplaced() {
        List<String> handled = new ArrayList<>();
        Subscription s = conflating(2).onEvent(price -> {
            handled.add(price.toString());
            if (handled.size() == 1) {
                publish("a2", "b1", "a3", "c1");
            }
        });
        publish("a1");
        broker.runUntilIdle();
        assertThat(handled).containsExactly("a1", "a3", "b1");
        assertLost(s, 1, 1);
    }

    @Test
    void keysAreTheSameOnlyIfTheyAreEqual() {
        Inbox<Object> inbox = conflating(100).inbox();
        UUID uuid = new UUID(1, 2);
        Object[] keys = {
            1, 1L, (short) 1, (byte) 1, '1', "1", uuid, uuid.toString(), Overflow.CONFLATE, "CONFLATE", WaitMode.PARK
        };
        for (int value = 1; value <= 2; value++) {
            for (Object key : keys) {
                broker.publish(PRICES, new Price(key, value));
            }
        }
        for (Object key :
                new Object[] {Integer.valueOf("1"), Long.valueOf("1"), "1".repeat(1), UUID.fromString(uuid.toString())
                }) {
            broker.publish(PRICES, new Price(key, 3));
        }
        route();
        assertThat(inbox.stats().queued()).isEqualTo(keys.length);
        assertLost(inbox, keys.length + 4, 0);
        List<Object> prices = new ArrayList<>();
        inbox.drainTo(prices);
        assertThat(prices).extracting(price -> ((Price) price).symbol()).containsExactly(keys);
    }

    @Test
    void keysWithTheSameHashHavePlacesOfTheirOwn() {
        Inbox<Object> inbox = conflating(4).inbox();
        assertThat("Aa".hashCode()).isEqualTo("BB".hashCode());
        for (int value = 1; value <= 2; value++) {
            broker.publish(PRICES, new Price("Aa", value));
            broker.publish(PRICES, new Price("BB", value));
        }
        route();
        assertThat(taken(inbox)).containsExactly("Aa2", "BB2");
    }

    @Nested
    class ThroughWhat {
        private final Topic<Object> others =
                Topic.of("others", Object.class).keyedBy(price -> ((Price) price).symbol());

        private final Topic<Object> unkeyed = Topic.of("unkeyed", Object.class);

        /** Its name is a key of another topic. */
        private final Topic<Object> a = Topic.of("a", Object.class);

        @Test
        void onlyKeepsTheKey() {
            Inbox<Price> inbox = broker.subscription(PRICES.only(Price.class))
                    .capacity(2)
                    .overflow(Overflow.CONFLATE)
                    .inbox();
            publish("a1", "b1");
            broker.publish(PRICES, "something else");
            publish("a2");
            assertThat(taken(inbox)).containsExactly("a2", "b1");
            assertLost(inbox, 1, 0);
            assertThat(inbox.stats().matched()).isEqualTo(3);
        }

        @Test
        void throughAPatternAKeyIsThatOfOneTopic() {
            Inbox<Object> inbox = broker.subscription(TopicPattern.of(">", Object.class))
                    .capacity(10)
                    .overflow(Overflow.CONFLATE)
                    .inbox();
            publishTo(PRICES, "a1", "b2");
            publishTo(others, "a3", "b4");
            publishTo(PRICES, "a5");
            publishTo(others, "b6");
            assertThat(taken(inbox)).containsExactly("a5", "b2", "a3", "b6");
            assertLost(inbox, 2, 0);
        }

        @Test
        void throughAPatternWhatHasNoKeyIsTheSameIfItsTopicIs() {
            Inbox<Message<Object>> inbox = broker.subscription(TopicPattern.of("*", Object.class))
                    .capacity(3)
                    .overflow(Overflow.CONFLATE)
                    .messageInbox();
            publishTo(unkeyed, "a1", "b2");
            publishTo(a, "x3");
            publishTo(PRICES, "a4");
            publishTo(a, "y5");
            publishTo(unkeyed, "a6");
            publishTo(others, "a7"); // a fourth key

            List<Message<Object>> messages = new ArrayList<>();
            inbox.drainTo(messages);
            assertThat(messages).extracting(Message::topic).containsExactly("unkeyed", "a", "prices");
            assertThat(messages)
                    .extracting(message -> message.event().toString())
                    .containsExactly("a6", "y5", "a4");
            assertThat(messages).extracting(Message::missedBefore).containsExactly(2L, 1L, 0L);
            inbox.unsubscribe();
            assertThat(inbox.stats().missedAtEnd()).isEqualTo(1);
            assertLost(inbox, 3, 1);
        }

        @Test
        void aPatternWithoutWildcardMayMeanATopicWithoutKey() {
            Inbox<Object> inbox = broker.subscription(TopicPattern.of("unkeyed", Object.class))
                    .overflow(Overflow.CONFLATE)
                    .inbox();
            publishTo(unkeyed, "a1", "b2", "c3");
            assertThat(taken(inbox)).containsExactly("c3");
            assertLost(inbox, 2, 0);
        }

        @Test
        void aFailureThroughAPatternNamesTheTopicAndTheLatest() {
            Inbox<HandlerFailed> failures = broker.inbox(BrokerEvent.TOPIC.only(HandlerFailed.class));
            Subscription failing = broker.subscription(TopicPattern.of(">", Object.class))
                    .overflow(Overflow.CONFLATE)
                    .onEvent(price -> {
                        throw new IllegalStateException("on purpose");
                    });
            publishTo(others, "a1", "a2");
            broker.runUntilIdle();
            assertThat(failing.stats().failed()).isEqualTo(1);
            HandlerFailed failure = failures.poll();
            assertThat(failure).isNotNull();
            assertThat(failure.topic()).isEqualTo("others");
            assertThat(failure.event()).hasToString("a2");
        }
    }

    @Nested
    class Episodes {
        private final Inbox<BrokerEvent> events = broker.inbox(BrokerEvent.TOPIC);
        private final Inbox<Object> inbox = conflating(2).inbox();

        private List<BrokerEvent> told() {
            List<BrokerEvent> told = new ArrayList<>();
            events.drainTo(told);
            return told.stream()
                    .filter(event -> event instanceof DropsBegan || event instanceof DropsEnded)
                    .toList();
        }

        @Test
        void toConflateBeginsNone() {
            publish("a1", "b1", "a2", "b2", "a3");
            taken(inbox);
            route();
            assertThat(told()).isEmpty();
        }

        @Test
        void oneTellsOfWhatWasDroppedOtherwise() {
            publish("a1", "b1", "a2", "c1", "a3", "d1", "b2");
            assertThat(told()).containsExactly(new DropsBegan("s", "prices", 2));
            assertThat(inbox.poll()).hasToString("a3");
            route();
            assertThat(told()).containsExactly(new DropsEnded("s", "prices", 2));
            assertLost(inbox, 3, 2);
        }
    }

    @Test
    void anInboxGivesTheLatestAlsoAfterItsEnd() {
        Inbox<Object> inbox = conflating(2).inbox();
        publish("a1", "b1", "a2");
        inbox.unsubscribe();
        publish("b2");
        assertThat(taken(inbox)).containsExactly("a2", "b1");
        assertThat(inbox.stats().matched()).isEqualTo(3);
        assertLost(inbox, 1, 0);
    }
}
