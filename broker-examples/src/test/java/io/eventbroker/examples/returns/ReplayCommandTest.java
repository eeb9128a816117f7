package io.eventbroker.examples.returns;

import static io.eventbroker.examples.returns.RetailLines.HEADER;
import static io.eventbroker.examples.returns.RetailLines.returnOf;
import static io.eventbroker.examples.returns.RetailLines.returns;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.eventbroker.examples.Returns;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the command line does. */
class ReplayCommandTest {
    private static final List<String> DEPARTMENTS = List.of("billing", "warehouse", "inventory", "notifications");

    @TempDir
    Path folder;

    private Path outbox;

    @BeforeEach
    void nameTheOutbox() {
        outbox = folder.resolve("outbox");
    }

    @Test
    void noArgumentIsAUsageError() {
        CommandRun run = CommandRun.of();

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("Usage: returns", "replay");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "replay --help", "replay -h"})
    void helpIsPrintedToStandardOutput(String line) {
        CommandRun run = CommandRun.of((Object[]) line.split(" "));

        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).startsWith("Usage: returns");
        assertThat(run.err()).isEmpty();
    }

    @Test
    void helpNamesEveryOption() {
        assertThat(CommandRun.of("replay", "--help").out())
                .contains(
                        "--rate",
                        "--repeat",
                        "--capacity",
                        "--overflow",
                        "--slow",
                        "--close-timeout",
                        "--outbox",
                        "--json",
                        "--quiet");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --rate=0                    | --rate must be from
            --rate=-1                   | --rate must be from
            --rate=NaN                  | --rate must be from
            --rate=1e400                | --rate must be from
            --rate=fast                 | '--rate'
            --repeat=0                  | --repeat must be at least 1
            --repeat=1.5                | '--repeat'
            --repeat=twice              | '--repeat'
            --capacity=0                | '0' is not a number from 1 to 16777216
            --capacity=-1               | '-1' is not a number from 1 to 16777216
            --capacity=16777217         | '16777217' is not a number from 1 to 16777216
            --capacity=many             | 'many' is not a number from 1 to 16777216
            --capacity=warehouse=       | '' is not a number from 1 to 16777216
            --capacity=warehouse=0      | '0' is not a number from 1 to 16777216
            --capacity=garage=10        | 'garage' is not one of [billing, warehouse, inventory, notifications]
            --capacity==10              | '' is not one of [billing, warehouse, inventory, notifications]
            --capacity=audit=10         | 'audit' is not one of
            --overflow=FAIL             | 'FAIL' is not one of [DROP_NEWEST, DROP_OLDEST, CONFLATE, BACKPRESSURE, DISCONNECT]
            --overflow=                 | '' is not one of [DROP_NEWEST
            --overflow=warehouse=       | '' is not one of [DROP_NEWEST
            --overflow=garage=CONFLATE  | 'garage' is not one of [billing, warehouse, inventory, notifications]
            --slow=garage=1s            | 'garage' is not one of [billing, warehouse, inventory, notifications]
            --slow=warehouse            | '--slow'
            --slow=warehouse=           | '' is not a duration
            --slow=warehouse=soon       | 'soon' is not a duration
            --slow=warehouse=50         | '50' is not a duration
            --slow=warehouse=-50ms      | '-50ms' is not a duration
            --slow=warehouse=PT-1S      | 'PT-1S' is not a duration
            --slow=warehouse=25h        | '25h' is not a duration
            --close-timeout=later       | 'later' is not a duration
            --colour                    | --colour
            """)
    void aWrongOptionIsAUsageErrorAndNothingHappens(String option, String message) {
        CommandRun run = CommandRun.of("replay", "--outbox", outbox, option);

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains(message, "Usage: returns replay");
        assertThat(outbox).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0ms", "1ms", "0.001s", "PT0.001S"})
    void durationsMayBeWrittenInAnyUsualWay(String duration) {
        assertThat(CommandRun.of("replay", "--outbox", outbox, "--slow", "Warehouse=" + duration)
                        .exitCode())
                .isZero();
    }

    @Test
    void aMissingFileIsOneClearLine() {
        Path missing = folder.resolve("missing.csv");

        CommandRun run = CommandRun.of("replay", missing, "--json", "--outbox", outbox);

        assertUnusable(run, "returns: cannot read " + missing + ": there is no such file");
    }

    @Test
    void aFolderIsOneClearLine() {
        CommandRun run = CommandRun.of("replay", folder, "--outbox", outbox);

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.errLines()).singleElement().asString().startsWith("returns: cannot read " + folder + ": ");
    }

    @Test
    void aFileWithoutTheHeaderIsOneClearLine() throws IOException {
        Path file = Files.writeString(folder.resolve("bare.csv"), returnOf("20001.0", 1) + "\n");

        CommandRun run = CommandRun.of("replay", file, "--outbox", outbox);

        assertUnusable(run, "returns: cannot read " + file + ": the first line is not the header " + HEADER);
    }

    @Test
    void anOutboxThatCannotBeMadeIsOneClearLine() throws IOException {
        Path taken = Files.createFile(folder.resolve("taken"));

        CommandRun run = CommandRun.of("replay", file(returns(1)), "--outbox", taken);

        assertUnusable(run, "returns: cannot write to " + taken + ": it is not a folder");
    }

    private void assertUnusable(CommandRun run, String line) {
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.errLines()).containsExactly(line);
        assertThat(outbox).doesNotExist();
    }

    @Test
    void malformedLinesAreReportedAndTheRunGoesOn() throws IOException {
        Path file = file(Stream.of(returnOf("20001.0", 1), "C2,broken", returnOf("20001.0", 2)));

        CommandRun run = CommandRun.of("replay", file, "--json", "--outbox", outbox);

        assertThat(run.exitCode()).isZero();
        assertThat(run.errLines()).containsExactly("malformed line 3: 2 columns instead of 8");
        assertThat(run.json().get("malformed").asInt()).isEqualTo(1);
        assertThat(run.json().get("returns").asInt()).isEqualTo(2);
    }

    @Test
    void malformedLinesComeBeforeTheTableWhereBothStreamsGoToOnePlace() throws IOException {
        Path file = file(Stream.of("C2,broken", returnOf("20001.0", 1)));
        ByteArrayOutputStream place = new ByteArrayOutputStream();

        Returns.commandLine()
                .setOut(new PrintWriter(place, false, UTF_8))
                .setErr(new PrintWriter(place, false, UTF_8))
                .execute("replay", file.toString(), "--outbox", outbox.toString());

        assertThat(place.toString(UTF_8)).startsWith("malformed line 2: ").contains("\ndepartment ", "\nledger ");
    }

    @Test
    void whatIsNoTerminalGetsNoProgressBar() throws IOException {
        CommandRun run = CommandRun.of("replay", file(returns(100)), "--outbox", outbox);

        assertThat(run.exitCode()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).doesNotContain("%").doesNotContain("\r");
    }

    @Test
    void quietTellsTotalsAndLedgerOnly() throws IOException {
        CommandRun run = CommandRun.of("replay", file(returns(3)), "--quiet", "--outbox", outbox);

        assertThat(run.out()).doesNotContain("department");
        assertThat(run.line("refunds")).isEqualTo("refunds        15.00, and 0 for manual review");
        assertThat(run.line("ledger")).endsWith("balances");
    }

    @Test
    void aFileWithoutReturnsIsNoError() throws IOException {
        JsonNode json = CommandRun.of("replay", file(Stream.of()), "--json", "--outbox", outbox)
                .json();

        assertThat(json.get("returns").asInt()).isZero();
        assertThat(json.get("skipped")).isEmpty();
        assertThat(json.get("refunds").asText()).isEqualTo("0.00");
        assertThat(json.get("departments")).hasSize(4);
    }

    @Test
    void refundsAreExact() throws IOException {
        Path file = file(Stream.of(
                "C1,X1,A CUP,-3,2012-01-30 08:05:00,0.001,20001.0,France",
                "C1,X1,A CUP,-1,2012-01-30 08:05:00,100000000000.1,20001.0,France",
                "C1,X1,A CUP,-1,2012-01-30 08:05:00,1E+2,20001.0,France"));

        assertThat(CommandRun.of("replay", file, "--json", "--outbox", outbox)
                        .json()
                        .get("refunds")
                        .asText())
                .isEqualTo("100000000100.103");
    }

    @Test
    void repeatPublishesTheReturnsAgainUnderIdentitiesOfTheirOwn() throws IOException {
        Path file = file(Stream.of(returnOf("20001.0", 1), "C2,broken", "C3,D,Discount,-1,,,,"));

        JsonNode json = CommandRun.of("replay", file, "--repeat", 3, "--json", "--outbox", outbox)
                .json();

        assertThat(json.get("returns").asInt()).isEqualTo(3);
        assertThat(json.get("restockUnits").asInt()).isEqualTo(6);
        assertThat(json.get("malformed").asInt()).isEqualTo(1);
        assertThat(json.get("skipped").get("D").asInt()).isEqualTo(1);
        assertThat(Files.readAllLines(outbox.resolve("20001.0.txt")))
                .contains("Subject: Your return C1/2", "Subject: Your return C1/2#2", "Subject: Your return C1/2#3");
    }

    @Test
    void rateIsNotExceeded() throws IOException {
        Path file = file(returns(12));
        long began = System.nanoTime();

        CommandRun run = CommandRun.of("replay", file, "--rate", 50, "--outbox", outbox);

        // the first return is due at once, the second at the end of a period that may have begun before
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThanOrEqualTo(Duration.ofMillis(10 * 20));
        assertThat(run.exitCode()).isZero();
        assertThat(run.line("returns")).startsWith("returns        12 from");
    }

    @Test
    void aHighRateAndARateBelowOneAreAllowed() throws IOException {
        Path one = file(returns(1));

        assertThat(CommandRun.of("replay", one, "--rate=0.5", "--outbox", outbox)
                        .exitCode())
                .isZero();
        assertThat(CommandRun.of("replay", one, "--rate=1000000", "--repeat=1000", "--outbox", outbox)
                        .exitCode())
                .isZero();
    }

    @Test
    void mailsGoToTheOutboxAndHostileCustomersStayInIt() throws IOException {
        Path file = file(Stream.of(returnOf("../../escaped", 1), returnOf("", 2), returnOf("20001.0", 3)));

        CommandRun run = CommandRun.of("replay", file, "--outbox", outbox);

        assertThat(run.exitCode()).isZero();
        assertThat(names(folder)).containsExactly("lines.csv", "outbox");
        assertThat(names(outbox)).containsExactly("..%2F..%2Fescaped.txt", "20001.0.txt");
        assertThat(run.row("notifications").group("handled")).isEqualTo("3");
        assertThat(run.line("mails")).isEqualTo("mails          2 to 2 customers, in " + outbox);
    }

    @Test
    void withoutAnOutboxMailsGoToANewTemporaryFolder() throws IOException {
        CommandRun run = CommandRun.of("replay", file(returns(1)));

        Path temporary = Path.of(run.line("mails").replaceFirst(".* in ", ""));
        assertThat(temporary.getParent()).isEqualTo(Path.of(System.getProperty("java.io.tmpdir")));
        assertThat(names(temporary)).hasSize(1);
        Files.delete(temporary.resolve(names(temporary).get(0)));
        Files.delete(temporary);
    }

    @Test
    void aMailThatCannotBeWrittenFailsInNotificationsOnly() throws IOException {
        Files.createDirectories(outbox.resolve("20001.0.txt"));

        CommandRun run = CommandRun.of("replay", file(Stream.of(returnOf("20001.0", 1))), "--json", "--outbox", outbox);

        assertThat(run.exitCode()).isEqualTo(1);
        JsonNode departments = run.json().get("departments");
        for (String department : DEPARTMENTS) {
            boolean fails = department.equals("notifications");
            assertThat(departments.get(department).get("failed").asInt()).isEqualTo(fails ? 1 : 0);
            assertThat(departments.get(department).get("handled").asInt()).isEqualTo(fails ? 0 : 1);
        }
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private Path file(Stream<String> lines) throws IOException {
        return RetailLines.file(folder, lines);
    }
}
