package io.eventbroker.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Totals that one thread at a time writes and any thread reads. Each increment is a plain read and a release write: no
 * locked instruction. A reader that sees a total sees everything its writer did before.
 */
public final class Counters {
    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);

    /** A cache line before and after, so that two writers do not share one. */
    private static final int PAD = 8;

    private final long[] cells;

    /** Creates totals numbered from 0, all 0. */
    public Counters(int count) {
        cells = new long[PAD + count + PAD];
    }

    /** Adds to a total; only for the thread that writes them. */
    public void add(int counter, long amount) {
        int cell = PAD + counter;
        CELL.setRelease(cells, cell, cells[cell] + amount);
    }

    /** Reads a total. */
    public long get(int counter) {
        return (long) CELL.getAcquire(cells, PAD + counter);
    }
}
