package io.eventbroker.bench.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

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

        new Rounds(1, 1, Duration.ofSeconds(1), nowhere, new ArrayList<>(), new ArrayList<>(), new Calm(Duration.ZERO))
                .run(round -> List.of("7", "no number"), outcomes::run, round -> {});

        assertThat(outcomes.values("7", own -> own.get("worth"))).containsExactly(7.0);
        assertThat(outcomes.failures("no number")).isOne();
        assertThat(outcomes.runs()).anySatisfy(run -> {
            assertThat(run.measurement()).isEqualTo("no number");
            assertThat(run.failure()).contains("exit code 1");
        });
    }

    @Test
    void goesOnAfterTheRoundsThatAnEndedCallHasLeft(@TempDir Path folder) throws IOException {
        String json = folder.resolve("outcomes.json").toString();
        CallThatEnds first = new CallThatEnds(1);
        assertThat(first.execute("--json", json)).isZero();
        CallThatEnds second = new CallThatEnds(2);

        assertThat(second.execute("--json", json, "--resume")).isZero();

        assertThat(first.ran).containsExactlyInAnyOrder("1 7", "1 no number");
        assertThat(second.ran).containsExactlyInAnyOrder("2 7", "2 no number");
        assertThat(second.outcomes.values("7", own -> own.get("worth"))).containsExactly(7.0, 7.0);
        assertThat(second.outcomes.failures("no number")).isEqualTo(2);
        assertThat(Report.read(Path.of(json)).runs()).hasSize(4);
        assertThat(new CallThatEnds(2).execute("--json", json, "--resume", "--seed", "2"))
                .as("another order")
                .isEqualTo(CommandLine.ExitCode.USAGE);
    }

    /** A command that ends after so many rounds. */
    @CommandLine.Command(name = "ends")
    private static final class CallThatEnds implements Callable<Integer> {
        final Outcomes<String, Figures> outcomes = new Outcomes<>(
                Figures.class,
                measurement -> new ForkedJvm(Child.class, List.of(measurement), List.of()),
                Duration.ofSeconds(60),
                Figures::summary);
        final List<String> ran = new ArrayList<>();
        private final int rounds;

        @CommandLine.Mixin
        private Options options;

        CallThatEnds(int rounds) {
            this.rounds = rounds;
        }

        int execute(String... arguments) {
            StringWriter progress = new StringWriter();
            int code = new CommandLine(this)
                    .setOut(new PrintWriter(Writer.nullWriter()))
                    .setErr(new PrintWriter(progress))
                    .execute(arguments);
            progress.toString()
                    .lines()
                    .map(Pattern.compile("round (\\d)/\\d  (7|no number)  .*")::matcher)
                    .filter(Matcher::matches)
                    .forEach(line -> ran.add(line.group(1) + " " + line.group(2)));
            return code;
        }

        @Override
        public Integer call() throws InterruptedException {
            options.check();
            boolean isWritten = outcomes.measure(
                    List.of("7", "no number"),
                    options.order(rounds, Duration.ofSeconds(1)),
                    options.head(2, "plan", Map.of()),
                    head -> head.with(List.of(), List.of(), outcomes.runs()),
                    options);
            return isWritten ? 0 : 1;
        }
    }

    private void add(int round, String measurement, double worth) {
        outcomes.add(round, measurement, new Figures(Map.of("worth", worth)));
    }
}
