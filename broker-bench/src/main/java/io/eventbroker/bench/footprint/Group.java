package io.eventbroker.bench.footprint;

import java.util.List;
import java.util.Locale;

/** Parts that are asked for together. */
enum Group {
    IDLE,
    HEAP,
    NAMES,
    ALLOCATION;

    List<Part> parts() {
        return switch (this) {
            case IDLE -> List.of(Part.EMPTY_JVM, Part.IDLE_BROKER);
            case HEAP -> List.of(Part.HEAP_ONE_TOPIC, Part.HEAP_OWN_TOPICS, Part.HEAP_FILLED_ONCE);
            case NAMES -> List.of(Part.NAMES);
            case ALLOCATION -> List.of(Part.ALLOCATION_SHARED, Part.ALLOCATION_LANE);
        };
    }

    /** The name in commands. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
