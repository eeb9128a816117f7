package io.eventbroker;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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

    /** How it is kept; in order of keys each key has its worker. */
    record Keeping(int capacity, String overflow, ToIntFunction<Object> workerOf) {}

    /** Something that waits, for one of the workers where that matters, and how many were lost before it. */
    record Cell(Message message, Object key, int worker, long missed) {}

    final Shape shape;
    final String name;
    final Keeping keeping;
    final List<Cell> waiting = new ArrayList<>();
    final List<Cell> inHand = new ArrayList<>();
    private final long[] missed; // since something was put in, by worker
    long matched;
    long droppedNewest;
    long droppedOldest;
    long delivered;
    long failed;
    long abandoned;
    long episode; // what was lost since that was told
    boolean unsubscribed;
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

    boolean wants(Message message) {
        return isAlive() && matches(message.from) && shape.wanted.test(message.event);
    }

    private boolean matches(Definition topic) {
        return shape.source.equals(topic.topic);
    }

    /** Puts in what it wants, or loses something; returns what there is to tell of that. */
    Told offer(Message message) {
        Object key = shape.definition == null ? Arrays.asList(message.from.topic, message.key) : message.key;
        int worker = keeping.workerOf == null ? 0 : keeping.workerOf.applyAsInt(key);
        matched++;
        String excess = waiting.size() < keeping.capacity ? "" : keeping.overflow;
        switch (excess) {
            case "DROP_OLDEST" -> dropOldest();
            case "DROP_NEWEST" -> droppedNewest++;
            default -> disconnected = excess.equals("DISCONNECT");
        }
        if (excess.isEmpty() || excess.equals("DROP_OLDEST")) {
            waiting.add(new Cell(message, key, worker, missed[worker]));
            missed[worker] = 0;
        } else {
            missed[worker]++;
        }
        // of losses of broker events only the log is told, or it would have no end
        boolean isTold = !excess.isEmpty() && !isOfBroker() && (disconnected || episode++ == 0);
        return isTold ? told(disconnected ? "Disconnected" : "DropsBegan", keeping.capacity) : null;
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
        return droppedNewest + droppedOldest + (disconnected ? 1 : 0);
    }

    /** Whether there is room again, after something was lost. */
    boolean isRelieved() {
        return episode > 0 && 2 * waiting.size() <= keeping.capacity;
    }

    Told episodeEnded() {
        return told("DropsEnded", episode);
    }

    private Told told(String kind, Object last) {
        return Told.of(kind, name, shape.source, last);
    }

    /** What is due next to a worker, or to a reader. */
    Cell next(int worker) {
        return waiting.stream()
                .filter(cell -> cell.worker == worker)
                .findFirst()
                .orElse(null);
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

    void abandonAll() {
        abandoned += waiting.size();
        waiting.forEach(cell -> missed[cell.worker] += cell.missed);
        waiting.clear();
    }
}
