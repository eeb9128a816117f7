package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventbroker.LoopSteps.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An interrupt loses nothing, doubles nothing, makes nothing spin, and is nobody's but his for whom it was meant. */
@SuppressWarnings("ThreadPriorityCheck") // yields, so that two processors are enough
class G1_InterruptsTest {
    private static final Topic<Integer> NUMBERS = Topic.of("numbers", Integer.class);
    private static final Topic<Integer> OTHERS = Topic.of("others", Integer.class);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final BrokerConfig SMALL = BrokerConfig.defaults()
            .withName("interrupted")
            .withRingSize(2)
            .withLaneSize(2)
            .withThreadFactory(Tests.platformThreads());

    /** Costs no stack trace in the log. */
    static final class OnPurpose extends Exception {
        private static final long serialVersionUID = 1L;

        OnPurpose() {
            super("on purpose", null, false, false);
        }
    }

    /** Holds the broker's thread before a step, from a moment on. */
    static final class Hold extends LoopSteps implements AutoCloseable {
        final Gate gate = new Gate();
        private final Step where;
        private volatile boolean armed;

        Hold(Step where) {
            this.where = where;
        }

        void arm() {
            armed = true;
        }

        @Override
        void at(Step step) {
            if (armed && step == where) {
                gate.holdStubbornly();
            }
        }

        /** Holds it now, although it may be asleep. */
        void armAndWake(Broker broker) throws InterruptedException {
            armed = true;
            Task.run("wakes", () -> broker.subscribe(OTHERS, n -> {}));
            gate.awaitEntered();
        }

        void release() {
            armed = false;
            gate.open();
        }

        /** Releases, so that a failing test leaves no thread behind. */
        @Override
        public void close() {
            release();
        }
    }

    /** Interrupts a thread that waits: again and again, each time after it has dealt with the interrupt before. */
    static void bombard(Thread thread) {
        for (int i = 0; i < 30; i++) {
            thread.interrupt();
            Tests.awaitTrue("interrupt dealt with", () -> !thread.isInterrupted());
        }
        Tests.awaitParked(thread);
        G10_WaitModeTest.assertIdle(thread);
    }

    // ---- publishers

    private enum Way {
        PUBLISH,
        TRY_PUBLISH,
        LANE,
        LANE_ALL;

        /** Publishes one number; returns whether it was accepted. */
        boolean publish(Broker broker, Lane<Integer> lane, int number) {
            return switch (this) {
                case PUBLISH -> {
                    broker.publish(NUMBERS, number);
                    yield true;
                }
                case TRY_PUBLISH -> broker.tryPublish(NUMBERS, number, HOUR);
                case LANE -> {
                    lane.publish(number);
                    yield true;
                }
                case LANE_ALL -> lane.publishAll(List.of(number)) == 1;
            };
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPublisherIsRefusedOnlyIfItHasToWaitAndKeepsItsStatus(Way way) throws Exception {
        try (Hold hold = new Hold(Step.ROUTE);
                Broker broker = ActiveBroker.open(SMALL, hold)) {
            Inbox<Integer> inbox = broker.inbox(NUMBERS);
            Lane<Integer> lane = broker.lane(NUMBERS);
            hold.armAndWake(broker);
            CountDownLatch full = new CountDownLatch(1);
            Task<Boolean> publisher = Task.run("publisher", () -> {
                Thread.currentThread().interrupt();
                assertThat(way.publish(broker, lane, 1)).isTrue();
                assertThat(way.publish(broker, lane, 2)).isTrue();
                assertThatThrownBy(() -> way.publish(broker, lane, 3)).isInstanceOf(CancellationException.class);
                assertThat(Thread.interrupted()).as("status").isTrue();
                full.countDown();
                assertThatThrownBy(() -> way.publish(broker, lane, 4)).isInstanceOf(CancellationException.class);
                assertThat(Thread.currentThread().isInterrupted()).as("status").isTrue();
                hold.release();
                Thread.interrupted();
                assertThat(way.publish(broker, lane, 5)).isTrue();
            });
            Tests.awaitTrue("full", () -> full.getCount() == 0 || publisher.isDone());
            Tests.awaitParked(publisher.thread());
            publisher.thread().interrupt();
            publisher.get();
            assertThat(List.of(inbox.take(), inbox.take(), inbox.take())).containsExactly(1, 2, 5);
            assertThat(inbox.poll()).isNull();
            assertThat(broker.stats().accepted()).isEqualTo(3);
            assertThat(broker.stats().refused()).isEqualTo(2);
        }
    }

    @Test
    void publishAllThatIsInterruptedTellsHowManyWereAccepted() throws Exception {
        try (Hold hold = new Hold(Step.ROUTE);
                Broker broker = ActiveBroker.open(SMALL, hold)) {
            Inbox<Integer> inbox = broker.inbox(NUMBERS);
            Lane<Integer> lane = broker.lane(NUMBERS);
            hold.armAndWake(broker);
            Task<Boolean> publisher = Task.run("publisher", () -> {
                assertThat(lane.publishAll(List.of(1, 2, 3, 4, 5))).isEqualTo(2);
                assertThat(Thread.currentThread().isInterrupted()).as("status").isTrue();
                assertThatThrownBy(() -> lane.publishAll(List.of(6))).isInstanceOf(CancellationException.class);
                hold.release();
                Thread.interrupted();
                assertThat(lane.publishAll(List.of(7, 8, 9))).isEqualTo(3);
            });
            Tests.awaitParked(publisher.thread());
            publisher.thread().interrupt();
            publisher.get();
            List<Integer> taken = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                taken.add(inbox.take());
            }
            assertThat(taken).containsExactly(1, 2, 7, 8, 9);
            assertThat(broker.stats().refused())
                    .as("the one each call waited for")
                    .isEqualTo(2);
        }
    }

    // ---- handlers

    /**
     * Hazard: a watchdog interrupts a handler as it ends, and the status stays for the next event. It interrupts under a
     * lock only while the event is in hand, so each interrupt is meant for one event. Forbidden: that an event begins
     * interrupted.
     */
    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void anInterruptMeantForOneEventNeverReachesTheNext(int workers) throws Exception {
        int count = 3_000;
        AtomicInteger reached = new AtomicInteger();
        AtomicInteger hit = new AtomicInteger();
        ConcurrentLinkedQueue<Integer> handled = new ConcurrentLinkedQueue<>();
        AtomicReference<Thread> inHand = new AtomicReference<>();
        Object lock = new Object();
        CountDownLatch over = new CountDownLatch(1);
        Task<Boolean> watchdog = Task.run("watchdog", () -> {
            while (over.getCount() > 0) {
                if (inHand.get() != null) {
                    synchronized (lock) {
                        Thread victim = inHand.getAndSet(null);
                        if (victim != null) {
                            victim.interrupt();
                        }
                    }
                }
                Thread.yield();
            }
        });
        try (Broker broker = Broker.open(SMALL.withRingSize(64).withDefaultCapacity(count))) {
            Subscription subscription = broker.subscription(NUMBERS)
                    .concurrency(workers)
                    .onEvent(n -> {
                        reached.addAndGet(Thread.currentThread().isInterrupted() ? 1 : 0);
                        handled.add(n);
                        synchronized (lock) {
                            inHand.set(Thread.currentThread());
                        }
                        while (n % 16 == 0 && inHand.get() == Thread.currentThread()) { // these are surely interrupted
                            Thread.yield();
                        }
                        synchronized (lock) {
                            inHand.compareAndSet(Thread.currentThread(), null);
                        }
                        if (Thread.currentThread().isInterrupted()) {
                            hit.incrementAndGet();
                            if (n % 200 == 0) {
                                throw new OnPurpose();
                            }
                        }
                    });
            for (int i = 0; i < count; i++) {
                broker.publish(NUMBERS, i);
            }
            Tests.awaitQuiet(broker);
            over.countDown();
            watchdog.get();
            assertThat(subscription.stats().dropped()).isZero();
        }
        assertThat(reached)
                .as("events that began interrupted, of %d interrupted", hit.get())
                .hasValue(0);
        assertThat(hit.get()).isPositive();
        assertThat(handled)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, count).boxed().toList());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void anInterruptBetweenEventsReachesNoEvent(int workers) throws Exception {
        ConcurrentLinkedQueue<Thread> threads = new ConcurrentLinkedQueue<>();
        BrokerConfig config = SMALL.withThreadFactory(task -> {
            Thread thread = Tests.platformThreads().newThread(task);
            threads.add(thread);
            return thread;
        });
        AtomicInteger reached = new AtomicInteger();
        try (Broker broker = Broker.open(config)) {
            broker.subscription(NUMBERS)
                    .concurrency(workers)
                    .onEvent(n -> reached.addAndGet(Thread.currentThread().isInterrupted() ? 1 : 0));
            for (int i = 0; i < 10; i++) {
                threads.forEach(Tests::awaitParked);
                threads.forEach(Thread::interrupt);
                threads.forEach(thread -> Tests.awaitTrue("cleared", () -> !thread.isInterrupted()));
                broker.publish(NUMBERS, i);
                Tests.awaitQuiet(broker);
            }
            threads.forEach(G1_InterruptsTest::bombard);
        }
        assertThat(threads).hasSize(workers);
        assertThat(reached).hasValue(0);
    }

    /** A user's thread factory, or whoever got hold of the thread from it, may interrupt it before its first event. */
    @Test
    void anInterruptBeforeTheFirstEventDoesNotReachIt() throws Exception {
        CountDownLatch queued = new CountDownLatch(1);
        BrokerConfig config =
                SMALL.withThreadFactory(task -> Tests.platformThreads().newThread(() -> {
                    try {
                        Tests.awaitLatch(queued);
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                    Thread.currentThread().interrupt();
                    task.run();
                }));
        ConcurrentLinkedQueue<Boolean> interrupted = new ConcurrentLinkedQueue<>();
        try (Broker broker = Broker.open(config)) {
            Subscription subscription = broker.subscribe(
                    NUMBERS, n -> interrupted.add(Thread.currentThread().isInterrupted()));
            broker.publish(NUMBERS, 1);
            broker.publish(NUMBERS, 2);
            Tests.awaitTrue("queued", () -> subscription.stats().queued() == 2);
            queued.countDown();
            Tests.awaitQuiet(broker);
        }
        assertThat(interrupted).containsExactly(false, false);
    }

    /** A worker whose handler failed waits until that is told; the loop is slow to do so. */
    @Test
    void anInterruptWhileAFailureIsReportedReachesNoEvent() throws Exception {
        AtomicReference<Thread> worker = new AtomicReference<>();
        ConcurrentLinkedQueue<String> handled = new ConcurrentLinkedQueue<>();
        CountDownLatch published = new CountDownLatch(1);
        try (Hold hold = new Hold(Step.COMMAND);
                Broker broker = ActiveBroker.open(SMALL, hold)) {
            broker.subscribe(NUMBERS, n -> {
                handled.add(n + (Thread.currentThread().isInterrupted() ? " interrupted" : ""));
                worker.set(Thread.currentThread());
                Tests.awaitLatch(published);
                if (n == 1) {
                    throw new OnPurpose();
                }
            });
            broker.publish(NUMBERS, 1);
            broker.publish(NUMBERS, 2);
            broker.publish(NUMBERS, 3);
            Tests.awaitTrue("routed", () -> broker.stats().routed() == 3);
            hold.arm();
            published.countDown();
            hold.gate.awaitEntered();
            bombard(worker.get());
            assertThat(handled).containsExactly("1");
            hold.release();
            Tests.awaitQuiet(broker);
        }
        assertThat(handled).containsExactly("1", "2", "3");
    }

    /** On a manual broker handlers run on the thread of whoever steps: each has its own status. */
    @Test
    void onAManualBrokerTheStatusOfTheCallerAndThatOfHandlersAreKeptApart() throws Exception {
        Task.run("owner", () -> {
                    List<Boolean> interrupted = new ArrayList<>();
                    try (ManualBroker broker = Broker.manual()) {
                        broker.subscribe(NUMBERS, n -> {
                            interrupted.add(Thread.currentThread().isInterrupted());
                            Thread.currentThread().interrupt();
                        });
                        broker.publish(NUMBERS, 1);
                        broker.publish(NUMBERS, 2);
                        broker.runUntilIdle();
                        assertThat(Thread.currentThread().isInterrupted()).isFalse();
                        Thread.currentThread().interrupt();
                        broker.publish(NUMBERS, 3);
                        broker.runUntilIdle();
                        assertThat(Thread.interrupted()).isTrue();
                    }
                    assertThat(interrupted).containsExactly(false, false, false);
                })
                .get();
    }

    // ---- the broker's thread

    @Test
    void anInterruptedBrokerThreadGoesBackToSleepAndStillWorks() throws Exception {
        ConcurrentLinkedQueue<Integer> handled = new ConcurrentLinkedQueue<>();
        try (Broker broker = Broker.open(SMALL)) {
            broker.subscribe(NUMBERS, handled::add);
            Thread thread = G10_WaitModeTest.threadNamed("interrupted");
            Tests.awaitParked(thread);
            bombard(thread);
            for (int i = 0; i < 100; i++) {
                thread.interrupt();
                broker.publish(NUMBERS, i);
                thread.interrupt();
            }
            Tests.awaitQuiet(broker);
            bombard(thread);
            assertThat(List.copyOf(handled))
                    .isEqualTo(IntStream.range(0, 100).boxed().toList());
        }
    }
}
