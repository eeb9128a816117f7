package io.eventbroker;

import io.eventbroker.internal.Ring;
import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;

/** Where messages come in: the ring that all publishers share, and the lanes. Emptied by the broker's loop only. */
final class Inflow {
    /** The most that is taken from one ring before the next has its turn. */
    private static final int SHARE = 512;

    final Ring.Shared<TopicDefinition> shared;
    private final HoleWatch holes;

    /** Copied on write, by the loop; read by anybody. */
    volatile RingLane<?>[] lanes = {};

    /** The ring whose turn is next: a lane, or after the last of them the shared ring. */
    private int turn;

    /** What is to be routed from the shared ring before the next command. */
    private long sharedMark;

    /** Events left behind; counted by whoever finds them, once the loop has ended. */
    private final LongAdder left = new LongAdder();

    Inflow(int size, LongAdder orphans) {
        shared = new Ring.Shared<>(size, orphans);
        holes = new HoleWatch("the ring", shared);
    }

    // ---- for the loop

    void add(RingLane<?> lane) {
        lane.mark = lane.ring.claimed(); // commands noted already do not wait for it
        RingLane<?>[] more = Arrays.copyOf(lanes, lanes.length + 1);
        more[lanes.length] = lane;
        lanes = more;
    }

    /** Removes a lane; returns whether it was there. */
    boolean remove(RingLane<?> lane) {
        RingLane<?>[] less = Arrays.stream(lanes).filter(l -> !l.equals(lane)).toArray(RingLane<?>[]::new);
        if (less.length == lanes.length) {
            return false;
        }
        lanes = less;
        left.add(lane.ring.discard()); // nothing, unless closing reached its deadline before it was routed
        return true;
    }

    /** Takes up to a number of slots, some of each ring that has any; returns how many. */
    int drain(int limit, Router router) {
        RingLane<?>[] open = lanes;
        int done = 0;
        for (int i = 0; i <= open.length && done < limit; i++) {
            turn = turn < open.length ? turn : open.length;
            int share = Math.min(SHARE, limit - done);
            done += turn == open.length
                    ? shared.drain(share, router.bySharedRing)
                    : open[turn].ring.drain(share, router.byLane);
            turn = turn == open.length ? 0 : turn + 1;
        }
        return done;
    }

    boolean hasNext() {
        return isAnyLane(lane -> lane.ring.hasNext()) || shared.hasNext();
    }

    /** Notes what has been published by now. */
    void mark() {
        Arrays.stream(lanes).forEach(lane -> lane.mark = lane.ring.claimed());
        sharedMark = shared.claimed();
    }

    /** Whether what was noted has been taken. */
    boolean isMarkReached() {
        return !isAnyLane(lane -> lane.ring.consumed() < lane.mark) && shared.consumed() >= sharedMark;
    }

    /** Whether anywhere the next slot is claimed but not filled. */
    boolean hasHole() {
        return isAnyLane(lane -> lane.holes.isHole()) || holes.isHole();
    }

    /** Fails if there is a hole that was there for too long. */
    void lookForHoles(long now) {
        Arrays.stream(lanes).forEach(lane -> lane.holes.look(now));
        holes.look(now);
    }

    private boolean isAnyLane(Predicate<RingLane<?>> predicate) {
        for (RingLane<?> lane : lanes) {
            if (predicate.test(lane)) {
                return true;
            }
        }
        return false;
    }

    /** Lets nothing more in. */
    void close() {
        for (RingLane<?> lane : lanes) {
            lane.ring.close();
        }
        shared.close();
    }

    // ---- for anybody

    /** How far publishers have come, in all rings together; comparable only while no lane is opened or closed. */
    long claimed() {
        return shared.claimed()
                + Arrays.stream(lanes).mapToLong(lane -> lane.ring.claimed()).sum();
    }

    /** How far the loop has come, in all rings together. */
    long consumed() {
        return shared.consumed()
                + Arrays.stream(lanes).mapToLong(lane -> lane.ring.consumed()).sum();
    }

    /** How many events were never taken. To be called once the loop has ended; finds those, too, that come in late. */
    long discard() {
        left.add(shared.discard());
        for (RingLane<?> lane : lanes) {
            left.add(lane.ring.discard());
        }
        return left.sum();
    }
}
