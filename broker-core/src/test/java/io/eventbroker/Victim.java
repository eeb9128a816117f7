package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A thread that may be interrupted, but only while it is exposed: so whoever interrupts knows what the interrupt was
 * meant for, and nothing else of the test is hit.
 */
final class Victim {
    private Thread thread;
    private boolean isHit;

    /** From here on the calling thread may be interrupted, once. */
    synchronized void expose() {
        thread = Thread.currentThread();
        isHit = false;
    }

    /** Interrupts the thread if it is exposed and was not hit; returns whether it did. */
    synchronized boolean interrupt() {
        if (thread == null || isHit) {
            return false;
        }
        isHit = true;
        thread.interrupt();
        return true;
    }

    /** Whether the thread was interrupted since it was exposed. */
    synchronized boolean isHit() {
        return isHit;
    }

    /** Ends the exposure, and leaves the interrupt status as it is; returns whether the thread was hit. */
    synchronized boolean leave() {
        thread = null;
        return isHit;
    }

    /**
     * Ends the exposure after a call that keeps the status, and clears that; returns whether the thread was hit.
     *
     * @throws AssertionError if the status was lost, or is set although nobody interrupted
     */
    boolean cover() {
        boolean wasHit = leave();
        assertThat(Thread.interrupted()).as("interrupt status of who was hit").isEqualTo(wasHit);
        return wasHit;
    }

    /**
     * Ends the exposure after a call that ended by an {@link InterruptedException}, which takes the status with it.
     *
     * @throws AssertionError if nobody interrupted, or the status is set all the same
     */
    void coverInterrupted() {
        assertThat(leave()).as("interrupted by somebody").isTrue();
        assertThat(Thread.interrupted()).as("status after the exception").isFalse();
    }
}
