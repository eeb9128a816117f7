package io.eventbroker.bench.scale;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What one subscriber received: counts it, and adds up its values. {@link #receive} is called by one thread at a time;
 * who reads the {@link #count} sees the {@link #sum} of as many at least.
 */
final class Receipts {
    /** So many cells lie between what different threads write, which then share no cache line. */
    private static final int PADDING = 16;

    private static final int COUNT = PADDING;
    private static final int SUM = PADDING + 1;

    private final AtomicLongArray cells = new AtomicLongArray(PADDING + 2 + PADDING);

    void receive(Event event) {
        cells.setPlain(SUM, cells.getPlain(SUM) + event.value());
        cells.setRelease(COUNT, cells.getPlain(COUNT) + 1);
    }

    /** How many events came. */
    long count() {
        return cells.getAcquire(COUNT);
    }

    /** What their values add up to. */
    long sum() {
        return cells.getPlain(SUM);
    }
}
