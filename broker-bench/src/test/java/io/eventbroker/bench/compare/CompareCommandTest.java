package io.eventbroker.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.eventbroker.bench.CommandRun;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompareCommandTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    --scenario 3x3        | there is no scenario '3x3'; there are [1x1, 1x4, 2x1, 2x4]
                    --scenario            | Missing required parameter for option '--scenario'
                    --contender nobody    | there is no contender 'nobody'; there are [broker-shared,
                    --rounds 0            | --rounds must be at least 1
                    --json no/such/folder | --json: cannot write to
                    --slow                | Unknown option: '--slow'
                    1x1                   | Unmatched argument at index 1: '1x1'
                    """)
    void wrongArgumentsAreRefusedBeforeAnythingRuns(String arguments, String message) {
        CommandRun run = compare(arguments.split(" "));

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains(message);
        assertThat(run.out()).isEmpty();
    }

    @Test
    void aFolderIsNoJsonFile() {
        assertThat(compare("--json", folder.toString()).exitCode()).isEqualTo(2);
    }

    @Test
    void helpNamesEveryContenderAndScenario() {
        CommandRun run = compare("--help");

        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains(Entry.ALL.stream().map(Entry::label).toList());
        assertThat(run.out())
                .contains(Scenario.ALL.stream().map(Scenario::toString).toList());
    }

    @Test
    void measuresInAForkedJvmAndWritesTableAndJson() throws IOException {
        Path json = folder.resolve("results.json");

        CommandRun run = compare(
                "--quick",
                "--rounds",
                "1",
                "--scenario",
                "1x1",
                "--contender",
                "broker-shared",
                "--json",
                json.toString());

        assertThat(run.err()).contains("round 1/1  1x1  broker-shared  ").contains("checksum");
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).contains("indicative").containsPattern("1x1 +broker-shared +[0-9.]+ ");

        JsonNode result =
                new ObjectMapper().readTree(json.toFile()).path("results").path(0);
        assertThat(result.path("contender").asText()).isEqualTo("broker-shared");
        assertThat(result.path("messagesPerSecond").asLong()).isPositive();
        assertThat(result.path("runs").asInt()).isOne();
    }

    private static CommandRun compare(String... arguments) {
        Object[] all = new Object[arguments.length + 1];
        all[0] = "compare";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return CommandRun.of(all);
    }
}
