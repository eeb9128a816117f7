package io.eventbroker.bench.soak;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.eventbroker.Overflow;
import io.eventbroker.bench.CommandRun;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Load held: all policies at once, drops happening, and every event accounted for. */
class SoakCommandTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    soak --minutes 0        | --minutes and --messages must be at least 1
                    soak --messages -1      | --minutes and --messages must be at least 1
                    soak --seed one         | Invalid value for option '--seed'
                    soak --json no/such/one | --json: cannot write to
                    soak 5                  | Unmatched argument at index 1: '5'
                    """)
    void wrongArgumentsAreRefusedBeforeAnythingRuns(String arguments, String message) {
        CommandRun run = CommandRun.of((Object[]) arguments.split(" ", -1));

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains(message);
        assertThat(run.out()).isEmpty();
    }

    @Tag("one-jdk")
    @Test
    void aMillionMessagesAreAccountedFor() throws IOException {
        Path json = folder.resolve("load.json");

        CommandRun run = CommandRun.of("soak", "--messages", "1000000", "--json", json);

        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).containsPattern(" s  published .* received .* violations 0");

        JsonNode report = new ObjectMapper().readTree(json.toFile());
        assertThat(report.path("row").asText()).isEqualTo("load");
        assertThat(report.path("seed").asLong()).isOne();
        assertThat(report.path("command").asText()).endsWith("broker-bench.jar soak --messages 1000000");
        JsonNode totals = report.path("totals");
        assertThat(totals.path("published").asLong()).isGreaterThanOrEqualTo(1_000_000);
        assertThat(totals.path("received").asLong()).isPositive();
        assertThat(totals.path("unrouted").asLong()).isPositive();
        for (Overflow policy : Overflow.values()) {
            long dropped = totals.path("dropped by policy").path(policy.name()).asLong(-1);
            assertThat(dropped > 0).as("%s dropped %d", policy, dropped).isEqualTo(policy != Overflow.BACKPRESSURE);
        }
        assertThat(totals.path("violations")).hasSize(Violations.Kind.values().length);
        assertThat(totals.path("violations"))
                .allSatisfy(count -> assertThat(count.asLong()).isZero());
    }
}
