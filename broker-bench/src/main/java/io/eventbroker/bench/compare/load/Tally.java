package io.eventbroker.bench.compare.load;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What one subscriber does with events: counts them, adds them up, and notes those that come after a later one of the
 * same stream.
 *
 * <p><b>Threads.</b> {@link #receive} is called for the events of one stream by one thread at a time, one call
 * happening-before the next. Anybody may read {@link #received(int)}, which is an acquiring read: once it tells of an
 * event, {@link #sum()} and {@link #reordered()} know of it too.
 */
public final class Tally {
    /** So many cells are unused between what is written by different threads, which then share no cache line. */
    private static final int PADDING = 16;

    /** The cells of a stream: how many of its events came, the sum of their values, ... */
    private static final int RECEIVED = PADDING;

    private static final int SUM = RECEIVED + 1;

    /** ... how many came after a later one or twice, and how many are missing before the latest. */
    private static final int REORDERED = SUM + 1;

    private static final int MISSING = REORDERED + 1;

    /** From the cells of one stream to those of the next. */
    private static final int STRIDE = MISSING + 1;

    private final int publishers;
    private final int topics;

    /** The index of an event is its position in the stream modulo this power of two, less one. */
    private final int mask;

    /** Written by the thread that receives; {@link #RECEIVED} last and with release. */
    private final AtomicLongArray cells;

    Tally(Scenario scenario) {
        publishers = scenario.publishers();
        topics = scenario.topics();
        mask = Load.eventsOfStream(topics) - 1;
        cells = new AtomicLongArray(publishers * topics * STRIDE + PADDING);
    }

    /** Takes note of an event. */
    public void receive(Event event) {
        int base = event.stream() * STRIDE;
        long received = cells.getPlain(base + RECEIVED);
        if (event.index() != indexAt(received)) {
            displaced(event, received, base);
        }
        cells.setPlain(base + SUM, cells.getPlain(base + SUM) + event.value());
        cells.setRelease(base + RECEIVED, received + 1);
    }

    /** Tells an event that came after a gap from one that was overtaken, and so is part of a gap noted before. */
    private void displaced(Event event, long received, int base) {
        long missing = cells.getPlain(base + MISSING);
        int ahead = indexAt(event.index() - received - missing);
        if (ahead <= mask / 2) {
            cells.setPlain(base + MISSING, missing + ahead);
        } else {
            cells.setPlain(base + MISSING, missing - 1);
            cells.setPlain(base + REORDERED, cells.getPlain(base + REORDERED) + 1);
        }
    }

    private int indexAt(long position) {
        return (int) position & mask;
    }

    /** How many events of a publisher came, on all topics. */
    long received(int publisher) {
        long received = 0;
        for (int stream = publisher * topics; stream < (publisher + 1) * topics; stream++) {
            received += cells.getAcquire(stream * STRIDE + RECEIVED);
        }
        return received;
    }

    /** How many events came. */
    long received() {
        return total(RECEIVED);
    }

    /** The values of all events that came, added up. */
    long sum() {
        return total(SUM);
    }

    /** How many events came after a later one of the same stream, or twice. */
    long reordered() {
        return total(REORDERED);
    }

    private long total(int cell) {
        long total = 0;
        for (int stream = 0; stream < publishers * topics; stream++) {
            total += cells.getAcquire(stream * STRIDE + cell);
        }
        return total;
    }
}
