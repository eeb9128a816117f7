package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventbroker.BrokerEvent.Unrouted;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a topic retains, for whom, and in which order. */
class RetentionTest {
    private sealed interface Event {}

    private record Good(String name, int number) implements Event {}

    private record Bad(String name, int number) implements Event {}

    private static final Topic<Integer> NUMBERS =
            Topic.of("numbers", Integer.class).retaining(3);
    private static final Topic<Good> GOODS =
            Topic.of("goods", Good.class).keyedBy(Good::name).retaining(3);

    private final ManualBroker broker = Broker.manual();

    @AfterEach
    void close() {
        broker.close(Duration.ZERO);
    }

    private <T> void publish(Topic<T> topic, List<T> events) {
        events.forEach(event -> broker.publish(topic, event));
        broker.runUntilIdle();
    }

    /** What a new subscriber gets of old. */
    private <T> List<T> replayed(TopicPattern<T> from) {
        try (Inbox<T> inbox = broker.subscription(from).replayRetained().inbox()) {
            List<T> taken = Tests.taken(inbox);
            assertThat(inbox.stats().replayed()).isEqualTo(taken.size());
            assertThat(inbox.stats().matched()).isZero();
            return taken;
        }
    }

    // ---- what is retained

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 6, 7, 8, 1_000})
    void ofATopicWithoutKeyTheLatest(int n) {
        Topic<Integer> topic = Topic.of("numbers", Integer.class).retaining(n);
        publish(topic, Tests.range(0, 7));
        assertThat(replayed(topic)).isEqualTo(Tests.range(Math.max(0, 7 - n), 7));
        assertThat(replayed(topic)).as("again").isEqualTo(Tests.range(Math.max(0, 7 - n), 7));
        publish(topic, List.of(7));
        assertThat(replayed(topic)).isEqualTo(Tests.range(Math.max(0, 8 - n), 8));
    }

    @Test
    void ofATopicWithKeyTheLatestOfEachKeyOfThosePublishedLast() {
        publish(GOODS, List.of(new Good("a", 1), new Good("b", 1), new Good("a", 2), new Good("c", 1)));
        assertThat(replayed(GOODS)).containsExactly(new Good("b", 1), new Good("a", 2), new Good("c", 1));
        publish(GOODS, List.of(new Good("d", 1)));
        assertThat(replayed(GOODS)).containsExactly(new Good("a", 2), new Good("c", 1), new Good("d", 1));
        publish(GOODS, List.of(new Good("a", 3), new Good("e", 1)));
        assertThat(replayed(GOODS)).containsExactly(new Good("d", 1), new Good("a", 3), new Good("e", 1));
        publish(GOODS, List.of(new Good("e", 2), new Good("d", 2)));
        assertThat(replayed(GOODS)).containsExactly(new Good("a", 3), new Good("e", 2), new Good("d", 2));
        assertThat(broker.stats().forgotten())
                .as("there were not too many in all")
                .isZero();
    }

    @Test
    void keysOfEveryTypeAreToldApart() {
        UUID id = new UUID(1, 2);
        List<Object> keys =
                List.of("1", 1, 1L, (short) 1, (byte) 1, '1', id, new UUID(1, 3), Overflow.CONFLATE, WaitMode.PARK);
        Topic<Object> topic = Topic.of("keys", Object.class).keyedBy(key -> key).retaining(100);
        publish(topic, keys);
        publish(topic, List.of(new UUID(1, 2), 1L));
        assertThat(replayed(topic))
                .containsExactly(
                        "1", 1, (short) 1, (byte) 1, '1', new UUID(1, 3), Overflow.CONFLATE, WaitMode.PARK, id, 1L);
    }

    @Test
    void alsoWhatCameThroughALane() {
        try (Lane<Integer> lane = broker.lane(NUMBERS)) {
            assertThat(lane.publishAll(Tests.range(0, 5))).isEqualTo(5);
        }
        assertThat(replayed(NUMBERS)).isEqualTo(Tests.range(2, 5));
    }

    /** Which nobody wants, and which is counted like any other such. */
    @Test
    void withoutAnySubscriber() {
        Inbox<Unrouted> unrouted = broker.inbox(BrokerEvent.TOPIC.only(Unrouted.class));
        publish(NUMBERS, Tests.range(0, 2));
        assertThat(Tests.taken(unrouted)).containsExactly(new Unrouted("numbers", 0), new Unrouted("numbers", 1));
        assertThat(broker.stats().unrouted()).isEqualTo(2);
        assertThat(broker.stats().routed()).isZero();
        assertThat(replayed(NUMBERS)).isEqualTo(Tests.range(0, 2));
        assertThat(broker.stats().unrouted()).as("a replay routes nothing").isEqualTo(2);
        assertThat(broker.stats().accepted()).isEqualTo(2);
    }

    @Test
    void nothingThatWasNotAccepted() {
        Topic<String> topic = Topic.of("words", String.class)
                .keyedBy(word -> word.isEmpty() ? null : word.substring(0, 1))
                .retaining(9);
        try (ManualBroker tight = Broker.manual(BrokerConfig.defaults().withRingSize(2))) {
            tight.publish(topic, "one");
            assertThatThrownBy(() -> tight.publish(topic, "")).isInstanceOf(IllegalArgumentException.class);
            tight.publish(topic, "two");
            assertThat(tight.tryPublish(topic, "three")).isFalse();
            Inbox<String> late = tight.subscription(topic).replayRetained().inbox();
            assertThat(Tests.taken(late)).containsExactly("one", "two");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
    void lessThanOneIsRefused(int events) {
        assertThatThrownBy(() -> Topic.of("t", String.class).retaining(events))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("number of events to retain " + events + " is not allowed; from 1");
    }

    // ---- who gets it

    @Test
    void whoDoesNotAskGetsNothingOld() {
        publish(NUMBERS, Tests.range(0, 3));
        Inbox<Integer> inbox = broker.inbox(NUMBERS);
        publish(NUMBERS, List.of(3));
        assertThat(Tests.taken(inbox)).containsExactly(3);
        assertThat(inbox.stats().replayed()).isZero();
    }

    @Test
    void whereNothingIsRetainedThereIsNothingOld() {
        Topic<Integer> plain = Topic.of("plain", Integer.class);
        publish(plain, Tests.range(0, 3));
        publish(NUMBERS, Tests.range(0, 3));
        assertThat(replayed(plain)).isEmpty();
        assertThat(replayed(Topic.of("never", Integer.class).retaining(5))).isEmpty();
        assertThat(broker.subscription(BrokerEvent.TOPIC)
                        .replayRetained()
                        .inbox()
                        .stats()
                        .replayed())
                .isZero();
        Inbox<Integer> inbox = broker.subscription(plain).replayRetained().inbox();
        publish(plain, List.of(3));
        assertThat(Tests.taken(inbox)).as("what is published from then on").containsExactly(3);
    }

    @Test
    void whoHasSubscribedGetsEachEventOnce() {
        publish(NUMBERS, Tests.range(0, 5));
        Inbox<Integer> asks = broker.subscription(NUMBERS).replayRetained().inbox();
        Inbox<Integer> doesNot = broker.inbox(NUMBERS);
        publish(NUMBERS, Tests.range(5, 8));
        Inbox<Integer> later = broker.subscription(NUMBERS).replayRetained().inbox();
        assertThat(Tests.taken(asks)).isEqualTo(Tests.range(2, 8));
        assertThat(Tests.taken(doesNot)).isEqualTo(Tests.range(5, 8));
        assertThat(Tests.taken(later)).isEqualTo(Tests.range(5, 8));
        assertThat(asks.stats().replayed()).isEqualTo(3);
        assertThat(asks.stats().matched()).isEqualTo(3);
    }

    /** What was published before the call, and has not been routed, is retained, too. */
    @Test
    void whatIsStillInTheRingIsOld() {
        Tests.range(0, 5).forEach(n -> broker.publish(NUMBERS, n));
        assertThat(replayed(NUMBERS)).isEqualTo(Tests.range(2, 5));
    }

    @Test
    void onlyWhatIsOfTheClassThatIsWanted() {
        Topic<Event> events = Topic.of("events", Event.class).retaining(4);
        publish(
                events,
                List.of(new Good("a", 1), new Good("b", 2), new Bad("c", 3), new Good("d", 4), new Bad("e", 5)));
        assertThat(replayed(events.only(Good.class))).containsExactly(new Good("b", 2), new Good("d", 4));
        assertThat(replayed(events.only(Bad.class))).containsExactly(new Bad("c", 3), new Bad("e", 5));
        assertThat(replayed(events)).hasSize(4);
    }

    @Test
    void throughAPatternInTheBrokersOrder() {
        Topic<Integer> eu = Topic.of("orders.eu", Integer.class).retaining(2);
        Topic<Integer> us =
                Topic.of("orders.us", Integer.class).keyedBy(n -> n % 2).retaining(2);
        Topic<String> words = Topic.of("orders.words", String.class).retaining(1);
        Topic<Integer> plain = Topic.of("orders.plain", Integer.class);
        Topic<Integer> deep = Topic.of("orders.eu.deep", Integer.class).retaining(1);
        broker.publish(eu, 0);
        broker.publish(us, 1);
        broker.publish(words, "w");
        broker.publish(eu, 2);
        broker.publish(us, 3);
        broker.publish(deep, 4);
        broker.publish(plain, 5);
        broker.publish(eu, 6);
        broker.publish(us, 8);
        broker.runUntilIdle();

        assertThat(replayed(TopicPattern.of("orders.*", Integer.class))).containsExactly(2, 3, 6, 8);
        assertThat(replayed(TopicPattern.of("orders.>", Integer.class))).containsExactly(2, 3, 4, 6, 8);
        assertThat(replayed(TopicPattern.of(">", Object.class))).containsExactly("w", 2, 3, 4, 6, 8);
        assertThat(replayed(TopicPattern.of("*.eu.>", Integer.class))).containsExactly(4);
        assertThat(replayed(TopicPattern.of("orders.us", Integer.class))).containsExactly(3, 8);
        assertThat(replayed(TopicPattern.of("orders.us", String.class))).isEmpty();
        assertThat(replayed(TopicPattern.of("orders", Integer.class))).isEmpty();
        assertThat(replayed(TopicPattern.of("*", Integer.class))).isEmpty();
    }

    @Test
    void messagesKeepTheirPlaceTheirTopicAndTheirTime() {
        Topic<Integer> other = Topic.of("other", Integer.class).retaining(1);
        Inbox<Message<Object>> witness =
                broker.subscription(TopicPattern.of(">", Object.class)).messageInbox();
        publish(NUMBERS, List.of(0));
        publish(other, List.of(1));
        publish(NUMBERS, List.of(2));
        Instant before = Instant.now();
        Inbox<Message<Object>> late = broker.subscription(TopicPattern.of(">", Object.class))
                .replayRetained()
                .messageInbox();
        publish(NUMBERS, List.of(3));

        List<Message<Object>> seen = Tests.taken(witness);
        List<Message<Object>> got = Tests.taken(late);
        assertThat(got).extracting(Message::event).containsExactly(0, 1, 2, 3);
        assertThat(got).extracting(Message::topic).containsExactly("numbers", "other", "numbers", "numbers");
        assertThat(got).extracting(Message::sequence).containsExactly(1L, 2L, 3L, 4L);
        assertThat(got).extracting(Message::missedBefore).containsOnly(0L);
        assertThat(got)
                .extracting(Message::publishedAt)
                .isEqualTo(seen.stream().map(Message::publishedAt).toList());
        assertThat(got.get(2).publishedAt()).isBeforeOrEqualTo(before);
    }

    @Test
    void aHandlerIsCalledForTheOldFirst() {
        publish(GOODS, List.of(new Good("a", 1), new Good("b", 1), new Good("a", 2)));
        List<Good> handled = new ArrayList<>();
        List<String> told = new ArrayList<>();
        Subscription events = broker.subscription(GOODS).replayRetained().onEvent(handled::add);
        broker.subscription(GOODS)
                .replayRetained()
                .onMessage(m -> told.add(m.topic() + m.event().number()));
        List<Good> ordered = new ArrayList<>();
        broker.subscription(GOODS)
                .replayRetained()
                .concurrency(3)
                .orderedByKey()
                .onEvent(ordered::add);
        publish(GOODS, List.of(new Good("a", 3), new Good("b", 2)));

        List<Good> all = List.of(new Good("b", 1), new Good("a", 2), new Good("a", 3), new Good("b", 2));
        assertThat(handled).isEqualTo(all);
        assertThat(told).containsExactly("goods1", "goods2", "goods3", "goods2");
        assertThat(ordered).containsExactlyInAnyOrderElementsOf(all);
        assertThat(ordered.stream().filter(g -> g.name().equals("a")).map(Good::number))
                .containsExactly(2, 3);
        assertThat(ordered.stream().filter(g -> g.name().equals("b")).map(Good::number))
                .containsExactly(1, 2);
        assertThat(events.stats().handled()).isEqualTo(4);
        assertThat(events.stats().replayed()).isEqualTo(2);
    }

    @Test
    void aHandlerMaySubscribeToWhatIsRetained() {
        List<Integer> inner = new ArrayList<>();
        broker.subscribe(
                NUMBERS, n -> broker.subscription(NUMBERS).replayRetained().onEvent(inner::add));
        publish(NUMBERS, List.of(7));
        assertThat(inner).containsExactly(7);
    }

    @Test
    void whatAPushSubscriberDoesNotStayForIsAbandoned() {
        publish(NUMBERS, Tests.range(0, 3));
        List<Integer> handled = new ArrayList<>();
        Subscription leaver = broker.subscription(NUMBERS).replayRetained().onEvent(handled::add);
        leaver.unsubscribe();
        broker.runUntilIdle();
        assertThat(leaver.stats().replayed()).isEqualTo(3);
        assertThat(leaver.stats().handled()).isEqualTo(handled.size());
        assertThat(leaver.stats().abandoned()).isEqualTo(3L - handled.size());
    }

    // ---- what a name means while something of it is retained

    private static final Topic<String> OTHER = Topic.of("numbers", String.class);

    private void assertClash(Runnable use) {
        assertThatThrownBy(use::run)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("topic \"numbers\" of java.lang.String clashes")
                .hasMessageContaining("topic \"numbers\" of java.lang.Integer, retaining 3, which is in use");
    }

    @Test
    void aNameKeepsItsDefinitionWhileAnEventIsRetained() {
        broker.subscribe(NUMBERS, n -> {}).unsubscribe();
        broker.publish(OTHER, "free, since nothing is retained");
        broker.runUntilIdle();
        publish(NUMBERS, Tests.range(0, 1));
        assertClash(() -> broker.publish(OTHER, "word"));
        assertClash(() -> assertThat(broker.inbox(OTHER)).isNull());
        assertClash(() -> assertThat(broker.lane(OTHER)).isNull());
        for (Topic<Integer> changed : List.of(
                Topic.of("numbers", Integer.class),
                Topic.of("numbers", Integer.class).retaining(2),
                NUMBERS.keyedBy(n -> n))) {
            assertThatThrownBy(() -> broker.publish(changed, 1)).isInstanceOf(IllegalStateException.class);
        }
        broker.publish(Topic.of("numbers", Integer.class).retaining(3), 1);
        assertThat(replayed(NUMBERS)).containsExactly(0, 1);
        assertClash(() -> broker.publish(OTHER, "its subscribers and lanes came and went"));
        broker.lane(NUMBERS).close();
        assertClash(() -> broker.publish(OTHER, "word"));
    }

    /** Two who publish one name as different topics, before the broker has seen either: the first one it sees defines it. */
    @Test
    void whatCameUnderAnotherDefinitionIsNotRetained() {
        Topic<String> words = OTHER.retaining(5);
        broker.publish(NUMBERS, 1);
        broker.publish(words, "word");
        broker.runUntilIdle();
        assertThat(replayed(TopicPattern.of(">", Object.class))).containsExactly(1);
        assertThat(broker.stats().accepted()).isEqualTo(2);
        assertThat(broker.stats().unrouted()).isEqualTo(2);
    }

    @Test
    void aNameIsFreeWhenItsEventsAreForgotten() {
        try (ManualBroker tight = Broker.manual(BrokerConfig.defaults().withMaxRetained(2))) {
            Topic<Integer> more = Topic.of("more", Integer.class).retaining(2);
            tight.publish(NUMBERS, 1);
            tight.publish(more, 1);
            tight.runUntilIdle();
            assertThatThrownBy(() -> tight.publish(OTHER, "word")).isInstanceOf(IllegalStateException.class);
            Subscription living = tight.subscribe(NUMBERS, n -> {});
            tight.publish(more, 2);
            tight.runUntilIdle();
            assertThat(tight.stats().forgotten()).isEqualTo(1);
            assertThatThrownBy(() -> tight.publish(OTHER, "word"))
                    .as("still subscribed to")
                    .isInstanceOf(IllegalStateException.class);
            living.unsubscribe();

            Inbox<String> inbox = tight.subscription(OTHER).replayRetained().inbox();
            tight.publish(OTHER, "word");
            tight.runUntilIdle();
            assertThat(Tests.taken(inbox)).containsExactly("word");
        }
    }
}
