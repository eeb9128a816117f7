package io.eventbroker.examples.returns;

import static io.eventbroker.examples.returns.RetailLines.returns;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.eventbroker.Overflow;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of the returns when a department cannot keep up: by default nothing is lost. */
class ReplayOverflowTest {
    private static final List<String> DEPARTMENTS = List.of("billing", "warehouse", "inventory", "notifications");

    @TempDir
    Path folder;

    private Path outbox;

    @BeforeEach
    void nameTheOutbox() {
        outbox = folder.resolve("outbox");
    }

    private CommandRun replay(int returns, Object... options) throws IOException {
        List<Object> args =
                new ArrayList<>(List.of("replay", RetailLines.file(folder, returns(returns)), "--outbox", outbox));
        args.addAll(List.of(options));
        return CommandRun.of(args.toArray());
    }

    @ParameterizedTest
    @CsvSource({"billing", "warehouse", "inventory", "notifications"})
    void byDefaultNothingIsLostThoughOneDepartmentIsSlowAndOneReturnMayWait(String slow) throws IOException {
        CommandRun run = replay(150, "--capacity=1", "--slow", slow + "=2ms");

        assertThat(run.exitCode()).isZero();
        for (String department : DEPARTMENTS) {
            Matcher row = run.row(department);
            assertThat(row.group("handled")).isEqualTo("150");
            assertThat(row.group("dropped")).isEqualTo("0");
            assertThat(row.group("overflow")).isEqualTo("BACKPRESSURE");
        }
        assertThat(run.line("refunds")).isEqualTo("refunds        750.00, and 0 for manual review");
        assertThat(run.line("ledger")).contains(" dropped 0 + abandoned 0;").endsWith("balances");
    }

    @Test
    void onlyTheSlowDepartmentWithASmallQueueDropsIfItIsToAndTheLedgerSaysHowMuch() throws IOException {
        CommandRun run =
                replay(300, "--capacity", "warehouse=10", "--slow", "warehouse=50ms", "--overflow", "drop_newest");

        assertThat(run.exitCode()).isZero();
        for (String department : DEPARTMENTS) {
            Matcher row = run.row(department);
            long received = Long.parseLong(row.group("received"));
            long dropped = Long.parseLong(row.group("dropped"));
            assertThat(received + dropped).isEqualTo(300);
            assertThat(Long.parseLong(row.group("handled"))).isEqualTo(received);
            assertThat(Long.parseLong(row.group("failed"))).isZero();
            assertThat(row.group("overflow")).isEqualTo("DROP_NEWEST");
            if (department.equals("warehouse")) {
                assertThat(received).isGreaterThanOrEqualTo(10);
                assertThat(dropped).isPositive();
                assertThat(run.line("ledger")).contains("dropped " + dropped + " (warehouse " + dropped + " newest)");
            } else {
                assertThat(dropped).isZero();
            }
        }
        assertThat(run.line("ledger")).endsWith("balances");
        assertThat(run.line("restock units")).contains(" 600, most of");
    }

    @ParameterizedTest
    @EnumSource
    void eachPolicyCanBeAskedForAndIsTold(Overflow policy) throws IOException {
        String option = "--overflow=warehouse=" + policy.name().toLowerCase(Locale.ROOT);
        CommandRun run = replay(60, "--json", "--capacity=warehouse=2", "--slow=warehouse=3ms", option);

        JsonNode departments = run.json().get("departments");
        for (String department : DEPARTMENTS) {
            boolean isWarehouse = department.equals("warehouse");
            assertThat(departments.get(department).get("overflow").asText())
                    .isEqualTo(isWarehouse ? policy.name() : "BACKPRESSURE");
            if (!isWarehouse) {
                assertThat(departments.get(department).get("handled").asInt()).isEqualTo(60);
            }
        }
        JsonNode warehouse = departments.get("warehouse");
        int handled = warehouse.get("handled").asInt();
        int dropped = warehouse.get("dropped").asInt();
        switch (policy) {
            case BACKPRESSURE -> assertThat(handled).isEqualTo(60);
            case DISCONNECT -> {
                assertThat(handled).isBetween(2, 59);
                assertThat(dropped).isEqualTo(1);
            }
            default -> {
                assertThat(handled + dropped).isEqualTo(60);
                assertThat(dropped).isPositive();
            }
        }
        assertThat(run.exitCode()).isEqualTo(policy == Overflow.DISCONNECT ? 1 : 0);
    }

    @Test
    void theLedgerNamesWhoWasDisconnectedAndBalances() throws IOException {
        CommandRun run =
                replay(100, "--capacity=warehouse=1", "--slow=warehouse=20ms", "--overflow=warehouse=DISCONNECT");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.line("ledger"))
                .contains("dropped 1 (warehouse 1 disconnected)")
                .endsWith("balances");
    }

    @Test
    void whatIsSaidOfADepartmentWins() throws IOException {
        JsonNode departments = replay(
                        300,
                        "--json",
                        "--capacity=warehouse=300",
                        "--capacity=1",
                        "--overflow=inventory=BACKPRESSURE",
                        "--overflow=DROP_OLDEST",
                        "--slow=billing=20ms",
                        "--slow=warehouse=1ms")
                .json()
                .get("departments");

        assertThat(departments.get("warehouse").get("received").asInt()).isEqualTo(300);
        assertThat(departments.get("inventory").get("received").asInt()).isEqualTo(300);
        assertThat(departments.get("inventory").get("overflow").asText()).isEqualTo("BACKPRESSURE");
        assertThat(departments.get("billing").get("dropped").asInt()).isPositive();
        assertThat(departments.get("billing").get("received").asInt()
                        + departments.get("billing").get("dropped").asInt())
                .isEqualTo(300);
    }

    @Test
    void departmentsThatAreNotDoneInTimeAreAnErrorAndAccounted() throws IOException {
        CommandRun run = replay(20, "--slow=warehouse=1h", "--close-timeout=400ms");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.line("ledger"))
                .as("others that are slow, too, may be in it")
                .containsPattern("failed \\d+ \\((.*, )?warehouse 1[,)]")
                .containsPattern("abandoned \\d+ \\((.*, )?warehouse 19[,)]")
                .endsWith("balances");
    }

    @Test
    void theHelpNamesEachPolicy() {
        String help = CommandRun.of("replay", "--help").out();
        assertThat(Stream.of(Overflow.values()).map(Overflow::name)).allMatch(help::contains);
    }
}
