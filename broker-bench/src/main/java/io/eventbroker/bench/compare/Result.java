package io.eventbroker.bench.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What came of a contender in a scenario, over all rounds. */
final class Result {
    private final Scenario scenario;
    private final Entry contender;
    private final List<Run> runs = new ArrayList<>();
    private int failed;

    Result(Scenario scenario, Entry contender) {
        this.scenario = scenario;
        this.contender = contender;
    }

    Scenario scenario() {
        return scenario;
    }

    Entry contender() {
        return contender;
    }

    void add(Run run) {
        runs.add(run);
    }

    /** Counts a JVM that hung or ended badly. */
    void addFailure() {
        failed++;
    }

    /** The median run in messages per second; null if no run has a rate. */
    @Nullable Double messagesPerSecond() {
        List<Double> rates = rates();
        return rates.isEmpty() ? null : Median.of(rates);
    }

    /** The slowest and the fastest run, in messages per second; empty if no run has a rate. */
    List<Double> spread() {
        List<Double> sorted = rates().stream().sorted().toList();
        return sorted.isEmpty() ? List.of() : List.of(sorted.get(0), sorted.get(sorted.size() - 1));
    }

    private List<Double> rates() {
        return runs.stream().filter(Run::hasRate).map(Run::messagesPerSecond).toList();
    }

    /** How many runs have a rate. */
    int exactRuns() {
        return rates().size();
    }

    /** How many JVMs hung or ended badly. */
    int failed() {
        return failed;
    }

    long lost() {
        return runs.stream().mapToLong(Run::lost).sum();
    }

    long reordered() {
        return runs.stream().mapToLong(Run::reordered).sum();
    }

    Map<String, Object> settings() {
        return runs.isEmpty() ? Map.of() : runs.get(0).settings();
    }

    boolean isClean() {
        return failed == 0 && lost() == 0 && reordered() == 0;
    }
}
