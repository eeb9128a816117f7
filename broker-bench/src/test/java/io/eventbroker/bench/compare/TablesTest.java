package io.eventbroker.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventbroker.bench.compare.load.Scenario;
import io.eventbroker.bench.lab.Chart;
import io.eventbroker.bench.lab.Section;
import java.util.List;
import org.junit.jupiter.api.Test;

class TablesTest {
    private final Result lane = Made.result(Scenario.ONE_TO_ONE, "broker-lane", 40, 44, 42, 41, 43);
    private final Result peer = Made.result(Scenario.ONE_TO_ONE, "rxjava", 20, 22, 21, 20, 22);
    private final Result lossy = Made.result(Scenario.TWO_TO_FOUR, "guava-async", 2, 2);
    private final Result failing = Made.result(Scenario.TWO_TO_FOUR, "broker-lane");
    private final List<Section> sections;

    TablesTest() {
        lossy.contender()
                .settings()
                .forEach(setting -> lossy.add(
                        Trial.of(3, new Cell(lossy.scenario(), lossy.contender(), setting), Made.inexact(0, 12))));
        failing.add(Trial.failed(1, failing.cells(1).get(0), "hung"));
        List<Result> results = List.of(peer, lane, lossy, failing);
        sections = new Tables(results, new Gate(results, 5)).sections();
    }

    @Test
    void theFirstTableHasAllScenarios() {
        Section overview = sections.get(0);

        assertThat(overview.columns()).containsExactly("contender", "role", "1x1", "2x4");
        assertThat(overview.rows())
                .containsExactly(
                        List.of("rxjava", "asynchronous peer", "21", ""),
                        List.of("broker-lane", "broker", "42", "failed"),
                        List.of("guava-async", "asynchronous peer", "", "reordered"));
    }

    @Test
    void eachScenarioHasItsOwnFastestFirst() {
        Section one = sections.get(1);

        assertThat(one.title()).isEqualTo("Scenario 1x1");
        assertThat(one.rows().get(0))
                .containsExactly(
                        "broker-lane", "broker", "42", "40 to 44", "2.00", "0.05", "5", "0", "0", "0", "0", "default");
        assertThat(one.rows().get(1))
                .startsWith("rxjava", "asynchronous peer", "21")
                .endsWith("PublishProcessor, computation");
    }

    @Test
    void whatIsNotExactHasNoRatioAndIsNoMeasure() {
        Section two = sections.get(2);

        assertThat(two.rows())
                .anySatisfy(row -> assertThat(row).startsWith("guava-async").contains("12"))
                .anySatisfy(row -> assertThat(row).startsWith("broker-lane", "broker", "–", "–", "–", "–", "0", "1"));
    }

    @Test
    void thePlotHasWhatHasARate() {
        Chart chart = sections.get(1).charts().get(0);

        assertThat(chart.categories()).containsExactly("broker-lane", "rxjava");
        assertThat(chart.series())
                .containsExactly(
                        new Chart.Series("broker", List.of(new Chart.Point(0, 42))),
                        new Chart.Series("asynchronous peer", List.of(new Chart.Point(1, 21))));
    }
}
