package io.eventbroker;

import static io.eventbroker.Tests.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventbroker.internal.WaitSet;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Several inboxes, read as one: nothing twice, nothing left behind, nobody starved, nobody left waiting. */
class SelectTest {
    private static final Topic<Integer> NUMBERS = Topic.of("numbers", Integer.class);
    private static final Topic<String> WORDS = Topic.of("words", String.class);
    private static final Duration SECOND = Duration.ofSeconds(1);

    static int waiters(Inbox<?> inbox) throws ReflectiveOperationException {
        Field waiters = WaitSet.class.getDeclaredField("waiters");
        waiters.setAccessible(true);
        return Array.getLength(waiters.get(((PullSubscription<?>) inbox).queue.consumers));
    }

    // ---- stepped

    private final SteppedBroker broker = new SteppedBroker(BrokerConfig.defaults(), new LoopSteps());
    private final Inbox<Integer> numbers = broker.inbox(NUMBERS);
    private final Inbox<String> words = broker.inbox(WORDS);
    private final Select<Object> select = Select.of(numbers, words);

    @Test
    void eachEventIsTakenOnceAndTheEndComesWhenAllHaveEnded() throws Exception {
        broker.publish(NUMBERS, 1);
        broker.publish(WORDS, "one");
        assertThat(List.of(select.take(), select.take())).containsExactlyInAnyOrder(1, "one");
        assertThat(select.poll(SECOND)).isNull();
        broker.publish(NUMBERS, 2);
        broker.publish(WORDS, "two");
        broker.close(SECOND);

        assertThat(List.of(select.take(), select.take())).containsExactlyInAnyOrder(2, "two");
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(select::take)
                    .isInstanceOf(SubscriptionClosedException.class)
                    .hasNoCause();
            assertThatThrownBy(() -> select.poll(SECOND)).isInstanceOf(SubscriptionClosedException.class);
        }
    }

    @Test
    void oneThatEndsFirstFallsOut() throws Exception {
        broker.publish(NUMBERS, 1);
        broker.publish(NUMBERS, 2);
        numbers.unsubscribe();
        broker.publish(WORDS, "one");
        List<Object> taken = new ArrayList<>(List.of(select.take(), select.take(), select.take()));
        assertThat(taken).containsExactlyInAnyOrder(1, 2, "one");
        assertThat(select.poll(SECOND)).isNull();
        broker.publish(WORDS, "two");
        assertThat(select.take()).isEqualTo("two");
        words.unsubscribe();
        assertThatThrownBy(select::take).isInstanceOf(SubscriptionClosedException.class);
    }

    @Test
    void aDisorderlyEndOfOneIsTheCauseOfTheEndOfAll() throws Exception {
        Inbox<Integer> exact = broker.subscription(NUMBERS)
                .capacity(1)
                .overflow(Overflow.DISCONNECT)
                .inbox();
        Select<Object> both = Select.of(words, exact);
        broker.publish(NUMBERS, 1);
        broker.publish(NUMBERS, 2);
        broker.runUntilIdle();
        assertThat(both.take()).isEqualTo(1);
        assertThat(both.poll(SECOND)).as("the other goes on").isNull();
        words.unsubscribe();
        assertThatThrownBy(both::take)
                .isInstanceOf(SubscriptionClosedException.class)
                .hasCauseInstanceOf(IllegalStateException.class);
    }

    @Test
    void thoseThatHaveEventsTakeTurns() throws Exception {
        for (int i = 0; i < 50; i++) {
            broker.publish(NUMBERS, i);
        }
        for (int i = 0; i < 5; i++) {
            broker.publish(WORDS, "word " + i);
        }
        broker.runUntilIdle();
        List<Object> first = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            first.add(select.take());
        }
        assertThat(first).contains("word 0", "word 1", "word 2", "word 3", "word 4");
        assertThat(first.stream().filter(Integer.class::isInstance)).containsExactly(0, 1, 2, 3, 4, 5, 6);
    }

    @Test
    void aTimeoutIsTheBrokersTime() throws Exception {
        broker.subscribe(NUMBERS, n -> broker.publish(WORDS, "answer to " + n));
        assertThat(select.poll(SECOND)).isNull();
        assertThat(select.poll(Duration.ZERO)).isNull();
        assertThat(select.poll(SECOND.negated())).isNull();
        broker.publish(NUMBERS, 1);
        assertThat(List.of(select.take(), select.take())).containsExactlyInAnyOrder(1, "answer to 1");
        assertThatThrownBy(select::take)
                .as("nothing can bring an event")
                .isInstanceOf(IllegalStateException.class)
                .isNotInstanceOf(SubscriptionClosedException.class);
        assertThat(waiters(numbers) + waiters(words)).isZero();
    }

    @Test
    void anInterruptEndsAWaitAndKeepsItsStatusWhereNoneIsNeeded() throws Exception {
        broker.publish(NUMBERS, 1);
        broker.runUntilIdle();
        Thread.currentThread().interrupt();
        assertThat(select.take()).isEqualTo(1);
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
        assertThatThrownBy(select::take).isInstanceOf(InterruptedException.class);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThat(waiters(numbers) + waiters(words)).isZero();
    }

    // ---- misuse

    @Test
    void whatCannotBeSelectedFromIsRefused() {
        assertThatThrownBy(() -> Select.of((Inbox<Object>[]) null))
                .isInstanceOf(NullPointerException.class)
                .hasMessageContaining("inboxes");
        assertThatThrownBy(() -> Select.of(numbers, null))
                .isInstanceOf(NullPointerException.class)
                .hasMessageContaining("inbox 1 of 2");
        assertThatThrownBy(() -> Select.of())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least one");
        assertThatThrownBy(() -> select.poll(null)).isInstanceOf(NullPointerException.class);
        Inbox<?> foreign = (Inbox<?>) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Inbox.class}, (proxy, method, args) -> "foreign");
        assertThatThrownBy(() -> Select.of(foreign))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("was not made by a broker");
        try (Broker other = Broker.open()) {
            Inbox<Integer> theirs = other.inbox(NUMBERS);
            assertThatThrownBy(() -> Select.of(numbers, theirs))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("manual");
        }
    }

    // ---- threaded

    @Test
    void aWaitEndsByWhicheverInboxGetsSomething() throws Exception {
        try (Broker first = Broker.open();
                Broker second = Broker.open()) {
            Inbox<Integer> a = first.inbox(NUMBERS);
            Inbox<String> b = second.inbox(WORDS);
            Select<Object> either = Select.of(a, b);
            for (int i = 0; i < 20; i++) {
                Task<Object> taker = Task.call("taker", either::take);
                Tests.awaitParked(taker.thread());
                if (i % 2 == 0) {
                    first.publish(NUMBERS, i);
                } else {
                    second.publish(WORDS, "word " + i);
                }
                assertThat(taker.get()).isEqualTo(i % 2 == 0 ? (Object) i : "word " + i);
            }
            Task<Object> taker = Task.call("taker", either::take);
            Tests.awaitParked(taker.thread());
            first.close(PATIENCE);
            Tests.awaitParked(taker.thread());
            second.close(PATIENCE);
            assertThatThrownBy(taker::get).hasCauseInstanceOf(SubscriptionClosedException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aWaitThatEndsOtherwiseLeavesNoWaiterBehind(boolean byInterrupt) throws Exception {
        try (Broker threaded = Broker.open()) {
            Inbox<Integer> a = threaded.inbox(NUMBERS);
            Inbox<String> b = threaded.inbox(WORDS);
            Select<Object> either = Select.of(a, b, a);
            for (int i = 0; i < 200; i++) {
                if (byInterrupt) {
                    Thread.currentThread().interrupt();
                    assertThatThrownBy(either::take).isInstanceOf(InterruptedException.class);
                } else {
                    assertThat(either.poll(Duration.ofNanos(1_000))).isNull();
                }
            }
            assertThat(waiters(a) + waiters(b)).isZero();
        }
    }

    /**
     * Hazard: a signal for one inbox wakes a taker that then takes from another. Forbidden: an event that stays in its
     * inbox while somebody waits for it, one taken twice or by nobody.
     */
    @ParameterizedTest
    @CsvSource({"1,0", "2,0", "3,1", "1,3"})
    void eachEventIsTakenByOneOfThoseWhoSelectOrRead(int selectors, int readers) throws Exception {
        int perTopic = 20_000;
        int topics = 3;
        Collection<Integer> taken = new ConcurrentLinkedQueue<>();
        AtomicInteger takers = new AtomicInteger();
        try (Broker threaded = Broker.open()) {
            List<Topic<Integer>> all = IntStream.range(0, topics)
                    .mapToObj(i -> Topic.of("topic." + i, Integer.class))
                    .toList();
            List<Inbox<Integer>> inboxes = new ArrayList<>();
            all.forEach(topic ->
                    inboxes.add(threaded.subscription(topic).capacity(perTopic).inbox()));
            Select<Integer> any = Select.of(inboxes.get(0), inboxes.get(1), inboxes.get(2));
            List<Task<Boolean>> tasks = new ArrayList<>();
            for (int i = 0; i < selectors; i++) {
                tasks.add(Task.run("selector", () -> {
                    try {
                        while (true) {
                            Integer n =
                                    takers.getAndIncrement() % 5 == 0 ? any.poll(Duration.ofNanos(50_000)) : any.take();
                            if (n != null) {
                                taken.add(n);
                            }
                        }
                    } catch (SubscriptionClosedException e) {
                        assertThat(e).hasNoCause();
                    }
                }));
            }
            for (int i = 0; i < readers; i++) {
                Inbox<Integer> own = inboxes.get(i % topics);
                tasks.add(Task.run("reader", () -> own.forEach(taken::add)));
            }
            List<Task<Boolean>> publishers = new ArrayList<>();
            for (int t = 0; t < topics; t++) {
                int topic = t;
                publishers.add(Task.run("publisher", () -> {
                    Random random = new Random(topic);
                    for (int i = 0; i < perTopic; i++) {
                        threaded.publish(all.get(topic), topic * perTopic + i);
                        if (random.nextInt(50) == 0) { // so that now and then all wait
                            int sofar = i;
                            Tests.stagger(random, sofar % 7 * 300);
                        }
                    }
                }));
            }
            for (Task<Boolean> publisher : publishers) {
                assertThat(publisher.get()).isTrue();
            }
            Tests.awaitTrue("all taken while the broker is open", () -> taken.size() == topics * perTopic);
            threaded.close(PATIENCE);
            for (Task<Boolean> task : tasks) {
                assertThat(task.get()).isTrue();
            }
            for (Inbox<Integer> inbox : inboxes) {
                assertThat(waiters(inbox)).isZero();
            }
        }
        assertThat(taken).doesNotHaveDuplicates().hasSize(topics * perTopic);
    }

    private enum Took {
        THE_FIRST,
        THE_SECOND
    }

    /** A loop that stops at its next turn to route. */
    private static final class HeldSteps extends LoopSteps {
        private volatile CountDownLatch held = new CountDownLatch(0);
        private volatile CountDownLatch letGo = new CountDownLatch(0);

        void hold(Broker broker) throws InterruptedException {
            letGo = new CountDownLatch(1);
            held = new CountDownLatch(1);
            broker.publish(NOTHING, 0);
            Tests.awaitLatch(held);
        }

        @Override
        void at(Step step) {
            if (step == Step.ROUTE) {
                held.countDown();
                try {
                    Tests.awaitLatch(letGo);
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
        }
    }

    private static final Topic<Integer> NOTHING = Topic.of("nothing", Integer.class);

    /**
     * Hazard: the signal for the second inbox wakes who selects, who then takes from the first. Forbidden: that a reader
     * of the second, who was not signalled, goes on waiting.
     */
    @Test
    void aSignalForWhatWasNotTakenIsPassedOn() throws Exception {
        HeldSteps steps = new HeldSteps();
        try (Broker threaded = ActiveBroker.open(BrokerConfig.defaults(), steps)) {
            Inbox<Integer> first = threaded.inbox(NUMBERS);
            Inbox<String> second = threaded.inbox(WORDS);
            Tests.race("select", Took.class, 20, () -> {
                Select<Object> either =
                        ThreadLocalRandom.current().nextBoolean() ? Select.of(first, second) : Select.of(second, first);
                Task<Object> selector = Task.call("selector", either::take);
                Tests.awaitParked(selector.thread());
                Task<String> reader = Task.call("reader", second::take);
                Tests.awaitParked(reader.thread());
                steps.hold(threaded);
                threaded.publish(WORDS, "word");
                threaded.publish(NUMBERS, 1);
                steps.letGo.countDown();

                if (selector.get() instanceof Integer) {
                    assertThat(reader.get()).isEqualTo("word");
                    return Took.THE_FIRST;
                }
                assertThat(first.take()).isEqualTo(1);
                threaded.publish(WORDS, "another");
                assertThat(reader.get()).isEqualTo("another");
                return Took.THE_SECOND;
            });
        }
    }
}
