package io.eventbroker;

import static io.eventbroker.Tests.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The workers of push subscriptions: how many, what they are, and that none sleeps beside an event. */
class WorkersTest {
    private static final Topic<Integer> NUMBERS = Topic.of("numbers", Integer.class);

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 8, 64})
    void allWorkersRunAtOnce(int workers) throws Exception {
        CyclicBarrier all = new CyclicBarrier(workers);
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        try (Broker broker = Broker.open(BrokerConfig.defaults().withCloseTimeout(PATIENCE))) {
            Subscription pool = broker.subscription(NUMBERS)
                    .capacity(3 * workers)
                    .concurrency(workers)
                    .onEvent(n -> {
                        threads.add(Thread.currentThread());
                        Tests.meet(all);
                    });
            for (int i = 0; i < 3 * workers; i++) {
                broker.publish(NUMBERS, i);
            }
            Tests.awaitQuiet(broker);
            assertThat(pool.stats().handled()).isEqualTo(3 * workers);
        }
        assertThat(threads).hasSize(workers);
    }

    @Test
    void neverMoreCallsThanWorkers() throws Exception {
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        try (Broker broker = Broker.open(BrokerConfig.defaults().withDefaultCapacity(20_000))) {
            for (int workers : new int[] {1, 2}) {
                running.set(0);
                most.set(0);
                Subscription pool = broker.subscription(NUMBERS)
                        .concurrency(workers)
                        .onEvent(n -> {
                            most.accumulateAndGet(running.incrementAndGet(), Math::max);
                            Thread.yield();
                            running.decrementAndGet();
                        });
                for (int i = 0; i < 10_000; i++) {
                    broker.publish(NUMBERS, i);
                }
                Tests.awaitQuiet(broker);
                pool.unsubscribe();
                assertThat(most.get()).isBetween(1, workers);
            }
        }
    }

    /** From idle, one to n events: each needs a worker of its own, or the barrier in the handlers never trips. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void noWakeUpIsLost(boolean defaultThreads) throws Exception {
        int workers = 3;
        Random random = new Random(3);
        BrokerConfig config = BrokerConfig.defaults();
        try (Broker broker = Broker.open(defaultThreads ? config : config.withThreadFactory(Tests.platformThreads()))) {
            List<CyclicBarrier> parties = List.of(new CyclicBarrier(1), new CyclicBarrier(2), new CyclicBarrier(3));
            Subscription pool =
                    broker.subscription(NUMBERS).concurrency(workers).onEvent(n -> Tests.meet(parties.get(n - 1)));
            Tests.repeat(2_000, () -> {
                int events = 1 + random.nextInt(workers);
                for (int i = 0; i < events; i++) {
                    broker.publish(NUMBERS, events);
                    Tests.stagger(random, 300);
                }
                Tests.awaitQuiet(broker);
                Tests.stagger(random, 3_000);
            });
            assertThat(pool.stats().failed()).isZero();
        }
    }

    @Test
    void workersBearTheNameOfTheirSubscription() throws Exception {
        Set<String> names = ConcurrentHashMap.newKeySet();
        for (BrokerConfig config :
                List.of(BrokerConfig.defaults(), BrokerConfig.defaults().withThreadFactory(Tests.platformThreads()))) {
            names.clear();
            try (Broker broker = Broker.open(config)) {
                CyclicBarrier all = new CyclicBarrier(3);
                broker.subscription(NUMBERS)
                        .named("billing")
                        .onEvent(n -> names.add(Thread.currentThread().getName()));
                broker.subscription(NUMBERS).named("mail").concurrency(3).onEvent(n -> {
                    names.add(Thread.currentThread().getName());
                    Tests.meet(all);
                });
                for (int i = 0; i < 3; i++) {
                    broker.publish(NUMBERS, i);
                }
                Tests.awaitQuiet(broker);
            }
            assertThat(names).filteredOn(name -> name.contains("billing")).hasSize(1);
            assertThat(names).filteredOn(name -> name.contains("mail")).isNotEmpty();
            assertThat(names).allMatch(name -> name.contains("billing") || name.contains("mail"));
        }
    }

    @Test
    void defaultWorkersAreVirtualWhereTheJvmHasThem() throws Exception {
        assumeTrue(Tests.HAS_VIRTUAL_THREADS, "virtual threads");
        Set<String> workers = ConcurrentHashMap.newKeySet();
        try (Broker broker = Broker.open()) {
            broker.subscription(NUMBERS)
                    .concurrency(2)
                    .onEvent(n -> workers.add(Thread.currentThread().toString()));
            broker.publish(NUMBERS, 1);
            Tests.awaitQuiet(broker);
        }
        assertThat(workers).isNotEmpty().allMatch(worker -> worker.startsWith("VirtualThread"));
    }

    @Test
    void defaultWorkersAreDaemonsThatInheritNothing() throws Exception {
        InheritableThreadLocal<String> inheritable = new InheritableThreadLocal<>();
        inheritable.set("of the subscriber");
        try (Broker broker = Broker.open()) {
            List<Object> seen = new ArrayList<>();
            broker.subscribe(NUMBERS, n -> {
                seen.add(Thread.currentThread().isDaemon());
                seen.add(String.valueOf(inheritable.get()));
            });
            broker.publish(NUMBERS, 1);
            Tests.awaitQuiet(broker);
            assertThat(seen).containsExactly(true, "null");
        } finally {
            inheritable.remove();
        }
    }

    @Test
    void aGivenFactoryMakesTheWorkersAndNothingElse() throws Exception {
        List<Thread> made = new ArrayList<>();
        Set<Thread> used = ConcurrentHashMap.newKeySet();
        ThreadFactory factory = task -> {
            Thread thread = new Thread(task);
            made.add(thread);
            return thread;
        };
        try (Broker broker = Broker.open(BrokerConfig.defaults().withThreadFactory(factory))) {
            assertThat(made).isEmpty();
            Inbox<Integer> inbox = broker.inbox(NUMBERS);
            assertThat(made).isEmpty();
            CyclicBarrier both = new CyclicBarrier(2);
            broker.subscription(NUMBERS).concurrency(2).onEvent(n -> {
                used.add(Thread.currentThread());
                Tests.meet(both);
            });
            assertThat(made).hasSize(2);
            broker.publish(NUMBERS, 1);
            broker.publish(NUMBERS, 2);
            Tests.awaitQuiet(broker);
            assertThat(used).containsExactlyInAnyOrderElementsOf(made);
            assertThat(inbox.stats().matched()).isEqualTo(2);
        }
    }

    /** The second of three workers cannot be had: the subscription must not exist, nor leave a worker behind. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aFactoryThatFailsLeavesNothingBehind(boolean byException) throws Exception {
        List<Thread> made = new ArrayList<>();
        ThreadFactory factory = task -> {
            if (made.size() == 1) {
                if (byException) {
                    throw new IllegalStateException("no more threads");
                }
                return null;
            }
            Thread thread = new Thread(task);
            made.add(thread);
            return thread;
        };
        try (Broker broker = Broker.open(BrokerConfig.defaults().withThreadFactory(factory))) {
            assertThatThrownBy(() -> broker.subscription(NUMBERS)
                            .named("x")
                            .concurrency(3)
                            .onEvent(n -> {}))
                    .isInstanceOf(RuntimeException.class)
                    .hasStackTraceContaining(byException ? "no more threads" : "null");
            assertNothingLeft(broker, made);
        }
    }

    @Test
    void aThreadThatCannotBeStartedLeavesNothingBehind() throws Exception {
        List<Thread> made = new ArrayList<>();
        ThreadFactory factory = task -> {
            Thread thread = made.size() == 1
                    ? new Thread(task) {
                        @Override
                        public void start() {
                            throw new OutOfMemoryError("unable to create native thread");
                        }
                    }
                    : new Thread(task);
            made.add(thread);
            return thread;
        };
        try (Broker broker = Broker.open(BrokerConfig.defaults().withThreadFactory(factory))) {
            assertThatThrownBy(() -> broker.subscription(NUMBERS)
                            .named("x")
                            .concurrency(3)
                            .onEvent(n -> {}))
                    .hasStackTraceContaining("unable to create native thread");
            assertNothingLeft(broker, made);
        }
    }

    /** What was started too early ends: it serves a subscription that does not exist. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void aThreadThatWasStartedBeforeEndsAndLeavesNothingBehind(int workers) throws Exception {
        List<Thread> made = new ArrayList<>();
        ThreadFactory factory = task -> {
            Thread thread = new Thread(task);
            made.add(thread);
            thread.start();
            return thread;
        };
        try (Broker broker = Broker.open(BrokerConfig.defaults().withThreadFactory(factory))) {
            assertThatThrownBy(() -> broker.subscription(NUMBERS)
                            .named("x")
                            .concurrency(workers)
                            .onEvent(n -> {}))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("started before");
            assertNothingLeft(broker, made);
        }
    }

    /** The second start fails, because the first worker runs on the same thread. */
    @Test
    void oneThreadForSeveralWorkersIsRefused() throws Exception {
        List<Thread> made = new ArrayList<>();
        ThreadFactory factory = task -> {
            if (made.isEmpty()) {
                made.add(new Thread(task));
            }
            return made.get(0);
        };
        try (Broker broker = Broker.open(BrokerConfig.defaults().withThreadFactory(factory))) {
            assertThatThrownBy(() -> broker.subscription(NUMBERS)
                            .named("x")
                            .concurrency(2)
                            .onEvent(n -> {}))
                    .isInstanceOf(IllegalThreadStateException.class);
            assertNothingLeft(broker, made);
        }
    }

    private static void assertNothingLeft(Broker broker, List<Thread> made) throws Exception {
        assertThat(broker.stats().subscriptions()).isEmpty();
        broker.publish(NUMBERS, 1);
        Tests.awaitQuiet(broker);
        assertThat(broker.stats().unrouted()).isEqualTo(1);
        made.forEach(Tests::awaitDead);
        // the name and the topic's definition are free
        Topic<String> redefined = Topic.of(NUMBERS.name(), String.class);
        Inbox<String> heir = broker.subscription(redefined).named("x").inbox();
        broker.publish(redefined, "y");
        assertThat(heir.take()).isEqualTo("y");
    }
}
