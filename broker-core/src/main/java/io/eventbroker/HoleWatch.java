package io.eventbroker;

import io.eventbroker.internal.Ring;

/** Notices a slot that was claimed and is never filled, which would hold up what comes after it for ever. */
final class HoleWatch {
    /*
     * A hole is ordinary for a moment: its publisher was preempted between claim and fill. The time is summed over looks,
     * each counted as no longer than LONGEST_ROUND, so that a pause of the whole JVM, in which no publisher can go on
     * either, ages nothing.
     */
    /** How long a slot may stay unfilled before the broker fails, in ns. */
    static final long LIMIT = 30_000_000_000L;

    /** The most that one look adds, in ns; nobody parks for longer while there is a hole. */
    static final long LONGEST_ROUND = 1_000_000;

    private final String name;
    private final Ring<?> ring;
    private long hole = -1;
    private long age;
    private long lastLook;

    HoleWatch(String name, Ring<?> ring) {
        this.name = name;
        this.ring = ring;
    }

    /** Whether the next slot is claimed but not filled. */
    boolean isHole() {
        return ring.claimed() > ring.consumed() && !ring.hasNext();
    }

    /** Looks, at a time in ns; fails if the next slot has been a hole for too long. */
    void look(long now) {
        if (isHole()) {
            long next = ring.consumed() + 1;
            age = next == hole ? age + Math.min(now - lastLook, LONGEST_ROUND) : 0;
            hole = next;
            lastLook = now;
            if (age > LIMIT) {
                throw new IllegalStateException("slot " + hole + " of " + name + " was claimed by a publisher "
                        + LIMIT / 1_000_000_000 + " s ago and never filled; nothing behind it can be routed in order");
            }
        }
    }
}
