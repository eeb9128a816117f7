package io.eventbroker;

import static java.util.Objects.requireNonNull;

import io.eventbroker.internal.WaitSet;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A queue of a subscription: the broker's loop puts contents in, one consumer at a time takes them out. A content is an
 * event, or where the subscription needs to know more, its {@link Envelope}; where messages are conflated, a reference to
 * one that others may replace, which is null once it was taken.
 */
final class EventQueue {
    /*
     * Contents have positions, counted from 0. `in.index` is the next to be put in, `out.index` the next to leave; moving
     * either is a release. A position has a cell of a chunk, in turn; if that is not known to be free, the loop goes on in
     * a new chunk, twice as large until the capacity fits. The limit is kept by the backlog, of several queues it is one;
     * with BACKPRESSURE there is none, and chunks stay small.
     *
     * A consumer moves `out.index`, then clears the cell. So who sees the index knows that all cells before the last one
     * were cleared. A cell that is not clear is the next to take, and the loop's index need not be read. But with
     * DROP_OLDEST everybody moves `out.index` by CAS, the loop as well, which may then be ahead of a consumer that clears
     * late: the loop looks at each cell before it puts something in, and a consumer at `in.index` before it looks at one. (So
     * does a consumer of envelopes or places, which has more to count than an index tells.)
     *
     * Consumers take turns by a lock that the loop never takes: workers by one of the subscription's, readers by the
     * monitor of the queue. A reader's stack may end anywhere. So nothing but which chunk is looked at is changed before a
     * content is claimed, and after that nothing is called whose failure matters: either all is as it was, or the content
     * is returned. (A queue of JCTools clears a cell, then moves an index, by a call each; what is taken when the stack
     * ends between them is lost.)
     *
     * Lamport's queue ("Specifying Concurrent Program Modules", 1983), of which consumers go by the cells as in FastForward
     * (Giacomoni, Moseley, Vachharajani, 2008), in chunks as in JCTools' SpscGrowableArrayQueue.
     */
    private static final int SMALL_CHUNK = 1_024;

    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(Object[].class);
    private static final AtomicLongFieldUpdater<End> INDEX = AtomicLongFieldUpdater.newUpdater(End.class, "index");

    static { // linked now, since a link that fails at the end of a stack may fail for ever after
        for (Overflow overflow : Overflow.values()) {
            EventQueue queue = new EventQueue(overflow, 1, false, false);
            queue.put(new AtomicReference<>());
            queue.take();
        }
    }

    /** Consumers that wait for contents. */
    final WaitSet consumers = new WaitSet();

    private final Overflow overflow;
    private final int enough;
    private final boolean isWrapped;
    private final boolean isOpened;

    private final End in;
    private final End out;

    /** Of envelopes that are to be opened, consumers are given the event. */
    EventQueue(Overflow overflow, int capacity, boolean isWrapped, boolean isOpened) {
        Chunk first = new Chunk(Math.min(Integer.highestOneBit(2 * capacity), 16));
        this.overflow = overflow;
        this.enough = overflow == Overflow.BACKPRESSURE ? SMALL_CHUNK : capacity + 2;
        this.isWrapped = isWrapped;
        this.isOpened = isOpened;
        in = new End(first);
        out = new End(first);
    }

    // ---- for the loop

    /** Puts a content in; an envelope gets the number of its place. */
    void put(Object content) {
        long position = in.index;
        boolean isNumbered = isWrapped && overflow != Overflow.CONFLATE;
        Object numbered = isNumbered ? ((Envelope) content).with(position + in.lost + 1, 0) : content;
        if (position >= in.limit) {
            in.limit = findRoom(position);
        }
        CELL.setRelease(in.chunk.cells, in.chunk.cell(position), numbered);
        try {
            INDEX.lazySet(in, position + 1);
        } catch (Throwable e) {
            in.index = position + 1; // no call: it can be taken already
        }
    }

    /** Up to where there is room. */
    private long findRoom(long position) {
        Chunk full = in.chunk;
        int length = full.cells.length;
        boolean isFree = overflow == Overflow.DROP_OLDEST && CELL.getAcquire(full.cells, full.cell(position)) == null;
        long room = isFree ? position + 1 : overflow == Overflow.DROP_OLDEST ? position : out.index - 1 + length;
        if (room <= position) {
            in.chunk = new Chunk(length < enough ? 2 * length : length);
            full.next = in.chunk;
            full.end = position;
            room = position + in.chunk.cells.length;
        }
        return room;
    }

    /** Puts a message in the place of another, if that still waits. */
    boolean replace(AtomicReference<@Nullable Envelope> place, Envelope envelope) {
        for (Envelope old = place.get(); old != null; old = place.get()) {
            if (place.compareAndSet(old, envelope.with(0, old.missedBefore() + 1 + missing()))) {
                in.lostInRow = 0;
                return true;
            }
        }
        return false;
    }

    /** One that was meant for it is lost. */
    void skip() {
        in.lostInRow = missing() + 1;
        in.enteredAtLoss = entered();
        in.lost++;
    }

    /** Takes out what has waited longest, unless a consumer is faster. */
    boolean evict() {
        long position = out.index;
        Chunk chunk = out.chunk.with(position); // not one for later positions, if then the CAS succeeds
        int cell = chunk.cell(position);
        if (position == in.index || !INDEX.compareAndSet(out, position, position + 1)) {
            return false;
        }
        chunk.cells[cell] = null; // no call
        return true;
    }

    /** The sequence of what has waited longest, if that is an envelope. */
    long firstSequence() {
        return content(out.index) instanceof Envelope envelope ? envelope.sequence() : Long.MAX_VALUE;
    }

    /** How many have left, or where messages are conflated, are just leaving: the place was emptied, or the cell cleared. */
    long left() {
        long position = out.index;
        boolean isLeaving = overflow == Overflow.CONFLATE
                && position < in.index
                && (!(content(position) instanceof AtomicReference<?> place) || place.get() == null);
        return isLeaving ? position + 1 : out.index;
    }

    private @Nullable Object content(long position) {
        Chunk chunk = out.chunk.with(position);
        return chunk.cells[chunk.cell(position)];
    }

    // ---- for consumers, one at a time

    /** Takes the next content, if there is one. */
    @Nullable Object take() {
        if (isWrapped || overflow == Overflow.DROP_OLDEST) {
            return takeCounting();
        }
        long position = out.index;
        if (position >= out.chunk.end) {
            Chunk old = out.chunk;
            out.chunk = old.with(position);
            old.next = null; // or, once old, it kept its successors from being collected early
        }
        @Nullable Object[] cells = out.chunk.cells;
        int cell = out.chunk.cell(position);
        Object content = CELL.getAcquire(cells, cell);
        if (content != null) {
            INDEX.lazySet(out, position + 1);
            cells[cell] = null; // no call
        }
        return content;
    }

    /** The same where the index does not tell what was taken: it may be moved by others, or what was missed counts. */
    @SuppressWarnings({"NonAtomicVolatileUpdate", "unchecked"}) // one writer; places are the backlog's
    private @Nullable Object takeCounting() {
        while (true) {
            long position = out.index;
            if (position >= in.index) {
                return null;
            }
            Chunk chunk = out.chunk.with(position);
            out.chunk = chunk;
            int cell = chunk.cell(position);
            Object content = chunk.cells[cell];
            AtomicReference<@Nullable Envelope> place =
                    overflow == Overflow.CONFLATE ? (AtomicReference<@Nullable Envelope>) content : null;
            Envelope envelope = isWrapped ? (Envelope) (place == null ? content : place.get()) : null;
            long number = envelope == null ? 0 : envelope.number();
            long missed = envelope == null ? 0 : place != null ? envelope.missedBefore() : number - out.last - 1;
            Object given = envelope == null ? content : isOpened ? envelope.event() : envelope.with(number, missed);
            boolean isMine = place == null
                    ? INDEX.compareAndSet(out, position, position + 1)
                    : place.compareAndSet(envelope, null);
            if (isMine) { // no calls; otherwise it was replaced or evicted a moment ago
                if (place != null) {
                    out.index = position + 1;
                }
                out.last = number;
                out.missed = out.missed + missed;
                out.taken = out.taken + 1;
                chunk.cells[cell] = null;
                return given;
            }
        }
    }

    /** Lets go of what will never be taken; it counts as waiting for ever. */
    void clear() {
        Chunk chunk = out.chunk;
        for (long position = out.index; position < in.index; position++) {
            chunk = chunk.with(position);
            if (overflow == Overflow.CONFLATE && content(position) instanceof AtomicReference<?> place) {
                place.set(null);
            }
            chunk.cells[chunk.cell(position)] = null;
        }
    }

    // ---- for anybody

    boolean isEmpty() {
        return out.index >= in.index; // in this order
    }

    int size() {
        while (true) {
            long left = out.index;
            long entered = in.index;
            if (left == out.index) {
                return (int) Math.max(0, entered - left); // one may leave a moment before it is counted
            }
        }
    }

    /** How many were put in. */
    long entered() {
        return in.index;
    }

    long taken() {
        return isWrapped || overflow == Overflow.DROP_OLDEST ? out.taken : out.index;
    }

    /** How many were lost since the last was put in. For the loop, and when nothing more is put in, for anybody. */
    long missing() {
        return in.enteredAtLoss == entered() ? in.lostInRow : 0;
    }

    /** How many were lost before those taken, as far as these are envelopes. */
    long missed() {
        return out.missed;
    }

    /** Cells for positions in turn. */
    private static final class Chunk {
        final @Nullable Object[] cells;

        /** Of the positions from {@link #end} on. */
        @Nullable Chunk next;

        volatile long end = Long.MAX_VALUE;

        Chunk(int length) {
            cells = new Object[length];
        }

        int cell(long position) {
            return (int) position & (cells.length - 1);
        }

        /** This chunk, or a later one, that has a position. */
        Chunk with(long position) {
            return position < end ? this : requireNonNull(next).with(position);
        }
    }

    /** Where contents enter, written by the loop, or where they leave; each in cache lines of its own. */
    @SuppressWarnings("unused")
    private static final class End {
        final long before1 = 0, before2 = 0, before3 = 0, before4 = 0, before5 = 0, before6 = 0, before7 = 0;

        volatile long index;

        /** Up to where there is known to be room. */
        long limit;

        Chunk chunk;

        // ---- where contents enter

        /** How many that were meant for the queue were lost. */
        long lost;

        /** How many had been put in when the last was lost. */
        long enteredAtLoss;

        /** How many had been lost in a row with the last of these. */
        long lostInRow;

        // ---- where they leave

        /** The number of the last envelope taken. */
        long last;

        /** How many were lost before those taken. */
        volatile long missed;

        /** How many were taken, where the index does not tell. Written last. */
        volatile long taken;

        final long after1 = 0, after2 = 0, after3 = 0, after4 = 0, after5 = 0, after6 = 0, after7 = 0;

        End(Chunk first) {
            chunk = first;
        }
    }
}
