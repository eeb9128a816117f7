package io.eventbroker.bench.soak;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which events of each source a subscription must get: it begins and ends somewhere between call and return, and those
 * published in between may be on either side. Ends are exclusive.
 */
final class Window {
    private final List<Source> sources;
    private final boolean isReplaying;
    private final int[] beginLeast = new int[Feed.SOURCES];
    private final int[] beginMost = new int[Feed.SOURCES];
    private int[] endLeast = {};
    private volatile int @Nullable [] endMost;

    Window(List<Source> sources, boolean isReplaying) {
        this.sources = sources;
        this.isReplaying = isReplaying;
        Arrays.fill(beginMost, Integer.MAX_VALUE); // what comes before subscribe has returned
    }

    /** To be called before subscribing. */
    void opening() {
        for (int source = 0; source < Feed.SOURCES; source++) {
            beginLeast[source] = withRetained(source, sources.get(source).accepted());
        }
    }

    /** To be called when subscribing has returned. */
    void opened() {
        for (int source = 0; source < Feed.SOURCES; source++) {
            beginMost[source] = withRetained(source, sources.get(source).begun());
        }
    }

    private int withRetained(int source, int begin) {
        return isReplaying ? Math.max(0, begin - Feed.of(source).retained) : begin;
    }

    /** To be called before unsubscribing. */
    void ending() {
        endLeast = sources.stream().mapToInt(Source::accepted).toArray();
    }

    /** To be called when unsubscribing has returned. */
    void ended() {
        endMost = sources.stream().mapToInt(Source::begun).toArray();
    }

    /** Ends with the broker, or ended before by it, one does not know when. To be called when nothing moves any more. */
    void settle(boolean isEndKnown) {
        int[] accepted = sources.stream().mapToInt(Source::accepted).toArray();
        if (!isEndKnown) {
            endLeast = new int[Feed.SOURCES];
        } else if (endMost == null) {
            endLeast = accepted;
        }
        int[] known = endMost == null ? accepted : endMost;
        int[] most = new int[Feed.SOURCES];
        for (int source = 0; source < Feed.SOURCES; source++) {
            most[source] = Math.min(known[source], accepted[source]); // none that was refused
        }
        endMost = most;
    }

    int beginLeast(int source) {
        return beginLeast[source];
    }

    int beginMost(int source) {
        return beginMost[source];
    }

    int endLeast(int source) {
        return endLeast[source];
    }

    int endMost(int source) {
        int[] end = endMost;
        return end == null ? Integer.MAX_VALUE : end[source];
    }

    /** How many events at least; with those between the bounds not. */
    long least(Target target, Numbers numbers) {
        return target.sources.stream()
                .mapToLong(source -> numbers.between(beginMost[source], endLeast[source]))
                .sum();
    }

    /** How many events at most. */
    long most(Target target, Numbers numbers) {
        return target.sources.stream()
                .mapToLong(source -> numbers.between(beginLeast[source], endMost(source)))
                .sum();
    }
}
