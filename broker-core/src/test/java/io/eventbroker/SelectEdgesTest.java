package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Selecting from what else can be read: messages, patterns, inboxes with policies, and with readers that are stopped. */
class SelectEdgesTest {
    private static final Topic<Integer> NUMBERS =
            Topic.of("numbers", Integer.class).keyedBy(n -> n % 10).retaining(3);
    private static final Topic<String> WORDS = Topic.of("words", String.class);
    private static final Duration SECOND = Duration.ofSeconds(1);

    @Test
    void messagesTellTheirGapsAlsoThroughASelection() throws Exception {
        try (ManualBroker broker = Broker.manual(BrokerConfig.defaults().withDefaultCapacity(2))) {
            Inbox<Message<Integer>> numbers = broker.subscription(NUMBERS).messageInbox();
            Inbox<Message<Integer>> any = broker.subscription(TopicPattern.of(">", Integer.class))
                    .overflow(Overflow.DROP_OLDEST)
                    .messageInbox();
            Select<Message<Integer>> select = Select.of(numbers, any);
            for (int i = 0; i < 5; i++) {
                broker.publish(NUMBERS, i);
            }
            broker.runUntilIdle();
            List<String> seen = new ArrayList<>();
            for (Message<Integer> m = select.poll(SECOND); m != null; m = select.poll(SECOND)) {
                seen.add(m.event() + " after " + m.missedBefore());
            }
            assertThat(seen).containsExactlyInAnyOrder("0 after 0", "1 after 0", "3 after 3", "4 after 0");
            broker.publish(NUMBERS, 5);
            assertThat(select.take().missedBefore() + select.take().missedBefore())
                    .isEqualTo(3);
        }
    }

    @Test
    void theOldAndTheConflatedAreSelectedLikeAnyOther() throws Exception {
        try (ManualBroker broker = Broker.manual()) {
            for (int i = 0; i < 5; i++) {
                broker.publish(NUMBERS, i);
            }
            Inbox<Integer> conflated = broker.subscription(NUMBERS)
                    .overflow(Overflow.CONFLATE)
                    .replayRetained()
                    .inbox();
            Select<Object> select = Select.of(broker.inbox(WORDS), conflated);
            broker.publish(NUMBERS, 13);
            broker.runUntilIdle();
            assertThat(List.of(select.take(), select.take(), select.take())).containsExactly(2, 13, 4);
            broker.publish(NUMBERS, 23);
            assertThat(select.take()).isEqualTo(23);
            assertThat(select.poll(SECOND)).isNull();
        }
    }

    /** Publishers that wait for room in an inbox go on when it is read by a selection. */
    @Test
    void takingFromASelectionMakesRoom() throws Exception {
        try (Broker broker = Broker.open()) {
            Inbox<Integer> tight = broker.subscription(NUMBERS)
                    .capacity(1)
                    .overflow(Overflow.BACKPRESSURE)
                    .inbox();
            Select<Object> select = Select.of(tight, broker.inbox(WORDS));
            Task<Boolean> publisher = Task.run("publisher", () -> {
                for (int i = 0; i < 500; i++) {
                    broker.publish(NUMBERS, i);
                }
            });
            for (int i = 0; i < 500; i++) {
                assertThat(select.take()).isEqualTo(i);
            }
            assertThat(publisher.get()).isTrue();
            assertThat(tight.stats().dropped()).isZero();
        }
    }

    /** Of those that have events, each is served at least once in as many turns as there are inboxes. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 7})
    void nobodyWaitsLongerThanOneRound(int inboxes) throws Exception {
        try (ManualBroker broker = Broker.manual()) {
            List<Topic<String>> topics = IntStream.range(0, inboxes)
                    .mapToObj(i -> Topic.of("topic." + i, String.class))
                    .toList();
            List<Inbox<String>> all = topics.stream().map(broker::inbox).toList();
            @SuppressWarnings("unchecked")
            Select<String> select = Select.of((Inbox<String>[]) all.toArray(new Inbox<?>[0]));
            Set<String> ready = new HashSet<>();
            for (int t = 0; t < inboxes; t += 2) { // every other one has events
                ready.add(topics.get(t).name());
                for (int i = 0; i < 100; i++) {
                    broker.publish(topics.get(t), topics.get(t).name());
                }
            }
            broker.runUntilIdle();
            for (int round = 0; round < 10; round++) {
                Set<String> served = new HashSet<>();
                for (int i = 0; i < inboxes; i++) {
                    served.add(select.take());
                }
                assertThat(served).isEqualTo(ready);
            }
        }
    }

    /** Hazard: a waiter is interrupted as it is signalled. Forbidden: a waiter left behind, an event that nobody gets. */
    @Test
    void anInterruptOfAWaitLeavesNoWaiterAndNoEventBehind() throws Exception {
        try (Broker broker = Broker.open()) {
            Inbox<Integer> numbers = broker.inbox(NUMBERS);
            Inbox<String> words = broker.inbox(WORDS);
            Select<Object> select = Select.of(numbers, words);
            int rounds = 100;
            ConcurrentLinkedQueue<Object> taken = new ConcurrentLinkedQueue<>();
            Task<Boolean> steady = Task.run("reader", () -> words.forEach(taken::add));
            for (int i = 0; i < rounds; i++) {
                int published = i;
                Tests.awaitTrue("all taken", () -> taken.size() == published);
                Task<Boolean> hasty = Task.run("hasty", () -> {
                    try {
                        taken.add(select.take());
                    } catch (InterruptedException e) {
                        // the reader gets it
                    }
                });
                Tests.awaitParked(hasty.thread());
                broker.publish(WORDS, "word " + i);
                hasty.thread().interrupt();
                assertThat(hasty.get()).isTrue();
            }
            Tests.awaitTrue("all taken in the end", () -> taken.size() == rounds);
            words.unsubscribe();
            assertThat(steady.get()).isTrue();
            assertThat(taken).doesNotHaveDuplicates();
            assertThat(SelectTest.waiters(numbers) + SelectTest.waiters(words)).isZero();
        }
    }

    @Test
    void anInboxClosedUnderAWaitFallsOutAndTheLastOneEndsTheWait() throws Exception {
        try (Broker broker = Broker.open()) {
            Inbox<Integer> numbers = broker.inbox(NUMBERS);
            Inbox<String> words = broker.inbox(WORDS);
            Task<Object> waiter =
                    Task.call("waiter", () -> Select.of(numbers, words).take());
            Tests.awaitParked(waiter.thread());
            numbers.close();
            Tests.awaitParked(waiter.thread());
            assertThat(waiter.isDone()).isFalse();
            words.close();
            assertThatThrownBy(waiter::get).hasCauseInstanceOf(SubscriptionClosedException.class);
            assertThat(SelectTest.waiters(numbers) + SelectTest.waiters(words)).isZero();
        }
    }
}
