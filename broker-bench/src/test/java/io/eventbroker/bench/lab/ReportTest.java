package io.eventbroker.bench.lab;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
    @TempDir
    private Path folder;

    private final Report report = Report.begun("measure", List.of("measure"), false, Map.of("rounds", 7))
            .with(
                    List.of(
                            Verdict.of(Target.NAMES, "", Collections.nCopies(7, 1.01), 0),
                            new Verdict(Target.IDLE_CPU, "", List.of(), "the broker failed")),
                    List.of(Section.of(
                                    "Some </script> <b>table</b>",
                                    List.of("what", "figure"),
                                    List.of(List.of("one", "1"), List.of("two", "2")))
                            .note("A note.")
                            .chart(Chart.lines("Some </script> lines", "topics", "ns", true, false)
                                    .with("hot", List.of(new Chart.Point(1, 20), new Chart.Point(10, 21))))
                            .chart(Chart.bars("Some bars", "M/s", List.of("one", "two"))
                                    .with("M/s", List.of(new Chart.Point(0, 1), new Chart.Point(1, 2))))),
                    List.of(Map.of("round", 1, "rate", 5.5)));

    @Test
    void jsonTellsWhatWasMeasuredWhereAndHow() throws IOException {
        JsonNode json = new ObjectMapper().readTree(report.toJson());

        assertThat(json.path("command").asText()).isEqualTo("measure");
        assertThat(json.path("commandLine").toString()).isEqualTo("[\"measure\"]");
        assertThat(Instant.parse(json.path("date").asText())).isBefore(Instant.now());
        assertThat(json.path("indicative").asBoolean()).isFalse();
        assertThat(json.path("commit").path("id").asText()).matches("[0-9a-f]{40}|");
        assertThat(json.path("commit").path("uncommittedChanges").isBoolean()).isTrue();
        assertThat(json.path("settings").path("rounds").asInt()).isEqualTo(7);
        assertThat(json.path("machine").path("cores").asInt()).isPositive();
        assertThat(json.path("machine").path("jvm").path("version").asText())
                .isEqualTo(System.getProperty("java.runtime.version"));
        assertThat(json.path("machine").path("jvm").path("flags").isArray()).isTrue();
        assertThat(json.path("runs").path(0).path("rate").asDouble()).isEqualTo(5.5);
    }

    @Test
    void jsonHasTheVerdictsWithTheFiguresTheyComeFrom() throws IOException {
        JsonNode verdict =
                new ObjectMapper().readTree(report.toJson()).path("verdicts").path(0);

        assertThat(verdict.path("target").asText()).isEqualTo(Target.NAMES.text());
        assertThat(verdict.path("values")).hasSize(7);
        assertThat(verdict.path("met").asBoolean()).isTrue();
        assertThat(verdict.path("interval").path("high").asDouble()).isEqualTo(1.01);
    }

    @Test
    void whatWasWrittenCanBeReadAndReplaced() throws IOException {
        Path file = folder.resolve("report.json");
        Files.writeString(file, "old");

        report.writeJson(file);

        assertThat(Report.read(file).toJson()).isEqualTo(report.toJson());
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void theTerminalGetsTablesAndVerdicts() {
        StringWriter out = new StringWriter();
        report.print(new PrintWriter(out));

        assertThat(out.toString())
                .contains("broker-bench measure, ")
                .contains(report.machine().toString())
                .contains("what  figure\none        1\n")
                .contains("missed: the broker failed");
    }

    @Test
    void thePageNeedsNothingButItself() throws IOException {
        String page = page();

        assertThat(page).doesNotContainPattern("(?i)\\b(src|href|action)\\s*=\\s*[\"']?\\s*(https?:)?//");
        assertThat(page).doesNotContain("<link", "@import", "import(");
        assertThat(page).contains("echarts.init(").contains("Apache Software Foundation");
    }

    @Test
    void thePageHasTablesPlotsAndLabel() throws IOException {
        String page = page();

        assertThat(page)
                .contains("<h2>Some &lt;/script&gt; &lt;b&gt;table&lt;/b&gt;</h2>")
                .contains("<td class=\"met\">met</td>")
                .contains("<td class=\"missed\">missed: the broker failed</td>")
                .contains("aria-label=\"Some bars\"")
                .contains("Some \\u003c/script> lines")
                .doesNotContain("{{");
        assertThat(page.split("</script>", -1)).hasSize(4);
    }

    @Test
    void whatTheHostKeptIsTold() throws IOException {
        Report quiet = Report.begun("measure", List.of("measure"), false, Map.of("stolen", List.of(0, 0.01)));
        Report disturbed = Report.begun("measure", List.of("measure"), false, Map.of("stolen", List.of(0.1, 0.3)));
        Path file = folder.resolve("disturbed.json");
        disturbed.writeJson(file);

        assertThat(quiet.headline()).doesNotContain("host");
        assertThat(Report.read(file).headline()).contains("whose host kept 20 % of the processors' time");
        assertThat(report.headline()).as("of an old file").doesNotContain("host");
    }

    @Test
    void whatIsOnlyIndicativeSaysSoAndHasNoVerdicts() throws IOException {
        Report quick = Report.begun("measure", List.of("measure", "--quick"), true, Map.of())
                .with(report.verdicts(), report.sections(), List.of());
        Path file = folder.resolve("quick.html");
        quick.writeHtml(file);

        assertThat(quick.verdicts()).isEmpty();
        assertThat(quick.headline()).endsWith("indicative only");
        assertThat(file).content().contains("Indicative only").doesNotContain(">met<");
    }

    private String page() throws IOException {
        Path file = folder.resolve("report.html");
        report.writeHtml(file);
        return Files.readString(file);
    }

    @Test
    void theProcessorIsThatOfTheSystemsFirst() {
        assertThat(Machine.model("processor\t: 0\nmodel name\t: Fast (R) 1: 2 GHz\nmodel name\t: Other\n"))
                .isEqualTo("Fast (R) 1: 2 GHz");
        assertThat(Machine.model("Features : fp")).isEmpty();
    }

    @Test
    void flagsWithAPathStayOut() {
        assertThat(Machine.current().jvm().flags()).noneMatch(flag -> flag.contains("/"));
    }

    @Test
    void aForkedJvmGetsTheFlagsAskedFor() {
        assertThat(Machine.flags(List.of("-Xmx1g"), List.of("-Dname=value", "-XX:+UseSerialGC")))
                .containsExactly("-Xms512m", "-Xmx512m", "-Xmx1g", "-XX:+UseSerialGC");
    }

    @Test
    void aHeapGivenToThisJvmLeavesNoOther() {
        assertThat(Machine.flags(List.of("-Xms3g", "-Xmx3g", "-Xss1m"), List.of("-Xmx2g")))
                .containsExactly("-Xss1m", "-Xmx2g");
    }
}
