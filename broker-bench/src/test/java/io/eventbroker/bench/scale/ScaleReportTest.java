package io.eventbroker.bench.scale;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventbroker.bench.lab.Chart;
import io.eventbroker.bench.lab.Figures;
import io.eventbroker.bench.lab.Outcomes;
import io.eventbroker.bench.lab.Report;
import io.eventbroker.bench.lab.Verdict;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ScaleReportTest {
    private static final int ROUNDS = 7;

    private final Outcomes<Case, Figures> outcomes =
            new Outcomes<>(Figures.class, one -> one.jvm(Plan.FULL), Plan.FULL.patience(), Figures::summary);

    @Test
    void topicsAreJudgedByTheMostAgainstOne() {
        for (int round = 1; round <= ROUNDS; round++) {
            add(round, Series.TOPICS, 1, Map.of(Growth.HOT_NANOS, 100.0, Growth.RANDOM_NANOS, 100.0));
            add(round, Series.TOPICS, 1_000_000, Map.of(Growth.HOT_NANOS, 200.0, Growth.RANDOM_NANOS, 1_001.0));
        }

        assertThat(report(Series.TOPICS, Plan.FULL).verdicts())
                .extracting(Verdict::met)
                .containsExactly(true, false);
        assertThat(report(Series.TOPICS, Plan.QUICK).verdicts()).isEmpty();
    }

    @Test
    void patternsAreJudgedByTheMostAgainstThoseThatMatch() {
        for (int round = 1; round <= ROUNDS; round++) {
            add(round, Series.PATTERNS, 3, Map.of(Growth.ONE_NAME_NANOS, 100.0, Growth.MANY_NAMES_NANOS, 100.0));
            add(round, Series.PATTERNS, 100_000, Map.of(Growth.ONE_NAME_NANOS, 301.0, Growth.MANY_NAMES_NANOS, 300.0));
        }

        assertThat(report(Series.PATTERNS, Plan.QUICK).verdicts())
                .extracting(Verdict::met)
                .containsExactly(false, true);
    }

    @Test
    void deliveriesAreMessagesBySubscribersAndFailuresAreShown() {
        add(1, Series.SUBSCRIBERS, 10, Map.of(Growth.NANOS, 500.0));
        outcomes.fail(2, new Case(Series.SUBSCRIBERS, 10), "lost");
        StringWriter out = new StringWriter();

        report(Series.SUBSCRIBERS, Plan.QUICK).print(new PrintWriter(out, true));

        assertThat(out.toString()).containsPattern("10 +500 +50 +1 \\(1\\)").containsPattern("30 +– +– +0");
    }

    @Test
    void aSizeOfZeroIsNotPlotted() {
        Map<String, Double> both = Map.of(Growth.ONE_NAME_NANOS, 100.0, Growth.MANY_NAMES_NANOS, 200.0);
        add(1, Series.PATTERNS, 0, both);
        add(1, Series.PATTERNS, 10, both);

        Chart chart =
                report(Series.PATTERNS, Plan.QUICK).sections().get(0).charts().get(0);
        assertThat(chart.series().get(1).points()).containsExactly(new Chart.Point(10, 200));
    }

    private Report report(Series series, Plan plan) {
        return new ScaleReport(List.of(series), plan, outcomes)
                .under(Report.begun("scale", List.of("scale"), false, Map.of()));
    }

    private void add(int round, Series series, int size, Map<String, Double> figures) {
        outcomes.add(round, new Case(series, size), new Figures(figures));
    }
}
