package io.eventbroker;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What a test counts itself, by name; for any thread. */
final class Tally {
    private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();
    private final Map<String, Long> greatest = new ConcurrentHashMap<>();

    void add(String name) {
        add(name, 1);
    }

    void add(String name, long count) {
        counts.computeIfAbsent(name, any -> new LongAdder()).add(count);
    }

    /** The greatest of all that were given. */
    void atLeast(String name, long value) {
        greatest.merge(name, value, Math::max);
    }

    long count(String name) {
        LongAdder count = counts.get(name);
        return count == null ? 0 : count.sum();
    }

    /** Tells all of them, by name. */
    void tell(LongRun run) {
        new TreeMap<>(counts).forEach((name, count) -> run.total(name, count.sum()));
        new TreeMap<>(greatest).forEach(run::total);
    }
}
