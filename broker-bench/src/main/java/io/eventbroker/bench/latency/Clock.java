package io.eventbroker.bench.latency;

import java.util.concurrent.locks.LockSupport;

/** Time, and waiting for it. A test has a clock of its own. */
interface Clock {
    /** The clock of this machine. */
    Clock SYSTEM = new Clock() {
        // How long before the time a parked thread is to be back, since a park ends late: the rest is spun. The same
        // for all contenders; at more than about 8,000 events a second the thread never parks, and takes a processor.
        private static final long SPUN_NANOS = 120_000;

        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public void awaitUntil(long nanoTime) {
            for (long left = nanoTime - nanoTime(); left > 0; left = nanoTime - nanoTime()) {
                if (left > SPUN_NANOS) {
                    LockSupport.parkNanos(left - SPUN_NANOS);
                } else {
                    Thread.onSpinWait();
                }
            }
        }
    };

    /** As {@link System#nanoTime()}. */
    long nanoTime();

    /** Returns when {@link #nanoTime} says that, and as soon after as it can. */
    void awaitUntil(long nanoTime);
}
