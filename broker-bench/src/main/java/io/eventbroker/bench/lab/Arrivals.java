package io.eventbroker.bench.lab;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/** Waits for what was published. */
public final class Arrivals {
    /** When what has not come is taken for lost: nothing came for longer than a busy machine stalls. */
    public static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final long GLANCE_NANOS = 50_000;

    private Arrivals() {}

    /**
     * Returns when so many have arrived, or nothing more does.
     *
     * @param arrived tells how many have; called over and over
     * @param patience after how long without another one it gives up
     * @return how many have arrived
     */
    public static long await(LongSupplier arrived, long wanted, Duration patience) {
        long seen = arrived.getAsLong();
        long changed = System.nanoTime();
        while (seen < wanted) {
            LockSupport.parkNanos(GLANCE_NANOS);
            long now = arrived.getAsLong();
            if (now != seen) {
                seen = now;
                changed = System.nanoTime();
            } else if (System.nanoTime() - changed > patience.toNanos()) {
                return seen;
            }
        }
        return seen;
    }
}
