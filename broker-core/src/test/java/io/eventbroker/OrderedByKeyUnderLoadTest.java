package io.eventbroker;

import static io.eventbroker.Tests.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Order by key, with threads: judged by values that increase per key, and by who is inside the handler. */
@ExtendWith(LossesUnlogged.class)
class OrderedByKeyUnderLoadTest {
    private record Item(int key, int value) {}

    private static final Topic<Item> ITEMS = Topic.of("items", Item.class).keyedBy(Item::key);
    private static final int PUBLISHERS = 2;
    private static final int COUNT_EACH = 20_000;

    /** Watches the handler calls of each key. */
    private static final class Watch implements Handler<Item> {
        private final int keys;
        private final AtomicIntegerArray inside;

        /** The last value of each key. Plain: what a worker wrote its next call must see. */
        private final int[] last;

        private final Map<Integer, Set<Thread>> threads = new ConcurrentHashMap<>();
        private final List<String> violations = new ArrayList<>();
        private final AtomicInteger handled = new AtomicInteger();
        private final AtomicInteger failed = new AtomicInteger();

        Watch(int keys) {
            this.keys = keys;
            inside = new AtomicIntegerArray(keys);
            last = new int[keys];
        }

        @Override
        public void handle(Item item) {
            int key = item.key();
            if (inside.incrementAndGet(key) != 1) {
                violate("two inside with " + item);
            }
            threads.computeIfAbsent(key, k -> ConcurrentHashMap.newKeySet()).add(Thread.currentThread());
            if (item.value() <= last[key]) {
                violate(item + " after " + last[key]);
            }
            last[key] = item.value();
            if (item.value() % 64 == 0) {
                Thread.yield();
            }
            inside.decrementAndGet(key);
            if (item.value() % 5 == 0) {
                failed.incrementAndGet();
                throw new IllegalStateException("on purpose");
            }
            handled.incrementAndGet();
        }

        private synchronized void violate(String what) {
            violations.add(what);
        }

        void assertNoViolation() {
            assertThat(violations).isEmpty();
            assertThat(threads)
                    .allSatisfy((key, by) ->
                            assertThat(by).as("workers of key %d", key).hasSize(1));
            assertThat(threads.keySet()).hasSizeLessThanOrEqualTo(keys);
        }

        int delivered() {
            return handled.get() + failed.get();
        }
    }

    /** Each publisher has keys of its own, and increases the value of each. */
    private static void publish(Broker broker, int keys) throws Exception {
        List<Task<Boolean>> publishers = new ArrayList<>();
        for (int p = 0; p < PUBLISHERS; p++) {
            int first = p;
            publishers.add(Task.run("publisher", () -> {
                Random random = new Random(first);
                int own = (keys - first + PUBLISHERS - 1) / PUBLISHERS;
                for (int value = 1; value <= COUNT_EACH; value++) {
                    broker.publish(ITEMS, new Item(first + PUBLISHERS * random.nextInt(own), value));
                    if (random.nextInt(64) == 0) {
                        Tests.stagger(random, 2_000);
                    }
                }
            }));
        }
        for (Task<Boolean> publisher : publishers) {
            assertThat(publisher.get()).isTrue();
        }
    }

    private static Broker open() {
        return Broker.open(BrokerConfig.defaults().withRingSize(64));
    }

    @ParameterizedTest
    @CsvSource({
        "BACKPRESSURE,16,4,16",
        "BACKPRESSURE,1,3,5",
        "BACKPRESSURE,64,64,2",
        "DROP_OLDEST,8,4,16",
        "DROP_OLDEST,1,2,7",
        "DROP_NEWEST,8,4,16",
        "CONFLATE,8,4,16",
        "DROP_OLDEST,4,64,2"
    })
    void eachKeyIsHandledInOrderByOneWorkerAlsoIfHandlersFail(Overflow policy, int capacity, int workers, int keys)
            throws Exception {
        Watch watch = new Watch(keys);
        Subscription subscription;
        BrokerStats report;
        try (Broker broker = open()) {
            subscription = broker.subscription(ITEMS)
                    .capacity(capacity)
                    .overflow(policy)
                    .concurrency(workers)
                    .orderedByKey()
                    .onEvent(watch);
            publish(broker, keys);
            report = broker.close(PATIENCE);
        }
        watch.assertNoViolation();
        int count = PUBLISHERS * COUNT_EACH;
        assertThat(report.accepted()).isEqualTo(count);
        SubscriptionStats stats = subscription.stats();
        assertThat(stats.handled()).isEqualTo(watch.handled.get());
        assertThat(stats.failed()).isEqualTo(watch.failed.get()).isPositive();
        assertThat(stats.dropped()).isEqualTo(count - watch.delivered());
        assertThat(stats.abandoned() + stats.queued() + stats.inHand()).isZero();
        if (policy == Overflow.BACKPRESSURE) {
            assertThat(watch.delivered()).isEqualTo(count);
        }
    }

    /** Hazard: the worker of a key sleeps, and another is woken. */
    @Test
    void eachMessageWakesTheWorkerOfItsKey() throws Exception {
        int workers = 5;
        Random random = new Random(1);
        AtomicInteger handled = new AtomicInteger();
        try (Broker broker = open()) {
            Subscription subscription = broker.subscription(ITEMS)
                    .concurrency(workers)
                    .orderedByKey()
                    .onEvent(item -> handled.incrementAndGet());
            int published = 0;
            for (int round = 0; round < 1_000; round++) {
                for (int i = random.nextInt(3); i >= 0; i--) {
                    broker.publish(ITEMS, new Item(random.nextInt(50), ++published));
                }
                int sum = published;
                Tests.awaitTrue("handled", () -> handled.get() == sum);
            }
            assertThat(subscription.stats().dropped()).isZero();
        }
    }

    @Test
    void aStuckWorkerDoesNotHoldUpOtherKeys() throws Exception {
        int keys = 64;
        Set<Integer> seen = ConcurrentHashMap.newKeySet();
        Map<Integer, Thread> workerOf = new ConcurrentHashMap<>();
        try (Broker broker = open();
                Gate gate = new Gate()) {
            Subscription subscription = broker.subscription(ITEMS)
                    .capacity(1_000)
                    .concurrency(3)
                    .orderedByKey()
                    .onEvent(item -> {
                        workerOf.put(item.key(), Thread.currentThread());
                        if (item.value() == 2 && item.key() == 0) {
                            gate.hold();
                        }
                        seen.add(item.key() * 100 + item.value());
                    });
            for (int key = 0; key < keys; key++) {
                broker.publish(ITEMS, new Item(key, 1));
            }
            Tests.awaitQuiet(broker);
            assertThat(new HashSet<>(workerOf.values())).hasSize(3);
            broker.publish(ITEMS, new Item(0, 2));
            gate.awaitEntered();
            Thread stuck = workerOf.get(0);
            List<Integer> free = new ArrayList<>();
            for (int value = 2; value < 12; value++) {
                for (int key = 1; key < keys; key++) {
                    broker.publish(ITEMS, new Item(key, value));
                    if (!workerOf.get(key).equals(stuck)) {
                        free.add(key * 100 + value);
                    }
                }
            }
            assertThat(free).isNotEmpty();
            Tests.awaitTrue("the others handled", () -> seen.containsAll(free));
            assertThat(subscription.stats().inHand()).isEqualTo(1);
            gate.open();
            Tests.awaitQuiet(broker);
            assertThat(seen).hasSize(keys + 1 + 10 * (keys - 1));
            assertThat(subscription.stats().dropped()).isZero();
        }
    }

    /** What was published is in hand, handled or abandoned, while workers are stuck and after that. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theLawHoldsAtAnEndWithStuckWorkers(boolean isClosed) throws Exception {
        int waiting = 40;
        AtomicInteger calls = new AtomicInteger();
        CountDownLatch entered = new CountDownLatch(2);
        Broker broker = open();
        try (Gate gate = new Gate()) {
            Set<Thread> stuck = ConcurrentHashMap.newKeySet();
            Map<Integer, Thread> workerOf = new ConcurrentHashMap<>();
            Subscription subscription = broker.subscription(ITEMS)
                    .capacity(1_000)
                    .concurrency(4)
                    .orderedByKey()
                    .onEvent(item -> {
                        workerOf.put(item.key(), Thread.currentThread());
                        calls.incrementAndGet();
                        if (item.value() > 1 && stuck.add(Thread.currentThread())) {
                            entered.countDown();
                            gate.holdStubbornly();
                        }
                    });
            for (int key = 0; key < 32; key++) {
                broker.publish(ITEMS, new Item(key, 1));
            }
            Tests.awaitQuiet(broker);
            int one = 0;
            int two = 1;
            while (workerOf.get(two).equals(workerOf.get(one))) {
                two++;
            }
            for (int i = 0; i < waiting / 2; i++) {
                broker.publish(ITEMS, new Item(one, 2 + i));
                broker.publish(ITEMS, new Item(two, 2 + i));
            }
            Tests.awaitLatch(entered);
            int published = 32 + waiting;
            if (isClosed) {
                SubscriptionStats report =
                        broker.close(Duration.ofMillis(200)).subscriptions().get(0);
                assertThat(report.stuck()).isTrue();
                assertThat(report.inHand()).isEqualTo(2);
                assertThat(report.abandoned()).isEqualTo(waiting - 2);
                assertLaw(report, published);
            } else {
                subscription.unsubscribe();
                SubscriptionStats meanwhile = subscription.stats();
                assertThat(meanwhile.inHand()).isEqualTo(2);
                assertThat(meanwhile.queued() + meanwhile.abandoned()).isEqualTo(waiting - 2);
                assertLaw(meanwhile, published);
            }
            assertThat(calls).hasValue(32 + 2);
            gate.open();
            Tests.awaitTrue("ended", () -> subscription.stats().handled() == 32 + 2);
            Tests.awaitTrue("abandoned", () -> subscription.stats().abandoned() == waiting - 2);
            assertLaw(subscription.stats(), published);
            assertThat(calls).as("none after the end").hasValue(32 + 2);
        } finally {
            broker.close();
        }
    }

    private static void assertLaw(SubscriptionStats stats, int published) {
        assertThat(stats.matched()).isEqualTo(published);
        assertThat(stats.delivered() + stats.dropped() + stats.abandoned() + stats.queued() + stats.inHand())
                .isEqualTo(published);
        assertThat(stats.dropped()).isZero();
    }

    /** An end comes while workers handle: none goes on after that, and each message has one end. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anEndUnderLoadLosesNoCount(boolean isClosed) throws Exception {
        Tests.repeat(15, () -> {
            Watch watch = new Watch(8);
            Broker broker = open();
            Subscription subscription = broker.subscription(ITEMS)
                    .capacity(32)
                    .overflow(Overflow.DROP_OLDEST)
                    .concurrency(3)
                    .orderedByKey()
                    .onEvent(watch);
            AtomicInteger accepted = new AtomicInteger();
            Task<Boolean> publisher = Task.run("publisher", () -> {
                try {
                    for (int value = 1; value <= 3_000; value++) {
                        broker.publish(ITEMS, new Item(value % 8, value));
                        accepted.incrementAndGet();
                    }
                } catch (BrokerClosedException e) {
                    assertThat(isClosed).isTrue();
                }
            });
            Tests.awaitTrue("some", () -> watch.delivered() > 100);
            if (isClosed) {
                assertThat(broker.close(Duration.ZERO).state()).isEqualTo(BrokerStats.State.CLOSED);
            } else {
                subscription.unsubscribe();
            }
            publisher.get();
            Tests.awaitTrue("workers ended", () -> {
                SubscriptionStats now = subscription.stats();
                return now.queued() == 0 && now.inHand() == 0 && now.delivered() == watch.delivered();
            });
            SubscriptionStats stats = subscription.stats();
            watch.assertNoViolation();
            assertThat(stats.matched()).isEqualTo(watch.delivered() + stats.dropped() + stats.abandoned());
            assertThat(stats.matched()).isLessThanOrEqualTo(accepted.get());
            broker.close();
        });
    }
}
