package io.eventbroker;

import io.eventbroker.internal.WaitSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A subscription with its bounded queue: the broker's loop puts events in, its consumers take them out. */
abstract class QueuedSubscription<T> extends Backlog implements Subscription {
    /*
     * BACKPRESSURE: the queue takes what comes, and beyond the capacity the subscription is congested: publishers of what
     * it matches wait. `congestion` is odd then. The loop makes it a new odd number whenever it puts in too much; a consumer
     * reads it, sees that no more than the capacity waits, and makes it even by CAS, which fails if the loop put in too
     * much since. So congestion never ends too early. It may end late: the consumer issues no fence between taking and
     * looking, and may not see it. Therefore publishers look at the size themselves: each of up to 16 at least once in 16
     * milliseconds, each of n at least once in n, or within a second, and the one that finds room tells the others.
     */
    /** What a subscription has to tell the broker's loop, which it does without waiting, {@code remove} aside. */
    interface Host {
        /** Ends a subscription, and waits for that. */
        void remove(QueuedSubscription<?> subscription);

        /** The workers of a push subscription have ended. */
        void retire(QueuedSubscription<?> push);

        /** The queue has drained to half since it was full. */
        void relieved(QueuedSubscription<?> subscription);

        /** It has more waiting than its capacity. Called by the loop. */
        void congested(QueuedSubscription<?> subscription);

        /** Something happened that is to be told; returns whether the loop has yet to do so. */
        BooleanSupplier report(BrokerEvent event);
    }

    private static final int NONE = 0;
    private static final int FULL = 1;
    private static final int RELIEVED = 2;

    final TopicPattern<?> source;

    /** Whether it is to the broker's own events. */
    final boolean isOfBroker;

    /** Whether it begins with what is retained. */
    final boolean isToReplay;

    final Host host;

    /** Publishers that wait for room. */
    final WaitSet publishers = new WaitSet();

    /** The name the user gave; without it the loop makes one. */
    final @Nullable String givenName;

    private final @Nullable Class<?> filter;

    /** Written by the loop before the subscription is handed to its owner. */
    String name;

    /** Grows with age. Written by the loop before the subscription is handed to its owner. */
    long number;

    /** Whether it was full and wants no gaps, so that it is removed at the next flush. Written by the loop. */
    boolean isDisconnected;

    /** Whether the loop put something in since it last woke the consumers. Only for the loop. */
    boolean isTouched;

    /** The one touched before. Only for the loop. */
    @Nullable QueuedSubscription<?> touchedBefore;

    /** Odd while there is more in the queue than its capacity; see above. */
    private final AtomicInteger congestion = new AtomicInteger();

    /** Whether publishers look at {@link #congestion}. Only for the loop. */
    boolean isWatched;

    /**
     * NONE → FULL by the loop, when an event is dropped, or publishers are to wait; → RELIEVED by a consumer, when the queue
     * has drained to half; → NONE by the loop.
     */
    private final AtomicInteger episode = new AtomicInteger();

    /** What was dropped before the episode. Only for the loop. */
    private long droppedBefore;

    /** Written by the loop: nothing will be put in any more. */
    volatile boolean sealed;

    /** Why it ended, if not in an orderly way. Written by the loop before {@link #sealed}; to be read after that. */
    volatile @Nullable Throwable cause;

    QueuedSubscription(SubscriptionSpec<?> spec, int workers, Host host) {
        super(spec, workers);
        this.source = spec.source;
        this.givenName = spec.name;
        this.name = givenName == null ? source.name() : givenName;
        this.host = host;
        this.isOfBroker = spec.isOfBroker();
        this.isToReplay = spec.isToReplay;
        this.filter = source.filter();
    }

    // ---- for the loop

    /** Whether it wants an event. Publishers ask this, too, of one that may be congested. */
    boolean accepts(Object event) {
        return (filter == null || filter.isInstance(event)) && !isDisconnected;
    }

    /** Whether events of this class would be accepted. */
    boolean acceptsAny(Class<?> type) {
        return (filter == null || filter.isAssignableFrom(type)) && !isDisconnected;
    }

    /**
     * Puts a message in, or loses one; returns what there is to tell of that. The total says whether it was published or
     * is replayed. Where the event is all that is needed, there is no envelope.
     */
    @Nullable BrokerEvent offer(Object event, @Nullable Envelope message, int total) {
        boolean isFull = isFull(capacity); // first: it may fail
        in.add(total, 1);
        if (put(event, message, isFull)) {
            return isFull && overflow == Overflow.BACKPRESSURE ? congest() : null;
        }
        if (overflow == Overflow.DISCONNECT) {
            lose(message, DISCONNECTED);
            isDisconnected = true;
            return new BrokerEvent.Disconnected(name, source.name(), capacity);
        }
        long before = droppedFull();
        if (overflow == Overflow.DROP_OLDEST) {
            evict();
            put(event, message, false);
        } else {
            lose(message, DROPPED_NEWEST);
        }
        if (droppedFull() == before || !episode.compareAndSet(NONE, FULL)) {
            return null; // a consumer was faster than the eviction, or it is told already
        }
        droppedBefore = before;
        return new BrokerEvent.DropsBegan(name, source.name(), capacity);
    }

    /** Has publishers wait; null if that begins no episode. */
    private @Nullable BrokerEvent congest() {
        congestion.set((congestion.get() | 1) + 2);
        if (!isWatched) {
            isWatched = true;
            host.congested(this);
        }
        return episode.compareAndSet(NONE, FULL)
                ? new BrokerEvent.PublishersWaiting(name, source.name(), capacity)
                : null;
    }

    /** Ends the episode; null if there is none, or nothing was dropped. */
    @Nullable BrokerEvent endEpisode() {
        if (episode.get() == NONE) {
            return null;
        }
        episode.set(NONE);
        return overflow == Overflow.BACKPRESSURE
                ? null
                : new BrokerEvent.DropsEnded(name, source.name(), droppedFull() - droppedBefore);
    }

    /** Tells the consumers that nothing will be put in any more. */
    void seal(@Nullable Throwable why) {
        cause = cause == null ? why : cause;
        sealed = true;
        publishers.signalAll();
        queues.forEach(queue -> queue.consumers.signalAll());
    }

    /** Ends the subscription for good: nothing that waits for a handler is handled any more. */
    void cancel(@Nullable Throwable why) {
        seal(why);
    }

    // ---- for consumers, of each queue one at a time

    /** Whether it was full, and now there is room again; noticed by consumers, so also when no more events come. */
    boolean isRelieved() {
        return episode.get() == FULL && 2L * size() <= capacity;
    }

    /** Whether the loop has yet to be told of the relief, or to tell of it. */
    boolean isRelieving() {
        return isRelieved() || episode.get() == RELIEVED; // in the order of its life
    }

    /** Tells of room, if that is due. To be called outside the turn, whenever a consumer has looked for an event. */
    void noteRelief() {
        boolean isTelling = false;
        try {
            int seen = overflow == Overflow.BACKPRESSURE ? congestion.get() : 0;
            if (seen % 2 != 0 && size() <= capacity && congestion.compareAndSet(seen, seen + 1)) {
                publishers.signalAll();
            }
            // with stack enough, or what follows might fail halfway
            if (isRelieved() && Checks.requireStack(Checks.FRAMES) && episode.compareAndSet(FULL, RELIEVED)) {
                isTelling = true;
                host.relieved(this);
            }
        } catch (Throwable e) { // no memory or no stack: the next to look tells it, and publishers look themselves
            if (isTelling) {
                episode.compareAndSet(RELIEVED, FULL);
            }
        }
    }

    // ---- for anybody

    /** Whether publishers have to wait for room. */
    boolean isCongested() {
        return congestion.get() % 2 != 0 && !sealed && size() > capacity;
    }

    /** A snapshot; what its subscriber counts was read before, and whether nothing more is taken, or put in. */
    SubscriptionStats snapshot(
            long handled, long failed, long delivered, long mostInHand, boolean isTakingOver, boolean isPuttingOver) {
        long taken = taken();
        long inHand = Math.min(taken - delivered, mostInHand);
        long missed = isPuttingOver ? missedAtEnd(isTakingOver) : 0;
        long waiting = waiting(taken);
        return new SubscriptionSnapshot( // reads what is counted first last
                name,
                handled,
                failed,
                delivered,
                inHand,
                missed,
                isTakingOver && inHand > 0,
                in.get(DROPPED_NEWEST),
                in.get(DROPPED_OLDEST),
                in.get(CONFLATED),
                in.get(DISCONNECTED),
                isTakingOver ? waiting : 0,
                isTakingOver ? 0 : waiting,
                in.get(REPLAYED),
                in.get(MATCHED));
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

    /** The statistics of a subscription as plain data. */
    private record SubscriptionSnapshot(
            String name,
            long handled,
            long failed,
            long delivered,
            long inHand,
            long missedAtEnd,
            boolean stuck,
            long droppedNewest,
            long droppedOldest,
            long conflated,
            long disconnected,
            long abandoned,
            long queued,
            long replayed,
            long matched)
            implements SubscriptionStats {
        @Override
        public long dropped() {
            return droppedNewest + droppedOldest + conflated + disconnected;
        }
    }
}
