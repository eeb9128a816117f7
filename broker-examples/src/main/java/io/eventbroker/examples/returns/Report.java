package io.eventbroker.examples.returns;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.eventbroker.Overflow;
import io.eventbroker.SubscriptionStats;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** What a replay has to tell, as text or as JSON. Immutable. */
record Report(RetailFile file, Replay.Result result) {
    private static final int TOP_STOCK_CODES = 5;

    /** The JSON object; its field names are what programs rely on. */
    private record Summary(
            long returns,
            Map<String, Long> skipped,
            long malformed,
            String refunds,
            long reviews,
            long restockUnits,
            Map<String, Row> departments) {}

    private record Row(long received, long handled, long failed, long dropped, Overflow overflow) {
        static Row of(SubscriptionStats stats, Overflow overflow) {
            return new Row(
                    stats.handled() + stats.failed(), stats.handled(), stats.failed(), stats.dropped(), overflow);
        }
    }

    /** One line of JSON. */
    String toJson() {
        Summary summary = new Summary(
                result.published(),
                file.skipped(),
                file.malformed().size(),
                money(result.billing().refunded()),
                result.billing().reviews(),
                result.inventory().units(),
                departments());
        try {
            return new ObjectMapper().writeValueAsString(summary);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    void printTable(PrintWriter out) {
        Map<String, Row> rows = departments();
        rows.put(Replay.AUDIT, row(Replay.AUDIT, Overflow.BACKPRESSURE));
        out.printf(
                Locale.ROOT,
                "%-14s %10s %10s %10s %10s  %s%n",
                "department",
                "received",
                "handled",
                "failed",
                "dropped",
                "overflow");
        rows.forEach((name, row) -> out.printf(
                Locale.ROOT,
                "%-14s %10d %10d %10d %10d  %s%n",
                name,
                row.received(),
                row.handled(),
                row.failed(),
                row.dropped(),
                row.overflow()));
        out.println();
    }

    void printTotals(PrintWriter out) {
        long skipped =
                file.skipped().values().stream().mapToLong(Long::longValue).sum();
        Billing billing = result.billing();
        Inventory inventory = result.inventory();
        Outbox outbox = result.outbox();

        printLine(
                out,
                "returns",
                result.published() + " from " + file.name() + " (" + file.lines() + " lines, " + skipped + " skipped"
                        + inBrackets(file.skipped()) + ", " + file.malformed().size() + " malformed)");
        printLine(out, "refunds", money(billing.refunded()) + ", and " + billing.reviews() + " for manual review");
        printLine(out, "parcels", listed(result.warehouse().parcelsByCountry(), Integer.MAX_VALUE));
        printLine(
                out,
                "restock units",
                inventory.units() + ", most of " + listed(inventory.unitsByStockCode(), TOP_STOCK_CODES));
        printLine(out, "mails", outbox.mails() + " to " + outbox.customers() + " customers, in " + outbox.folder());
        printLine(out, "audit", listed(result.audit().seenByKind(), Integer.MAX_VALUE));
        printLine(out, "ledger", result.ledger().toString());
    }

    private static void printLine(PrintWriter out, String label, String text) {
        out.printf("%-14s %s%n", label, text);
    }

    private Map<String, Row> departments() {
        Map<String, Row> rows = new LinkedHashMap<>();
        for (DepartmentName name : DepartmentName.values()) {
            rows.put(name.toString(), row(name.toString(), result.settings().overflowOf(name)));
        }
        return rows;
    }

    private Row row(String name, Overflow overflow) {
        return Row.of(Objects.requireNonNull(result.subscriptions().get(name)), overflow);
    }

    /** Exact, with at least two decimals. */
    private static String money(BigDecimal amount) {
        BigDecimal plain = amount.stripTrailingZeros();
        return plain.setScale(Math.max(2, plain.scale())).toPlainString();
    }

    /** The largest counts first. */
    private static String listed(Map<String, Long> counts, int atMost) {
        return counts.isEmpty()
                ? "nothing"
                : counts.entrySet().stream()
                        .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                                .thenComparing(Map.Entry.comparingByKey()))
                        .limit(atMost)
                        .map(count -> count.getKey() + " " + count.getValue())
                        .collect(Collectors.joining(", "));
    }

    private static String inBrackets(Map<String, Long> counts) {
        return counts.isEmpty() ? "" : " (" + listed(counts, Integer.MAX_VALUE) + ")";
    }
}
