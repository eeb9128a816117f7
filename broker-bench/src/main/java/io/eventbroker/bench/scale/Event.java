package io.eventbroker.bench.scale;

/**
 * What is published.
 *
 * @param value what subscribers add up
 */
record Event(long value) {
    /** How many different ones there are, published over and over: a power of two. */
    private static final int COUNT = 1 << 14;

    private static final Event[] ALL = all();

    private static Event[] all() {
        Event[] events = new Event[COUNT];
        for (int i = 0; i < COUNT; i++) {
            events[i] = new Event(i);
        }
        return events;
    }

    /** The event at a place in the endless row. */
    static Event at(long position) {
        return ALL[(int) position & (COUNT - 1)];
    }

    /** What the values of the first so many of the endless row add up to. */
    static long sum(long count) {
        long rest = count % COUNT;
        return count / COUNT * sumTo(COUNT) + sumTo(rest);
    }

    private static long sumTo(long count) {
        return count * (count - 1) / 2;
    }
}
