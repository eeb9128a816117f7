package io.eventbroker.bench.footprint;

import io.eventbroker.bench.lab.Chart;
import io.eventbroker.bench.lab.Figures;
import io.eventbroker.bench.lab.Interval;
import io.eventbroker.bench.lab.JvmMeters;
import io.eventbroker.bench.lab.Outcomes;
import io.eventbroker.bench.lab.Report;
import io.eventbroker.bench.lab.Section;
import io.eventbroker.bench.lab.Target;
import io.eventbroker.bench.lab.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The tables, plots and verdicts of {@code footprint}. */
final class FootprintReport {
    private static final double MIB = 1 << 20;

    /** From which JDK on there is a target for the heap of a subscription. */
    private static final int JUDGED_JDK = 25;

    private final List<Group> groups;
    private final Plan plan;
    private final Outcomes<Part, Figures> outcomes;

    FootprintReport(List<Group> groups, Plan plan, Outcomes<Part, Figures> outcomes) {
        this.groups = groups;
        this.plan = plan;
        this.outcomes = outcomes;
    }

    /** What was found so far, under that head. */
    Report under(Report head) {
        List<Section> sections = new ArrayList<>();
        for (Group group : groups) {
            switch (group) {
                case IDLE -> sections.addAll(List.of(processor(), wakeUps()));
                case HEAP -> sections.add(heap());
                case NAMES -> sections.add(names());
                case ALLOCATION -> sections.add(allocation());
            }
        }
        return head.with(groups.stream().flatMap(this::verdicts).toList(), sections, outcomes.runs());
    }

    private Stream<Verdict> verdicts(Group group) {
        return switch (group) {
            case IDLE -> Stream.of(verdict(Target.IDLE_CPU, Part.IDLE_BROKER, Idle.PROCESSOR));
            case HEAP ->
                group.parts().stream()
                        .map(part -> Runtime.version().feature() >= JUDGED_JDK
                                ? verdict(Target.HEAP_PER_SUBSCRIPTION, part, HeapPerSubscription.BYTES)
                                : Verdict.notMeasured(Target.HEAP_PER_SUBSCRIPTION, part.toString()));
            case NAMES ->
                Stream.of(outcomes.verdict(
                        Target.NAMES,
                        plan.names() == Plan.FULL.names() ? "" : count(plan.names()) + " names",
                        Part.NAMES,
                        Names::growth));
            case ALLOCATION -> group.parts().stream().map(part -> verdict(Target.ALLOCATION, part, Allocation.BYTES));
        };
    }

    private Verdict verdict(Target target, Part part, String figure) {
        return outcomes.verdict(target, part.toString(), part, figures -> figures.get(figure));
    }

    private List<Double> addedByBroker() {
        return outcomes.compared(
                Part.IDLE_BROKER,
                Part.EMPTY_JVM,
                (broker, empty) -> broker.get(Idle.PROCESSOR) - empty.get(Idle.PROCESSOR));
    }

    private Section processor() {
        List<List<String>> rows = List.of(
                row(Part.EMPTY_JVM, Idle.PROCESSOR),
                row(Part.IDLE_BROKER, Idle.PROCESSOR),
                List.of("added by the broker", Outcomes.cell(addedByBroker()), "", ""));
        return Section.of("Processor time of an idle JVM", List.of("", "% of a processor", "runs", "failed"), rows)
                .note(String.format(
                        Locale.ROOT,
                        "Of all threads of the JVM, over %,d ms, after a broker with %,d push subscriptions and 4 open"
                                + " lanes had carried %,d messages. In brackets the 95 %% bounds of the median.",
                        plan.idleMillis(),
                        plan.idleSubscriptions(),
                        plan.idleMessages()));
    }

    private Section wakeUps() {
        List<List<String>> rows = Stream.of(Idle.RING, Idle.LANE)
                .map(way -> Stream.concat(
                                Stream.of("through " + (way.equals(Idle.RING) ? "the shared ring" : "a lane")),
                                Stream.of(Idle.P50, Idle.P90, Idle.MAX)
                                        .map(place -> cell(Part.IDLE_BROKER, way + place)))
                        .toList())
                .toList();
        return Section.of("Wake-up of the idle broker, µs", List.of("", "p50", "p90", "max"), rows)
                .note(String.format(
                        Locale.ROOT,
                        "From before a publish, 50 ms after the last, to the first line of the handler; %d times in a run.",
                        plan.wakeUps()));
    }

    private Section heap() {
        List<List<String>> rows = Group.HEAP.parts().stream()
                .map(part -> List.of(
                        part.toString(),
                        cell(part, HeapPerSubscription.BYTES),
                        part == Part.HEAP_OWN_TOPICS ? cell(part, HeapPerSubscription.TOPIC_BYTES) : "–",
                        cell(part, HeapPerSubscription.COUNT),
                        Integer.toString(outcomes.count(part)),
                        Integer.toString(outcomes.failures(part))))
                .toList();
        Section section = Section.of(
                        "Heap of an idle push subscription",
                        List.of("", "bytes", "bytes of a Topic", "subscriptions", "runs", "failed"),
                        rows)
                .note("Of the default capacity, 256, after each has handled an event, or 257 that had to wait for the"
                        + " first, and everything else was collected; Topic objects are not in it.");
        return JvmMeters.hasVirtualThreads()
                ? section.note("Workers are virtual threads: their parked stacks are in it.")
                : section.note(
                        "This JVM has no virtual threads: each worker is a thread of the system's, whose stack is"
                                + " not on the heap. There is no target for that.");
    }

    private Section names() {
        List<Integer> checkpoints = Names.checkpoints(plan.names());
        List<List<String>> rows = checkpoints.stream()
                .map(names -> List.of(
                        count(names),
                        Outcomes.cell(megabytes(names)),
                        Integer.toString(outcomes.count(Part.NAMES)),
                        Integer.toString(outcomes.failures(Part.NAMES))))
                .toList();
        Section section = Section.of(
                        "Heap after so many names", List.of("distinct names", "MiB in use", "runs", "failed"), rows)
                .note("Each name was published to once: every other one is matched by a pattern, the rest by nobody."
                        + " The verdict is on the greatest figure as a multiple of the first.");
        Chart chart = Chart.lines("Heap after so many names", "distinct names", "MiB in use", true, false);
        return outcomes.count(Part.NAMES) == 0
                ? section
                : section.chart(chart.with(
                        "heap",
                        checkpoints.stream()
                                .map(names -> new Chart.Point(names, Interval.median(megabytes(names))))
                                .toList()));
    }

    private List<Double> megabytes(int names) {
        return outcomes.values(Part.NAMES, figures -> figures.get(Integer.toString(names)) / MIB);
    }

    private Section allocation() {
        List<List<String>> rows = Group.ALLOCATION.parts().stream()
                .map(part -> List.of(
                        part.toString(),
                        cell(part, Allocation.BYTES),
                        cell(part, Allocation.DROPPED),
                        Integer.toString(outcomes.count(part)),
                        Integer.toString(outcomes.failures(part))))
                .toList();
        return Section.of(
                        "Allocation",
                        List.of("", "bytes per message", "dropped by the slow one, %", "runs", "failed"),
                        rows)
                .note(String.format(
                        Locale.ROOT,
                        "By all threads of the JVM, over %,d messages in bursts of 10,000, each to two plain"
                                + " subscriptions of which one drops; between bursts all threads park. An episode of drops"
                                + " costs two events and two log lines, whatever its length; here it lasts throughout.",
                        plan.messages()));
    }

    private List<String> row(Part part, String figure) {
        return List.of(
                part.toString(),
                cell(part, figure),
                Integer.toString(outcomes.count(part)),
                Integer.toString(outcomes.failures(part)));
    }

    private String cell(Part part, String figure) {
        return outcomes.cell(part, figures -> figures.get(figure));
    }

    private static String count(int number) {
        return String.format(Locale.ROOT, "%,d", number);
    }
}
