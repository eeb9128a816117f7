package io.eventbroker.bench.compare.load;

/** The measure of the load, the same for all contenders. */
public final class Load {
    /** What every queue of every contender holds at least, in events. */
    public static final int CAPACITY = 1 << 16;

    /** How many events all publishers together may have in flight: so few that no queue can be full. */
    static final int IN_FLIGHT = CAPACITY / 2;

    private Load() {}

    /** How many events one of several publishers may have in flight. */
    static int inFlight(int publishers) {
        return IN_FLIGHT / publishers;
    }

    /** How many events a publisher publishes between two looks at the subscribers' counts. */
    static int batch(int publishers) {
        return inFlight(publishers) / 8;
    }

    /**
     * How many different events a stream has: a power of two, and at least twice what it may have in flight, so that an
     * event that comes too late is never mistaken for one that comes too early.
     */
    static int eventsOfStream(int topics) {
        int most = 2 * IN_FLIGHT / topics;
        return most == Integer.highestOneBit(most) ? most : 2 * Integer.highestOneBit(most);
    }
}
