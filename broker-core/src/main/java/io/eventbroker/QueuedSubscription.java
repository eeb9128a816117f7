package io.eventbroker;

import io.eventbroker.BrokerEvent.Disconnected;
import io.eventbroker.BrokerEvent.DropsBegan;
import io.eventbroker.BrokerEvent.DropsEnded;
import io.eventbroker.internal.Counters;
import io.eventbroker.internal.WaitSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jctools.queues.MessagePassingQueue;
import org.jctools.queues.varhandle.SpmcVarHandleArrayQueue;
import org.jctools.queues.varhandle.SpscVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;

/** A subscription with its bounded queue: the broker's loop puts events in, one consumer at a time takes them out. */
abstract class QueuedSubscription<T> implements Subscription {
    /*
     * The queue is single-producer, single-consumer: several consumers take turns by a lock of their own, which the loop
     * never takes. With DROP_OLDEST the loop is a consumer, too, and the queue one for several. It is larger than the
     * capacity (a power of two), so the limit is kept beside it: the loop compares what it put in with what has left,
     * reading the latter anew only when the subscription looks full. One consumer clears a cell before its event has left,
     * so that an offer within the limit finds room; of several, one may have been preempted in between, and then the
     * offer may fail.
     *
     * Every total has one writer: those of `in` the loop, those of `out` the consumer. MATCHED is written before
     * the event is offered, ENQUEUED after that, TAKEN before it is handled; a snapshot reads in the opposite direction.
     */
    /** What a subscription has to tell the broker's loop, which it does without waiting, {@code remove} aside. */
    interface Host {
        /** Ends a subscription, and waits for that. */
        void remove(QueuedSubscription<?> subscription);

        /** The workers of a push subscription have ended. */
        void retire(QueuedSubscription<?> push);

        /** The queue has drained to half since it was full. */
        void relieved(QueuedSubscription<?> subscription);

        /** Something happened that is to be told; returns what ends when the loop has done so. */
        Command report(BrokerEvent event);
    }

    /** The statistics as plain data. */
    record SubscriptionSnapshot(
            String name,
            long matched,
            long delivered,
            long handled,
            long failed,
            long droppedNewest,
            long droppedOldest,
            long disconnected,
            long abandoned,
            long queued,
            long inHand,
            boolean stuck)
            implements SubscriptionStats {
        @Override
        public long dropped() {
            return droppedNewest + droppedOldest + disconnected;
        }
    }

    static {
        // linked now: at its first call near the end of a reader's stack, the link may fail and leave a queue torn
        MessagePassingQueue<Object> first = new SpscVarHandleArrayQueue<>(1);
        first.offer(first);
        first.poll();
        first.clear();
    }

    private static final int NONE = 0;
    private static final int DROPPING = 1;
    private static final int RELIEVED = 2;

    private static final int MATCHED = 0;
    private static final int ENQUEUED = 1;
    private static final int DROPPED_NEWEST = 2;
    private static final int DROPPED_OLDEST = 3;
    private static final int DISCONNECTED = 4;
    private static final int TAKEN = 0;

    final TopicPattern<T> source;
    final int capacity;

    /** Whether it is to the broker's own events. */
    final boolean isOfBroker;

    final Host host;

    /** Consumers that wait for events. */
    final WaitSet consumers = new WaitSet();

    /** Makes several consumers one; never held while one of them handles or waits. */
    final ReentrantLock turn = new ReentrantLock();

    /** The name the user gave; without it the loop makes one. */
    final @Nullable String givenName;

    private final MessagePassingQueue<Object> queue;
    private final Overflow overflow;
    private final Counters in = new Counters(5);
    private final Counters out = new Counters(1);
    private final @Nullable Class<T> filter;

    /** Written by the loop before the subscription is handed to its owner. */
    private String name;

    /** Grows with age. Written by the loop before the subscription is handed to its owner. */
    long number;

    /** How many of those put in the loop last saw to have left. */
    private long leftSeen;

    /** Whether the broker has ended it because it was full. Only for the loop. */
    boolean isDisconnected;

    /** Whether the loop put something in since it last woke the consumers. Only for the loop. */
    boolean isTouched;

    /**
     * NONE → DROPPING by the loop, when an event is dropped; → RELIEVED by a consumer, when the queue has drained to half;
     * → NONE by the loop.
     */
    private final AtomicInteger episode = new AtomicInteger();

    /** What was dropped before the episode. Only for the loop. */
    private long droppedBefore;

    /** Written by the loop: nothing will be put in any more. */
    private volatile boolean sealed;

    /** Why it ended, if not in an orderly way. Written by the loop before {@link #sealed}; to be read after that. */
    @Nullable Throwable cause;

    QueuedSubscription(SubscriptionSpec<T> spec, Host host) {
        this.source = spec.source;
        this.givenName = spec.name;
        this.name = givenName == null ? source.name() : givenName;
        this.capacity = spec.capacity;
        this.host = host;
        this.isOfBroker = source.definition().equals(BrokerEvent.TOPIC.definition());
        this.overflow = spec.overflow;
        this.queue = overflow == Overflow.DROP_OLDEST
                ? new SpmcVarHandleArrayQueue<>(capacity + 1) // one to spare for a consumer that clears its cell late
                : new SpscVarHandleArrayQueue<>(capacity);
        this.filter = source.type().isAssignableFrom(source.definition().type()) ? null : source.type();
    }

    // ---- for the loop

    void admit(long number, String name) {
        this.number = number;
        this.name = name;
    }

    boolean accepts(Object event) {
        return (filter == null || filter.isInstance(event)) && !isDisconnected;
    }

    /** Whether events of this class would be accepted. */
    boolean acceptsAny(Class<?> type) {
        return (filter == null || filter.isAssignableFrom(type)) && !isDisconnected;
    }

    /** Puts an event in, or loses one; returns what there is to tell of that. */
    @Nullable BrokerEvent offer(Object event) {
        in.add(MATCHED, 1);
        if (!isFull()) {
            return put(event) ? null : drop(DROPPED_NEWEST);
        }
        if (overflow == Overflow.DISCONNECT) {
            in.add(DISCONNECTED, 1);
            isDisconnected = true;
            return new Disconnected(name, source.name(), capacity);
        }
        DropsBegan begin = null;
        boolean isIn = false;
        if (overflow == Overflow.DROP_OLDEST) {
            begin = queue.poll() == null ? null : drop(DROPPED_OLDEST); // a consumer may have been faster
            isIn = put(event);
        }
        DropsBegan other = isIn ? null : drop(DROPPED_NEWEST);
        return begin == null ? other : begin;
    }

    private boolean put(Object event) {
        if (!queue.relaxedOffer(event)) {
            return false;
        }
        in.add(ENQUEUED, 1);
        return true;
    }

    /** Counts an event that was dropped; null if that begins no episode. */
    private @Nullable DropsBegan drop(int cause) {
        long before = dropped();
        in.add(cause, 1);
        if (episode.get() != NONE) {
            return null;
        }
        droppedBefore = before;
        episode.set(DROPPING);
        return new DropsBegan(name, source.name(), capacity);
    }

    /** Ends the episode; null if there is none. */
    @Nullable DropsEnded endEpisode() {
        if (episode.get() == NONE) {
            return null;
        }
        episode.set(NONE);
        return new DropsEnded(name, source.name(), dropped() - droppedBefore);
    }

    private boolean isFull() {
        long enqueued = in.get(ENQUEUED);
        if (enqueued - leftSeen < capacity) {
            return false;
        }
        leftSeen = enqueued - queue.size();
        return enqueued - leftSeen >= capacity;
    }

    /** Tells the consumers that nothing will be put in any more. */
    void seal(@Nullable Throwable why) {
        if (cause == null) {
            cause = why;
        }
        sealed = true;
        consumers.signalAll();
    }

    /** Ends a subscription that was full and wants no gaps; what waits is still for its consumers. */
    void disconnect() {
        seal(new IllegalStateException(
                this + " was full with " + capacity + " events, and its overflow policy is DISCONNECT"));
    }

    /** Wakes a consumer; the loop has issued a full fence since it last put something in. */
    void wake() {
        consumers.signalOne();
    }

    /** Ends the subscription for good: nothing that waits for a handler is handled any more. */
    void cancel(@Nullable Throwable why) {
        seal(why);
    }

    // ---- for consumers, one at a time

    /** Takes the next event, if there is one. */
    @Nullable T next() {
        @SuppressWarnings("unchecked") // the loop offers what `accepts` let through
        T event = (T) queue.poll();
        if (event != null) {
            out.add(TAKEN, 1);
        }
        return event;
    }

    /** Whether there was a loss, and now there is room again; noticed by consumers, so also when no more events come. */
    boolean isRelieved() {
        return episode.get() == DROPPING && 2 * queue.size() <= capacity;
    }

    /** Whether the loop has yet to be told of the relief, or to tell of it. */
    boolean isRelieving() {
        return isRelieved() || episode.get() == RELIEVED; // in the order of its life
    }

    /** Tells of the relief, if that is due. To be called outside the turn, whenever a consumer has looked for an event. */
    void noteRelief() {
        if (isRelieved() && episode.compareAndSet(DROPPING, RELIEVED)) {
            try {
                host.relieved(this);
            } catch (Throwable e) { // no memory or no stack: the next to look tells it
                episode.compareAndSet(RELIEVED, DROPPING);
            }
        }
    }

    /** Lets go of what will never be taken. */
    void clear() {
        queue.clear();
    }

    // ---- for anybody

    boolean isEmpty() {
        return queue.isEmpty();
    }

    int size() {
        return queue.size();
    }

    boolean isSealed() {
        return sealed;
    }

    long taken() {
        return out.get(TAKEN);
    }

    long dropped() {
        return in.get(DROPPED_NEWEST) + in.get(DROPPED_OLDEST) + in.get(DISCONNECTED);
    }

    /** How many wait, if so many have been taken. */
    private long waiting(long taken) {
        long left = in.get(DROPPED_OLDEST) + taken;
        return Math.max(0, Math.min(in.get(ENQUEUED) - left, capacity)); // the loop may count its offer a moment later
    }

    /** How many wait that nobody will take. */
    long abandoned() {
        return waiting(taken());
    }

    /** A snapshot; what its subscriber counts was read before. */
    SubscriptionStats snapshot(long handled, long failed, long delivered, long taken, long inHand, boolean ended) {
        long newest = in.get(DROPPED_NEWEST);
        long oldest = in.get(DROPPED_OLDEST);
        long disconnected = in.get(DISCONNECTED);
        long waiting = waiting(taken);
        return new SubscriptionSnapshot(
                name,
                matched(),
                delivered,
                handled,
                failed,
                newest,
                oldest,
                disconnected,
                ended ? waiting : 0,
                ended ? 0 : waiting,
                inHand,
                ended && inHand > 0);
    }

    long matched() {
        return in.get(MATCHED);
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final void unsubscribe() {
        host.remove(this);
    }

    @Override
    public final String toString() {
        return "subscription \"" + name + "\" to " + source;
    }
}
