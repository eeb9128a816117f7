package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What the tests share: patience, awaited conditions, races that repeat until each outcome has occurred. */
final class Tests {
    /** How long to wait for what must happen. */
    static final Duration PATIENCE = Duration.ofSeconds(Integer.getInteger("patience", 40));

    static final boolean HAS_VIRTUAL_THREADS = Runtime.version().feature() >= 21;

    /** How long a race may go on before the absence of an outcome is a failure. */
    private static final Duration RACE_LIMIT = Duration.ofSeconds(60);

    /** Raised by hand to search for rare interleavings. */
    private static final int RACE_FACTOR = Integer.getInteger("races", 1);

    private Tests() {}

    @FunctionalInterface
    interface Body {
        void run() throws Exception;
    }

    static void awaitLatch(CountDownLatch latch) throws InterruptedException {
        assertThat(latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .as("reached within %s", PATIENCE)
                .isTrue();
    }

    static void awaitTrue(String what, Callable<Boolean> condition) {
        await(what)
                .pollInSameThread()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .atMost(PATIENCE)
                .until(condition);
    }

    static void awaitState(Broker broker, BrokerStats.State state) {
        awaitTrue("state " + state, () -> broker.stats().state() == state);
    }

    static void awaitQuiet(Broker broker) throws InterruptedException {
        assertThat(broker.awaitQuiescence(PATIENCE)).as("quiet").isTrue();
    }

    /** What was published has been routed, and what that led to was done, too. */
    static void awaitRouted(Broker broker) {
        broker.inbox(Topic.of("tests.nobody", Object.class)).close(); // commands are carried out after all that
    }

    /** The thread parked, for as long as it takes; for threads that park only where the test wants them. */
    static void awaitParked(Thread thread) {
        awaitTrue(thread + " parked", () -> {
            Thread.State state = thread.getState();
            assertThat(state).as("state of %s", thread).isNotEqualTo(Thread.State.TERMINATED);
            return state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING;
        });
    }

    static void awaitDead(Thread thread) {
        awaitTrue(thread + " dead", () -> !thread.isAlive());
    }

    /** Nothing keeps the referents alive. */
    static void awaitCollected(String what, WeakReference<?>... probes) {
        awaitTrue(what + " collected", () -> {
            System.gc();
            return Stream.of(probes).allMatch(probe -> probe.refersTo(null));
        });
    }

    /** All parties leave together, as far as the machine can. */
    static void meet(CyclicBarrier barrier) throws InterruptedException {
        try {
            barrier.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (BrokenBarrierException | TimeoutException e) {
            throw new AssertionError("a party of the race is missing", e);
        }
    }

    /** Burns a random, short time, so that a race is tried at all offsets. */
    static void stagger(Random random, int most) {
        for (int i = random.nextInt(most + 1); i > 0; i--) {
            Thread.onSpinWait();
        }
    }

    /** Runs a race until it has ended in each way, and at least so many times; prints how often. */
    static <O extends Enum<O>> void race(String name, Class<O> outcomes, int rounds, Callable<O> round)
            throws Exception {
        Map<O, Integer> counts = new EnumMap<>(outcomes);
        long start = System.nanoTime();
        int done = 0;
        while (done < rounds * RACE_FACTOR || counts.size() < outcomes.getEnumConstants().length) {
            counts.merge(round.call(), 1, Integer::sum);
            done++;
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .as("%s: after %d rounds only %s", name, done, counts)
                    .isLessThan(RACE_LIMIT.multipliedBy(RACE_FACTOR));
        }
        System.out.println("race " + name + ": " + counts);
    }

    /** Repeats what has one outcome only. */
    static void repeat(int rounds, Body round) throws Exception {
        for (int i = 0; i < rounds * RACE_FACTOR; i++) {
            round.run();
        }
    }

    /** The numbers from one up to, but without, another. */
    static List<Integer> range(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }

    /** What waits in an inbox, which is empty then. */
    static <T> List<T> taken(Inbox<T> inbox) {
        List<T> taken = new ArrayList<>();
        inbox.drainTo(taken);
        return taken;
    }

    /** Platform threads, which show up in thread dumps, also where the default is virtual. */
    static ThreadFactory platformThreads() {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, "platform-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }
}
