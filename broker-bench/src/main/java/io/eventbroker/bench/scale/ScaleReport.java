package io.eventbroker.bench.scale;

import io.eventbroker.bench.lab.Chart;
import io.eventbroker.bench.lab.Figures;
import io.eventbroker.bench.lab.Interval;
import io.eventbroker.bench.lab.Outcomes;
import io.eventbroker.bench.lab.Report;
import io.eventbroker.bench.lab.Section;
import io.eventbroker.bench.lab.Target;
import io.eventbroker.bench.lab.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The tables, plots and verdicts of {@code scale}. */
final class ScaleReport {
    private static final int MOST_TOPICS = 1_000_000;
    private static final int MOST_PATTERNS = 100_000;

    /** A column of a table, and a line of its plot: a figure of a series. */
    private record Line(String title, Series series, String figure) {}

    private final List<Series> series;
    private final Plan plan;
    private final Outcomes<Case, Figures> outcomes;

    ScaleReport(List<Series> series, Plan plan, Outcomes<Case, Figures> outcomes) {
        this.series = series;
        this.plan = plan;
        this.outcomes = outcomes;
    }

    /** What was found so far, under that head. */
    Report under(Report head) {
        List<Section> sections = new ArrayList<>();
        if (has(Series.TOPICS) || has(Series.CONTROL) || has(Series.NAMES)) {
            sections.add(topics());
        }
        if (has(Series.PATTERNS)) {
            sections.add(patterns());
        }
        if (has(Series.SUBSCRIBERS)) {
            sections.add(subscribers());
        }
        if (has(Series.PUBLISHERS) || has(Series.LANES)) {
            sections.add(publishers());
        }
        return head.with(verdicts(), sections, outcomes.runs());
    }

    private boolean has(Series one) {
        return series.contains(one);
    }

    private List<Verdict> verdicts() {
        List<Verdict> verdicts = new ArrayList<>();
        if (has(Series.TOPICS) && plan.largest() >= MOST_TOPICS) {
            verdicts.add(verdict(Target.HOT_TOPICS, "", Series.TOPICS, MOST_TOPICS, 1, Growth.HOT_NANOS));
            verdicts.add(verdict(Target.RANDOM_TOPICS, "", Series.TOPICS, MOST_TOPICS, 1, Growth.RANDOM_NANOS));
        }
        if (has(Series.PATTERNS) && plan.largest() >= MOST_PATTERNS) {
            verdicts.add(patternVerdict("to one name", Growth.ONE_NAME_NANOS));
            verdicts.add(patternVerdict("to " + Case.label(Growth.MANY_NAMES) + " names", Growth.MANY_NAMES_NANOS));
        }
        return verdicts;
    }

    private Verdict patternVerdict(String part, String figure) {
        return verdict(Target.PATTERNS, part, Series.PATTERNS, MOST_PATTERNS, Growth.MATCHING, figure);
    }

    private Verdict verdict(Target target, String part, Series of, int large, int small, String figure) {
        Case most = new Case(of, large);
        Case least = new Case(of, small);
        return Verdict.of(
                target,
                part,
                outcomes.compared(most, least, (more, few) -> more.get(figure) / few.get(figure)),
                outcomes.failures(most) + outcomes.failures(least));
    }

    private Section topics() {
        List<Line> lines = new ArrayList<>();
        if (has(Series.TOPICS)) {
            lines.add(new Line("1,000 of them hot, ns", Series.TOPICS, Growth.HOT_NANOS));
            lines.add(new Line("all at random, ns", Series.TOPICS, Growth.RANDOM_NANOS));
        }
        if (has(Series.NAMES)) {
            lines.add(new Line("names that one pattern matches, ns", Series.NAMES, Growth.NANOS));
        }
        if (has(Series.CONTROL)) {
            lines.add(new Line("control: HashMap, ns", Series.CONTROL, Control.MAP_NANOS));
            lines.add(new Line("control: array, ns", Series.CONTROL, Control.ARRAY_NANOS));
        }
        Chart chart = chart("What a message costs with so many topics", "topics", lines);
        if (has(Series.TOPICS)) {
            lines.add(new Line("bytes of a topic with its inbox", Series.TOPICS, Growth.BYTES));
        }
        return section("Topics", "topics", lines)
                .note("ns per message from publish to receipt, with one publisher. Each topic has a subscription of its"
                        + " own, an inbox; one thread reads them all. At most 1,000 topics are hot, spread evenly over"
                        + " all of them.")
                .note("The control is what the machine charges without a broker: one thread visits as many objects of "
                        + Case.label(Control.WEIGHT)
                        + " bytes at random, in an array and in a HashMap by name, and reads"
                        + " three places of each. Where that rises, what is visited no longer fits the processor's"
                        + " caches.")
                .chart(chart);
    }

    private Section patterns() {
        List<Line> lines = List.of(
                new Line("to one name, ns", Series.PATTERNS, Growth.ONE_NAME_NANOS),
                new Line(
                        "to " + Case.label(Growth.MANY_NAMES) + " names at random, ns",
                        Series.PATTERNS,
                        Growth.MANY_NAMES_NANOS));
        return section("Pattern subscriptions", "subscriptions", lines)
                .note("ns per message from publish to the last receipt. Three of the subscriptions match every message"
                        + " and are pushed to, the others match none; without any the message goes to nobody.")
                .chart(chart("What a message costs with so many pattern subscriptions", "subscriptions", lines));
    }

    private Section subscribers() {
        Line message = new Line("message, ns", Series.SUBSCRIBERS, Growth.NANOS);
        List<Integer> sizes = Series.SUBSCRIBERS.sizes(plan);
        List<List<String>> rows = sizes.stream()
                .map(size -> List.of(
                        Case.label(size),
                        cell(message, size),
                        Outcomes.cell(values(message, size).stream()
                                .map(nanos -> nanos / size)
                                .toList()),
                        runs(List.of(message), size)))
                .toList();
        List<String> columns = List.of("subscribers", message.title(), "delivery, ns", "runs (failed)");
        return Section.of("Subscribers of a topic", columns, rows)
                .note("ns per message from publish to the last receipt, and that by the number of push subscriptions,"
                        + " each with a thread of its own.")
                .chart(chart("What a message costs with so many subscribers", "subscribers", List.of(message)));
    }

    private Section publishers() {
        List<Line> lines = new ArrayList<>();
        if (has(Series.PUBLISHERS)) {
            lines.add(new Line("shared ring, ns", Series.PUBLISHERS, Growth.NANOS));
        }
        if (has(Series.LANES)) {
            lines.add(new Line("a lane each, ns", Series.LANES, Growth.NANOS));
        }
        return section("Publishers", "publishers", lines)
                .note("ns per message of all publishers together, from publish to receipt by one push subscription.")
                .chart(chart("What a message costs with so many publishers", "publishers", lines));
    }

    private Section section(String title, String what, List<Line> lines) {
        List<String> columns = new ArrayList<>(List.of(what));
        lines.forEach(line -> columns.add(line.title()));
        columns.add("runs (failed)");
        List<List<String>> rows = sizes(lines).stream()
                .map(size -> {
                    List<String> row = new ArrayList<>(List.of(Case.label(size)));
                    lines.forEach(line -> row.add(cell(line, size)));
                    row.add(runs(lines, size));
                    return row;
                })
                .toList();
        return Section.of(title, columns, rows);
    }

    private List<Integer> sizes(List<Line> lines) {
        return lines.stream()
                .flatMap(line -> line.series().sizes(plan).stream())
                .distinct()
                .sorted()
                .toList();
    }

    /** How many runs the cells of a row are made of, and how many more there should be. */
    private String runs(List<Line> lines, int size) {
        List<Case> cases = lines.stream()
                .map(line -> new Case(line.series(), size))
                .distinct()
                .toList();
        int least = cases.stream().mapToInt(outcomes::count).min().orElse(0);
        int failed = cases.stream().mapToInt(outcomes::failures).sum();
        return failed == 0 ? Integer.toString(least) : least + " (" + failed + ")";
    }

    private String cell(Line line, int size) {
        return Outcomes.cell(values(line, size));
    }

    private List<Double> values(Line line, int size) {
        return outcomes.results(new Case(line.series(), size)).stream()
                .map(figures -> figures.find(line.figure()))
                .filter(Objects::nonNull)
                .map(Objects::requireNonNull)
                .toList();
    }

    /** A size of 0 has no place on a logarithmic axis. */
    private Chart chart(String title, String what, List<Line> lines) {
        Chart chart = Chart.lines(title, what, "ns per message", true, true);
        for (Line line : lines) {
            List<Chart.Point> points = line.series().sizes(plan).stream()
                    .filter(size -> size > 0 && !values(line, size).isEmpty())
                    .map(size -> new Chart.Point(size, Interval.median(values(line, size))))
                    .toList();
            chart = chart.with(line.title(), points);
        }
        return chart;
    }
}
