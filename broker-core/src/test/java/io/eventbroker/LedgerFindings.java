package io.eventbroker;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What an audit of a {@link Ledger} found: how much of each kind, the counts it went by, and the first examples. */
final class LedgerFindings {
    enum Fault {
        LOST,
        UNACCOUNTED,
        DUPLICATED,
        UNEXPECTED,
        REORDERED
    }

    private static final int EXAMPLES = 20;

    private final Map<Fault, Long> counts = new EnumMap<>(Fault.class);
    private final List<String> figures = new ArrayList<>();
    private final List<String> examples = new ArrayList<>();

    LedgerFindings() {
        for (Fault fault : Fault.values()) {
            counts.put(fault, 0L);
        }
    }

    long count(Fault fault) {
        return counts.get(fault);
    }

    boolean isClean() {
        return counts.values().stream().allMatch(count -> count == 0);
    }

    void figure(String line) {
        figures.add(line);
    }

    void add(Fault fault, long count, String example) {
        if (count <= 0) {
            return;
        }
        counts.merge(fault, count, Long::sum);
        if (examples.size() < EXAMPLES) {
            examples.add(fault.name().toLowerCase(Locale.ROOT) + " " + count + ": " + example);
        }
    }

    /** The two counts of one thing must be the same. */
    void same(String what, long counted, long told) {
        add(Fault.UNACCOUNTED, Math.abs(counted - told), what + ": counted " + counted + ", told " + told);
    }

    /** A count must lie between two others. */
    void between(String what, long low, long told, long high) {
        long off = Math.max(low - told, told - high);
        add(Fault.UNACCOUNTED, off, what + ": counted from " + low + " to " + high + ", told " + told);
    }

    @Override
    public String toString() {
        return counts + "\n" + String.join("\n", figures) + "\n" + String.join("\n", examples);
    }
}
