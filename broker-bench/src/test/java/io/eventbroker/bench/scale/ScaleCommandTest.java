package io.eventbroker.bench.scale;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.eventbroker.bench.CommandRun;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(180)
class ScaleCommandTest {
    private static final Plan TINY = new Plan(1, 1, 20, 2);

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    --series time         | there is no series 'time'; there are [topics, names, control, patterns,
                    --series              | Missing required parameter for option '--series'
                    --rounds 0            | --rounds must be at least 1
                    --json no/such/folder | --json: cannot write to
                    --slow                | Unknown option: '--slow'
                    """)
    void wrongArgumentsAreRefusedBeforeAnythingRuns(String arguments, String message) {
        CommandRun run = CommandRun.of(Stream.concat(Stream.of("scale"), Stream.of(arguments.split(" ")))
                .toArray());

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains(message);
        assertThat(run.out()).isEmpty();
    }

    @Test
    void helpNamesEverySeries() {
        CommandRun run = CommandRun.of("scale", "--help");

        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .contains(Arrays.stream(Series.values()).map(Series::toString).toList());
    }

    @Tag("slow")
    @Test
    void measuresInForkedJvmsAndWritesTablesJsonAndPage() throws IOException {
        Path json = folder.resolve("scale.json");
        Path html = folder.resolve("scale.html");

        CommandRun run = CommandRun.of(
                new ScaleCommand(TINY, TINY),
                "--quick --rounds 1 --series topics --series patterns --series lanes",
                json,
                html);

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.err()).contains("round 1/1").contains("lanes 2  ns ");
        assertThat(run.out())
                .contains("indicative")
                .contains("Topics")
                .contains("Pattern subscriptions")
                .contains("Publishers");
        JsonNode report = new ObjectMapper().readTree(json.toFile());
        assertThat(report.path("runs"))
                .hasSize(4)
                .allSatisfy(
                        one -> assertThat(one.path("result").path("figures")).isNotEmpty());
        assertThat(html).content().contains("What a message costs with so many topics");
    }
}
