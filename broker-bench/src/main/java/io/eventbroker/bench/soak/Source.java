package io.eventbroker.bench.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** The account of one publisher on one topic. Written by one thread, read by any. */
final class Source {
    private final int id;
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicLong refused = new AtomicLong();

    Source(int id) {
        this.id = id;
    }

    static List<Source> all() {
        List<Source> sources = new ArrayList<>();
        for (int id = 0; id < Feed.SOURCES; id++) {
            sources.add(new Source(id));
        }
        return sources;
    }

    int id() {
        return id;
    }

    /** The next event, or one again that was refused. Written before it is offered. */
    Item next() {
        int number = accepted.getPlain();
        begun.setRelease(number + 1);
        return Item.of(id, number);
    }

    /** So many of the next events. */
    List<Item> next(int count) {
        int number = accepted.getPlain();
        begun.setRelease(number + count);
        List<Item> items = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            items.add(Item.of(id, number + i));
        }
        return items;
    }

    /** So many were accepted. Written when the broker has said so. */
    void accepted(int count) {
        accepted.setRelease(accepted.getPlain() + count);
    }

    void refused() {
        refused.setRelease(refused.getPlain() + 1);
    }

    /** No event with this number or a larger one has been offered yet. */
    int begun() {
        return begun.getAcquire();
    }

    /** The events with smaller numbers have been accepted, and their publishes have returned. */
    int accepted() {
        return accepted.getAcquire();
    }

    long refusedSoFar() {
        return refused.getAcquire();
    }
}
