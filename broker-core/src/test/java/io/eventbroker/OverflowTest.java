package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventbroker.BrokerEvent.Disconnected;
import io.eventbroker.BrokerEvent.DropsBegan;
import io.eventbroker.BrokerEvent.DropsEnded;
import io.eventbroker.BrokerStats.State;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a full subscription loses, by its policy: exactly that, counted by its cause, and told. */
class OverflowTest {
    private static final Topic<Integer> NUMBERS = Topic.of("numbers", Integer.class);

    private boolean isToFail;
    private int published;

    private final SteppedBroker broker = new SteppedBroker(BrokerConfig.defaults(), new LoopSteps() {
        @Override
        void at(Step step) {
            if (isToFail) {
                throw new AssertionError("planted");
            }
        }
    });

    @AfterEach
    void close() {
        broker.close(Duration.ZERO);
    }

    private SubscriptionBuilder<Integer> with(Overflow policy, int capacity) {
        return broker.subscription(NUMBERS).named("s").capacity(capacity).overflow(policy);
    }

    private void publish(int count) {
        for (int i = 0; i < count; i++) {
            broker.publish(NUMBERS, i);
        }
        broker.runUntilIdle();
    }

    @ParameterizedTest
    @EnumSource(names = {"DROP_NEWEST", "DROP_OLDEST", "DISCONNECT"})
    void theDefaultIsTheBrokersUnlessTheSubscriptionChooses(Overflow policy) {
        Overflow other = policy == Overflow.DISCONNECT ? Overflow.DROP_OLDEST : Overflow.DISCONNECT;
        try (ManualBroker configured = Broker.manual(
                BrokerConfig.defaults().withDefaultOverflow(policy).withDefaultCapacity(1))) {
            Inbox<Integer> byDefault = configured.inbox(NUMBERS);
            Inbox<Integer> chosen =
                    configured.subscription(NUMBERS).overflow(other).inbox();
            configured.publish(NUMBERS, 1);
            configured.publish(NUMBERS, 2);
            configured.runUntilIdle();
            assertLostOne(byDefault.stats(), policy);
            assertLostOne(chosen.stats(), other);
        }
    }

    private static void assertLostOne(SubscriptionStats stats, Overflow policy) {
        assertThat(stats.dropped()).isEqualTo(1);
        assertThat(List.of(stats.droppedNewest(), stats.droppedOldest(), stats.disconnected()))
                .containsExactly(
                        policy == Overflow.DROP_NEWEST ? 1L : 0L,
                        policy == Overflow.DROP_OLDEST ? 1L : 0L,
                        policy == Overflow.DISCONNECT ? 1L : 0L);
    }

    /** Against a queue of the JDK: it is filled and emptied in part, so that it grows, and while something waits. */
    @ParameterizedTest
    @EnumSource(names = "CONFLATE", mode = EnumSource.Mode.EXCLUDE)
    void whatWaitsIsWhatAQueueOfThatCapacityHolds(Overflow policy) {
        Random random = new Random(1);
        for (int capacity : new int[] {1, 3, 8, 9, 17, 33, 100, 700}) {
            Inbox<Integer> inbox = with(policy, capacity).inbox();
            boolean mayOverflow = policy == Overflow.DROP_NEWEST || policy == Overflow.DROP_OLDEST;
            ArrayDeque<Integer> model = new ArrayDeque<>();
            for (int round = 0; round < 100; round++) {
                int most = mayOverflow ? 2 * capacity : capacity - model.size();
                for (int left = random.nextInt(most + 1); left > 0; left--) {
                    broker.publish(NUMBERS, ++published);
                    if (policy == Overflow.DROP_OLDEST && model.size() == capacity) {
                        model.remove();
                    }
                    if (model.size() < capacity) {
                        model.add(published);
                    }
                }
                broker.runUntilIdle();
                for (int n = random.nextInt(model.size() + 1); n < model.size(); ) {
                    assertThat(inbox.poll())
                            .as("capacity %d, round %d", capacity, round)
                            .isEqualTo(model.remove());
                }
                assertThat(inbox.stats().queued()).isEqualTo(model.size());
            }
            inbox.close();
        }
    }

    @Nested
    class DropOldest {
        @ParameterizedTest
        @ValueSource(ints = {1, 2, 3, 4, 5, 7, 8, 9, 16, 100})
        void whatWaitsAreTheLatest(int capacity) {
            Inbox<Integer> inbox = with(Overflow.DROP_OLDEST, capacity).inbox();
            publish(capacity);
            assertThat(inbox.stats().dropped()).as("capacity is exact").isZero();
            publish(3 * capacity + 1);

            assertThat(inbox.stats().queued()).isEqualTo(capacity);
            assertThat(inbox.stats().droppedOldest()).isEqualTo(3L * capacity + 1);
            assertThat(inbox.stats().droppedNewest()).isZero();
            assertThat(Tests.taken(inbox)).isEqualTo(Tests.range(2 * capacity + 1, 3 * capacity + 1));
        }

        @Test
        void whatAHandlerHasInHandIsNotDropped() {
            List<Integer> handled = new ArrayList<>();
            Subscription s = with(Overflow.DROP_OLDEST, 2).onEvent(n -> {
                handled.add(n);
                if (n == 0) {
                    for (int i = 1; i < 6; i++) {
                        broker.publish(NUMBERS, i);
                    }
                    while (broker.stepLoop()) {
                        assertThat(s().inHand()).isEqualTo(1);
                    }
                }
            });
            publish(1);

            assertThat(handled).containsExactly(0, 4, 5);
            assertThat(s.stats().droppedOldest()).isEqualTo(3);
            assertThat(s.stats().matched()).isEqualTo(6);
        }

        private SubscriptionStats s() {
            return broker.stats().subscriptions().get(0);
        }

        @Test
        void anEpisodeOfItIsToldLikeAnyOther() {
            Inbox<BrokerEvent> events = broker.inbox(BrokerEvent.TOPIC);
            Inbox<Integer> inbox = with(Overflow.DROP_OLDEST, 4).inbox();
            assertThat(Tests.taken(events)).hasSize(2);
            publish(10);
            assertThat(Tests.taken(events)).containsExactly(new DropsBegan("s", "numbers", 4));
            assertThat(inbox.poll()).isEqualTo(6);
            assertThat(inbox.poll()).isEqualTo(7);
            broker.runUntilIdle();
            assertThat(Tests.taken(events)).containsExactly(new DropsEnded("s", "numbers", 6));
        }
    }

    @Nested
    class Disconnect {
        private final Inbox<BrokerEvent> events = broker.inbox(BrokerEvent.TOPIC);
        private final Disconnected told = new Disconnected("s", "numbers", 2);

        @Test
        void anInboxKeepsWhatWaitedThenEndsWithTheReason() throws Exception {
            Inbox<Integer> other = broker.inbox(NUMBERS);
            Inbox<Integer> inbox = with(Overflow.DISCONNECT, 2).inbox();
            assertThat(Tests.taken(events)).hasSize(3);
            publish(5);

            assertThat(Tests.taken(events)).containsExactly(told);
            assertThat(Tests.taken(other)).as("others notice nothing").isEqualTo(Tests.range(0, 5));
            assertThat(inbox.stats().disconnected()).isEqualTo(1);
            assertThat(inbox.stats().matched()).as("nothing more is for it").isEqualTo(3);
            assertThat(broker.stats().subscriptions())
                    .extracting(SubscriptionStats::name)
                    .doesNotContain("s");
            assertThat(inbox.poll()).isEqualTo(0);
            assertThat(inbox.take()).isEqualTo(1);
            assertThatThrownBy(inbox::take)
                    .isInstanceOf(SubscriptionClosedException.class)
                    .hasRootCauseMessage(inbox + " was full with 2 events, and its overflow policy is DISCONNECT");
            assertThatThrownBy(() -> inbox.iterator().hasNext())
                    .as("not an orderly end")
                    .isInstanceOf(SubscriptionClosedException.class)
                    .hasCauseInstanceOf(IllegalStateException.class);
            assertThat(Tests.taken(inbox)).isEmpty();
            inbox.unsubscribe();
            assertThat(Tests.taken(events)).as("it was not unsubscribed").isEmpty();
        }

        @Test
        void aHandlerGetsWhatWaited() {
            List<Object> handled = new ArrayList<>();
            Subscription s = with(Overflow.DISCONNECT, 2).onEvent(handled::add);
            for (int i = 0; i < 4; i++) {
                broker.publish(NUMBERS, i);
            }
            while (broker.stepLoop()) {
                assertThat(handled).isEmpty();
            }
            broker.runUntilIdle();

            assertThat(handled).isEqualTo(Tests.range(0, 2));
            assertThat(s.stats().handled()).isEqualTo(2);
            assertThat(s.stats().matched()).isEqualTo(3);
            assertThat(broker.stats().unrouted())
                    .as("published when nobody was left")
                    .isEqualTo(1);
            assertThat(broker.workers())
                    .as("its worker has ended, that of the log is left")
                    .hasSize(1);
        }

        @Test
        void G6_afterUnsubscribeItsHandlerIsNotCalledAnyMore() {
            Subscription s = with(Overflow.DISCONNECT, 2).onEvent(n -> {
                throw new AssertionError("called with " + n);
            });
            for (int i = 0; i < 3; i++) {
                broker.publish(NUMBERS, i);
            }
            while (broker.stepLoop()) {}
            s.unsubscribe();
            broker.runUntilIdle();

            assertThat(s.stats().abandoned()).isEqualTo(2);
            assertThat(s.stats().delivered()).isZero();
        }

        @Test
        void itsNameAndTheDefinitionOfItsTopicAreFreeAgain() {
            Inbox<Integer> first = with(Overflow.DISCONNECT, 1).inbox();
            publish(2);
            Topic<String> words = Topic.of("numbers", String.class);
            Inbox<String> second = broker.subscription(words).named("s").inbox();
            broker.publish(words, "word");
            broker.runUntilIdle();

            assertThat(second.poll()).isEqualTo("word");
            assertThat(first.poll()).isEqualTo(0);
        }

        @Test
        void G7_quiescenceAndCloseWaitForItsHandler() throws Exception {
            List<Object> handled = new ArrayList<>();
            with(Overflow.DISCONNECT, 2).onEvent(handled::add);
            for (int i = 0; i < 3; i++) {
                broker.publish(NUMBERS, i);
            }
            assertThat(broker.awaitQuiescence(Duration.ofSeconds(1))).isTrue();
            assertThat(handled).isEqualTo(Tests.range(0, 2));
            assertThat(broker.close(Duration.ofSeconds(1)).state()).isEqualTo(State.CLOSED);
        }

        @Test
        void G8_ifTheBrokerFailsWhatWaitsIsAbandoned() {
            List<Object> handled = new ArrayList<>();
            Subscription s = with(Overflow.DISCONNECT, 2).onEvent(handled::add);
            for (int i = 0; i < 3; i++) {
                broker.publish(NUMBERS, i);
            }
            while (broker.stepLoop()) {}
            isToFail = true;
            broker.runUntilIdle();

            assertThat(broker.stats().state()).isEqualTo(State.FAILED);
            assertThat(handled).isEmpty();
            assertThat(s.stats().abandoned()).isEqualTo(2);
        }

        @Test
        void aSubscriptionToBrokerEventsMayBeDisconnectedToo() {
            Inbox<BrokerEvent> small = broker.subscription(BrokerEvent.TOPIC)
                    .named("small")
                    .capacity(1)
                    .overflow(Overflow.DISCONNECT)
                    .inbox();
            assertThat(broker.inbox(NUMBERS)).isNotNull();
            assertThat(broker.inbox(NUMBERS)).isNotNull();
            broker.runUntilIdle();

            assertThat(small.stats().disconnected()).isEqualTo(1);
            assertThat(Tests.taken(small)).hasSize(1);
            assertThatThrownBy(small::poll).isInstanceOf(SubscriptionClosedException.class);
            assertThat(Tests.taken(events)).as("that makes no broker event").hasSize(4);
        }
    }
}
