package io.eventbroker;

import static io.eventbroker.Tests.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Publishing to a ring with and without room. A stepped broker whose owner does not step has a ring that stays full. */
class PublishTest {
    private static final Topic<Integer> NUMBERS = Topic.of("numbers", Integer.class);
    private static final Duration HOUR = Duration.ofHours(1);

    private static ManualBroker full() {
        ManualBroker broker = Broker.manual(BrokerConfig.defaults().withRingSize(2));
        broker.publish(NUMBERS, 1);
        broker.publish(NUMBERS, 2);
        return broker;
    }

    @Test
    void tryPublishSaysFullAtOnceWithoutTime() throws Exception {
        ManualBroker broker = full();
        Task.run("publisher", () -> {
                    assertThat(broker.tryPublish(NUMBERS, 3)).isFalse();
                    assertThat(broker.tryPublish(NUMBERS, 3, Duration.ZERO)).isFalse();
                    assertThat(broker.tryPublish(NUMBERS, 3, Duration.ofSeconds(-1)))
                            .isFalse();
                    assertThat(broker.tryPublish(NUMBERS, 3, Duration.ofSeconds(Long.MIN_VALUE)))
                            .isFalse();
                })
                .get();
        assertCounted(broker, 2, 4);
        assertThat(broker.tryPublish(NUMBERS, 3)).isTrue();
        assertCounted(broker, 3, 4);
    }

    @Test
    void tryPublishSaysFullWhenTheTimeHasPassed() throws Exception {
        ManualBroker broker = full();
        Duration timeout = Duration.ofMillis(50);
        // for any thread but the one that steps, time is the system's
        Task<Boolean> publisher = Task.call("publisher", () -> broker.tryPublish(NUMBERS, 3, timeout));
        assertThat(publisher.get()).isFalse();
        assertCounted(broker, 2, 1);
    }

    @Test
    void tryPublishTakesTheRoomThatComesInTime() throws Exception {
        ManualBroker broker = full();
        Task<Boolean> timed = Task.call("timed", () -> broker.tryPublish(NUMBERS, 3, HOUR));
        Tests.awaitParked(timed.thread());
        Task<Boolean> patient = Task.run("patient", () -> broker.publish(NUMBERS, 4));
        Tests.awaitParked(patient.thread());
        broker.runUntilIdle();
        Tests.awaitTrue("room taken", () -> {
            broker.runUntilIdle();
            return timed.isDone() && patient.isDone();
        });
        assertThat(timed.get()).isTrue();
        assertThat(patient.get()).isTrue();
        assertCounted(broker, 4, 0);
    }

    @Test
    void anInterruptWhileWaitingRefusesAndKeepsTheStatus() throws Exception {
        ManualBroker broker = full();
        Task<Boolean> forever = Task.run("publisher", () -> {
            assertThatThrownBy(() -> broker.publish(NUMBERS, 3)).isInstanceOf(CancellationException.class);
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
        });
        Task<Boolean> timed = Task.run("timed publisher", () -> {
            assertThatThrownBy(() -> broker.tryPublish(NUMBERS, 3, HOUR)).isInstanceOf(CancellationException.class);
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
        });
        Tests.awaitParked(forever.thread());
        Tests.awaitParked(timed.thread());
        forever.thread().interrupt();
        timed.thread().interrupt();
        forever.get();
        timed.get();
        assertCounted(broker, 2, 2);
    }

    @Test
    void anInterruptStatusMattersOnlyToThoseWhoHaveToWait() throws Exception {
        ManualBroker broker = full();
        Task.run("publisher", () -> {
                    Thread.currentThread().interrupt();
                    assertThat(broker.tryPublish(NUMBERS, 3)).isFalse();
                    assertThat(broker.tryPublish(NUMBERS, 3, Duration.ZERO)).isFalse();
                    assertThatThrownBy(() -> broker.publish(NUMBERS, 3)).isInstanceOf(CancellationException.class);
                    assertThatThrownBy(() -> broker.tryPublish(NUMBERS, 3, HOUR))
                            .isInstanceOf(CancellationException.class);
                    assertThat(Thread.currentThread().isInterrupted()).isTrue();
                })
                .get();
        broker.runUntilIdle();
        Task.run("publisher", () -> {
                    Thread.currentThread().interrupt();
                    broker.publish(NUMBERS, 3);
                    assertThat(broker.tryPublish(NUMBERS, 4, HOUR)).isTrue();
                    assertThat(Thread.currentThread().isInterrupted()).isTrue();
                })
                .get();
        assertCounted(broker, 4, 4);
    }

    /** Exact at rest: what waits in the ring is counted when it is routed. */
    private static void assertCounted(ManualBroker broker, int accepted, int refused) {
        broker.runUntilIdle();
        assertThat(broker.stats().accepted()).isEqualTo(accepted);
        assertThat(broker.stats().refused()).isEqualTo(refused);
        assertThat(broker.stats().offered()).isEqualTo(accepted + refused);
    }

    private enum Interrupted {
        ACCEPTED,
        CANCELLED
    }

    @Test
    void anInterruptThatRacesWithAPublishIsToldTruly() throws Exception {
        Rivalry rivalry = new Rivalry();
        Task.run("interrupted publisher", () -> {
                    Tests.race("interrupt against publish", Interrupted.class, 5_000, () -> {
                        Thread.currentThread().interrupt();
                        try {
                            rivalry.broker.publish(NUMBERS, 1);
                            rivalry.accepted.incrementAndGet();
                            return Interrupted.ACCEPTED;
                        } catch (CancellationException e) {
                            rivalry.refused.incrementAndGet();
                            return Interrupted.CANCELLED;
                        } finally {
                            assertThat(Thread.interrupted()).isTrue();
                        }
                    });
                })
                .get();
        rivalry.end();
    }

    private enum Full {
        ACCEPTED,
        FULL
    }

    @Test
    void tryPublishUnderLoadIsToldTruly() throws Exception {
        Rivalry rivalry = new Rivalry();
        Random random = new Random(2);
        Tests.race("try against load", Full.class, 20_000, () -> {
            boolean taken = random.nextBoolean()
                    ? rivalry.broker.tryPublish(NUMBERS, 1)
                    : rivalry.broker.tryPublish(NUMBERS, 1, Duration.ofNanos(1));
            (taken ? rivalry.accepted : rivalry.refused).incrementAndGet();
            return taken ? Full.ACCEPTED : Full.FULL;
        });
        rivalry.end();
    }

    /** A broker with the smallest ring and a publisher that keeps it full; what both were told is what is counted. */
    private static final class Rivalry {
        final Broker broker =
                Broker.open(BrokerConfig.defaults().withRingSize(2).withCloseTimeout(PATIENCE));
        final AtomicInteger accepted = new AtomicInteger();
        final AtomicInteger refused = new AtomicInteger();
        private final Subscription all =
                broker.subscription(NUMBERS).capacity(1 << 16).onEvent(n -> {});
        private final AtomicBoolean done = new AtomicBoolean();
        private final Task<Boolean> rival = Task.run("rival", () -> {
            while (!done.get()) {
                (broker.tryPublish(NUMBERS, 0) ? accepted : refused).incrementAndGet();
            }
        });

        void end() throws Exception {
            done.set(true);
            rival.get();
            BrokerStats report = broker.close(PATIENCE);
            assertThat(report.accepted())
                    .isEqualTo(accepted.get())
                    .isEqualTo(all.stats().matched());
            assertThat(report.refused()).isEqualTo(refused.get());
            assertThat(report.offered()).isEqualTo(accepted.get() + refused.get());
            assertThat(all.stats().handled() + all.stats().dropped()).isEqualTo(accepted.get());
        }
    }

    /** A publish that runs out of stack at any point must not leave a hole in the ring, which would stop everything. */
    @Test
    void aPublishThatRunsOutOfStackStopsNobody() throws Exception {
        AtomicInteger handled = new AtomicInteger();
        Broker broker = Broker.open(BrokerConfig.defaults().withRingSize(64));
        broker.subscription(NUMBERS).capacity(1 << 20).onEvent(n -> handled.incrementAndGet());
        AtomicInteger told = new AtomicInteger();
        for (int i = 0; i < 6; i++) {
            Task.run("diver", () -> dive(broker, told, new AtomicInteger(400), 0))
                    .get();
            Task.run("next", () -> broker.publish(NUMBERS, 1)).get();
            told.incrementAndGet();
        }
        assertThat(Task.call("waiter", () -> broker.awaitQuiescence(PATIENCE)).get())
                .isTrue();
        BrokerStats report = broker.close(PATIENCE);
        assertThat(report.state()).isEqualTo(BrokerStats.State.CLOSED);
        assertThat(handled.get()).as("handled").isGreaterThanOrEqualTo(told.get());
        assertThat(report.accepted()).isEqualTo(handled.get()).isEqualTo(report.routed());
        assertThat(report.offered()).isEqualTo(report.accepted() + report.refused());
    }

    private static void dive(Broker broker, AtomicInteger told, AtomicInteger budget, long depth) {
        try {
            if (depth < Long.MAX_VALUE) {
                dive(broker, told, budget, depth + 1);
            }
        } catch (StackOverflowError e) {
            // now publish where there is hardly any stack left, and again with a little more, and more
        }
        try {
            if (budget.get() > 0 && broker.tryPublish(NUMBERS, 1)) {
                told.incrementAndGet();
            }
            budget.decrementAndGet();
        } catch (StackOverflowError e) {
            return;
        }
    }
}
