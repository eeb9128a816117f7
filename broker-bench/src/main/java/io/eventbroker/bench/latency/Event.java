package io.eventbroker.bench.latency;

/**
 * What is published: it tells its place in the row, and so when it was due.
 *
 * @param index its place among the events made beforehand, which are published over and over
 */
record Event(int index) {
    /** How many different ones there are: a power of two, and twice what a queue holds. */
    private static final int COUNT = 2 * Channel.CAPACITY;

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
}
