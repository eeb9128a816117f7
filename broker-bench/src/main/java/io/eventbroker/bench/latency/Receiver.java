package io.eventbroker.bench.latency;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;

/**
 * What the receiving end does with events: notes how long after it was due each came, and counts those that are not the
 * next in the row.
 *
 * <p><b>Threads.</b> {@link #accept} is called by one thread at a time, one call happening-before the next. Another begins
 * a stage before it publishes its first event, and reads what came when {@link #received()} tells that all did.
 */
final class Receiver implements Consumer<Event> {
    private final Clock clock;

    /** Written by the receiving thread, last, and with release: who reads it sees the rest. */
    private final AtomicLong received = new AtomicLong();

    private long disordered;

    // of the stage; written before it begins
    private Schedule schedule = new Schedule(0, 1);
    private long first;
    private Histogram latencies = Quantile.newHistogram();

    Receiver(Clock clock) {
        this.clock = clock;
    }

    /** Begins a stage: what comes from now on belongs to this schedule. Nothing may be under way. */
    void begin(Schedule next, Histogram into) {
        schedule = next;
        latencies = into;
        first = received.getAcquire();
    }

    @Override
    public void accept(Event event) {
        long now = clock.nanoTime();
        long position = received.getPlain();
        if (event.index() != Event.at(position).index()) {
            disordered++;
        }
        latencies.recordValue(Math.max(0, now - schedule.dueAt(position - first)));
        received.setRelease(position + 1);
    }

    /** How many events came. */
    long received() {
        return received.getAcquire();
    }

    /** How many were not the next in the row. */
    long disordered() {
        return disordered;
    }
}
