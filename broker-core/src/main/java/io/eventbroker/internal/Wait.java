package io.eventbroker.internal;

import java.util.function.BooleanSupplier;

/** One wait of one thread: how long it may still last, and how long to park before looking again. */
public final class Wait extends Deadline {
    private static final long FIRST_SLICE = 50_000;
    private static final long LAST_SLICE = 1_000_000;

    private final Object blocker;
    private long slice;

    private Wait(Timing timing, Object blocker, long timeout, long slice) {
        super(timing.forCaller(), timeout);
        this.blocker = blocker;
        this.slice = slice;
    }

    /** A wait for what nobody may signal: it looks again after 50 µs, growing to 1 ms, or when unparked. */
    public static Wait polling(Timing timing, Object blocker, long timeout) {
        return new Wait(timing, blocker, timeout, FIRST_SLICE);
    }

    /** A wait that is ended by unparking the thread. */
    public static Wait signalled(Timing timing, Object blocker, long timeout) {
        return new Wait(timing, blocker, timeout, Timing.FOREVER);
    }

    /** Lets some time pass, or none if the wait is over. */
    public void pause() {
        long remaining = remaining();
        if (remaining > 0) {
            timing.pause(blocker, slice, remaining);
            slice = slice < LAST_SLICE ? Math.min(2 * slice, LAST_SLICE) : slice;
        }
    }

    /** Waits until it is done or the time has passed, whatever interrupts come; keeps the interrupt status. */
    public void until(BooleanSupplier isDone) {
        boolean interrupted = false;
        while (!isDone.getAsBoolean() && !isOver()) {
            pause();
            interrupted |= Thread.interrupted();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
