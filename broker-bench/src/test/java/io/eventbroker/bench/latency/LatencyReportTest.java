package io.eventbroker.bench.latency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.eventbroker.bench.lab.Outcomes;
import io.eventbroker.bench.lab.Report;
import io.eventbroker.bench.lab.Verdict;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LatencyReportTest {
    private static final int ROUNDS = 7;
    private static final List<Contender> BOTH = List.of(Contender.BROKER_LANE, Contender.TWO_HOPS);

    private final Outcomes<Case, LatencyRun> outcomes = new Outcomes<>(
            LatencyRun.class, measured -> measured.jvm(Plan.QUICK), Plan.QUICK.patience(), LatencyRun::summary);

    @Test
    void aTargetIsMetIfOursIsNotSlowerInAnyRound() {
        for (int round = 1; round <= ROUNDS; round++) {
            add(round, Contender.BROKER_LANE, 20_000, 40_000 + round);
            add(round, Contender.TWO_HOPS, 20_000, 40_000);
        }

        assertThat(report().verdicts())
                .filteredOn(verdict -> !"not measured".equals(verdict.why()))
                .extracting(Verdict::part, Verdict::met)
                .containsExactly(tuple("broker-lane, 1,000/s, p50", true), tuple("broker-lane, 1,000/s, p99", false));
    }

    @Test
    void whatWasLeftOutIsNotMeasured() {
        assertThat(report().verdicts())
                .extracting(Verdict::part)
                .contains("broker-lane, 10,000/s, p99", "broker-shared, 1,000/s, p50")
                .hasSize(8);
        assertThat(report().verdicts()).noneMatch(Verdict::met);
    }

    @Test
    void aFailedRunOfOursIsAMiss() {
        for (int round = 1; round < ROUNDS; round++) {
            add(round, Contender.BROKER_LANE, 10_000, 20_000);
        }
        outcomes.fail(ROUNDS, new Case(Contender.BROKER_LANE, 1_000), "lost");
        for (int round = 1; round <= ROUNDS; round++) {
            add(round, Contender.TWO_HOPS, 20_000, 40_000);
        }

        assertThat(report().verdicts()).noneMatch(Verdict::met);
        assertThat(report().verdicts())
                .extracting(Verdict::why)
                .contains("a run of the broker failed or was not exact");
    }

    @Test
    void theTableIsInMicroseconds() {
        add(1, Contender.BROKER_LANE, 20_000, 40_000);
        StringWriter out = new StringWriter();

        report().print(new PrintWriter(out, true));

        assertThat(out.toString())
                .contains("Latency at 1,000/s, µs")
                .containsPattern("broker-lane +20 +30 +40 +40 +40 +1 +2 +50 +1 +0")
                .containsPattern("queue-2-hops +– +– +– +– +– +– +– +– +0 +0");
    }

    private Report report() {
        return new LatencyReport(BOTH, List.of(1_000), outcomes)
                .under(Report.begun("latency", List.of("latency"), false, Map.of()));
    }

    private void add(int round, Contender contender, long p50, long p99) {
        Map<Quantile, Long> latencies = new EnumMap<>(Quantile.class);
        Map<Quantile, Long> lateness = new EnumMap<>(Quantile.class);
        for (Quantile quantile : Quantile.values()) {
            boolean isLow = quantile.compareTo(Quantile.P90) < 0;
            latencies.put(quantile, isLow ? p50 : quantile == Quantile.P90 ? (p50 + p99) / 2 : p99);
            lateness.put(quantile, isLow ? 1_000L : 2_000L);
        }
        outcomes.add(round, new Case(contender, 1_000), new LatencyRun(7_000, latencies, lateness, 0.5, List.of()));
    }
}
