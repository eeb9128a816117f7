package io.eventbroker.internal;

import com.lmax.disruptor.BusySpinWaitStrategy;
import com.lmax.disruptor.InsufficientCapacityException;
import com.lmax.disruptor.MultiProducerSequencer;
import com.lmax.disruptor.Sequence;
import com.lmax.disruptor.Sequencer;
import com.lmax.disruptor.SingleProducerSequencer;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;

/**
 * A bounded ring of addressed events with one consumer: {@link Shared} by many producers, or for one {@link Lone}
 * producer. Producers claim slots through a sequencer of the Disruptor, which decides the order of everything and how much
 * room there is; slots and consumption are our own.
 *
 * @param <A> what an event is addressed to
 */
@SuppressWarnings("ReferenceEquality") // marks are known by identity, without touching the event
public abstract sealed class Ring<A> {
    /*
     * The event cell of a slot is also its flag:
     *
     *   null                              free, or claimed and not filled yet
     *   an event, WITHDRAWN or ORPHANED   filled by the producer that claimed it
     *
     * Producer: claim (which reads `consumed` with acquire and moves the cursor), write the address, release fence, write
     * the event. Consumer: read the event with acquire, read the address, clear both, and after a batch write
     * `consumed` with release, which lets producers claim the slots again: so a producer never finds its slot occupied.
     *
     * The event is written by a plain array store, because that needs no stack: between claim and store nothing can
     * fail but by a StackOverflowError, and then the slot is marked ORPHANED, again by a plain store. A hole in the
     * sequence that nobody will ever fill would stop the broker for good.
     *
     * Closing: the consumer writes `closed`, then issues a full fence, then reads the cursor. A producer that shares the
     * ring claims by CAS, then reads `closed`: so whoever claims beyond what the consumer reads sees it and withdraws.
     * A lone producer issues no fence: it fills its slot, then reads `closed`, and if that is set takes the event back by
     * CAS. Once it has written `closed` the consumer takes by CAS, too, so exactly one of them has the event; and
     * what a producer stored before it read "not closed" the consumer sees a moment later.
     */
    static final VarHandle CELL = MethodHandles.arrayElementVarHandle(Object[].class);

    /** Claimed, then refused by its own publisher, who counts it. */
    static final Object WITHDRAWN = new Object();

    /** Claimed by a publisher that an error hit before it could fill the slot, and that counts nothing any more. */
    static final Object ORPHANED = new Object();

    /** How an offer ended. */
    public enum Result {
        /** The event is in the ring. */
        ACCEPTED,
        /** There was no room. */
        FULL,
        /** The ring is closed. */
        WITHDRAWN
    }

    /** Made now, and not on the stack of a publisher: near its end a class fails to initialise, and then for good. */
    static final Object[] LOADED = {Result.FULL, InsufficientCapacityException.INSTANCE};

    final Sequencer sequencer;
    final Object[] cells;
    final int mask;

    /** log2 of the cells of a slot, of which the last is that of the event. */
    final int shift;

    /** Tells how many slots were lost to errors of their publishers. */
    private final LongAdder orphans;

    /** The last sequence consumed. Written by the consumer with release, read by all. */
    private final Sequence consumed = new Sequence();

    /** Written by the consumer. */
    volatile boolean closed;

    Ring(Sequencer sequencer, int shift, LongAdder orphans) {
        this.sequencer = sequencer;
        this.cells = new Object[sequencer.getBufferSize() << shift];
        this.mask = sequencer.getBufferSize() - 1;
        this.shift = shift;
        this.orphans = orphans;
        sequencer.addGatingSequences(consumed);
    }

    abstract A address(int cell);

    /** The last sequence claimed. With the consumer's position at or beyond it, the ring was empty when this was read. */
    public final long claimed() {
        return Math.max(sequencer.getCursor(), consumed.get()); // an orphan's slot may be consumed ahead of the cursor
    }

    /** The last sequence consumed. */
    public final long consumed() {
        return consumed.get();
    }

    /** Whether the next slot is filled. Consumer only. */
    public final boolean hasNext() {
        return CELL.getAcquire(cells, cell(consumed.get() + 1)) != null;
    }

    /** Whether it was closed. */
    public final boolean isClosed() {
        return closed;
    }

    /** Lets producers add nothing any more; what they did add can still be consumed. Consumer only. */
    public final void close() {
        closed = true;
        VarHandle.fullFence();
    }

    /**
     * Consumes up to a number of slots, and gives the sink the address and the event of each; returns how many slots, those
     * without an event included. Consumer only.
     */
    public final int drain(int limit, BiConsumer<? super A, Object> sink) {
        boolean contended = closed;
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
                if (contended && !CELL.compareAndSet(cells, cell, event, null)) {
                    event = WITHDRAWN;
                }
                A address = address(cell);
                cells[cell] = null;
                if (event == ORPHANED) {
                    orphans.increment();
                } else if (event != WITHDRAWN) {
                    sink.accept(address, event);
                }
            }
        } finally {
            if (next != first) {
                consumed.set(next - 1);
            }
        }
        return (int) (next - first);
    }

    /**
     * Empties what the consumer will never consume, and returns how many events were in it. Any thread, again and again:
     * a producer that was slow to fill its slot may do so later, and each event is counted by one call only.
     */
    public final int discard() {
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

    /** The event cell of a slot. */
    final int cell(long sequence) {
        return ((((int) sequence & mask) + 1) << shift) - 1;
    }

    /** A ring for many producers, each event with its own address. */
    public static final class Shared<A> extends Ring<A> {
        /** Creates an empty ring of a size that is a power of two. */
        public Shared(int size, LongAdder orphans) {
            super(new MultiProducerSequencer(size, new BusySpinWaitStrategy()), 1, orphans);
        }

        /**
         * Offers an event, once, without waiting. Any thread. The caller wakes the consumer afterwards, also after
         * {@code WITHDRAWN}; after an error it cannot, and the consumer finds the slot when it next looks.
         */
        public Result offer(A address, Object event) {
            long sequence;
            try {
                sequence = sequencer.tryNext();
            } catch (InsufficientCapacityException e) {
                return Result.FULL;
            }
            // without a call, which might fail where nothing would mark the slot
            int cell = ((((int) sequence & mask) + 1) << shift) - 1;
            boolean isIn;
            try {
                isIn = fill(cell, address, event);
            } catch (Throwable e) {
                cells[cell] = ORPHANED;
                throw e;
            }
            return isIn ? Result.ACCEPTED : Result.WITHDRAWN;
        }

        /**
         * Fills a claimed slot with the event, or if the ring is closed with none; returns which. The store is its last
         * act: nothing may fail after that.
         */
        boolean fill(int cell, A address, Object event) {
            if (closed) {
                cells[cell] = WITHDRAWN;
                return false;
            }
            cells[cell - 1] = address;
            VarHandle.releaseFence();
            cells[cell] = event;
            return true;
        }

        @Override
        @SuppressWarnings("unchecked")
        A address(int cell) {
            A address = (A) cells[cell - 1];
            cells[cell - 1] = null;
            return address;
        }
    }

    /** A ring for one producer and one address. */
    public static final class Lone<A> extends Ring<A> {
        private final A address;

        /** Creates an empty ring of a size that is a power of two. */
        public Lone(int size, A address, LongAdder orphans) {
            super(new SingleProducerSequencer(size, new BusySpinWaitStrategy()), 0, orphans);
            this.address = address;
        }

        /**
         * Offers an event, once, without waiting. One thread at a time. The caller wakes the consumer afterwards, as
         * with {@link Shared}.
         */
        public Result offer(Object event) {
            long sequence;
            try {
                sequence = sequencer.tryNext();
            } catch (InsufficientCapacityException e) {
                return Result.FULL;
            }
            int cell = (int) sequence & mask;
            try {
                fill(sequence, cell, event);
            } catch (Throwable e) {
                cells[cell] = ORPHANED;
                throw e;
            }
            return closed ? settle(cell, event) : Result.ACCEPTED; // most often without a call, which might fail
        }

        /** Fills a claimed slot; its last act is to store the event. */
        void fill(long sequence, int cell, Object event) {
            sequencer.publish(sequence); // moves the cursor: claimed, as with many producers
            VarHandle.releaseFence();
            cells[cell] = event;
        }

        /** Takes the event back, the ring having been closed, unless the consumer has taken it. */
        Result settle(int cell, Object event) {
            return CELL.compareAndSet(cells, cell, event, WITHDRAWN) ? Result.WITHDRAWN : Result.ACCEPTED;
        }

        @Override
        A address(int cell) {
            return address;
        }
    }
}
