package io.eventbroker.bench.latency;

/**
 * When events are meant to be published: at a steady rate from a moment on, whatever happens.
 *
 * @param start when the first is due, as {@link System#nanoTime()} tells it
 * @param rate how many are due in a second
 */
record Schedule(long start, int rate) {
    private static final long SECOND = 1_000_000_000;

    /** When an event is due, counted from 0; calculated anew for each, so that nothing adds up to a drift. */
    long dueAt(long index) {
        return start + index / rate * SECOND + index % rate * SECOND / rate;
    }

    /** How many are due within so many milliseconds; at least one. */
    static int count(int rate, int millis) {
        return Math.toIntExact(Math.max(1, (long) rate * millis / 1_000));
    }
}
