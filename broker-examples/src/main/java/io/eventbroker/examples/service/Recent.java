package io.eventbroker.examples.service;

import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A value that costs something to get, got anew by whoever asks when it is older than a period. For any thread: while one
 * gets it, others wait for what it gets.
 */
final class Recent<T> {
    private final Supplier<@Nullable T> source;
    private final long period;
    private final LongSupplier clock;

    private @Nullable T value;
    private boolean isThere;
    private long since;

    /**
     * Gets nothing yet.
     *
     * @param source where to get it from; null is a value, too
     * @param clock nanoseconds, as of {@link System#nanoTime()}
     */
    Recent(Supplier<@Nullable T> source, Duration period, LongSupplier clock) {
        this.source = source;
        this.period = period.toNanos();
        this.clock = clock;
    }

    synchronized @Nullable T get() {
        if (!isThere || clock.getAsLong() - since >= period) {
            value = source.get();
            since = clock.getAsLong();
            isThere = true;
        }
        return value;
    }
}
