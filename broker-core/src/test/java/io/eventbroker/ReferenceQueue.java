package io.eventbroker;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;

/** A subscription of a {@link ReferenceModel}: what it wants, what waits, and what becomes of what finds it full. */
final class ReferenceQueue {
    /** What a topic is: while its name is in use, others of that name must equal it. */
    record Definition(String topic, Object type, Object keying, int retaining) {}

    record Message(Definition from, Object key, Object event, long sequence) {}

    /** Something the broker tells of itself. */
    record Told(String kind, List<?> parts) {
        static final Definition FROM = new Definition("$broker.events", null, null, 0);

        static Told of(String kind, Object... parts) {
            return new Told(kind, Arrays.asList(parts));
        }
    }

    /** What was asked for: a pattern defines nothing, an inbox has no workers. */
    record Shape(String source, Definition definition, Predicate<Object> wanted, Keeping keeping, int workers) {}

    /** How that is kept; in order of keys each key has its worker. */
    record Keeping(int capacity, String overflow, ToIntFunction<Object> workerOf, boolean replaying) {}

    /** Something that waits, for one of the workers where that matters, and how many were lost before it. */
    record Cell(Message message, Object key, int worker, long missed) {}

    final Shape shape;
    final String name;
    final Keeping keeping;
    final List<Cell> waiting = new ArrayList<>();
    final List<Cell> inHand = new ArrayList<>();
    private final Map<String, Boolean> known = new HashMap<>(); // by the topic's name
    private final long[] missed; // since something was put in, by worker
    long matched;
    long replayed;
    long droppedNewest;
    long droppedOldest;
    long conflated;
    long delivered;
    long failed;
    long abandoned;
    long episode; // what was lost since that was told
    boolean unsubscribed;
    boolean perhapsUnsubscribed; // was disconnected before, and nothing tells whether the loop died first
    boolean disconnected; // the broker ended it because it was full
    boolean stuck;

    ReferenceQueue(String name, Shape shape) {
        this.name = name;
        this.shape = shape;
        this.keeping = shape.keeping;
        this.missed = new long[Math.max(1, shape.workers)];
    }

    boolean isPush() {
        return shape.workers > 0;
    }

    boolean isAlive() {
        return !unsubscribed && !disconnected;
    }

    boolean isOfBroker() {
        return shape.source.equals(Told.FROM.topic);
    }

    boolean isQuiet() {
        return !isPush() || (inHand.isEmpty() && (unsubscribed || waiting.isEmpty()));
    }

    /** Whether a message finds it full that it wants and must not lose. */
    boolean isCongested() {
        return keeping.overflow.equals("BACKPRESSURE") && waiting.size() > keeping.capacity;
    }

    boolean wants(Message message) {
        boolean isOfTopic = shape.definition == null
                ? known.computeIfAbsent(message.from.topic, topic -> matches(shape.source, topic))
                : shape.definition.equals(message.from);
        return isAlive() && isOfTopic && shape.wanted.test(message.event);
    }

    static boolean matches(String source, String name) {
        if (source.indexOf('*') < 0 && source.indexOf('>') < 0) {
            return source.equals(name);
        }
        String[] pattern = source.split("\\.", -1);
        String[] topic = name.split("\\.", -1);
        for (int i = 0; i < pattern.length; i++) {
            if (i == topic.length || pattern[i].equals(">")) {
                return i < topic.length;
            }
            if (!pattern[i].equals("*") && !pattern[i].equals(topic[i])) {
                return false;
            }
        }
        return pattern.length == topic.length;
    }

    /** Puts in what it wants, or loses something; returns what there is to tell of that. */
    Told offer(Message message) {
        String topic = message.from.topic;
        Object key = message.key == null ? topic : shape.definition == null ? List.of(topic, message.key) : message.key;
        int worker = keeping.workerOf == null ? 0 : keeping.workerOf.applyAsInt(key);
        matched++;
        Predicate<Cell> isSame = cell -> keeping.overflow.equals("CONFLATE") && cell.key.equals(key);
        Cell same = waiting.stream().filter(isSame).findFirst().orElse(null);
        String excess = same != null || waiting.size() < keeping.capacity ? "" : keeping.overflow;
        switch (excess) {
            case "DISCONNECT" -> disconnected = true;
            case "DROP_NEWEST", "CONFLATE" -> droppedNewest++;
            case "DROP_OLDEST" -> dropOldest();
            default -> conflated += same == null ? 0 : 1;
        }
        if (Set.of("DISCONNECT", "DROP_NEWEST", "CONFLATE").contains(excess)) {
            missed[worker]++;
        } else {
            long before = missed[worker] + (same == null ? 0 : same.missed + 1);
            int place = same == null ? waiting.size() : waiting.indexOf(same);
            waiting.remove(same);
            waiting.add(place, new Cell(message, key, worker, before));
            missed[worker] = 0;
        }
        // of losses of broker events only the log is told, or it would have no end
        boolean isTold = !excess.isEmpty() && !isOfBroker() && (disconnected || episode++ == 0);
        String kind = disconnected ? "Disconnected" : isCongested() ? "PublishersWaiting" : "DropsBegan";
        return isTold ? told(kind, keeping.capacity) : null;
    }

    /** Loses what has waited longest, which is missed before the next of its worker, if that is not still to come. */
    private void dropOldest() {
        Cell oldest = waiting.remove(0);
        Cell next = next(oldest.worker);
        long gap = oldest.missed + 1;
        droppedOldest++;
        if (next == null) {
            missed[oldest.worker] += gap;
        } else {
            waiting.set(waiting.indexOf(next), new Cell(next.message, next.key, next.worker, next.missed + gap));
        }
    }

    long dropped() {
        return droppedNewest + droppedOldest + conflated + (disconnected ? 1 : 0);
    }

    /** Whether there is room again, after something was lost. */
    boolean isRelieved() {
        return episode > 0 && 2 * waiting.size() <= keeping.capacity;
    }

    /** What there is to tell at the end of an episode. */
    Told episodeEnded() {
        return keeping.overflow.equals("BACKPRESSURE") ? null : told("DropsEnded", episode);
    }

    private Told told(String kind, Object last) {
        return Told.of(kind, name, shape.source, last);
    }

    /** What is due next to a worker, or to a reader. */
    Cell next(int worker) {
        for (Cell cell : waiting) {
            if (cell.worker == worker) {
                return cell;
            }
        }
        return null;
    }

    /** What is due next to the worker that this event is for. */
    Cell next(Object event) {
        return waiting.stream()
                .filter(cell -> cell.message.event.equals(event))
                .findFirst()
                .map(cell -> next(cell.worker))
                .orElse(null);
    }

    /** Whether a worker is free for this, apart from those that handle something, and those still reporting of this. */
    boolean isFree(Cell cell, List<Cell> reporting) {
        List<Cell> busy = new ArrayList<>(inHand);
        busy.addAll(reporting);
        boolean isOrdered = keeping.workerOf != null;
        return isOrdered ? busy.stream().noneMatch(one -> one.worker == cell.worker) : busy.size() < shape.workers;
    }

    /** What was lost after the last that was taken, or still can be. */
    long missedAtEnd() {
        long sum = 0;
        for (long one : missed) {
            sum += one;
        }
        return sum;
    }

    void abandonAll() {
        abandoned += waiting.size();
        waiting.forEach(cell -> missed[cell.worker] += cell.missed);
        waiting.clear();
    }
}
