package io.eventbroker.bench.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventbroker.bench.CommandRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TablesCommandTest {
    @TempDir
    private Path folder;

    @Test
    void targetsOfAllFilesComeFirstThenTheTablesOfEach() throws IOException {
        Path one = written("one", false, Target.LANE_TO_SUBMISSION_PUBLISHER, 3.5);
        Path two = written("two", false, Target.NAMES, 1.5);

        CommandRun run = CommandRun.of("tables", one, two);

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out())
                .startsWith("### Targets\n")
                .containsSubsequence(
                        "| lane, 1x1, against SubmissionPublisher | ≥ 3x | here | 3.50x (3.50x to 3.50x) | 7 | met |",
                        "not measured (footprint)",
                        "| heap after ten million distinct names, flat within 5 % | ≤ 1.05x | here |",
                        "| 7 | missed |",
                        "## one\n",
                        "commit ",
                        "| one | 1 |",
                        "## two\n",
                        "| two | 1 |");
    }

    @Test
    void saysSoWhereFilesAreOfDifferentBuilds() throws IOException {
        Path one = written("one", false, Target.LANE_TO_SUBMISSION_PUBLISHER, 3.5);
        Path two = written("two", false, Target.NAMES, 1.5);
        Files.writeString(two, Files.readString(two).replaceFirst("\"id\" : \"[0-9a-f]*\"", "\"id\" : \"another\""));

        assertThat(CommandRun.of("tables", one, two).out()).startsWith("**These results are not all of one build");
        assertThat(CommandRun.of("tables", two, two).out()).startsWith("### Targets");
    }

    @Test
    void anIndicativeFileHasNoVerdict() throws IOException {
        CommandRun run = CommandRun.of("tables", written("one", true, Target.NAMES, 1.0));

        assertThat(run.out())
                .startsWith("### Targets\n")
                .contains("indicative only")
                .doesNotContain("| met |");
    }

    @Test
    void whatHasNoResultsIsRefused() throws IOException {
        Path empty = Files.writeString(folder.resolve("empty.json"), "{}");
        Path text = Files.writeString(folder.resolve("text.json"), "no JSON");

        for (Path file : List.of(empty, text, folder.resolve("missing.json"))) {
            CommandRun run = CommandRun.of("tables", file);
            assertThat(run.exitCode()).isEqualTo(2);
            assertThat(run.err()).contains("no results in " + file);
            assertThat(run.out()).isEmpty();
        }
        assertThat(CommandRun.of("tables").exitCode()).isEqualTo(2);
    }

    private Path written(String name, boolean indicative, Target target, double value) throws IOException {
        Path file = folder.resolve(name + ".json");
        Report.begun(name, List.of(name), indicative, Map.of())
                .with(
                        List.of(Verdict.of(target, "here", Collections.nCopies(7, value), 0)),
                        List.of(Section.of("Of " + name, List.of("a", "b"), List.of(List.of(name, "1")))),
                        List.of())
                .writeJson(file);
        return file;
    }
}
