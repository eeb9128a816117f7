package io.eventbroker.bench.footprint;

import io.eventbroker.Broker;
import io.eventbroker.Lane;
import io.eventbroker.Topic;
import io.eventbroker.bench.lab.Figures;
import io.eventbroker.bench.lab.ProcessorTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * The processor time of a JVM that does nothing, without and with a broker that has been at work and still has its lanes
 * and subscriptions; and how long such a broker takes to wake up.
 */
final class Idle {
    static final String PROCESSOR = "processor %";
    static final String RING = "ring";
    static final String LANE = "lane";
    static final String P50 = " p50 µs";
    static final String P90 = " p90 µs";
    static final String MAX = " max µs";

    private static final int LANES = 4;

    /** So many messages between two rests that no queue of the default capacity fills. */
    private static final int BURST = 4_000;

    /** Of so many messages one takes a lane. */
    private static final int LANE_EVERY = 5;

    private static final long BETWEEN_MILLIS = 50;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final class Stamp {}

    private final Broker broker = Broker.open();
    private final List<Topic<Stamp>> topics = new ArrayList<>();
    private final List<Lane<Stamp>> lanes = new ArrayList<>();
    private final LongAdder handled = new LongAdder();

    /** When the last event of the first topic came to its handler; 0 while none has. */
    private final AtomicLong arrived = new AtomicLong();

    private Idle(int subscriptions) {
        for (int i = 0; i < subscriptions; i++) {
            Topic<Stamp> topic = Topic.of("topic." + i, Stamp.class);
            topics.add(topic);
            if (i == 0) {
                broker.subscribe(topic, stamp -> {
                    arrived.set(System.nanoTime());
                    handled.increment();
                });
            } else {
                broker.subscribe(topic, stamp -> handled.increment());
            }
        }
        for (int i = 0; i < LANES; i++) {
            lanes.add(broker.lane(topics.get(i % topics.size())));
        }
    }

    /** A JVM that does nothing. */
    static Figures withoutBroker(Plan plan) throws InterruptedException {
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put(PROCESSOR, processorPercent(plan));
        return new Figures(figures);
    }

    /** One with a broker, that then is woken. */
    static Figures withBroker(Plan plan) throws InterruptedException {
        Idle idle = new Idle(plan.idleSubscriptions());
        try (Broker broker = idle.broker) {
            idle.work(plan.idleMessages());
            Map<String, Double> figures = new LinkedHashMap<>();
            figures.put(PROCESSOR, processorPercent(plan));
            Topic<Stamp> first = idle.topics.get(0);
            idle.wake(plan.wakeUps(), stamp -> broker.publish(first, stamp), RING, figures);
            idle.wake(plan.wakeUps(), idle.lanes.get(0)::publish, LANE, figures);
            return new Figures(figures);
        }
    }

    private void work(int messages) throws InterruptedException {
        Stamp stamp = new Stamp();
        int throughRing = 0;
        for (int i = 0; i < messages; i++) {
            if (i % LANE_EVERY == 0) {
                lanes.get(i / LANE_EVERY % LANES).publish(stamp);
            } else {
                broker.publish(topics.get(throughRing++ % topics.size()), stamp);
            }
            if (i % BURST == BURST - 1 || i == messages - 1) {
                rest();
            }
        }
        if (handled.sum() != messages) {
            throw new IllegalStateException("of " + messages + " messages " + handled.sum() + " were handled");
        }
    }

    private void rest() throws InterruptedException {
        if (!broker.awaitQuiescence(PATIENCE)) {
            throw new IllegalStateException("not handled within " + PATIENCE);
        }
    }

    private static double processorPercent(Plan plan) throws InterruptedException {
        System.gc();
        ProcessorTime first = ProcessorTime.ofOthers();
        first.since(first); // its classes are loaded before, not meanwhile
        TimeUnit.MILLISECONDS.sleep(plan.settleMillis());
        long begun = System.nanoTime();
        ProcessorTime before = ProcessorTime.ofOthers();
        TimeUnit.MILLISECONDS.sleep(plan.idleMillis());
        long taken = ProcessorTime.ofOthers().since(before);
        return 100.0 * taken / (System.nanoTime() - begun);
    }

    /** Publishes one event at a time, each after a while of idleness, and notes how long it took to its handler. */
    private void wake(int times, Consumer<Stamp> way, String name, Map<String, Double> figures)
            throws InterruptedException {
        List<Double> micros = new ArrayList<>();
        Stamp stamp = new Stamp();
        for (int i = 0; i < times; i++) {
            TimeUnit.MILLISECONDS.sleep(BETWEEN_MILLIS);
            arrived.set(0);
            long sent = System.nanoTime();
            way.accept(stamp);
            micros.add((awaitArrival(sent) - sent) / 1e3);
        }
        List<Double> sorted = micros.stream().sorted().toList();
        figures.put(name + P50, sorted.get((times - 1) / 2));
        figures.put(name + P90, sorted.get((times - 1) * 9 / 10));
        figures.put(name + MAX, sorted.get(times - 1));
    }

    /** Looks without spinning, so as to leave the processors to those that wake. */
    private long awaitArrival(long sent) {
        while (arrived.get() == 0) {
            if (System.nanoTime() - sent > PATIENCE.toNanos()) {
                throw new IllegalStateException("an idle broker was not woken within " + PATIENCE);
            }
            LockSupport.parkNanos(100_000);
        }
        return arrived.get();
    }
}
