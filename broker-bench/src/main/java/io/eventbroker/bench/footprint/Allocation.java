package io.eventbroker.bench.footprint;

import io.eventbroker.Broker;
import io.eventbroker.Lane;
import io.eventbroker.Subscription;
import io.eventbroker.SubscriptionStats;
import io.eventbroker.Topic;
import io.eventbroker.bench.lab.Figures;
import io.eventbroker.bench.lab.JvmMeters;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the whole JVM allocates for a message to plain subscriptions. One keeps up; another handles one event of each burst
 * and drops the rest, in one episode that lasts from the first burst to the last. After each burst there is a rest, in
 * which the broker thread and the handlers park.
 */
final class Allocation implements AutoCloseable {
    static final String BYTES = "bytes per message";
    static final String DROPPED = "dropped %";
    static final String BURSTS = "bursts";

    private static final Topic<String> TOPIC = Topic.of("events", String.class);

    /** How many messages are in a burst: fewer than the subscription that keeps up has room for. */
    private static final int BURST = 10_000;

    private static final int CAPACITY = 1 << 15;

    /** How many bursts come before those that are measured, so that all code is compiled and all is made that stays. */
    private static final int WARM_UP_BURSTS = 300;

    private static final long REST_NANOS = TimeUnit.MICROSECONDS.toNanos(300);
    private static final long GLANCE_NANOS = TimeUnit.MICROSECONDS.toNanos(50);
    private static final long STALLED_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final Broker broker = Broker.open();

    /** Events of the subscription that keeps up. Written by its handler. */
    private final AtomicLong received = new AtomicLong();

    /** Bursts that began. Written by the publisher. */
    private final AtomicLong bursts = new AtomicLong();

    /** Events of the slow subscription. Only for its handler. */
    private long handledSlowly;

    /** The thread of the slow handler. Written by itself. */
    private volatile @Nullable Thread slow;

    private final Subscription keepingUp = broker.subscription(TOPIC)
            .named("keeping up")
            .capacity(CAPACITY)
            .onEvent(event -> received.lazySet(received.getPlain() + 1));

    private final Subscription dropping =
            broker.subscription(TOPIC).named("dropping").onEvent(event -> awaitNextBurst());

    private Allocation() {}

    static Figures throughSharedRing(Plan plan) {
        try (Allocation allocation = new Allocation()) {
            return allocation.measure(event -> allocation.broker.publish(TOPIC, event), plan.messages());
        }
    }

    static Figures throughLane(Plan plan) {
        try (Allocation allocation = new Allocation();
                Lane<String> lane = allocation.broker.lane(TOPIC)) {
            return allocation.measure(lane::publish, plan.messages());
        }
    }

    private Figures measure(Consumer<String> way, long messages) {
        long measured = Math.max(1, messages / BURST);
        publish(Math.min(WARM_UP_BURSTS, measured), way);
        System.gc();
        long droppedBefore = dropping.stats().dropped();
        JvmMeters.allocatedBytes(); // the first time it loads classes
        long before = JvmMeters.allocatedBytes();
        publish(measured, way);
        long allocated = JvmMeters.allocatedBytes() - before;
        long dropped = dropping.stats().dropped() - droppedBefore;

        long published = measured * BURST;
        requireExact();
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put(BYTES, allocated / (double) published);
        figures.put(DROPPED, 100.0 * dropped / published);
        figures.put(BURSTS, (double) measured);
        return new Figures(figures);
    }

    private void publish(long count, Consumer<String> way) {
        for (long burst = 0; burst < count; burst++) {
            bursts.incrementAndGet();
            LockSupport.unpark(slow);
            for (int i = 0; i < BURST; i++) {
                way.accept("event");
            }
            awaitReceipt();
            LockSupport.parkNanos(REST_NANOS);
        }
    }

    private void awaitReceipt() {
        long published = bursts.get() * BURST;
        long begun = System.nanoTime();
        while (received.get() < published) {
            if (System.nanoTime() - begun > STALLED_NANOS) {
                throw new IllegalStateException("of " + published + " events " + received.get() + " were handled");
            }
            LockSupport.parkNanos(GLANCE_NANOS);
        }
    }

    /** Handles the n-th event when the burst after the n-th has begun. */
    private void awaitNextBurst() {
        slow = Thread.currentThread();
        handledSlowly++;
        while (bursts.get() <= handledSlowly && !Thread.currentThread().isInterrupted()) {
            LockSupport.park(this);
        }
    }

    /** Returns when everything is accounted for, the last message in the end; fails if it is not. */
    private void requireExact() {
        long published = bursts.get() * BURST;
        long begun = System.nanoTime();
        while (!isAccounted(published)) {
            if (System.nanoTime() - begun > STALLED_NANOS) {
                throw new IllegalStateException(
                        "of " + published + " messages: " + keepingUp.stats() + "; " + dropping.stats());
            }
            LockSupport.parkNanos(GLANCE_NANOS);
        }
        if (dropping.stats().dropped() == 0) {
            throw new IllegalStateException("nothing was dropped of " + published + " messages");
        }
    }

    private boolean isAccounted(long published) {
        SubscriptionStats lossy = dropping.stats();
        return received.get() == published
                && keepingUp.stats().dropped() == 0
                && lossy.matched() == published
                && lossy.delivered() + lossy.queued() + lossy.dropped() + lossy.inHand() == published;
    }

    @Override
    public void close() {
        bursts.set(Long.MAX_VALUE); // what waits is handled at once
        LockSupport.unpark(slow);
        broker.close();
    }
}
