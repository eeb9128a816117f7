package io.eventbroker.bench.scale;

import io.eventbroker.bench.lab.Figures;
import java.util.List;
import java.util.Locale;

/** What grows, and through which sizes. */
enum Series {
    TOPICS,
    NAMES,
    CONTROL,
    PATTERNS,
    SUBSCRIBERS,
    PUBLISHERS,
    LANES;

    private static final int HUGE = 1_000_000;

    private List<Integer> sizes() {
        return switch (this) {
            case TOPICS, NAMES, CONTROL -> List.of(1, 10, 100, 1_000, 10_000, 100_000, HUGE);
            case PATTERNS -> List.of(0, 3, 10, 100, 1_000, 10_000, 100_000);
            case SUBSCRIBERS -> List.of(1, 3, 10, 30, 100, 300, 1_000);
            case PUBLISHERS, LANES -> List.of(1, 2, 4, 8, 16);
        };
    }

    /** Its sizes up to that of the plan, ascending. */
    List<Integer> sizes(Plan plan) {
        return sizes().stream().filter(size -> size <= plan.largest()).toList();
    }

    /** Measures one size in this JVM, which should do nothing else. */
    Figures measure(int size, Plan plan) throws InterruptedException {
        return switch (this) {
            case TOPICS -> Growth.ofTopics(size, plan);
            case NAMES -> Growth.ofNames(size, plan);
            case CONTROL -> Control.measure(size, plan);
            case PATTERNS -> Growth.ofPatterns(size, plan);
            case SUBSCRIBERS -> Growth.ofSubscribers(size, plan);
            case PUBLISHERS -> Growth.ofPublishers(size, plan);
            case LANES -> Growth.ofLanes(size, plan);
        };
    }

    /** What a JVM needs that measures it, where that is more than usual. */
    List<String> flags(int size) {
        if (size < HUGE) {
            return List.of();
        }
        return this == TOPICS ? List.of("-Xms3g", "-Xmx3g") : List.of("-Xms2g", "-Xmx2g");
    }

    /** The name in commands. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
