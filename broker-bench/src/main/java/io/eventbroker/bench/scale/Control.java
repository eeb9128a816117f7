package io.eventbroker.bench.scale;

import io.eventbroker.bench.lab.Figures;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongUnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What the machine charges for a walk over as many places in memory as there are topics, without a broker: the same
 * {@link Walk} over an array of objects, and over a {@link HashMap} by name. An object weighs about as much as a topic with
 * its subscription, and three places in it are read. So what misses the processor's caches here, misses them there, too.
 */
final class Control {
    static final String ARRAY_NANOS = "array ns";
    static final String MAP_NANOS = "HashMap ns";

    /** About what a topic with an inbox takes on the heap, in bytes. */
    static final int WEIGHT = 1_600;

    private static final int STEPS = 1 << 12;

    /** One place, which reads as 1: its own size and that of the array come to the weight. */
    private static final class Place {
        final long[] content = new long[(WEIGHT - 32) / Long.BYTES];

        Place() {
            content[0] = 1;
        }

        long read() {
            return content[0] + content[content.length / 2] + content[content.length - 1];
        }
    }

    private Control() {}

    static Figures measure(int size, Plan plan) throws InterruptedException {
        Walk walk = Walk.overAll(size);
        List<String> names =
                IntStream.range(0, size).mapToObj(i -> "topic." + i).toList();
        Place[] places = new Place[size];
        Map<String, Place> byName = new HashMap<>();
        for (int i = 0; i < size; i++) {
            places[i] = new Place();
            byName.put(names.get(i), places[i]);
        }

        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put(ARRAY_NANOS, nanosPerStep(step -> places[walk.at(step)].read(), plan));
        figures.put(MAP_NANOS, nanosPerStep(step -> read(byName.get(names.get(walk.at(step)))), plan));
        return new Figures(figures);
    }

    private static long read(@Nullable Place place) {
        return place == null ? 0 : place.read();
    }

    private static double nanosPerStep(LongUnaryOperator visit, Plan plan) throws InterruptedException {
        AtomicLong step = new AtomicLong();
        return plan.median(() -> window(visit, step, plan));
    }

    private static double window(LongUnaryOperator visit, AtomicLong visited, Plan plan) {
        long first = visited.get();
        long step = first;
        long begin = System.nanoTime();
        long until = begin + TimeUnit.MILLISECONDS.toNanos(plan.windowMillis());
        long found = 0;
        do {
            for (int i = 0; i < STEPS; i++) {
                found += visit.applyAsLong(step++);
            }
        } while (System.nanoTime() - until < 0);
        if (found != step - first) {
            throw new IllegalStateException("of " + (step - first) + " places " + found + " were read");
        }
        visited.set(step);
        return (double) (System.nanoTime() - begin) / (step - first);
    }
}
