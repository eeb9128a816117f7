package io.eventbroker.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReportTest {
    private final Result broker = new Result(Scenario.ONE_TO_ONE, Entry.parse("broker-shared"));
    private final Result lossy = new Result(Scenario.TWO_TO_FOUR, Entry.parse("go-port"));
    private final Report report = new Report(List.of(broker, lossy), Plan.FULL, false, Machine.current());

    ReportTest() {
        broker.add(exact(20e6, 30e6, 22e6));
        broker.add(exact(26e6));
        broker.add(exact(24e6));
        lossy.add(new Run(List.of(), 3, 1, 1_000, 7, Map.of()));
        lossy.addFailure();
    }

    @Test
    void jsonHasTheResultsWithMachineAndJvmBesideThem() throws IOException {
        JsonNode json = new ObjectMapper().readTree(report.toJson());

        assertThat(Instant.parse(json.path("date").asText())).isBefore(Instant.now());
        assertThat(json.path("indicative").isBoolean()).isTrue();
        assertThat(json.path("plan").path("rounds").asInt()).isEqualTo(5);
        assertThat(json.path("machine").path("cores").asInt()).isPositive();
        assertThat(json.path("machine").path("os").asText()).isNotEmpty();
        assertThat(json.path("machine").path("jvm").path("version").asText())
                .isEqualTo(System.getProperty("java.runtime.version"));
        assertThat(json.path("machine").path("jvm").path("flags").isArray()).isTrue();
        assertThat(json.path("results")).hasSize(2);
    }

    @Test
    void aResultIsTheMedianOfItsRuns() throws IOException {
        JsonNode result = result(0);

        assertThat(result.path("scenario").asText()).isEqualTo("1x1");
        assertThat(result.path("contender").asText()).isEqualTo("broker-shared");
        assertThat(result.path("messagesPerSecond").asLong()).isEqualTo(24_000_000);
        assertThat(result.path("spread").toString()).isEqualTo("[22000000,26000000]");
        assertThat(result.path("runs").asInt()).isEqualTo(3);
        assertThat(result.path("lost").asLong()).isZero();
        assertThat(result.path("reordered").asLong()).isZero();
        assertThat(result.path("settings").path("capacity").asInt()).isEqualTo(65_536);
        assertThat(broker.isClean()).isTrue();
    }

    @Test
    void whatIsNotExactHasNoRate() throws IOException {
        JsonNode result = result(1);

        assertThat(result.has("messagesPerSecond")).isFalse();
        assertThat(result.has("spread")).isFalse();
        assertThat(result.path("runs").asInt()).isZero();
        assertThat(result.path("failed").asInt()).isOne();
        assertThat(result.path("lost").asLong()).isEqualTo(3);
        assertThat(result.path("reordered").asLong()).isOne();
        assertThat(lossy.isClean()).isFalse();
    }

    @Test
    void tableHasALineForEachResult() {
        StringWriter out = new StringWriter();
        report.printTable(new PrintWriter(out));

        assertThat(out.toString().lines())
                .hasSize(5)
                .anyMatch(line -> line.matches("1x1 +broker-shared +24\\.0 +22\\.0 +26\\.0 +3 +0 +0 +0"))
                .anyMatch(line -> line.matches("2x4 +go-port +- +- +- +0 +1 +3 +1"));
    }

    @Test
    void flagsWithAPathStayOut() {
        assertThat(Machine.current().jvm().flags()).noneMatch(flag -> flag.contains("/"));
    }

    private JsonNode result(int number) throws IOException {
        return new ObjectMapper().readTree(report.toJson()).path("results").path(number);
    }

    private static Run exact(Double... rates) {
        return new Run(List.of(rates), 0, 0, 1_000, 7, Map.of("capacity", Load.CAPACITY));
    }
}
