package io.eventbroker.bench.latency;

import io.eventbroker.bench.lab.Chart;
import io.eventbroker.bench.lab.Interval;
import io.eventbroker.bench.lab.Outcomes;
import io.eventbroker.bench.lab.Report;
import io.eventbroker.bench.lab.Section;
import io.eventbroker.bench.lab.Target;
import io.eventbroker.bench.lab.Verdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** The tables, plots and verdicts of {@code latency}. */
final class LatencyReport {
    private static final double NANOS_PER_MICRO = 1e3;

    /** At which rates there is a target. */
    private static final List<Integer> JUDGED = List.of(1_000, 10_000);

    private static final List<Quantile> SHOWN =
            List.of(Quantile.P50, Quantile.P90, Quantile.P99, Quantile.P99_9, Quantile.MAX);

    private final List<Contender> contenders;
    private final List<Integer> rates;
    private final Outcomes<Case, LatencyRun> outcomes;

    LatencyReport(List<Contender> contenders, List<Integer> rates, Outcomes<Case, LatencyRun> outcomes) {
        this.contenders = contenders;
        this.rates = rates;
        this.outcomes = outcomes;
    }

    /** What was found so far, under that head. */
    Report under(Report head) {
        return head.with(verdicts(), rates.stream().map(this::section).toList(), outcomes.runs());
    }

    private List<Verdict> verdicts() {
        List<Verdict> verdicts = new ArrayList<>();
        for (Contender own : Contender.OWN) {
            for (int rate : JUDGED) {
                verdicts.add(verdict(own, rate, Quantile.P50));
                verdicts.add(verdict(own, rate, Quantile.P99));
            }
        }
        return verdicts;
    }

    private boolean isMeasured(Contender contender, int rate) {
        return contenders.contains(contender) && rates.contains(rate);
    }

    private Verdict verdict(Contender own, int rate, Quantile quantile) {
        String part = own + ", " + Case.label(rate) + ", " + quantile;
        if (!isMeasured(own, rate) || !isMeasured(Contender.TWO_HOPS, rate)) {
            return Verdict.notMeasured(Target.LATENCY, part);
        }
        List<Double> ratios = outcomes.compared(
                new Case(own, rate),
                new Case(Contender.TWO_HOPS, rate),
                (ours, theirs) -> ours.latency(quantile) / theirs.latency(quantile));
        return Verdict.of(Target.LATENCY, part, ratios, outcomes.failures(new Case(own, rate)));
    }

    private Section section(int rate) {
        List<String> columns = Stream.of(
                        Stream.of("contender"),
                        SHOWN.stream().map(Quantile::toString),
                        Stream.of("sent late, p50", "sent late, p99", "processor %", "runs", "failed"))
                .flatMap(names -> names)
                .toList();
        List<List<String>> rows = contenders.stream()
                .map(contender -> row(new Case(contender, rate)))
                .toList();
        Section section = Section.of("Latency at " + Case.label(rate) + ", µs", columns, rows);
        if (rates.indexOf(rate) == 0) {
            section = section.note("From when an event was due to when its handler was called: the median over all runs"
                            + " of what a run came to, and its 95 % bounds.")
                    .note("Of how late events were sent, which is part of the latency, the machine's stalls have their"
                            + " share, and what the contender took of the sender's time. Processor time is that of the"
                            + " whole JVM but for the sending thread, in per cent of one processor.");
        }
        return section.chart(chart(rate));
    }

    private List<String> row(Case measured) {
        List<String> row = new ArrayList<>();
        row.add(measured.contender().toString());
        for (Quantile quantile : SHOWN) {
            row.add(outcomes.cell(measured, run -> run.latency(quantile) / NANOS_PER_MICRO));
        }
        row.add(medianOnly(measured, run -> run.lateness(Quantile.P50) / NANOS_PER_MICRO));
        row.add(medianOnly(measured, run -> run.lateness(Quantile.P99) / NANOS_PER_MICRO));
        row.add(medianOnly(measured, run -> run.processor() * 100));
        row.add(Integer.toString(outcomes.count(measured)));
        row.add(Integer.toString(outcomes.failures(measured)));
        return row;
    }

    private String medianOnly(Case measured, ToDoubleFunction<LatencyRun> figure) {
        List<Double> values = outcomes.values(measured, figure);
        return values.isEmpty() ? Outcomes.cell(values) : Outcomes.cell(List.of(Interval.median(values)));
    }

    /** By how rare an event is that takes longer; the greatest has no place there. */
    private Chart chart(int rate) {
        Chart chart =
                Chart.lines("Latency at " + Case.label(rate), "one event in so many takes longer", "µs", true, true);
        for (Contender contender : contenders) {
            Case measured = new Case(contender, rate);
            if (outcomes.count(measured) > 0) {
                chart = chart.with(
                        contender.toString(),
                        Arrays.stream(Quantile.values())
                                .filter(quantile -> quantile != Quantile.MAX)
                                .map(quantile -> new Chart.Point(
                                        quantile.oneIn(),
                                        Interval.median(outcomes.values(
                                                measured, run -> run.latency(quantile) / NANOS_PER_MICRO))))
                                .toList());
            }
        }
        return chart;
    }
}
