package io.eventbroker.bench.compare;

import java.util.SplittableRandom;

/** The events of one publisher, made beforehand and published over and over. */
final class Events {
    private final Event[] events = new Event[Load.EVENTS];

    /** At {@code i} the sum of the first {@code i} values. */
    private final long[] sums = new long[Load.EVENTS + 1];

    Events(int publisher) {
        SplittableRandom random = new SplittableRandom(publisher);
        for (int i = 0; i < events.length; i++) {
            events[i] = new Event(publisher, i, random.nextLong());
            sums[i + 1] = sums[i] + events[i].value();
        }
    }

    /** The event at a place in the endless row of events. */
    Event get(long position) {
        return events[(int) position & (Load.EVENTS - 1)];
    }

    /** What the first so many events of the endless row add up to. */
    long sum(long count) {
        return count / Load.EVENTS * sums[Load.EVENTS] + sums[(int) (count % Load.EVENTS)];
    }
}
