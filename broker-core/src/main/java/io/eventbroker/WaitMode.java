package io.eventbroker;

/**
 * What the broker thread does when it has nothing to do: how much processor time it takes to be quick when something
 * comes. It concerns that one thread; handlers' threads and inbox readers always park. A manual broker has no such thread.
 */
public enum WaitMode {
    /**
     * Looks again for a few microseconds, then parks until somebody publishes or calls. An idle broker costs a wake-up a
     * second. In the worst case a wake-up comes 200 µs late, which is as long as the first park lasts. The default.
     */
    PARK,

    /**
     * Never parks, but lets other threads run first. It keeps one processor busy that others may have when they need it.
     */
    YIELD,

    /** Never parks and never yields. It takes one processor for itself: only for machines with processors to spare. */
    SPIN
}
