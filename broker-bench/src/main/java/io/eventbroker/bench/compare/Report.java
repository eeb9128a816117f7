package io.eventbroker.bench.compare;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The results as a table and as JSON. */
final class Report {
    private static final String ROW = "%-8s  %-20s  %8s  %8s  %8s  %4s  %6s  %6s  %9s%n";

    private final List<Result> results;
    private final Plan plan;
    private final boolean indicative;
    private final Machine machine;
    private final Instant date = Instant.now().truncatedTo(ChronoUnit.SECONDS);

    /**
     * A report.
     *
     * @param indicative whether the plan is too short for more than an indication
     */
    Report(List<Result> results, Plan plan, boolean indicative, Machine machine) {
        this.results = results;
        this.plan = plan;
        this.indicative = indicative;
        this.machine = machine;
    }

    /** Millions per second with three digits that count. */
    static String millions(double perSecond) {
        double millions = perSecond / 1e6;
        return String.format(Locale.ROOT, millions < 10 ? "%.2f" : "%.1f", millions);
    }

    void printTable(PrintWriter out) {
        out.println("Millions of messages per second, published by all and delivered to each subscriber, lossless"
                + (indicative ? " (quick: indicative only)" : ""));
        out.println(machine.cores() + " processors, " + machine.os() + " " + machine.architecture() + ", "
                + machine.jvm().name() + " " + machine.jvm().version() + " "
                + String.join(" ", machine.jvm().flags()));
        out.printf(ROW, "scenario", "contender", "median", "min", "max", "runs", "failed", "lost", "reordered");
        results.forEach(result -> printRow(out, result));
        out.flush();
    }

    private static void printRow(PrintWriter out, Result result) {
        Double median = result.messagesPerSecond();
        List<String> spread = result.spread().stream().map(Report::millions).toList();
        out.printf(
                ROW,
                result.scenario(),
                result.contender(),
                median == null ? "-" : millions(median),
                median == null ? "-" : spread.get(0),
                median == null ? "-" : spread.get(1),
                result.exactRuns(),
                result.failed(),
                result.lost(),
                result.reordered());
    }

    String toJson() throws JsonProcessingException {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("date", date.toString());
        report.put("indicative", indicative);
        report.put("plan", plan);
        report.put("machine", machine);
        report.put("results", results.stream().map(Report::asMap).toList());
        return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(report);
    }

    private static Map<String, Object> asMap(Result result) {
        Double median = result.messagesPerSecond();
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("scenario", result.scenario().toString());
        map.put("contender", result.contender().toString());
        if (median != null) {
            map.put("messagesPerSecond", Math.round(median));
            map.put("spread", result.spread().stream().map(Math::round).toList());
        }
        map.put("runs", result.exactRuns());
        map.put("failed", result.failed());
        map.put("lost", result.lost());
        map.put("reordered", result.reordered());
        map.put("settings", result.settings());
        return map;
    }
}
