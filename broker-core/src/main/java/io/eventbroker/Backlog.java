package io.eventbroker;

import static java.util.Objects.requireNonNull;

import io.eventbroker.internal.Counters;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The part of a subscription that holds what waits: one queue, or where order is by key, one for each worker; and the
 * totals.
 */
abstract class Backlog {
    /*
     * Every total has one writer: those of `in` the loop, those of a queue its consumer. MATCHED is written before the
     * event is offered, a queue's count of those taken before it is handled; a snapshot reads in the opposite direction.
     * How many entered a queue it tells itself, by its producer's index. The loop compares that with what has left,
     * reading the latter anew only when the subscription looks full.
     */
    static final int MATCHED = 0;
    static final int REPLAYED = 1;
    static final int DROPPED_NEWEST = 2;
    static final int DROPPED_OLDEST = 3;
    static final int CONFLATED = 4;
    static final int DISCONNECTED = 5;

    final List<EventQueue> queues;
    final int capacity;
    final Overflow overflow;

    /** Whether what waits are envelopes. */
    final boolean isWrapped;

    /** Whether nothing but the event is needed to put it in. */
    final boolean isPlain;

    private final EventQueue first;
    private final boolean isByPattern;
    final Counters in = new Counters(6);

    /** The places by key, those that were emptied now and then swept. Only for the loop. */
    private final Map<Object, AtomicReference<@Nullable Envelope>> places = new HashMap<>(0);

    /** How many of those put in the loop last saw to have left. */
    private long leftSeen;

    Backlog(SubscriptionSpec<?> spec, int workers) {
        int count = spec.isOrderedByKey ? workers : 1;
        capacity = spec.capacity;
        overflow = spec.overflow;
        isByPattern = spec.source.definition == null;
        isWrapped = spec.isForMessages
                || overflow == Overflow.CONFLATE
                || (overflow == Overflow.DROP_OLDEST && count > 1)
                || (isByPattern && workers > 0); // handlers' failures name the topic
        queues = IntStream.range(0, count)
                .mapToObj(i -> new EventQueue(overflow, capacity, isWrapped, workers == 0 && !spec.isForMessages))
                .toList();
        first = queues.get(0);
        isPlain = !isWrapped && count == 1;
    }

    // ---- for the loop

    /** Puts a message in, or fails; if the limit is reached, only where that does not matter. */
    boolean put(Object event, @Nullable Envelope message, boolean isFull) {
        try {
            EventQueue queue = queueOf(message);
            if (overflow == Overflow.CONFLATE) {
                return conflate(queue, requireNonNull(message), isFull);
            }
            if (isFull && overflow != Overflow.BACKPRESSURE) {
                return false;
            }
            queue.put(isWrapped ? requireNonNull(message) : event);
            return true;
        } catch (Throwable e) { // no memory: it was matched, so it must be in one of the other totals
            lose(message, DROPPED_NEWEST);
            throw e;
        }
    }

    /** Puts a message into the place of one with its key, if one waits, or into a new one. */
    private boolean conflate(EventQueue queue, Envelope message, boolean isFull) {
        Object key = keyOf(message);
        AtomicReference<@Nullable Envelope> place = places.get(key);
        if (place != null && queue.replace(place, message)) {
            in.add(CONFLATED, 1);
            return true;
        }
        if (isFull && isFull(capacity)) { // asked anew: a consumer may just have emptied the place
            return false;
        }
        if (places.size() >= 2L * capacity) {
            places.values().removeIf(emptied -> emptied.get() == null);
        }
        place = new AtomicReference<>(message.with(0, queue.missing()));
        places.put(key, place);
        queue.put(place);
        return true;
    }

    /** Loses a message that was not put in. */
    void lose(@Nullable Envelope message, int total) {
        in.add(total, 1);
        queueOf(message).skip();
    }

    /** Loses what has waited longest, unless a consumer is faster. */
    void evict() {
        EventQueue oldest = first;
        for (int i = 1; i < queues.size(); i++) { // without memory for an iterator
            oldest = queues.get(i).firstSequence() < oldest.firstSequence() ? queues.get(i) : oldest;
        }
        if (oldest.evict()) {
            in.add(DROPPED_OLDEST, 1);
        }
    }

    private EventQueue queueOf(@Nullable Envelope message) {
        if (queues.size() == 1) {
            return first;
        }
        int hash = keyOf(requireNonNull(message)).hashCode();
        return queues.get(Math.floorMod(hash ^ (hash >>> 16), queues.size()));
    }

    /** What messages have in common that are of one key; through a pattern, of one topic, too. */
    private Object keyOf(Envelope message) {
        Object key = message.key();
        return !isByPattern ? requireNonNull(key) : key == null ? message.topic() : new TopicKey(message.topic(), key);
    }

    /** A key of one topic of several. In order, so that a map finds one fast among however many of the same hash. */
    private record TopicKey(String topic, Object key) implements Comparable<TopicKey> {
        @Override
        @SuppressWarnings("unchecked") // a key is of a type whose values have an order
        public int compareTo(TopicKey that) {
            int order = topic.compareTo(that.topic);
            if (order == 0 && key.getClass().equals(that.key.getClass())) {
                return ((Comparable<Object>) key).compareTo(that.key);
            }
            return order != 0
                    ? order
                    : key.getClass().getName().compareTo(that.key.getClass().getName());
        }

        @Override
        public int hashCode() { // stated, since by it an event has its worker
            return 31 * (31 + topic.hashCode()) + key.hashCode();
        }
    }

    /** Whether at least so many wait. */
    boolean isFull(int limit) {
        long entered = isPlain ? first.entered() : sum(EventQueue::entered);
        if (entered - leftSeen >= limit) {
            leftSeen = isPlain ? first.left() : sum(EventQueue::left);
        }
        return entered - leftSeen >= limit;
    }

    // ---- for anybody

    int size() {
        return queues.size() == 1 ? first.size() : (int) sum(EventQueue::size); // no lambda for a reader's little stack
    }

    private long sum(ToLongFunction<EventQueue> total) {
        long sum = 0;
        for (int i = 0; i < queues.size(); i++) { // not by a stream: the loop asks this for each message
            sum += total.applyAsLong(queues.get(i));
        }
        return sum;
    }

    long taken() {
        return queues.size() == 1 ? first.taken() : sum(EventQueue::taken);
    }

    /** Those lost for want of room. */
    long droppedFull() {
        return in.get(DROPPED_NEWEST) + in.get(DROPPED_OLDEST) + in.get(DISCONNECTED);
    }

    long dropped() {
        return droppedFull() + in.get(CONFLATED);
    }

    /** How many wait, if so many have been taken. */
    long waiting(long taken) {
        long left = in.get(DROPPED_OLDEST) + taken;
        // one may be taken a moment before the index counts it
        long waiting = Math.max(0, sum(EventQueue::entered) - left);
        return overflow == Overflow.BACKPRESSURE ? waiting : Math.min(waiting, capacity);
    }

    /** How many were lost after the last that was taken, or if those that wait can be, after these. */
    long missedAtEnd(boolean isTakingOver) {
        boolean isAllTaken = isTakingOver || waiting(taken()) == 0;
        return isWrapped && isAllTaken ? dropped() - sum(EventQueue::missed) : sum(EventQueue::missing);
    }
}
