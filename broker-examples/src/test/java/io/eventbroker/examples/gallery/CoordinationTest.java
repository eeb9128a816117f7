package io.eventbroker.examples.gallery;

import static io.eventbroker.examples.gallery.Contention.PATIENCE;
import static io.eventbroker.examples.gallery.Contention.assertNoThreadLeft;
import static io.eventbroker.examples.gallery.Contention.together;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.eventbroker.Broker;
import io.eventbroker.Overflow;
import io.eventbroker.Topic;
import java.io.IOException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The examples in which threads wait for each other: for tasks to end, for a value to be made, for a gate to open. */
class CoordinationTest {
    @Test
    void aWaitGroupWaitsForTasksThatStartTasks() throws Exception {
        assertNoThreadLeft(() -> {
            ExecutorService threads = Executors.newFixedThreadPool(8);
            try {
                for (int round = 0; round < 50; round++) {
                    WaitGroup group = new WaitGroup(threads);
                    AtomicInteger alive = new AtomicInteger();
                    int[] leaves = new int[256]; // plain: await makes them visible
                    group.go(() -> divide(group, leaves, 0, leaves.length, alive));
                    together(3, index -> {
                        group.await();
                        assertThat(alive).as("begun and not ended").hasValue(0);
                        assertThat(leaves).containsOnly(1);
                    });
                }
            } finally {
                threads.shutdown();
            }
        });
    }

    private static void divide(WaitGroup group, int[] leaves, int from, int to, AtomicInteger alive) {
        alive.incrementAndGet();
        if (to - from == 1) {
            leaves[from]++;
        } else {
            int middle = (from + to) / 2;
            group.go(() -> divide(group, leaves, from, middle, alive));
            group.go(() -> divide(group, leaves, middle, to, alive));
        }
        alive.decrementAndGet();
    }

    @Test
    void aWaitGroupCountsAFailureAndARefusalAsEndedAndServesAgain() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2, task -> {
            Thread thread = new Thread(task);
            thread.setUncaughtExceptionHandler((t, e) -> {}); // it is thrown on purpose
            return thread;
        });
        WaitGroup group = new WaitGroup(threads);
        group.await(); // nothing to wait for
        AtomicInteger done = new AtomicInteger();
        for (int round = 1; round <= 3; round++) {
            group.go(() -> {
                throw new IllegalStateException("on purpose");
            });
            group.go(done::incrementAndGet);
            group.await();
            assertThat(done).hasValue(round);
        }
        threads.shutdown();
        assertThatExceptionOfType(RejectedExecutionException.class).isThrownBy(() -> group.go(() -> {}));
        group.await();
    }

    @Test
    void whatIsMadeOnceIsMadeOnceAndSharedOrItsFailureIs() throws Exception {
        for (int round = 0; round < 100; round++) {
            AtomicInteger made = new AtomicInteger();
            Once<int[]> once = new Once<>(() -> {
                made.incrementAndGet();
                Thread.yield();
                return new int[] {42};
            });
            Once<int[]> broken = new Once<>(() -> {
                made.incrementAndGet();
                throw new IOException("no table");
            });
            assertThat(made).as("before it is needed").hasValue(0);
            Set<Object> seen = Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));
            together(8, index -> {
                int[] value = once.get();
                assertThat(value).containsExactly(42);
                seen.add(value);
                assertThatExceptionOfType(ExecutionException.class)
                        .isThrownBy(broken::get)
                        .withCauseInstanceOf(IOException.class);
            });
            assertThat(made).hasValue(2);
            assertThat(seen).hasSize(1);
        }
    }

    @Test
    void nobodyPassesAShutGateAndAllPassWhenItOpens() throws Exception {
        Topic<Integer> orders = Topic.of("orders", Integer.class);
        int workers = 6;
        ConditionGate gate = new ConditionGate();
        AtomicInteger passed = new AtomicInteger();
        try (Broker broker = Broker.open()) {
            var subscription = broker.subscription(orders)
                    .concurrency(workers)
                    .overflow(Overflow.BACKPRESSURE)
                    .onEvent(gate.before(order -> passed.incrementAndGet()));
            for (int round = 1; round <= 20; round++) {
                gate.shut();
                for (int i = 0; i < workers; i++) {
                    broker.publish(orders, i);
                }
                await().atMost(PATIENCE).until(() -> subscription.stats().inHand() == workers); // all are at the gate
                assertThat(passed).hasValue((round - 1) * workers);
                gate.open();
                assertThat(broker.awaitQuiescence(PATIENCE)).isTrue();
                assertThat(passed).hasValue(round * workers);
            }
        }
    }

    @Test
    void aGateThatIsShutAndOpenedAllTheTimeLetsEveryonePassInTheEnd() throws Exception {
        ConditionGate gate = new ConditionGate();
        AtomicInteger running = new AtomicInteger(4);
        together(5, index -> {
            if (index == 4) {
                while (running.get() > 0) {
                    gate.shut();
                    gate.open();
                }
                return;
            }
            for (int i = 0; i < 2_000; i++) {
                gate.pass();
            }
            running.decrementAndGet();
        });
    }
}
