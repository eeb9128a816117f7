package io.eventbroker.internal;

import com.lmax.disruptor.BusySpinWaitStrategy;
import com.lmax.disruptor.InsufficientCapacityException;
import com.lmax.disruptor.MultiProducerSequencer;
import com.lmax.disruptor.Sequence;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;

/**
 * A bounded ring of addressed events: many producers, one consumer. Producers claim slots through the Disruptor's
 * multi-producer sequencer, which decides the one order of everything; slots and consumption are our own.
 *
 * @param <A> what an event is addressed to
 */
@SuppressWarnings("ReferenceEquality") // marks are known by identity, without touching the event
public final class Ring<A> {
    /*
     * Slot of sequence s: two neighbouring cells, address and event. The event cell is also the flag:
     *
     *   null                              free, or claimed and not filled yet
     *   an event, WITHDRAWN or ORPHANED   filled by the producer that claimed it
     *
     * Producer: claim (CAS on the cursor, which reads `consumed` with acquire), write the address, release fence, write
     * the event. Consumer: read the event with acquire, read the address, clear both, and after a batch write
     * `consumed` with release, which lets producers claim the slots again: so a producer never finds its slot occupied.
     *
     * The event is written by a plain array store, because that needs no stack: between claim and store nothing can
     * fail but by a StackOverflowError (or by a broken `stillOpen`), and then the slot is marked ORPHANED, again by a
     * plain store. A hole in the sequence that nobody will ever fill would stop the broker for good.
     */
    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(Object[].class);

    /** Claimed, then refused by its own publisher, who counts it. */
    private static final Object WITHDRAWN = new Object();

    /** Claimed by a publisher that an error hit before it could fill the slot, and that counts nothing any more. */
    private static final Object ORPHANED = new Object();

    /** How an offer ended. */
    public enum Result {
        /** The event is in the ring. */
        ACCEPTED,
        /** There was no room. */
        FULL,
        /** There was room, but the ring was not open any more once the slot was claimed. */
        WITHDRAWN
    }

    /** Where the consumer puts what it takes. */
    @FunctionalInterface
    public interface Sink<A> {
        /** Takes one event. */
        void accept(A address, Object event);
    }

    private final MultiProducerSequencer sequencer;
    private final Object[] cells;
    private final int mask;

    /** The last sequence consumed. Written by the consumer with release, read by all. */
    private final Sequence consumed = new Sequence();

    private final LongAdder orphans = new LongAdder();

    /** Creates an empty ring of a size that is a power of two. */
    public Ring(int size) {
        sequencer = new MultiProducerSequencer(size, new BusySpinWaitStrategy());
        sequencer.addGatingSequences(consumed);
        cells = new Object[2 * size];
        mask = size - 1;
    }

    /**
     * Offers an event, once, without waiting. Any thread. The caller wakes the consumer afterwards, also after
     * {@code WITHDRAWN}; after an error it cannot, and the consumer finds the slot when it next looks.
     *
     * @param stillOpen asked after the claim: if it says no, the slot is filled with nothing
     */
    public Result offer(A address, Object event, BooleanSupplier stillOpen) {
        long sequence;
        try {
            sequence = sequencer.tryNext();
        } catch (InsufficientCapacityException e) {
            return Result.FULL;
        }
        int cell = ((int) sequence & mask) << 1;
        try {
            if (!stillOpen.getAsBoolean()) {
                cells[cell + 1] = WITHDRAWN;
                return Result.WITHDRAWN;
            }
            cells[cell] = address;
            VarHandle.releaseFence();
            cells[cell + 1] = event;
            return Result.ACCEPTED;
        } catch (Throwable e) {
            cells[cell + 1] = ORPHANED;
            throw e;
        }
    }

    /** The last sequence claimed. With the consumer's position at or beyond it, the ring was empty when this was read. */
    public long claimed() {
        return sequencer.getCursor();
    }

    /** The last sequence consumed. */
    public long consumed() {
        return consumed.get();
    }

    /** How many slots were lost to errors of their publishers, as far as the consumer has seen. */
    public long orphans() {
        return orphans.sum();
    }

    /** Whether the next slot is filled. Consumer only. */
    public boolean hasNext() {
        return CELL.getAcquire(cells, cell(consumed.get() + 1)) != null;
    }

    /** Consumes up to a number of slots; returns how many, those without an event included. Consumer only. */
    public int drain(int limit, Sink<? super A> sink) {
        long first = consumed.get() + 1;
        long next = first;
        try {
            while (next - first < limit) {
                int cell = cell(next);
                Object event = CELL.getAcquire(cells, cell);
                if (event == null) {
                    break;
                }
                next++;
                consume(cell, event, sink);
            }
        } finally {
            if (next != first) {
                consumed.set(next - 1);
            }
        }
        return (int) (next - first);
    }

    @SuppressWarnings("unchecked")
    private void consume(int cell, Object event, Sink<? super A> sink) {
        A address = (A) cells[cell - 1];
        cells[cell - 1] = null;
        cells[cell] = null;
        if (event == ORPHANED) {
            orphans.increment();
        } else if (event != WITHDRAWN) {
            sink.accept(address, event);
        }
    }

    /**
     * Empties what the consumer will never consume, and returns how many events were in it. Any thread, again and again:
     * a producer that was slow to fill its slot may do so later, and each event is counted by one call only.
     */
    public int discard() {
        int discarded = 0;
        long last = claimed();
        for (long sequence = consumed() + 1; sequence <= last; sequence++) {
            int cell = cell(sequence);
            Object event = CELL.getAcquire(cells, cell);
            if (event != null && event != WITHDRAWN && CELL.compareAndSet(cells, cell, event, WITHDRAWN)) {
                if (event == ORPHANED) {
                    orphans.increment();
                } else {
                    discarded++;
                }
            }
        }
        return discarded;
    }

    private int cell(long sequence) {
        return (((int) sequence & mask) << 1) + 1;
    }
}
