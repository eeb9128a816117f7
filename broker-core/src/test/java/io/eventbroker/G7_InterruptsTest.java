package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventbroker.G1_InterruptsTest.Hold;
import io.eventbroker.LoopSteps.Step;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Interrupts of closers, and of the broker's thread while it closes. */
class G7_InterruptsTest {
    private static final Topic<Integer> NUMBERS = Topic.of("numbers", Integer.class);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final BrokerConfig CONFIG =
            BrokerConfig.defaults().withName("closing").withThreadFactory(Tests.platformThreads());

    /** However often the closer is interrupted, the handler is once. */
    @Test
    void aCloserInterruptedAgainAndAgainClosesOnceAndKeepsItsStatus() throws Exception {
        try (Gate gate = new Gate()) {
            Broker broker = Broker.open(CONFIG);
            Subscription numbers = broker.subscribe(NUMBERS, n -> gate.holdStubbornly());
            broker.publish(NUMBERS, 1);
            broker.publish(NUMBERS, 2);
            gate.awaitEntered();
            Thread thread = G10_WaitModeTest.threadNamed("closing");
            CountDownLatch closed = new CountDownLatch(1);
            Task<BrokerStats> closer = Task.call("closer", () -> {
                BrokerStats report = broker.close(HOUR);
                assertThat(Thread.currentThread().isInterrupted()).as("status").isTrue();
                closed.countDown();
                return report;
            });
            Tests.awaitState(broker, BrokerStats.State.DRAINING);
            while (closed.getCount() > 0) {
                closer.thread().interrupt();
                thread.interrupt();
                Thread.onSpinWait();
            }
            BrokerStats report = closer.get();
            assertThat(report.state()).isEqualTo(BrokerStats.State.CLOSED);
            assertThat(report.subscriptions().get(0).stuck()).isTrue();
            assertThat(report.subscriptions().get(0).abandoned()).isEqualTo(1);
            assertThat(gate.interrupts()).isEqualTo(1);
            gate.open();
            Tests.awaitTrue("handled", () -> numbers.stats().handled() == 1);
        }
    }

    /** The loop is held, so that interrupts alone cannot end the close: its closer must wait on without spinning. */
    @Test
    void anInterruptedCloserDoesNotSpin() throws Exception {
        try (Hold hold = new Hold(Step.BEGIN_CLOSING)) {
            Broker broker = ActiveBroker.open(CONFIG, hold);
            hold.arm();
            AtomicBoolean ended = new AtomicBoolean();
            Task<BrokerStats> closer = Task.call("closer", () -> {
                BrokerStats report = broker.close(HOUR);
                ended.set(Thread.currentThread().isInterrupted());
                return report;
            });
            hold.gate.awaitEntered();
            closer.thread().interrupt();
            Tests.awaitTrue("dealt with", () -> !closer.thread().isInterrupted());
            hold.release();
            assertThat(closer.get().state()).isEqualTo(BrokerStats.State.CLOSED);
            assertThat(ended).as("status").isTrue();
        }
    }

    /** The broker's thread closes in phases, parking between them; an interrupt must not make it skip or repeat one. */
    @Test
    void aBrokerThreadInterruptedThroughoutTheCloseLosesNothing() throws Exception {
        Random seeds = new Random();
        Tests.repeat(60, () -> {
            long seed = seeds.nextLong();
            Random random = new Random(seed);
            int count = 200;
            ConcurrentLinkedQueue<Integer> handled = new ConcurrentLinkedQueue<>();
            Broker broker = Broker.open(CONFIG.withRingSize(16).withDefaultCapacity(2 * count));
            Thread thread = G10_WaitModeTest.threadNamed("closing");
            AtomicBoolean over = new AtomicBoolean();
            Task<Boolean> interrupter = Task.run("interrupter", () -> {
                while (!over.get()) {
                    thread.interrupt();
                    Tests.stagger(random, 500);
                }
            });
            Inbox<Integer> inbox = broker.inbox(NUMBERS);
            broker.subscribe(NUMBERS, n -> {
                handled.add(n);
                if (n % 50 == 0) {
                    throw new G1_InterruptsTest.OnPurpose();
                }
            });
            Lane<Integer> lane = broker.lane(NUMBERS);
            for (int i = 0; i < count; i++) {
                lane.publish(i);
            }
            BrokerStats report = broker.close(Tests.PATIENCE);
            over.set(true);
            interrupter.get();
            Tests.awaitDead(thread);
            List<Integer> expected = IntStream.range(0, count).boxed().toList();
            assertThat(List.copyOf(handled)).as("seed %d", seed).isEqualTo(expected);
            ConcurrentLinkedQueue<Integer> read = new ConcurrentLinkedQueue<>();
            inbox.drainTo(read);
            assertThat(List.copyOf(read)).as("seed %d", seed).isEqualTo(expected);
            assertThat(report.accepted()).isEqualTo(count);
            assertThat(report.discarded()).isZero();
        });
    }

    private enum Outcome {
        IN_TIME,
        CUT_SHORT
    }

    /** An interrupt moves the deadline to now: what was handled and what was abandoned is all there was. */
    @Test
    void aCloserInterruptedAtAnyMomentLosesCountOfNothing() throws Exception {
        Random random = new Random();
        Tests.race("interrupt against close", Outcome.class, 100, () -> {
            int count = 300;
            AtomicInteger calls = new AtomicInteger();
            Broker broker = Broker.open(CONFIG.withDefaultCapacity(2 * count));
            broker.subscribe(NUMBERS, n -> {
                calls.incrementAndGet();
                Tests.stagger(random, 100);
            });
            for (int i = 0; i < count; i++) {
                broker.publish(NUMBERS, i);
            }
            Task<Boolean> interrupted = Task.call("closer", () -> {
                broker.close(HOUR);
                return Thread.currentThread().isInterrupted();
            });
            Tests.stagger(random, 20_000);
            interrupted.thread().interrupt();
            boolean kept = interrupted.get();
            BrokerStats stats = broker.stats();
            SubscriptionStats numbers = stats.subscriptions().get(0);
            assertThat(stats.state()).isEqualTo(BrokerStats.State.CLOSED);
            assertThat(stats.offered()).isEqualTo(count);
            assertThat(stats.routed() + stats.discarded()).isEqualTo(count);
            assertThat(numbers.handled()).isEqualTo(calls.get());
            assertThat(numbers.handled() + numbers.abandoned()).isEqualTo(stats.routed());
            assertThat(kept || calls.get() == count)
                    .as("cut short without an interrupt")
                    .isTrue();
            return calls.get() == count ? Outcome.IN_TIME : Outcome.CUT_SHORT;
        });
    }
}
