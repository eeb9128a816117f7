package io.eventbroker.bench.latency;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class PacerTest {
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    private final FakeClock clock = new FakeClock();
    private final Histogram latencies = Quantile.newHistogram();
    private final Histogram lateness = Quantile.newHistogram();

    /** Time that passes only as it is told to. */
    private static final class FakeClock implements Clock {
        private long now = 1_000_000;

        @Override
        public long nanoTime() {
            return now;
        }

        @Override
        public void awaitUntil(long nanoTime) {
            now = Math.max(now, nanoTime);
        }

        void pass(long nanos) {
            now += nanos;
        }
    }

    @Test
    void aScheduleDoesNotDrift() {
        Schedule thirds = new Schedule(100, 3);
        assertThat(thirds.dueAt(0)).isEqualTo(100);
        assertThat(thirds.dueAt(1)).isEqualTo(333_333_433);
        assertThat(thirds.dueAt(3)).isEqualTo(1_000_000_100);
        assertThat(thirds.dueAt(3_000_000)).isEqualTo(1_000_000L * 1_000_000_000 + 100);
        assertThat(new Schedule(0, 100_000).dueAt(100_000_000_000L)).isEqualTo(1_000_000L * 1_000_000_000);
    }

    @Test
    void aScheduleHasAsManyEventsAsFitTheTime() {
        assertThat(Schedule.count(100_000, 7_000)).isEqualTo(700_000);
        assertThat(Schedule.count(1_000, 1)).isEqualTo(1);
        assertThat(Schedule.count(1, 10)).isEqualTo(1);
    }

    @Test
    void publishesEachEventWhenItIsDue() {
        List<Long> sent = new ArrayList<>();
        Schedule schedule = new Schedule(clock.nanoTime() + 5 * MILLI, 1_000);

        Pacer pacer = new Pacer(clock, event -> sent.add(clock.nanoTime()));
        pacer.publish(schedule, 3, lateness);

        assertThat(sent).containsExactly(schedule.dueAt(0), schedule.dueAt(1), schedule.dueAt(2));
        assertThat(pacer.sent()).isEqualTo(3);
        assertThat(lateness.getTotalCount()).isEqualTo(3);
        assertThat(lateness.getMaxValue()).isZero();
    }

    @Test
    void goesOnWithTheNextEventInALaterStage() {
        List<Integer> indexes = new ArrayList<>();
        Pacer pacer = new Pacer(clock, event -> indexes.add(event.index()));

        pacer.publish(new Schedule(clock.nanoTime(), 1_000), 2, lateness);
        pacer.publish(new Schedule(clock.nanoTime(), 10), 2, lateness);

        assertThat(indexes).containsExactly(0, 1, 2, 3);
    }

    /** What coordinated omission would hide: measured from when they were sent, but one in 10,000 took a microsecond. */
    @Test
    void aStallCountsForEveryEventThatWasDueMeanwhile() {
        Receiver receiver = new Receiver(clock);
        Schedule schedule = new Schedule(clock.nanoTime(), 1_000);
        receiver.begin(schedule, latencies);
        Consumer<Event> stallingOnce = event -> {
            clock.pass(event.index() == 5_000 ? 500 * MILLI : 1_000);
            receiver.accept(event);
        };

        new Pacer(clock, stallingOnce).publish(schedule, 10_000, lateness);

        assertThat(receiver.received()).isEqualTo(10_000);
        assertThat(receiver.disordered()).isZero();
        assertThat(latencies.getMaxValue()).isCloseTo(500 * MILLI, withinOnePercent(500 * MILLI));
        assertThat(latencies.getValueAtPercentile(99)).isCloseTo(400 * MILLI, withinOnePercent(400 * MILLI));
        assertThat(latencies.getValueAtPercentile(50)).isLessThan(2_000);
        assertThat(lateness.getValueAtPercentile(99)).isCloseTo(400 * MILLI, withinOnePercent(400 * MILLI));
    }

    @Test
    void aReceiverCountsWhatIsNotTheNextInTheRow() {
        Receiver receiver = new Receiver(clock);
        receiver.begin(new Schedule(clock.nanoTime(), 1_000), latencies);

        receiver.accept(Event.at(0));
        receiver.accept(Event.at(2));
        receiver.accept(Event.at(2));

        assertThat(receiver.received()).isEqualTo(3);
        assertThat(receiver.disordered()).isOne();
    }

    @Test
    void theClockOfTheMachineIsNeverEarly() {
        long due = Clock.SYSTEM.nanoTime() + 3 * MILLI;
        Clock.SYSTEM.awaitUntil(due);
        assertThat(System.nanoTime() - due).isNotNegative();
        Clock.SYSTEM.awaitUntil(due); // is over
    }

    private static Offset<Long> withinOnePercent(long of) {
        return Offset.offset(of / 100);
    }
}
