package io.eventbroker.internal;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Time and the passing of it: the system's, or that of a stepped broker, where to wait is to step. Users' threads wait
 * through {@link Wait}, which pauses in a loop that checks what it waits for.
 */
public interface Timing {
    /** A wait that no timeout ends. */
    long FOREVER = Long.MAX_VALUE;

    /** The system's time. */
    Timing SYSTEM = new Timing() {};

    /** As {@link System#nanoTime()}: only differences mean anything. */
    default long nanoTime() {
        return System.nanoTime();
    }

    /** The time the calling thread waits by. */
    default Timing forCaller() {
        return this;
    }

    /**
     * Lets time pass. May return at once: when unparked, when interrupted, for no reason at all.
     *
     * @param blocker shown in thread dumps
     * @param slice how long to park at most before looking again, in ns
     * @param remaining how long the whole wait may still last, in ns, or {@link #FOREVER}
     * @throws IllegalStateException if time is stepped, nothing can be stepped and no timeout ends the wait
     */
    default void pause(Object blocker, long slice, long remaining) {
        long nanos = Math.min(slice, remaining);
        if (nanos == FOREVER) {
            LockSupport.park(blocker);
        } else {
            LockSupport.parkNanos(blocker, nanos);
        }
    }

    /** The duration in ns, as far as that can be expressed. */
    static long nanos(Duration duration) {
        return TimeUnit.NANOSECONDS.convert(duration);
    }

    /** A moment in a given time. */
    class Deadline {
        final Timing timing;
        private final long start;
        private final long timeout;

        /** The moment so many ns after a start; never, if that is {@link #FOREVER}. */
        public Deadline(Timing timing, long start, long timeout) {
            this.timing = timing;
            this.start = start;
            this.timeout = timeout;
        }

        /** The moment so many ns from now. */
        public Deadline(Timing timing, long timeout) {
            this(timing, timing.nanoTime(), timeout);
        }

        /** What is left in ns, zero or less if the moment has come, or {@link #FOREVER}. */
        public final long remaining() {
            return timeout <= 0 || timeout == FOREVER ? timeout : timeout - (timing.nanoTime() - start);
        }

        /** Whether the moment has come. */
        public final boolean isOver() {
            return remaining() <= 0;
        }
    }

    /** One wait of one thread: how long it may still last, and how long to park before looking again. */
    final class Wait extends Deadline {
        private static final long FIRST_SLICE = 50_000;
        private static final long LAST_SLICE = 1_000_000;

        private final Object blocker;
        private long slice;

        /** A wait in pauses of a length that doubles up to 1 ms; if it is longer from the first, it stays so. */
        public Wait(Timing timing, Object blocker, long timeout, long slice) {
            super(timing.forCaller(), timeout);
            this.blocker = blocker;
            this.slice = slice;
        }

        /** A wait for what nobody may signal: it looks again after 50 µs, growing to 1 ms, or when unparked. */
        public static Wait polling(Timing timing, Object blocker, long timeout) {
            return new Wait(timing, blocker, timeout, FIRST_SLICE);
        }

        /** Lets some time pass, or none if the wait is over. */
        public void pause() {
            pause(blocker, 1);
        }

        /** The same, while another is to blame, and so many times as long. */
        public void pause(Object other, int times) {
            long remaining = remaining();
            if (remaining > 0) {
                timing.pause(other, times * slice, remaining);
                slice = slice < LAST_SLICE ? Math.min(2 * slice, LAST_SLICE) : slice;
            }
        }

        /** Waits until it is done or the time has passed, whatever interrupts come; keeps the interrupt status. */
        public void until(BooleanSupplier isDone) {
            boolean interrupted = false;
            try {
                while (!isDone.getAsBoolean() && !isOver()) {
                    pause();
                    interrupted |= Thread.interrupted();
                }
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }
}
