package io.eventbroker.bench.footprint;

import io.eventbroker.Broker;
import io.eventbroker.Handler;
import io.eventbroker.Subscription;
import io.eventbroker.Topic;
import io.eventbroker.bench.lab.Arrivals;
import io.eventbroker.bench.lab.Figures;
import io.eventbroker.bench.lab.JvmMeters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;

/**
 * What an idle push subscription of the default capacity takes on the heap: that of very many, which have handled one event
 * or a full queue of them each, divided by their number. With virtual threads the stacks of the parked workers are in it.
 */
final class HeapPerSubscription {
    static final String BYTES = "bytes per subscription";
    static final String TOPIC_BYTES = "bytes per topic object";
    static final String COUNT = "subscriptions";

    /** An event in hand, and a queue full of others. */
    static final int FULL = 1 + 256;

    /** Before virtual threads each worker is a thread of the system's: so few are possible. */
    private static final int MOST_PLATFORM_THREADS = 2_000;

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private HeapPerSubscription() {}

    /**
     * Measures, with a topic for each subscription or one for all. Topics are the user's, and counted apart.
     *
     * @param events how many each handles; if several, the first not before the last was published
     */
    static Figures measure(Plan plan, boolean isTopicEach, int events) throws InterruptedException {
        int count = JvmMeters.hasVirtualThreads()
                ? plan.heapSubscriptions()
                : Math.min(plan.heapSubscriptions(), MOST_PLATFORM_THREADS);
        try (Broker broker = Broker.open()) {
            LongAdder handled = new LongAdder();
            CountDownLatch published = new CountDownLatch(1);
            LongAdder inHand = new LongAdder();
            Handler<String> waiting = event -> {
                inHand.increment();
                published.await();
                handled.increment();
            };
            Handler<String> handler = events == 1 ? event -> handled.increment() : waiting;
            broker.subscribe(Topic.of("before", String.class), handler); // what is made once, is made
            List<Topic<String>> topics = new ArrayList<>(count);
            List<Subscription> subscriptions = new ArrayList<>(count);

            long empty = JvmMeters.usedHeap();
            for (int i = 0; i < (isTopicEach ? count : 1); i++) {
                topics.add(Topic.of("topic." + i, String.class));
            }
            long before = JvmMeters.usedHeap();
            for (int i = 0; i < count; i++) {
                subscriptions.add(broker.subscribe(topics.get(i % topics.size()), handler));
            }
            for (int event = 0; event < events; event++) {
                for (Topic<String> topic : topics) {
                    broker.publish(topic, "one");
                }
                if (event == 0 && events > 1) {
                    Arrivals.await(inHand::sum, count, PATIENCE);
                }
            }
            published.countDown();
            if (!broker.awaitQuiescence(PATIENCE) || handled.sum() != (long) count * events) {
                throw new IllegalStateException(
                        "of " + (long) count * events + " events " + handled.sum() + " were handled");
            }
            long after = JvmMeters.usedHeap();

            Map<String, Double> figures = new LinkedHashMap<>();
            figures.put(BYTES, (after - before) / (double) subscriptions.size());
            if (isTopicEach) { // one weighs too little
                figures.put(TOPIC_BYTES, (before - empty) / (double) topics.size());
            }
            figures.put(COUNT, (double) count);
            return new Figures(figures);
        }
    }
}
