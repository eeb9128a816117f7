package io.eventbroker.internal;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Time and the passing of it: the system's, or that of a stepped broker, where to wait is to step. Users' threads wait
 * through {@link Wait}, which pauses in a loop that checks what it waits for.
 */
public interface Timing {
    /** A wait that no timeout ends. */
    long FOREVER = Long.MAX_VALUE;

    /** The system's time. */
    Timing SYSTEM = new Timing() {
        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public void pause(Object blocker, long slice, long remaining) {
            long nanos = Math.min(slice, remaining);
            if (nanos == FOREVER) {
                LockSupport.park(blocker);
            } else {
                LockSupport.parkNanos(blocker, nanos);
            }
        }
    };

    /** As {@link System#nanoTime()}: only differences mean anything. */
    long nanoTime();

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
    void pause(Object blocker, long slice, long remaining);

    /** The duration in ns, as far as that can be expressed. */
    static long nanos(Duration duration) {
        return TimeUnit.NANOSECONDS.convert(duration);
    }
}
