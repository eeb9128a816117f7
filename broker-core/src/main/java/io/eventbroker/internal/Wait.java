package io.eventbroker.internal;

/** One wait of one thread: how long it may still last, and how long to park before looking again. */
public final class Wait {
    private static final long FIRST_SLICE = 50_000;
    private static final long LAST_SLICE = 1_000_000;

    private final Timing timing;
    private final Object blocker;
    private final long timeout;
    private final long start;
    private long slice;

    private Wait(Timing timing, Object blocker, long timeout, long start, long slice) {
        this.timing = timing;
        this.blocker = blocker;
        this.timeout = timeout;
        this.start = start;
        this.slice = slice;
    }

    /** A wait that nobody ends by a signal: it looks again after 50 µs, growing to 1 ms. */
    public static Wait polling(Timing timing, Object blocker, long timeout) {
        Timing time = timing.forCaller();
        return new Wait(time, blocker, timeout, time.nanoTime(), FIRST_SLICE);
    }

    /** A wait that is ended by unparking the thread. */
    public static Wait signalled(Timing timing, Object blocker, long timeout) {
        Timing time = timing.forCaller();
        return new Wait(time, blocker, timeout, time.nanoTime(), Timing.FOREVER);
    }

    /** A wait that began at a given time. */
    public static Wait since(long start, Timing timing, Object blocker, long timeout) {
        return new Wait(timing, blocker, timeout, start, Timing.FOREVER);
    }

    /** What is left in ns, zero or less if the time has passed, or {@link Timing#FOREVER}. */
    public long remaining() {
        return timeout <= 0 || timeout == Timing.FOREVER ? timeout : timeout - (timing.nanoTime() - start);
    }

    /** Whether the time has passed. */
    public boolean isOver() {
        return remaining() <= 0;
    }

    /** Lets some time pass, or none if the wait is over. */
    public void pause() {
        long remaining = remaining();
        if (remaining > 0) {
            timing.pause(blocker, slice, remaining);
            slice = slice < LAST_SLICE ? Math.min(2 * slice, LAST_SLICE) : slice;
        }
    }
}
