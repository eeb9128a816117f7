package io.eventbroker.bench.latency;

import java.util.function.Consumer;
import org.HdrHistogram.Histogram;

/** Publishes events when they are due, or as soon after as it gets to it. For one thread. */
final class Pacer {
    private final Clock clock;
    private final Consumer<Event> way;
    private long sent;

    Pacer(Clock clock, Consumer<Event> way) {
        this.clock = clock;
        this.way = way;
    }

    /**
     * Publishes so many events by a schedule. One that cannot be published in time, because the one before took long, is
     * published at once then, and none is left out.
     *
     * @param lateness gets by how much each missed the moment it was due
     */
    void publish(Schedule schedule, int count, Histogram lateness) {
        for (int index = 0; index < count; index++) {
            long due = schedule.dueAt(index);
            clock.awaitUntil(due);
            lateness.recordValue(Math.max(0, clock.nanoTime() - due));
            way.accept(Event.at(sent + index));
        }
        sent += count;
    }

    /** How many events it published. */
    long sent() {
        return sent;
    }
}
