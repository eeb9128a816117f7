package io.eventbroker.bench.compare;

import io.eventbroker.bench.compare.load.Scenario;
import io.eventbroker.bench.compare.peers.Entry;
import io.eventbroker.bench.compare.peers.Role;
import io.eventbroker.bench.lab.Chart;
import io.eventbroker.bench.lab.Interval;
import io.eventbroker.bench.lab.Section;
import io.eventbroker.bench.lab.Text;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;

/** What is told of results: all scenarios in one table, then each by itself. */
final class Tables {
    private static final List<String> COLUMNS = List.of(
            "contender",
            "role",
            "M/s",
            "95 % bounds",
            "of the best peer",
            "B/message",
            "runs",
            "failed",
            "lost",
            "reordered",
            "changed",
            "setting");

    private final List<Result> results;
    private final Gate gate;

    Tables(List<Result> results, Gate gate) {
        this.results = results;
        this.gate = gate;
    }

    /** Millions per second with three digits that count. */
    static String millions(double perSecond) {
        return Text.number(perSecond / 1e6);
    }

    List<Section> sections() {
        List<Scenario> scenarios =
                results.stream().map(Result::scenario).distinct().toList();
        List<Section> sections = new ArrayList<>();
        sections.add(overview(scenarios));
        scenarios.forEach(scenario -> sections.add(detail(scenario)));
        return sections;
    }

    private Section overview(List<Scenario> scenarios) {
        List<String> columns = new ArrayList<>(List.of("contender", "role"));
        scenarios.forEach(scenario -> columns.add(scenario.toString()));
        List<List<String>> rows = new ArrayList<>();
        for (Entry contender :
                results.stream().map(Result::contender).distinct().toList()) {
            List<String> row =
                    new ArrayList<>(List.of(contender.label(), contender.role().toString()));
            scenarios.forEach(scenario -> row.add(summary(scenario, contender)));
            rows.add(row);
        }
        Section section = Section.of("Millions of messages per second", columns, rows)
                .note("Published by all and delivered to each subscriber, lossless; publishers x subscribers x topics;"
                        + " the median of all rounds.");
        long disturbed = results.stream().mapToLong(Result::disturbed).sum();
        long all = results.stream().mapToLong(result -> result.rates().size()).sum();
        return disturbed == 0
                ? section
                : section.note(
                        "In " + disturbed + " of " + all + " runs the host of this machine never left it alone for"
                                + " long enough; their quietest windows count.");
    }

    private String summary(Scenario scenario, Entry contender) {
        return results.stream()
                .filter(result ->
                        result.scenario().equals(scenario) && result.contender().equals(contender))
                .findFirst()
                .map(Tables::summary)
                .orElse("");
    }

    private static String summary(Result result) {
        if (result.lost() > 0) {
            return "lost";
        }
        if (result.reordered() > 0) {
            return "reordered";
        }
        if (result.changed() > 0) {
            return "changed";
        }
        Double median = result.median();
        if (median == null) {
            return "failed";
        }
        return millions(median) + (result.failed() > 0 ? " (" + result.failed() + " failed)" : "");
    }

    private Section detail(Scenario scenario) {
        List<Result> fastestFirst = results.stream()
                .filter(result -> result.scenario().equals(scenario))
                .sorted(Comparator.comparingDouble(result -> -Objects.requireNonNullElse(result.median(), 0.0)))
                .toList();
        Optional<Result> best = gate.bestPeer(scenario);
        return Section.of(
                        "Scenario " + scenario,
                        COLUMNS,
                        fastestFirst.stream().map(result -> row(result, best)).toList())
                .note("The best peer is the fastest that hands events to other threads and was exact.")
                .chart(chart(scenario, fastestFirst));
    }

    private List<String> row(Result result, Optional<Result> best) {
        Double median = result.median();
        return List.of(
                result.contender().label(),
                result.contender().role().toString(),
                median == null ? "–" : millions(median),
                bounds(result),
                best.map(peer -> ratio(result, peer)).orElse("–"),
                result.bytesPerMessage().isEmpty()
                        ? "–"
                        : String.format(Locale.ROOT, "%.2f", Interval.median(result.bytesPerMessage())),
                Integer.toString(result.rates().size()),
                Long.toString(result.failed()),
                Long.toString(result.lost()),
                Long.toString(result.reordered()),
                Long.toString(result.changed()),
                result.chosen().name());
    }

    private static String bounds(Result result) {
        List<Double> rates = result.rates();
        if (rates.isEmpty()) {
            return "–";
        }
        Interval interval = Interval.ofMedian(rates);
        Double low = interval.low();
        Double high = interval.high();
        return low == null || high == null ? "–" : millions(low) + " to " + millions(high);
    }

    private String ratio(Result result, Result peer) {
        List<Double> ratios = gate.ratios(result, peer);
        return ratios.isEmpty() ? "–" : String.format(Locale.ROOT, "%.2f", Interval.median(ratios));
    }

    /** A series for each role, so that each has a colour. */
    private static Chart chart(Scenario scenario, List<Result> fastestFirst) {
        List<Result> withRate =
                fastestFirst.stream().filter(result -> result.median() != null).toList();
        Chart chart = Chart.bars(
                scenario.toString(),
                "M messages/s",
                withRate.stream().map(result -> result.contender().label()).toList());
        for (Role role : Role.values()) {
            List<Chart.Point> points = IntStream.range(0, withRate.size())
                    .filter(i -> withRate.get(i).contender().role() == role)
                    .mapToObj(i -> new Chart.Point(
                            i, Objects.requireNonNullElse(withRate.get(i).median(), 0.0) / 1e6))
                    .toList();
            chart = points.isEmpty() ? chart : chart.with(role.toString(), points);
        }
        return chart;
    }
}
