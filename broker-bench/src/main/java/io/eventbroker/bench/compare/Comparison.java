package io.eventbroker.bench.compare;

import io.eventbroker.bench.compare.load.Plan;
import io.eventbroker.bench.compare.load.Run;
import io.eventbroker.bench.compare.load.Scenario;
import io.eventbroker.bench.compare.peers.Entry;
import io.eventbroker.bench.lab.ForkedJvm;
import io.eventbroker.bench.lab.Rounds;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntConsumer;

/** Runs every contender in every scenario once a round, each time in a new JVM. */
final class Comparison {
    /** So that libraries which still use {@code sun.misc.Unsafe} or native code do not have the JVM warn of it. */
    private static final List<String> FLAGS = Runtime.version().feature() < 24
            ? List.of()
            : List.of("--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED");

    private final Plan plan;
    private final List<Result> results = new ArrayList<>();

    Comparison(List<Scenario> scenarios, List<Entry> contenders, Plan plan) {
        this.plan = plan;
        for (Scenario scenario : scenarios) {
            for (Entry contender : contenders) {
                if (contender.scenarios().test(scenario)) {
                    results.add(new Result(scenario, contender));
                }
            }
        }
    }

    /** Counts runs of an earlier call as run. */
    void add(List<Trial> earlier) {
        earlier.forEach(trial -> find(trial.scenario(), trial.contender()).add(trial));
    }

    /** What there is so far. */
    List<Result> results() {
        return results;
    }

    void run(Rounds rounds, IntConsumer afterRound) throws InterruptedException {
        rounds.run(
                round -> results.stream()
                        .flatMap(result -> result.cells(round).stream())
                        .toList(),
                this::runOnce,
                afterRound);
    }

    private String runOnce(int round, Cell cell) throws InterruptedException {
        Result result = find(cell.scenario().toString(), cell.contender().label());
        Run run;
        try {
            String line = new ForkedJvm(ForkedRun.class, ForkedRun.arguments(cell, plan), FLAGS).run(plan.patience());
            run = ForkedRun.parse(line);
        } catch (IOException e) {
            String why = String.valueOf(e.getMessage());
            result.add(Trial.failed(round, cell, why));
            return "failed: " + why;
        }

        result.add(Trial.of(round, cell, run));
        if (!run.hasRate()) {
            return String.format(
                    Locale.ROOT, "lost %,d, reordered %,d of %,d", run.lost(), run.reordered(), run.published());
        }
        return String.format(
                Locale.ROOT, "%s M/s, checksum %016x", Tables.millions(run.messagesPerSecond()), run.checksum());
    }

    private Result find(String scenario, String contender) {
        return results.stream()
                .filter(result -> result.scenario().toString().equals(scenario)
                        && result.contender().label().equals(contender))
                .findFirst()
                .orElseThrow();
    }
}
