package io.eventbroker.bench.footprint;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.eventbroker.bench.CommandRun;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(180)
class FootprintCommandTest {
    private static final Plan TINY = new Plan(20, 10, 200, 8, 2, 50, 300, 20_000);

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    --only time           | there is no part 'time'; there are [idle, heap, names, allocation]
                    --only                | Missing required parameter for option '--only'
                    --rounds 0            | --rounds must be at least 1
                    --json no/such/folder | --json: cannot write to
                    --slow                | Unknown option: '--slow'
                    """)
    void wrongArgumentsAreRefusedBeforeAnythingRuns(String arguments, String message) {
        CommandRun run = CommandRun.of(Stream.concat(Stream.of("footprint"), Stream.of(arguments.split(" ")))
                .toArray());

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains(message);
        assertThat(run.out()).isEmpty();
    }

    @Tag("slow")
    @Test
    void measuresInForkedJvmsAndWritesTablesJsonAndPage() throws IOException {
        Path json = folder.resolve("footprint.json");
        Path html = folder.resolve("footprint.html");

        CommandRun run = CommandRun.of(
                new FootprintCommand(TINY, TINY), "--quick --rounds 1 --only idle --only names", json, html);

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.err()).contains("round 1/1");
        assertThat(run.out())
                .contains("indicative")
                .contains("Processor time of an idle JVM")
                .contains("Wake-up of the idle broker")
                .contains("Heap after so many names");
        JsonNode report = new ObjectMapper().readTree(json.toFile());
        assertThat(report.path("runs"))
                .hasSize(3)
                .allSatisfy(
                        one -> assertThat(one.path("result").path("figures")).isNotEmpty());
        assertThat(html).content().contains("Heap after so many names");
    }
}
