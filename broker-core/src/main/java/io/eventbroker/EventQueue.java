package io.eventbroker;

import static java.util.Objects.requireNonNull;

import io.eventbroker.internal.Counters;
import io.eventbroker.internal.WaitSet;
import java.util.concurrent.atomic.AtomicReference;
import org.jctools.queues.MessagePassingQueue;
import org.jctools.queues.QueueProgressIndicators;
import org.jctools.queues.varhandle.SpmcVarHandleArrayQueue;
import org.jctools.queues.varhandle.SpscUnboundedVarHandleArrayQueue;
import org.jctools.queues.varhandle.SpscVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * A queue of a subscription: the broker's loop puts contents in, one consumer at a time takes them out. A content is an
 * event, or where the subscription needs to know more, its {@link Envelope}; where messages are conflated, a reference to
 * one that others may replace, which is null once it was taken.
 */
final class EventQueue {
    /*
     * Several consumers take turns by a lock that the loop never takes: workers by one of the subscription's, readers by
     * the monitor of the queue. With DROP_OLDEST the loop is a consumer, too, and the queue one for several: one of them
     * may be preempted when it has taken a content and not yet cleared its place, and then an offer within the limit may
     * fail. The limit is kept by the backlog, since the arrays are larger than that (a power of two), of several queues
     * it is one, and with BACKPRESSURE queues have none.
     */
    static {
        // linked now: at its first call near the end of a reader's stack, the link may fail and leave a queue torn
        warmUp(new SpscVarHandleArrayQueue<>(1));
        warmUp(new SpscUnboundedVarHandleArrayQueue<>(1));
        warmUp(new SpmcVarHandleArrayQueue<>(1));
    }

    private static final int LARGEST_CHUNK = 1_024;

    private static final int TAKEN = 0;
    private static final int MISSED = 1;

    /** Consumers that wait for contents. */
    final WaitSet consumers = new WaitSet();

    private final MessagePassingQueue<Object> places;
    private final boolean isConflating;
    private final Counters out = new Counters(2);

    /** How many that were meant for it were lost. Only for the loop, as are the next two. */
    private long lost;

    /** How many had been put in when the last was lost. */
    private long enteredAtLoss;

    /** How many had been lost in a row with the last of these. */
    private long lostInRow;

    /** The number of the last envelope taken. Only for the consumer. */
    private long lastTaken;

    EventQueue(Overflow overflow, int capacity, boolean isOneOfSeveral) {
        if (overflow == Overflow.DROP_OLDEST) {
            places = new SpmcVarHandleArrayQueue<>(
                    capacity + 1); // one to spare for a consumer that clears its place late
        } else if (overflow == Overflow.BACKPRESSURE || isOneOfSeveral) {
            places = new SpscUnboundedVarHandleArrayQueue<>(Math.min(capacity, LARGEST_CHUNK));
        } else {
            places = new SpscVarHandleArrayQueue<>(capacity);
        }
        isConflating = overflow == Overflow.CONFLATE;
    }

    private static void warmUp(MessagePassingQueue<Object> queue) {
        queue.offer(queue);
        queue.poll();
        queue.isEmpty();
        new AtomicReference<>().getAndSet(null); // a place's
    }

    // ---- for the loop

    boolean put(Object content) {
        return places.relaxedOffer(content);
    }

    /** Puts an envelope in, with its number. */
    boolean putNumbered(Envelope envelope) {
        return put(envelope.with(entered() + lost + 1, 0));
    }

    /** Puts a message in the place of another, if that still waits. */
    boolean replace(AtomicReference<@Nullable Envelope> place, Envelope envelope) {
        for (Envelope old = place.get(); old != null; old = place.get()) {
            if (place.compareAndSet(old, envelope.with(0, old.missedBefore() + 1 + missing()))) {
                lostInRow = 0;
                return true;
            }
        }
        return false;
    }

    /** One that was meant for it is lost. */
    void skip() {
        lostInRow = missing() + 1;
        enteredAtLoss = entered();
        lost++;
    }

    /** Takes out what has waited longest; a consumer may be faster. */
    boolean evict() {
        return places.poll() != null;
    }

    /** The position of what has waited longest, if that is an envelope. */
    long firstSequence() {
        return places.relaxedPeek() instanceof Envelope first ? first.sequence() : Long.MAX_VALUE;
    }

    // ---- for consumers, one at a time

    /** Takes the next content, if there is one. */
    @Nullable Object take(boolean isWrapped) {
        Object content = places.poll();
        if (content == null) {
            return null;
        }
        if (isConflating) {
            content = requireNonNull(((AtomicReference<?>) content).getAndSet(null));
            out.add(MISSED, ((Envelope) content).missedBefore());
        } else if (isWrapped) {
            content = tellGap((Envelope) content);
        }
        out.add(TAKEN, 1);
        return content;
    }

    private Envelope tellGap(Envelope taken) {
        long missed = taken.number() - lastTaken - 1;
        Envelope told = taken;
        try {
            told = missed == 0 ? taken : taken.with(taken.number(), missed);
            out.add(MISSED, missed);
            lastTaken = taken.number();
        } catch (Throwable e) { // no memory: the gap is told with the next, but what was taken must not be lost
            lastTaken++;
        }
        return told;
    }

    /** Lets go of what will never be taken. */
    void clear() {
        for (Object content = places.poll(); content != null; content = places.poll()) {
            if (isConflating) {
                ((AtomicReference<?>) content).set(null);
            }
        }
    }

    // ---- for anybody

    boolean isEmpty() {
        return places.isEmpty();
    }

    int size() {
        return places.size();
    }

    /** How many were put in. */
    long entered() {
        return ((QueueProgressIndicators) places).currentProducerIndex();
    }

    long taken() {
        return out.get(TAKEN);
    }

    /** How many were lost since the last was put in. For the loop, and when nothing more is put in, for anybody. */
    long missing() {
        return enteredAtLoss == entered() ? lostInRow : 0;
    }

    /** How many were lost before those taken, as far as these are envelopes. */
    long missed() {
        return out.get(MISSED);
    }
}
