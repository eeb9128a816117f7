package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventbroker.BrokerEvent.DropsBegan;
import io.eventbroker.BrokerEvent.DropsEnded;
import io.eventbroker.BrokerEvent.PublishersWaiting;
import io.eventbroker.BrokerEvent.Subscribed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is retained fills a new subscription's queue like any other message, and under its policy. */
class RetainedOverflowTest {
    private static final int RETAINED = 5;

    /** The number is its own key, but for the tens. */
    private static final Topic<Integer> NUMBERS =
            Topic.of("numbers", Integer.class).keyedBy(n -> n % 10).retaining(RETAINED);

    private final ManualBroker broker = Broker.manual();

    @BeforeEach
    void retain() {
        publish(Tests.range(0, RETAINED));
    }

    @AfterEach
    void close() {
        broker.close(Duration.ZERO);
    }

    private void publish(List<Integer> numbers) {
        numbers.forEach(n -> broker.publish(NUMBERS, n));
        broker.runUntilIdle();
    }

    private SubscriptionBuilder<Integer> late(Overflow policy, int capacity) {
        return broker.subscription(NUMBERS)
                .named("late")
                .capacity(capacity)
                .overflow(policy)
                .replayRetained();
    }

    /** By the name of the cause; those not named are 0. */
    private static void assertLosses(SubscriptionStats stats, Overflow policy, long lost) {
        Map<Overflow, Long> told = new EnumMap<>(Overflow.class);
        told.put(Overflow.DROP_NEWEST, stats.droppedNewest());
        told.put(Overflow.DROP_OLDEST, stats.droppedOldest());
        told.put(Overflow.CONFLATE, stats.conflated());
        told.put(Overflow.DISCONNECT, stats.disconnected());
        told.forEach((cause, count) -> assertThat(count).as("%s", cause).isEqualTo(cause == policy ? lost : 0));
        assertThat(stats.dropped()).isEqualTo(lost);
    }

    @ParameterizedTest
    @EnumSource
    void thatFitsIsNotLost(Overflow policy) {
        Inbox<Integer> inbox = late(policy, RETAINED).inbox();
        assertThat(inbox.stats().queued()).isEqualTo(RETAINED);
        assertLosses(inbox.stats(), policy, 0);
        assertThat(broker.tryPublish(NUMBERS, 5)).as("nobody has to wait").isTrue();
        assertThat(Tests.taken(inbox)).startsWith(0, 1);
    }

    @Test
    void dropNewestKeepsTheOldest() {
        Inbox<Message<Integer>> inbox = late(Overflow.DROP_NEWEST, 2).messageInbox();
        assertLosses(inbox.stats(), Overflow.DROP_NEWEST, 3);
        assertThat(Tests.taken(inbox)).extracting(Message::event).containsExactly(0, 1);
        publish(List.of(5));
        List<Message<Integer>> next = Tests.taken(inbox);
        assertThat(next).extracting(Message::event).containsExactly(5);
        assertThat(next).extracting(Message::missedBefore).containsExactly(3L);
    }

    @Test
    void dropOldestKeepsTheLatest() {
        Inbox<Message<Integer>> inbox = late(Overflow.DROP_OLDEST, 2).messageInbox();
        assertLosses(inbox.stats(), Overflow.DROP_OLDEST, 3);
        List<Message<Integer>> got = Tests.taken(inbox);
        assertThat(got).extracting(Message::event).containsExactly(3, 4);
        assertThat(got).extracting(Message::missedBefore).containsExactly(3L, 0L);
    }

    @Test
    void conflateKeepsTheFirstKeysAndThenTheLatestOfEach() {
        Inbox<Message<Integer>> inbox = late(Overflow.CONFLATE, 4).messageInbox();
        assertLosses(inbox.stats(), Overflow.DROP_NEWEST, 1);
        publish(List.of(12, 22));
        List<Message<Integer>> got = Tests.taken(inbox);
        assertThat(got).extracting(Message::event).containsExactly(0, 1, 22, 3);
        assertThat(got.stream().mapToLong(Message::missedBefore).sum()).isEqualTo(3);
        assertThat(inbox.stats().conflated()).isEqualTo(2);
        assertThat(inbox.stats().matched()).isEqualTo(2);
        assertThat(inbox.stats().replayed()).isEqualTo(RETAINED);
    }

    @Test
    void backpressureLosesNothingAndHasPublishersWait() {
        Inbox<PublishersWaiting> events = broker.inbox(BrokerEvent.TOPIC.only(PublishersWaiting.class));
        Inbox<Integer> inbox = late(Overflow.BACKPRESSURE, 2).inbox();
        broker.runUntilIdle();
        assertThat(Tests.taken(events)).containsExactly(new PublishersWaiting("late", "numbers", 2));
        assertThat(inbox.stats().queued()).isEqualTo(RETAINED);
        assertThat(broker.tryPublish(NUMBERS, 5)).isFalse();
        for (int i = 0; i < 3; i++) {
            assertThat(broker.tryPublish(NUMBERS, 5)).isFalse();
            assertThat(inbox.poll()).isEqualTo(i);
        }
        assertThat(broker.tryPublish(NUMBERS, 5)).as("as many wait as may").isTrue();
        broker.runUntilIdle();
        assertThat(Tests.taken(inbox)).containsExactly(3, 4, 5);
        assertLosses(inbox.stats(), Overflow.BACKPRESSURE, 0);
    }

    @Test
    void disconnectEndsTheSubscriptionThatCannotHoldIt() {
        Inbox<Integer> inbox = late(Overflow.DISCONNECT, 2).inbox();
        assertLosses(inbox.stats(), Overflow.DISCONNECT, 1);
        publish(List.of(5));
        assertThat(inbox.poll()).isEqualTo(0);
        assertThat(inbox.poll()).isEqualTo(1);
        assertThatThrownBy(inbox::poll)
                .isInstanceOf(SubscriptionClosedException.class)
                .hasCauseInstanceOf(IllegalStateException.class);
        assertThat(inbox.stats().replayed()).as("nothing more is for it").isEqualTo(3);
        assertThat(inbox.stats().matched()).isZero();
        assertThat(broker.stats().subscriptions()).isEmpty();
    }

    /** Whoever keeps a list of subscriptions by what the broker tells must not meet one that has no beginning. */
    @ParameterizedTest
    @EnumSource
    void aSubscriptionIsToldOfBeforeWhatBecameOfItsReplay(Overflow policy) {
        Inbox<BrokerEvent> events = broker.inbox(BrokerEvent.TOPIC);
        Tests.taken(events);
        Inbox<Integer> inbox = late(policy, 1).inbox();
        broker.runUntilIdle();
        assertThat(Tests.taken(events)).hasSize(2).startsWith(new Subscribed("late", "numbers"));
        inbox.unsubscribe();
    }

    @Test
    void lossesAreAnEpisodeLikeAnyOther() {
        Inbox<BrokerEvent> events = broker.inbox(BrokerEvent.TOPIC);
        Inbox<Integer> inbox = late(Overflow.DROP_NEWEST, 2).inbox();
        Tests.taken(inbox);
        broker.runUntilIdle();
        assertThat(Tests.taken(events))
                .contains(new DropsBegan("late", "numbers", 2))
                .endsWith(new DropsEnded("late", "numbers", 3));
    }

    /**
     * {@code matched + replayed = delivered + dropped + abandoned + queued + inHand}, every term but the losses counted
     * here: for an inbox of which some is read, and for a handler that is called for some.
     */
    @ParameterizedTest
    @EnumSource
    void G1_theLawHoldsOfOldAndNewTogether(Overflow policy) {
        for (int capacity = 1; capacity <= RETAINED + 2; capacity++) {
            int old = policy == Overflow.DISCONNECT ? Math.min(capacity + 1, RETAINED) : RETAINED;
            List<Integer> handled = new ArrayList<>();
            try (Inbox<Integer> inbox = late(policy, capacity).named("inbox").inbox()) {
                Subscription push = late(policy, capacity).named("push").onEvent(handled::add);
                assertLaw(inbox.stats(), 0, old, 0, inbox.stats().queued());
                assertThat(inbox.stats().queued())
                        .isEqualTo(policy == Overflow.BACKPRESSURE ? RETAINED : Math.min(capacity, RETAINED));

                int taken = inbox.poll() == null ? 0 : 1;
                broker.runUntilIdle(); // the handler has room for all that comes
                assertThat(handled).isNotEmpty();
                List<Integer> offered = new ArrayList<>();
                for (int n : List.of(5, 15, 6, 26)) { // one after the other, so that a handler keeps up
                    if (broker.tryPublish(NUMBERS, n)) {
                        offered.add(n);
                        broker.runUntilIdle();
                    }
                }
                SubscriptionStats beforeTheEnd = inbox.stats();
                taken += Tests.taken(inbox).size();
                SubscriptionStats stats = inbox.stats();
                assertThat(beforeTheEnd.delivered() + beforeTheEnd.queued()).isEqualTo(taken);
                boolean isEnded = stats.disconnected() > 0;
                assertThat(stats.matched()).isLessThanOrEqualTo(offered.size());
                if (!isEnded) {
                    assertThat(stats.matched()).isEqualTo(offered.size());
                }
                assertLaw(stats, stats.matched(), old, taken, 0);

                assertThat(push.stats().handled()).isEqualTo(handled.size());
                if (push.stats().disconnected() == 0) {
                    assertThat(push.stats().matched()).isEqualTo(offered.size());
                }
                assertLaw(push.stats(), push.stats().matched(), old, handled.size(), 0);
                push.unsubscribe();
            }
            publish(Tests.range(0, RETAINED));
        }
    }

    private static void assertLaw(SubscriptionStats stats, long matched, long replayed, long delivered, long queued) {
        assertThat(stats.matched()).isEqualTo(matched);
        assertThat(stats.replayed()).isEqualTo(replayed);
        assertThat(stats.delivered()).isEqualTo(delivered);
        assertThat(stats.queued()).isEqualTo(queued);
        assertThat(stats.abandoned() + stats.inHand()).isZero();
        long lost = stats.droppedNewest() + stats.droppedOldest() + stats.conflated() + stats.disconnected();
        assertThat(stats.dropped()).isEqualTo(lost);
        assertThat(matched + replayed).isEqualTo(delivered + lost + queued);
    }
}
