package io.eventbroker.bench.footprint;

import static io.eventbroker.Overflow.BACKPRESSURE;

import io.eventbroker.Broker;
import io.eventbroker.Topic;
import io.eventbroker.TopicPattern;
import io.eventbroker.bench.lab.Figures;
import io.eventbroker.bench.lab.JvmMeters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The heap of a broker that is published to under ever new names: every other one is matched by a pattern, the rest by
 * nobody.
 */
final class Names {
    /** Where the heap is looked at first, as a part of all names: it is flat if it does not grow from then on. */
    private static final int FIRST_OF = 100;

    /** In how many steps the number of names grows tenfold. */
    private static final double PER_DECADE = 3;

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private Names() {}

    /** The numbers of names at which the heap is looked at, ascending; the last is all of them. */
    static List<Integer> checkpoints(int names) {
        List<Integer> checkpoints = new ArrayList<>();
        int first = Math.max(1, names / FIRST_OF);
        for (int step = 0; ; step++) {
            int next = (int) Math.round(first * Math.pow(10, step / PER_DECADE));
            if (next >= names) {
                checkpoints.add(names);
                return checkpoints;
            }
            checkpoints.add(next);
        }
    }

    /** The bytes in use at each checkpoint, under the number of names. */
    static Figures measure(Plan plan) throws InterruptedException {
        try (Broker broker = Broker.open()) {
            AtomicLong handled = new AtomicLong();
            broker.subscription(TopicPattern.of("wanted.>", String.class))
                    .overflow(BACKPRESSURE)
                    .onEvent(event -> handled.lazySet(handled.getPlain() + 1));
            Map<String, Double> heap = new LinkedHashMap<>();
            int published = 0;
            for (int checkpoint : checkpoints(plan.names())) {
                for (; published < checkpoint; published++) {
                    String name = (published % 2 == 0 ? "wanted.by.pattern." : "wanted-by-nobody.") + published;
                    broker.publish(Topic.of(name, String.class), "event");
                }
                requireCounted(broker, handled, published);
                heap.put(Integer.toString(checkpoint), (double) JvmMeters.usedHeap());
            }
            return new Figures(heap);
        }
    }

    private static void requireCounted(Broker broker, AtomicLong handled, int published) throws InterruptedException {
        boolean isQuiet = broker.awaitQuiescence(PATIENCE);
        long wanted = (published + 1L) / 2;
        if (!isQuiet || handled.get() != wanted || broker.stats().unrouted() != published - wanted) {
            throw new IllegalStateException("of " + published + " messages " + handled.get() + " were handled and "
                    + broker.stats().unrouted() + " unrouted");
        }
    }

    /** By how much the heap ever was greater than at the first checkpoint: 1 if it never was. */
    static double growth(Figures heap) {
        List<Double> bytes = List.copyOf(heap.figures().values());
        return bytes.stream().mapToDouble(Double::doubleValue).max().orElseThrow() / bytes.get(0);
    }
}
