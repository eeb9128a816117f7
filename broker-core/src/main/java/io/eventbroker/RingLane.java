package io.eventbroker;

import io.eventbroker.internal.Ring;
import io.eventbroker.internal.Timing;
import java.util.Arrays;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** A lane with its ring: its owner puts events in, the broker's loop takes them out. */
@SuppressWarnings("ReferenceEquality") // the owner is known by identity
final class RingLane<T> extends Entrance implements Lane<T> {
    /*
     * Closing: the loop closes the ring; the owner, who may be in the middle of a publish, either sees that and takes its
     * event back, or stored it before, where the loop sees it at the latest a moment later: GRACE stands for that moment,
     * unless the owner itself closes. Then the lane is removed, after what it holds was routed.
     */
    /** How long after its ring was closed nothing new comes out of a lane, in ns. */
    static final long GRACE = 1_000_000;

    final TopicDefinition topic;
    final Ring.Lone<RingLane<?>> ring;
    final HoleWatch holes;

    /** The last event to be routed before the next command. Only for the loop. */
    long mark;

    private final Consumer<? super RingLane<?>> closer;

    /** Who publishes. Written once; so whoever reads it plainly sees itself, or that it is not the owner. */
    final AtomicReference<Object> owner = new AtomicReference<>();

    RingLane(TopicDefinition topic, int size, Entrance shared, Consumer<? super RingLane<?>> closer) {
        super(shared.lifecycle, shared.sleeper, shared.congestion);
        this.topic = topic;
        this.ring = new Ring.Lone<>(size, this, lifecycle.refused);
        this.holes = new HoleWatch(toString(), ring);
        this.closer = closer;
    }

    @Override
    public void publish(T event) {
        Checks.requireNonNull(event, "event");
        requireOwner();
        offer(topic, topic.contentOf(event), Timing.FOREVER);
    }

    @Override
    public boolean tryPublish(T event) {
        Checks.requireNonNull(event, "event");
        requireOwner();
        return offer(topic, topic.contentOf(event), 0);
    }

    @Override
    public int publishAll(Collection<? extends T> events) {
        Checks.requireStack(Checks.FRAMES); // or something might be linked in vain, for ever
        Object[] all = Checks.requireNonNull(events, "events").toArray();
        int missing = Arrays.asList(all).indexOf(null);
        Checks.requireNonNull(missing < 0 ? all : null, "event " + missing + " of " + all.length);
        requireOwner();
        Arrays.setAll(all, i -> topic.contentOf(all[i])); // all first: a key that is not allowed is no offer
        int accepted = 0;
        try {
            for (; accepted < all.length; accepted++) {
                offer(topic, all[accepted], Timing.FOREVER);
            }
        } catch (IllegalStateException e) { // closed, failed, interrupted or a cycle
            if (accepted == 0) {
                throw e;
            }
        }
        return accepted;
    }

    @Override
    void require(TopicDefinition to) {
        if (ring.isClosed()) {
            lifecycle.requireOpen(); // the end of the broker closes it, too
            throw new IllegalStateException(this + " is closed; open another by broker.lane(topic)");
        }
    }

    @Override
    Ring.Result attempt(TopicDefinition to, Object content) {
        return ring.offer(content);
    }

    private void requireOwner() {
        Object caller = lifecycle.caller();
        if (owner.getPlain() != caller && !owner.compareAndSet(null, caller)) {
            throw new IllegalStateException(this + " belongs to " + owner + ", which published first; " + caller
                    + " must open a lane of its own by broker.lane(topic)");
        }
    }

    @Override
    public void close() {
        closer.accept(this);
    }

    @Override
    public String toString() {
        return "lane to " + topic;
    }
}
