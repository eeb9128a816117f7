package io.eventbroker.bench.compare.load;

import java.util.concurrent.locks.LockSupport;

/** How the harness, and a contender without a way of its own, waits: the same for all. */
public final class Waiting {
    private static final int SPINS = 64;
    private static final int YIELDS = SPINS + 16;
    private static final long PARK_NANOS = 50_000;

    private Waiting() {}

    /**
     * Waits a little: spinning at first, then yielding, then parked, so that who waits for long takes no processor from
     * those it waits for.
     *
     * @param rounds how often the caller has waited in a row, from 0
     */
    @SuppressWarnings("ThreadPriorityCheck") // a yield is the step between spinning and parking, not relied upon
    public static void idle(int rounds) {
        if (rounds < SPINS) {
            Thread.onSpinWait();
        } else if (rounds < YIELDS) {
            Thread.yield();
        } else {
            LockSupport.parkNanos(PARK_NANOS);
        }
    }
}
