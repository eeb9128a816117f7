package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventbroker.LoopSteps.Step;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An idle broker thread parks, unless told otherwise, and is woken in time. */
@SuppressWarnings("ThreadPriorityCheck") // yields, so that two processors are enough
class G10_WaitModeTest {
    private static final Topic<Integer> NUMBERS = Topic.of("numbers", Integer.class);
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    /** What the test burns while it watches another thread, in ns of processor time. */
    private static final long BURNT = 100_000_000;

    /** One that sleeps has some at first, then one a second. */
    private static final long MORE_ROUNDS_THAN_A_SLEEPER_HAS = 1_000;

    /** How often the loop found nothing to do. */
    private static final class IdleRounds extends LoopSteps {
        final AtomicLong count = new AtomicLong();

        @Override
        void at(Step step) {
            if (step == Step.IDLE) {
                count.lazySet(count.get() + 1);
            }
        }
    }

    private final long seed = new Random().nextLong();
    private volatile long sink;

    /** The broker's own thread, whose name no other has. */
    static Thread threadNamed(String name) {
        List<Thread> found = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(name))
                .toList();
        assertThat(found).as("threads named %s", name).hasSize(1);
        return found.get(0);
    }

    /**
     * That a platform thread is idle: while the test burns processor time, it gets next to none. By the clock a spinning
     * thread on a busy machine would look idle, too; but it gets about as much as any other.
     */
    static void assertIdle(Thread thread) {
        long before = THREADS.getThreadCpuTime(thread.getId());
        long start = THREADS.getCurrentThreadCpuTime();
        while (THREADS.getCurrentThreadCpuTime() - start < BURNT) {
            Thread.onSpinWait();
        }
        assertThat(before).as("processor time of a living platform thread").isNotNegative();
        assertThat(THREADS.getThreadCpuTime(thread.getId()) - before)
                .as("processor time of %s, in ns, while the test took %d", thread, BURNT)
                .isLessThan(BURNT / 4);
    }

    @ParameterizedTest
    @EnumSource
    void everythingIsDeliveredAndCloseEndsIt(WaitMode mode) throws Exception {
        int count = 20_000;
        ConcurrentLinkedQueue<Integer> handled = new ConcurrentLinkedQueue<>();
        ConcurrentLinkedQueue<Integer> fromLane = new ConcurrentLinkedQueue<>();
        Topic<Integer> other = Topic.of("other", Integer.class);
        Broker broker = Broker.open(BrokerConfig.defaults()
                .withName("waits by " + mode)
                .withRingSize(64)
                .withLaneSize(64)
                .withDefaultCapacity(count)
                .withWaitMode(mode));
        Thread thread = threadNamed("waits by " + mode);
        try (broker) {
            broker.subscribe(NUMBERS, handled::add);
            broker.subscribe(other, fromLane::add);
            try (Lane<Integer> lane = broker.lane(other)) {
                for (int i = 0; i < count; i++) {
                    broker.publish(NUMBERS, i);
                    lane.publish(i);
                }
            }
        }
        List<Integer> expected = IntStream.range(0, count).boxed().toList();
        assertThat(List.copyOf(handled)).isEqualTo(expected);
        assertThat(List.copyOf(fromLane)).isEqualTo(expected);
        Tests.awaitDead(thread);
    }

    @Test
    void byDefaultAnIdleBrokerThreadIsParked() throws Exception {
        try (Broker broker = Broker.open(BrokerConfig.defaults().withName("idle by default"))) {
            broker.subscribe(NUMBERS, n -> {});
            broker.publish(NUMBERS, 1);
            Tests.awaitQuiet(broker);
            Thread thread = threadNamed("idle by default");
            Tests.awaitParked(thread);
            assertIdle(thread);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"YIELD", "SPIN"})
    void anIdleBrokerThreadThatDoesNotParkStaysAwake(WaitMode mode) {
        String name = "awake by " + mode;
        IdleRounds rounds = new IdleRounds();
        try (Broker broker =
                ActiveBroker.open(BrokerConfig.defaults().withName(name).withWaitMode(mode), rounds)) {
            Thread thread = threadNamed(name);
            broker.publish(NUMBERS, 1);
            Tests.awaitTrue("routed", () -> broker.stats().accepted() == 1);
            long before = rounds.count.get();
            Tests.awaitTrue("awake", () -> {
                assertThat(thread.getState()).isEqualTo(Thread.State.RUNNABLE);
                return rounds.count.get() - before > MORE_ROUNDS_THAN_A_SLEEPER_HAS;
            });
        }
    }

    /**
     * Hazard: an event is published just as the broker thread goes to sleep, without a fence, and its wake-up is lost.
     * Forbidden: that it is found only when the thread wakes by itself after a second. Told from a slow machine by counting
     * rounds of a millisecond, which a machine that stands still does not go through.
     */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void noEventWaitsForTheLongPark(boolean byLane) throws Exception {
        IdleRounds steps = new IdleRounds();
        Random random = new Random(seed);
        int count = 15_000;
        int slow = 0;
        try (Broker broker = ActiveBroker.open(
                        BrokerConfig.defaults().withRingSize(8).withLaneSize(8), steps);
                Lane<Integer> lane = broker.lane(NUMBERS)) {
            Inbox<Integer> inbox = broker.inbox(NUMBERS);
            Consumer<Integer> publish = byLane ? lane::publish : n -> broker.publish(NUMBERS, n);
            long round = -1;
            for (int i = 0; i < count; i++) {
                while (steps.count.get() == round) { // until it has noticed that there is nothing to do
                    Thread.yield();
                }
                burn(random.nextInt(8_000));
                round = steps.count.get();
                publish.accept(i);
                slow += isLate(inbox, i) ? 1 : 0;
            }
        }
        assertThat(slow).as("of %d, seed %d", count, seed).isZero();
    }

    /** Whether an event came so late that only the end of a long park can have brought it. */
    private static boolean isLate(Inbox<Integer> inbox, int expected) {
        Integer event = inbox.poll();
        for (int i = 0; event == null && i < 5_000; i++) {
            Thread.yield();
            event = inbox.poll();
        }
        int rounds = 0;
        while (event == null) {
            LockSupport.parkNanos(1_000_000);
            rounds++;
            event = inbox.poll();
        }
        assertThat(event).isEqualTo(expected);
        return rounds > 400;
    }

    private void burn(int steps) {
        long x = seed;
        for (int i = 0; i < steps; i++) {
            x = x * 6_364_136_223_846_793_005L + 1;
        }
        sink = x;
    }
}
