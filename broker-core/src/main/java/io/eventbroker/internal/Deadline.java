package io.eventbroker.internal;

/** A moment in a given time. */
public class Deadline {
    final Timing timing;
    private final long start;
    private final long timeout;

    /** The moment so many ns after a start; never, if that is {@link Timing#FOREVER}. */
    public Deadline(Timing timing, long start, long timeout) {
        this.timing = timing;
        this.start = start;
        this.timeout = timeout;
    }

    Deadline(Timing timing, long timeout) {
        this(timing, timing.nanoTime(), timeout);
    }

    /** What is left in ns, zero or less if the moment has come, or {@link Timing#FOREVER}. */
    public final long remaining() {
        return timeout <= 0 || timeout == Timing.FOREVER ? timeout : timeout - (timing.nanoTime() - start);
    }

    /** Whether the moment has come. */
    public final boolean isOver() {
        return remaining() <= 0;
    }
}
