package io.eventbroker.bench.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.Writer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OutcomesTest {
    private final Outcomes<String, Figures> outcomes = new Outcomes<>(
            Figures.class,
            measurement -> new ForkedJvm(Child.class, List.of(measurement), List.of()),
            Duration.ofSeconds(60),
            Figures::summary);

    /** A main class that says what its argument is worth, or fails. */
    static final class Child {
        public static void main(String[] arguments) {
            System.out.println(JsonLine.of(new Figures(Map.of("worth", Double.parseDouble(arguments[0])))));
        }
    }

    @Test
    void pairsTheRunsOfARoundThatBothHaveAResult() {
        add(1, "own", 1);
        add(1, "other", 2);
        outcomes.fail(2, "own", "lost");
        add(2, "other", 4);
        add(3, "own", 3);
        outcomes.fail(3, "other", "lost");

        assertThat(outcomes.compared("own", "other", (own, other) -> own.get("worth") / other.get("worth")))
                .containsExactly(0.5);
        assertThat(outcomes.count("own")).isEqualTo(2);
        assertThat(outcomes.failures("own")).isOne();
        assertThat(outcomes.values("own", own -> own.get("worth"))).containsExactly(1.0, 3.0);
        assertThat(outcomes.runs()).hasSize(6);
    }

    @Test
    void aCellHasBoundsOnceThereAreEnoughRuns() {
        for (int round = 1; round <= 4; round++) {
            add(round, "own", round);
        }
        assertThat(outcomes.cell("own", own -> own.get("worth"))).isEqualTo("2.5");
        add(5, "own", 5);
        assertThat(outcomes.cell("own", own -> own.get("worth"))).isEqualTo("3 (1 to 5)");
        assertThat(outcomes.cell("other", own -> own.get("worth"))).isEqualTo("–");
    }

    @Test
    void runsEachMeasurementInAJvmOfItsOwn() throws InterruptedException {
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());

        new Rounds(1, 1, Duration.ofSeconds(1), nowhere, new ArrayList<>(), new ArrayList<>())
                .run(round -> List.of("7", "no number"), outcomes::run, round -> {});

        assertThat(outcomes.values("7", own -> own.get("worth"))).containsExactly(7.0);
        assertThat(outcomes.failures("no number")).isOne();
        assertThat(outcomes.runs())
                .anySatisfy(run -> assertThat(run)
                        .containsEntry("measurement", "no number")
                        .extractingByKey("failure")
                        .asString()
                        .contains("exit code 1"));
    }

    private void add(int round, String measurement, double worth) {
        outcomes.add(round, measurement, new Figures(Map.of("worth", worth)));
    }
}
