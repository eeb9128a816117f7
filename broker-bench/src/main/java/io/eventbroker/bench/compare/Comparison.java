package io.eventbroker.bench.compare;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs every contender in every scenario once a round, each time in a new JVM: what the machine does meanwhile then
 * harms all of them alike.
 */
final class Comparison {
    private final Plan plan;
    private final PrintWriter progress;
    private final List<Result> results = new ArrayList<>();

    Comparison(List<Scenario> scenarios, List<Entry> contenders, Plan plan, PrintWriter progress) {
        this.plan = plan;
        this.progress = progress;
        for (Scenario scenario : scenarios) {
            for (Entry contender : contenders) {
                if (contender.scenarios().test(scenario)) {
                    results.add(new Result(scenario, contender));
                }
            }
        }
    }

    List<Result> run() throws InterruptedException {
        for (int round = 1; round <= plan.rounds(); round++) {
            for (Result result : results) {
                String label = "round " + round + "/" + plan.rounds() + "  " + result.scenario() + "  "
                        + result.contender() + "  ";
                progress.println(label + runOnce(result));
                progress.flush();
            }
        }
        return results;
    }

    private String runOnce(Result result) throws InterruptedException {
        List<String> arguments = ForkedRun.arguments(result.contender(), result.scenario(), plan);
        Run run;
        try {
            run = ForkedRun.parse(new ForkedJvm(ForkedRun.class, arguments).run(plan.patience()));
        } catch (IOException e) {
            result.addFailure();
            return "failed: " + e.getMessage();
        }

        result.add(run);
        if (!run.hasRate()) {
            return String.format("lost %,d, reordered %,d of %,d", run.lost(), run.reordered(), run.published());
        }
        return String.format("%s M/s, checksum %016x", Report.millions(run.messagesPerSecond()), run.checksum());
    }
}
