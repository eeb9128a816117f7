package io.eventbroker.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.eventbroker.bench.CommandRun;
import io.eventbroker.bench.compare.load.Plan;
import io.eventbroker.bench.compare.load.Scenario;
import io.eventbroker.bench.compare.peers.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompareCommandTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    --scenario 3x3        | there is no scenario '3x3'; there are [1x1, 1x4, 2x1, 2x4, 4x16, 1x64, 1x1x100]
                    --scenario            | Missing required parameter for option '--scenario'
                    --contender nobody    | there is no contender 'nobody'; there are [broker-lane,
                    --rounds 0            | --rounds must be at least 1
                    --rounds many         | Invalid value for option '--rounds'
                    --window 0            | --window must be at least 1
                    --json no/such/folder | --json: cannot write to
                    --html no/such/folder | --html: cannot write to
                    --json a --html a     | --json and --html name the same file
                    --gate --rounds 6     | --gate needs at least 7 rounds, not 6
                    --gate --window 100   | --gate needs windows of at least 200 ms
                    --gate --quick        | --gate needs at least 7 rounds, not 3
                    --gate --scenario 1x1 | --gate needs all scenarios and contenders
                    --calm -1             | --calm must not be negative
                    --resume              | --resume needs --json: the file to go on with
                    --resume --json none  | --resume: cannot read none
                    --slow                | Unknown option: '--slow'
                    1x1                   | Unmatched argument at index 1: '1x1'
                    """)
    void wrongArgumentsAreRefusedBeforeAnythingRuns(String arguments, String message) {
        CommandRun run = compare(arguments.split(" "));

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains(message).doesNotContain("round 1/");
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
        assertThat(run.out().replaceAll("\\s+", " "))
                .contains(Entry.ALL.stream().map(Entry::label).toList())
                .contains(Scenario.ALL.stream().map(Scenario::toString).toList());
    }

    @Tag("slow")
    @Test
    @Timeout(120)
    void measuresInForkedJvmsAndWritesTableJsonAndPage() throws IOException {
        Path json = folder.resolve("results.json");
        Path html = folder.resolve("results.html");

        CommandRun run = compare(
                "--quick",
                "--rounds",
                "1",
                "--window",
                "10",
                "--scenario",
                "1x1",
                "--contender",
                "broker-shared",
                "--contender",
                "guava",
                "--json",
                json.toString(),
                "--html",
                html.toString());

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.err()).contains("seed 1; about ", "1x1  broker-shared  ", "M/s, checksum");
        assertThat(run.out())
                .contains("indicative only")
                .containsPattern("broker-shared +broker +[0-9.]+")
                .containsPattern("guava +same-thread peer +[0-9.]+");

        JsonNode results = new ObjectMapper().readTree(json.toFile());
        assertThat(results.path("indicative").asBoolean()).isTrue();
        assertThat(results.path("commandLine").toString()).contains("--rounds").doesNotContain(folder.toString());
        assertThat(results.path("runs")).hasSize(3);
        assertThat(results.path("runs")).allSatisfy(one -> {
            assertThat(one.path("run").path("rates")).hasSize(Plan.QUICK.windows());
            assertThat(one.path("run").path("lost").asLong()).isZero();
        });
        assertThat(Files.readString(html)).contains("Scenario 1x1").contains("echarts.init(");
    }

    @Tag("slow")
    @Test
    @Timeout(120)
    void goesOnAfterTheRoundsThatAnEndedCallHasLeft() throws IOException {
        Path json = folder.resolve("results.json");
        String[] arguments =
                ("--rounds 2 --window 10 --scenario 1x1 --contender broker-lane --contender disruptor-single --json "
                                + json)
                        .split(" ");
        assertThat(compare(arguments).exitCode()).isZero();
        ObjectNode ended = keepRoundOne(json);

        CommandRun other = compare(concat(arguments, "--resume", "--seed", "2"));
        assertThat(other.exitCode()).isEqualTo(2);
        assertThat(other.err()).contains("is not of the same build, the same machine and the same arguments");
        CommandRun resumed = compare(concat(arguments, "--resume"));

        assertThat(resumed.exitCode()).as(resumed.err()).isZero();
        assertThat(resumed.err()).contains("round 2/2").doesNotContain("round 1/2");
        assertThat(resumed.out())
                .contains("going on with what began " + ended.path("date").asText());
        JsonNode results = new ObjectMapper().readTree(json.toFile());
        assertThat(results.path("runs")).hasSize(6);
        assertThat(results.path("runs")).containsAll(ended.path("runs"));
        assertThat(results.path("settings").path("loadAverages")).hasSize(2);
        assertThat(results.path("settings").path("stolen")).hasSize(2);
    }

    private static ObjectNode keepRoundOne(Path json) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode report = (ObjectNode) mapper.readTree(json.toFile());
        assertThat(report.path("runs")).hasSize(6);
        report.withArray("runs").removeIf(run -> run.path("round").asInt() > 1);
        ObjectNode settings = report.withObject("/settings");
        settings.withArray("loadAverages").remove(1);
        settings.withArray("stolen").remove(1);
        mapper.writeValue(json.toFile(), report);
        return report;
    }

    private static String[] concat(String[] some, String... more) {
        return Stream.concat(Stream.of(some), Stream.of(more)).toArray(String[]::new);
    }

    @Test
    void aForkUnderstandsWhatItIsGiven() {
        for (Scenario scenario : Scenario.ALL) {
            for (Entry entry : Entry.ALL) {
                for (Entry.Setting setting : entry.settings()) {
                    Cell cell = new Cell(scenario, entry, setting);
                    assertThat(ForkedRun.cell(ForkedRun.arguments(cell, Plan.FULL)))
                            .isEqualTo(cell);
                }
            }
        }
    }

    private static CommandRun compare(String... arguments) {
        Object[] all = new Object[arguments.length + 1];
        all[0] = "compare";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return CommandRun.of(all);
    }
}
