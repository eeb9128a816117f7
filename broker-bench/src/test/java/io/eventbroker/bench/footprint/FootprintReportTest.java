package io.eventbroker.bench.footprint;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventbroker.bench.lab.Figures;
import io.eventbroker.bench.lab.Outcomes;
import io.eventbroker.bench.lab.Report;
import io.eventbroker.bench.lab.Verdict;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class FootprintReportTest {
    private static final int ROUNDS = 7;
    private static final Plan PLAN = new Plan(20_000, 3_000, 1_000, 8, 2, 50, 1_000, 20_000);

    private final Outcomes<Part, Figures> outcomes =
            new Outcomes<>(Figures.class, part -> part.jvm(PLAN), PLAN.patience(), Figures::summary);

    @Test
    void idleProcessorTimeIsThatOfTheWholeJvmWithTheBroker() {
        for (int round = 1; round <= ROUNDS; round++) {
            outcomes.add(round, Part.EMPTY_JVM, new Figures(Map.of(Idle.PROCESSOR, 0.1)));
            outcomes.add(round, Part.IDLE_BROKER, idle(0.2));
        }
        assertThat(only(Group.IDLE).met()).isTrue();

        outcomes.add(ROUNDS, Part.IDLE_BROKER, idle(0.21));
        assertThat(only(Group.IDLE).met()).isFalse();
    }

    @Test
    void theHeapOfManyNamesIsFlatOrNot() {
        for (int round = 1; round <= ROUNDS; round++) {
            outcomes.add(round, Part.NAMES, names(1.04));
        }
        assertThat(only(Group.NAMES).met()).isTrue();
        assertThat(only(Group.NAMES).part()).isEqualTo("1,000 names");

        outcomes.fail(ROUNDS + 1, Part.NAMES, "lost");
        outcomes.fail(ROUNDS + 2, Part.NAMES, "lost");
        assertThat(only(Group.NAMES).met()).isFalse();
    }

    @Test
    void allocationIsJudgedForBothWaysIn() {
        for (int round = 1; round <= ROUNDS; round++) {
            outcomes.add(round, Part.ALLOCATION_SHARED, allocation(0.099));
            outcomes.add(round, Part.ALLOCATION_LANE, allocation(0.1));
        }

        assertThat(report(Group.ALLOCATION).verdicts()).extracting(Verdict::met).containsExactly(true, false);
    }

    @Test
    void subscriptionsAreJudgedOnlyOnJdk25() {
        for (int round = 1; round <= ROUNDS; round++) {
            for (Part part : Group.HEAP.parts()) {
                outcomes.add(
                        round,
                        part,
                        new Figures(Map.of(
                                HeapPerSubscription.BYTES,
                                3_072.0,
                                HeapPerSubscription.TOPIC_BYTES,
                                200.0,
                                HeapPerSubscription.COUNT,
                                50.0)));
            }
        }

        List<Verdict> verdicts = report(Group.HEAP).verdicts();
        assertThat(verdicts)
                .hasSize(3)
                .allMatch(verdict -> verdict.met() == Runtime.version().feature() >= 25);
        StringWriter out = new StringWriter();
        report(Group.HEAP).print(new PrintWriter(out, true));
        assertThat(out.toString()).contains("3,072 (3,072 to 3,072)");
    }

    private Verdict only(Group group) {
        List<Verdict> verdicts = report(group).verdicts();
        assertThat(verdicts).hasSize(1);
        return verdicts.get(0);
    }

    private Report report(Group group) {
        return new FootprintReport(List.of(group), PLAN, outcomes)
                .under(Report.begun("footprint", List.of("footprint"), false, Map.of()));
    }

    private static Figures idle(double percent) {
        Map<String, Double> figures = new TreeMap<>(Map.of(Idle.PROCESSOR, percent));
        for (String way : List.of(Idle.RING, Idle.LANE)) {
            for (String place : List.of(Idle.P50, Idle.P90, Idle.MAX)) {
                figures.put(way + place, 30.0);
            }
        }
        return new Figures(figures);
    }

    /** Names.checkpoints(1_000), with a last that has grown. */
    private static Figures names(double growth) {
        Map<String, Double> heap = new LinkedHashMap<>();
        Names.checkpoints(PLAN.names()).forEach(names -> heap.put(names.toString(), 5e6));
        heap.put(Integer.toString(PLAN.names()), 5e6 * growth);
        return new Figures(heap);
    }

    private static Figures allocation(double bytes) {
        return new Figures(Map.of(Allocation.BYTES, bytes, Allocation.DROPPED, 97.0, Allocation.BURSTS, 2.0));
    }
}
