package io.eventbroker.bench.soak;

import java.io.PrintWriter;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** What must not be. The first ones are printed, with what is needed to see them again; all are counted. */
final class Violations {
    enum Kind {
        LOST,
        DUPLICATED,
        UNEXPECTED,
        REORDERED,
        /** A gap was told that was none, or not told, or told with another number or at another place. */
        GAP,
        /** The broker's figures and the soak's own do not agree. */
        UNACCOUNTED,
        /** Something failed that should not. */
        FAILED,
        HUNG
    }

    private static final int MOST_PRINTED = 20;

    private final PrintWriter err;
    private final long seed;
    private final Map<Kind, Long> counts = new EnumMap<>(Kind.class);
    private volatile long total;
    private volatile int generation;

    Violations(PrintWriter err, long seed) {
        this.err = err;
        this.seed = seed;
        for (Kind kind : Kind.values()) {
            counts.put(kind, 0L);
        }
    }

    void generation(int number) {
        generation = number;
    }

    synchronized void add(Kind kind, String what) {
        counts.merge(kind, 1L, Long::sum);
        total = total + 1;
        if (total <= MOST_PRINTED) {
            err.println("VIOLATION, seed " + seed + ", generation " + generation + ": " + name(kind) + ": " + what);
            if (total == MOST_PRINTED) {
                err.println("(further violations are counted only)");
            }
            err.flush();
        }
    }

    void same(String what, long own, long told) {
        if (own != told) {
            add(Kind.UNACCOUNTED, what + ": counted " + own + ", told " + told);
        }
    }

    void within(Kind kind, String what, long least, long value, long most) {
        if (value < least || value > most) {
            add(kind, what + ": " + value + ", not from " + least + " to " + most);
        }
    }

    long total() {
        return total;
    }

    synchronized Map<String, Long> byKind() {
        Map<String, Long> result = new LinkedHashMap<>();
        counts.forEach((kind, count) -> result.put(name(kind), count));
        return result;
    }

    private static String name(Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }
}
