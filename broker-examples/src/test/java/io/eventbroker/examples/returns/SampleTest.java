package io.eventbroker.examples.returns;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.eventbroker.examples.returns.RetailFile.MalformedLine;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What must come of the sample. The expectations were worked out by hand, from the file. */
class SampleTest {
    private static final Replay.Settings ONCE =
            new Replay.Settings(1, null, Map.of(), Map.of(), Map.of(), Duration.ofMinutes(10));

    @TempDir
    Path folder;

    @Test
    void theReaderFindsReturnsChargesAndMalformedLines() throws IOException {
        RetailFile sample = RetailFile.sample();

        assertThat(sample.lines()).isEqualTo(50);
        assertThat(sample.returns()).hasSize(15);
        assertThat(sample.skipped())
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "AMAZONFEE", 1L,
                        "BANK CHARGES", 1L,
                        "C2", 1L,
                        "CRUK", 1L,
                        "D", 2L,
                        "DOT", 1L,
                        "M", 1L,
                        "POST", 2L,
                        "S", 1L));
        assertThat(sample.malformed())
                .containsExactly(
                        new MalformedLine(17, "Quantity is not a whole number: 'some'"),
                        new MalformedLine(32, "Quantity of a cancelled line is not negative: '100'"),
                        new MalformedLine(34, "UnitPrice is not a number: 'a penny'"),
                        new MalformedLine(38, "UnitPrice is negative: '-1.1'"),
                        new MalformedLine(45, "4 columns instead of 8"),
                        new MalformedLine(46, "StockCode is missing"),
                        new MalformedLine(47, "InvoiceDate is not a date and time: '2012-02-30 09:31:00'"),
                        new MalformedLine(48, "a quote is misplaced or not closed"),
                        new MalformedLine(49, "9 columns instead of 8"));
    }

    @Test
    void eachDepartmentDecidesAndTheAuditSeesAll() throws IOException {
        Replay.Result result = replay();

        assertThat(result.published()).isEqualTo(15);
        assertThat(result.billing().refunded()).isEqualByComparingTo(new BigDecimal("198.46"));
        assertThat(result.billing().reviews()).isEqualTo(2);
        assertThat(result.warehouse().parcelsByCountry())
                .isEqualTo(Map.of(
                        "EIRE", 2L, "France", 3L, "Germany", 3L, "Hong Kong", 1L, "Spain", 1L, "United Kingdom", 5L));
        assertThat(result.inventory().units()).isEqualTo(1302);
        assertThat(result.inventory().unitsByStockCode())
                .containsExactlyInAnyOrderEntriesOf(Map.ofEntries(
                        Map.entry("T1001", 6L),
                        Map.entry("T1002", 18L),
                        Map.entry("T1003", 2L),
                        Map.entry("T1004", 4L),
                        Map.entry("T1005A", 24L),
                        Map.entry("T1005B", 24L),
                        Map.entry("T1006", 1L),
                        Map.entry("T1007", 10L),
                        Map.entry("T1008", 1200L),
                        Map.entry("T1009", 8L),
                        Map.entry("DOTTY1", 5L)));
        assertThat(result.audit().seenByKind())
                .isEqualTo(Map.of(
                        "ReturnCreated", 15L,
                        "RefundIssued", 13L,
                        "ReviewRequested", 2L,
                        "ParcelExpected", 15L,
                        "RestockPlanned", 15L,
                        "CustomerNotified", 13L));
        assertThat(result.ledger().differences()).isEmpty();
        assertThat(result.ledger().complete()).isTrue();
    }

    @Test
    void customersGetOneMailPerReturnInTheOrderOfTheFile() throws IOException {
        replay();

        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "20001.0.txt", "20002.0.txt", "20003.0.txt", "20004.0.txt", "20005.0.txt", "20006.0.txt");
        }
        assertThat(folder.resolve("20003.0.txt")).hasContent("""
                To: customer 20003.0
                Subject: Your return C700006/16

                We expect your return of 3 x WOODEN TRAIN SET (T1004).

                To: customer 20003.0
                Subject: Your return C700020/42

                We expect your return of 1 x CAKE STAND "GRACE" (T1003).

                To: customer 20003.0
                Subject: Your return C700020/43

                We expect your return of 1 x WOODEN TRAIN SET (T1004).

                """);
    }

    @Test
    void theCommandTellsItAsJson() throws IOException {
        CommandRun run = CommandRun.of("replay", "--json", "--outbox", folder);

        assertThat(run.exitCode()).isZero();
        assertThat(run.json()).isEqualTo(new ObjectMapper().readTree("""
                {
                  "returns": 15,
                  "skipped": {
                    "AMAZONFEE": 1, "BANK CHARGES": 1, "C2": 1, "CRUK": 1, "D": 2, "DOT": 1, "M": 1, "POST": 2, "S": 1
                  },
                  "malformed": 9,
                  "refunds": "198.46",
                  "reviews": 2,
                  "restockUnits": 1302,
                  "departments": {
                    "billing": {"received": 15, "handled": 15, "failed": 0, "dropped": 0, "overflow": "BACKPRESSURE"},
                    "warehouse": {"received": 15, "handled": 15, "failed": 0, "dropped": 0, "overflow": "BACKPRESSURE"},
                    "inventory": {"received": 15, "handled": 15, "failed": 0, "dropped": 0, "overflow": "BACKPRESSURE"},
                    "notifications": {"received": 15, "handled": 15, "failed": 0, "dropped": 0, "overflow": "BACKPRESSURE"}
                  }
                }
                """));
        assertThat(run.errLines()).hasSize(9).startsWith("malformed line 17: Quantity is not a whole number: 'some'");
    }

    @Test
    void theCommandTellsItAsText() {
        CommandRun run = CommandRun.of("replay", "--outbox", folder);

        assertThat(run.exitCode()).isZero();
        assertThat(run.outLines())
                .containsExactly(
                        "department       received    handled     failed    dropped  overflow",
                        "billing                15         15          0          0  BACKPRESSURE",
                        "warehouse              15         15          0          0  BACKPRESSURE",
                        "inventory              15         15          0          0  BACKPRESSURE",
                        "notifications          15         15          0          0  BACKPRESSURE",
                        "audit                  73         73          0          0  BACKPRESSURE",
                        "",
                        "returns        15 from the sample (50 lines, 11 skipped (D 2, POST 2, AMAZONFEE 1, BANK CHARGES 1,"
                                + " C2 1, CRUK 1, DOT 1, M 1, S 1), 9 malformed)",
                        "refunds        198.46, and 2 for manual review",
                        "parcels        United Kingdom 5, France 3, Germany 3, EIRE 2, Hong Kong 1, Spain 1",
                        "restock units  1302, most of T1008 1200, T1005A 24, T1005B 24, T1002 18, T1007 10",
                        "mails          13 to 6 customers, in " + folder,
                        "audit          ParcelExpected 15, RestockPlanned 15, ReturnCreated 15, CustomerNotified 13,"
                                + " RefundIssued 13, ReviewRequested 2",
                        "ledger         offered 73 = accepted 73 + refused 0;"
                                + " accepted = routed 73 + unrouted 0 + discarded 0;"
                                + " matched 133 = handled 133 + failed 0 + dropped 0 + abandoned 0;"
                                + " counted without the broker: published 73, received 133; balances");
    }

    private Replay.Result replay() throws IOException {
        return new Replay(ONCE, Outbox.in(folder)).run(RetailFile.sample().returns(), broker -> {});
    }
}
