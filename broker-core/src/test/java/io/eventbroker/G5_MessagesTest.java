package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventbroker.BrokerEvent.Subscribed;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** G5: what a message tells: its event, its topic, its place in the order of all, what was missed before it, its time. */
class G5_MessagesTest {
    private static final Topic<Integer> NUMBERS = Topic.of("numbers", Integer.class);
    private static final Topic<Integer> EVEN = Topic.of("even", Integer.class);
    private static final TopicPattern<Integer> ALL = TopicPattern.of(">", Integer.class);

    /** How far the system clock may be from one that never steps, for a round to be judged. */
    private static final Duration STEADY = Duration.ofMillis(20);

    private final SteppedBroker broker =
            new SteppedBroker(BrokerConfig.defaults().withRingSize(4), new LoopSteps());

    @AfterEach
    void close() {
        broker.close(Duration.ZERO);
    }

    private static <T> List<Message<T>> taken(Inbox<Message<T>> inbox) {
        List<Message<T>> taken = new ArrayList<>();
        inbox.drainTo(taken);
        return taken;
    }

    private static List<Long> sequences(List<? extends Message<?>> messages) {
        return messages.stream().map(Message::sequence).toList();
    }

    private static List<Long> gaps(List<? extends Message<?>> messages) {
        return messages.stream().map(Message::missedBefore).toList();
    }

    private void publish(int from, int to) {
        for (int i = from; i <= to; i++) {
            broker.publish(NUMBERS, i);
        }
        broker.runUntilIdle();
    }

    @Test
    void theSequenceIsThePlaceAmongAllThatWereAccepted() {
        Inbox<Message<Integer>> numbers = broker.subscription(NUMBERS).messageInbox();
        Inbox<Message<Integer>> even = broker.subscription(EVEN).messageInbox();
        Inbox<Message<Integer>> all = broker.subscription(ALL).messageInbox();
        List<Message<Integer>> pushed = new ArrayList<>();
        broker.subscription(NUMBERS).onMessage(pushed::add);
        for (int i = 1; i <= 4; i++) {
            broker.publish(i % 2 == 0 ? EVEN : NUMBERS, i);
        }
        assertThat(broker.tryPublish(NUMBERS, -1)).as("accepted by a full ring").isFalse();
        broker.runUntilIdle();
        broker.publish(Topic.of("nobody", String.class), "5");
        broker.publish(NUMBERS, 6);
        broker.runUntilIdle();

        assertThat(sequences(taken(even))).containsExactly(2L, 4L);
        assertThat(sequences(taken(numbers))).containsExactly(1L, 3L, 6L);
        assertThat(sequences(pushed)).containsExactly(1L, 3L, 6L);
        List<Message<Integer>> both = taken(all);
        assertThat(both)
                .as("each number is its place")
                .allSatisfy(message -> assertThat(message.sequence()).isEqualTo((long) message.event()));
        assertThat(both)
                .extracting(Message::topic)
                .as("through a pattern, the event's own topic")
                .containsExactly("numbers", "even", "numbers", "even", "numbers");
        assertThat(gaps(both)).as("what is for others is not missed").containsOnly(0L);
    }

    @Test
    void lanesAndTheSharedRingHaveOneOrder() {
        Inbox<Message<Integer>> one = broker.subscription(NUMBERS).messageInbox();
        Inbox<Message<Integer>> other = broker.subscription(ALL).messageInbox();
        try (Lane<Integer> lane = broker.lane(NUMBERS)) {
            for (int i = 0; i < 3; i++) {
                lane.publish(i);
                broker.publish(NUMBERS, 10 + i);
            }
            broker.runUntilIdle();
        }
        List<Message<Integer>> seen = taken(one);
        assertThat(sequences(seen))
                .containsExactlyElementsOf(LongStream.rangeClosed(1, 6).boxed().toList());
        assertThat(taken(other))
                .extracting(Message::event)
                .containsExactlyElementsOf(seen.stream().map(Message::event).toList());
    }

    @Test
    void theBrokersOwnEventsAreCountedApart() {
        Inbox<Message<BrokerEvent>> events =
                broker.subscription(BrokerEvent.TOPIC).named("events").messageInbox();
        assertThat(broker.inbox(EVEN)).isNotNull();
        publish(1, 3); // unrouted
        Inbox<Message<Subscribed>> late = broker.subscription(BrokerEvent.TOPIC.only(Subscribed.class))
                .named("late")
                .messageInbox();
        assertThat(broker.inbox(NUMBERS)).isNotNull();
        broker.runUntilIdle();

        List<Message<BrokerEvent>> told = taken(events);
        assertThat(sequences(told))
                .containsExactlyElementsOf(LongStream.rangeClosed(1, 7).boxed().toList());
        assertThat(told).extracting(Message::topic).containsOnly(BrokerEvent.TOPIC.name());
        assertThat(gaps(told)).containsOnly(0L);
        assertThat(sequences(taken(late))).as("the same numbers for all").containsExactly(6L, 7L);
    }

    /** Judged in rounds in which the system's clock did not step. */
    @Test
    void theTimeIsBetweenThePublishAndTheReceipt() throws Exception {
        Inbox<Message<Integer>> inbox = broker.subscription(NUMBERS).messageInbox();
        Inbox<Message<Integer>> other = broker.subscription(ALL).messageInbox();
        Clock clock = Clock.systemUTC();
        Tests.awaitTrue("rounds with a steady clock", () -> {
            boolean isSteady = true;
            for (int i = 0; i < 5; i++) {
                long start = System.nanoTime();
                Instant before = clock.instant();
                publish(i, i);
                Message<Integer> message = inbox.take();
                Message<Integer> same = other.take();
                Instant after = clock.instant();
                long nanos = System.nanoTime() - start;
                assertThat(same.publishedAt()).as("the same for all").isEqualTo(message.publishedAt());
                Duration drift = Duration.between(before, after).minusNanos(nanos);
                if (drift.abs().compareTo(STEADY) > 0) {
                    isSteady = false;
                } else {
                    assertThat(message.publishedAt()).isBetween(before.minus(STEADY), after.plus(STEADY));
                    assertThat(message.publishedAt()).as("it does not change").isEqualTo(message.publishedAt());
                }
            }
            return isSteady;
        });
    }

    /** It is when the broker took it, not when somebody looks. */
    @Test
    void theTimeOfAMessageThatWaitsIsFixed() throws Exception {
        Inbox<Message<Integer>> inbox = broker.subscription(NUMBERS).messageInbox();
        publish(1, 1);
        Instant routed = Instant.now();
        Tests.awaitTrue(
                "a while later", () -> Duration.between(routed, Instant.now()).compareTo(STEADY) > 0);
        publish(2, 2);
        Message<Integer> first = inbox.take();
        Message<Integer> second = inbox.take();
        assertThat(first.publishedAt()).isBeforeOrEqualTo(routed);
        assertThat(second.publishedAt()).isAfterOrEqualTo(routed);
    }

    @Test
    void whatIsReplayedKeepsItsPlaceAndItsTime() {
        Topic<Integer> retained = Topic.of("retained", Integer.class).retaining(10);
        Inbox<Message<Integer>> live = broker.subscription(retained).messageInbox();
        publish(0, 0); // sequence 1
        for (int i = 1; i <= 3; i++) {
            broker.publish(retained, i);
            broker.runUntilIdle();
        }
        List<Message<Integer>> originals = taken(live);
        Instant routed = Instant.now();
        Tests.awaitTrue("a while later", () -> Instant.now().isAfter(routed));
        Inbox<Message<Integer>> late =
                broker.subscription(retained).replayRetained().messageInbox();
        List<Message<Integer>> pushed = new ArrayList<>();
        broker.subscription(TopicPattern.of("retained", Integer.class))
                .replayRetained()
                .onMessage(pushed::add);
        broker.runUntilIdle();

        List<Message<Integer>> replayed = taken(late);
        assertThat(sequences(originals)).containsExactly(2L, 3L, 4L);
        for (List<Message<Integer>> again : List.of(replayed, pushed)) {
            assertThat(again).extracting(Message::event).containsExactly(1, 2, 3);
            assertThat(sequences(again)).isEqualTo(sequences(originals));
            assertThat(again)
                    .extracting(Message::publishedAt)
                    .containsExactlyElementsOf(
                            originals.stream().map(Message::publishedAt).toList());
            assertThat(gaps(again)).containsOnly(0L);
        }
    }

    @Test
    void whatIsRetainedUnseenKeepsTheTimeItWasTaken() {
        Topic<Integer> retained = Topic.of("retained", Integer.class).retaining(10);
        broker.publish(retained, 1);
        broker.runUntilIdle();
        Instant routed = Instant.now();
        Tests.awaitTrue(
                "a while later", () -> Duration.between(routed, Instant.now()).compareTo(STEADY) > 0);
        Inbox<Message<Integer>> late =
                broker.subscription(retained).replayRetained().messageInbox();
        assertThat(taken(late)).singleElement().satisfies(message -> {
            assertThat(message.publishedAt()).isBeforeOrEqualTo(routed);
            assertThat(message.sequence()).isEqualTo(1);
        });
    }

    @ParameterizedTest
    @EnumSource(names = {"DROP_NEWEST", "DROP_OLDEST"})
    void whatDoesNotFitOfAReplayIsAGapToo(Overflow policy) {
        Topic<Integer> retained = Topic.of("retained", Integer.class).retaining(10);
        for (int i = 1; i <= 10; i++) {
            broker.publish(retained, i);
        }
        broker.runUntilIdle();
        Inbox<Message<Integer>> late = broker.subscription(retained)
                .capacity(4)
                .overflow(policy)
                .replayRetained()
                .messageInbox();
        List<Message<Integer>> replayed = taken(late);
        broker.publish(retained, 11);
        broker.runUntilIdle();
        replayed.addAll(taken(late));
        late.unsubscribe();

        boolean isOldest = policy == Overflow.DROP_OLDEST;
        assertThat(replayed)
                .extracting(Message::event)
                .containsExactlyElementsOf(isOldest ? List.of(7, 8, 9, 10, 11) : List.of(1, 2, 3, 4, 11));
        assertThat(gaps(replayed))
                .containsExactlyElementsOf(isOldest ? List.of(6L, 0L, 0L, 0L, 0L) : List.of(0L, 0L, 0L, 0L, 6L));
        assertThat(late.stats().missedAtEnd()).isZero();
        assertThat(late.stats().replayed()).isEqualTo(10);
        assertThat(late.stats().matched()).isEqualTo(1);
    }

    /** An inbox of plain events knows, too, what it lost at its end. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anInboxOfEventsIsToldWhatItMissedAtItsEnd(boolean isClosed) {
        Inbox<Integer> inbox = broker.subscription(NUMBERS).capacity(2).inbox();
        publish(1, 4);
        assertThat(inbox.poll()).isEqualTo(1);
        publish(5, 8);
        assertThat(inbox.stats().missedAtEnd()).as("while running").isZero();
        if (isClosed) {
            broker.close(Duration.ZERO);
        } else {
            inbox.unsubscribe();
        }
        assertThat(inbox.stats().missedAtEnd()).as("6, 7 and 8").isEqualTo(3);
        List<Integer> rest = new ArrayList<>();
        inbox.drainTo(rest);
        assertThat(rest).containsExactly(2, 5);
        assertThat(inbox.stats().missedAtEnd()).isEqualTo(3);
    }

    @Test
    void aHandlerThatFailsHasBeenToldAllTheSame() {
        List<Message<Integer>> seen = new ArrayList<>();
        Subscription failing = broker.subscription(NUMBERS).capacity(1).onMessage(message -> {
            seen.add(message);
            throw new IllegalStateException("on purpose");
        });
        for (int round = 0; round < 3; round++) {
            for (int i = 1; i <= 3; i++) {
                broker.publish(NUMBERS, 3 * round + i);
            }
            while (broker.stepLoop()) {}
            broker.runUntilIdle();
        }
        failing.unsubscribe();
        broker.runUntilIdle();

        assertThat(seen).extracting(Message::event).containsExactly(1, 4, 7);
        assertThat(gaps(seen)).containsExactly(0L, 2L, 2L);
        assertThat(failing.stats().missedAtEnd()).isEqualTo(2);
    }

    @Test
    void aMessageShowsWhatItTells() throws Exception {
        Inbox<Message<Integer>> inbox = broker.subscription(NUMBERS).messageInbox();
        publish(7, 7);
        Message<Integer> message = inbox.take();
        assertThat(message.toString()).contains("7", "numbers", "1", "0", "" + message.publishedAt());
    }
}
