package io.eventbroker.bench.latency;

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
class LatencyCommandTest {
    private static final Plan TINY = new Plan(20, 10, 1, 50);

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    --rate 0              | --rate must be from 1 to 1000000, not 0
                    --rate 1000001        | --rate must be from 1 to 1000000, not 1000001
                    --rate fast           | Invalid value for option '--rate'
                    --contender nobody    | there is no contender 'nobody'; there are [broker-shared, broker-lane,
                    --rounds 0            | --rounds must be at least 1
                    --html no/such/folder | --html: cannot write to
                    --slow                | Unknown option: '--slow'
                    """)
    void wrongArgumentsAreRefusedBeforeAnythingRuns(String arguments, String message) {
        CommandRun run = CommandRun.of(Stream.concat(Stream.of("latency"), Stream.of(arguments.split(" ")))
                .toArray());

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains(message);
        assertThat(run.out()).isEmpty();
    }

    @Test
    void helpNamesEveryContender() {
        CommandRun run = CommandRun.of("latency", "--help");

        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .contains(Arrays.stream(Contender.values())
                        .map(Contender::toString)
                        .toList());
    }

    @Tag("slow")
    @Test
    void measuresInForkedJvmsAndWritesTablesJsonAndPage() throws IOException {
        Path json = folder.resolve("latency.json");
        Path html = folder.resolve("latency.html");

        CommandRun run = CommandRun.of(
                new LatencyCommand(TINY, TINY),
                "--quick --rounds 1 --rate 1000 --contender broker-shared --contender queue-2-hops",
                json,
                html);

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.err()).contains("round 1/1").contains("1,000/s  broker-shared  p50 ");
        assertThat(run.out()).contains("indicative").containsPattern("broker-shared +[0-9.,]+ ");
        JsonNode report = new ObjectMapper().readTree(json.toFile());
        assertThat(report.path("runs")).hasSize(2).allSatisfy(one -> {
            assertThat(one.path("result").path("events").asInt()).isEqualTo(50);
            assertThat(one.path("result").path("latencies").path("P99").asLong())
                    .isPositive();
        });
        assertThat(report.path("verdicts")).isEmpty();
        assertThat(html).content().contains("Latency at 1,000/s").contains("queue-2-hops");
    }
}
