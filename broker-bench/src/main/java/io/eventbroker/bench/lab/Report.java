package io.eventbroker.bench.lab;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a command found, and where, how and of what it was measured. Immutable: {@link #with} returns a copy under the
 * same head, as after each round.
 *
 * @param command its name
 * @param commandLine its arguments, without names of files
 * @param date when it began
 * @param indicative whether it is too short for more than an indication
 * @param commit what was measured
 * @param machine where it was measured
 * @param settings how it was measured: rounds, seed, durations
 * @param verdicts on the targets that it measured
 * @param sections tables and plots
 * @param runs what each run came to, for who wants to calculate for himself
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Report(
        String command,
        List<String> commandLine,
        String date,
        boolean indicative,
        Commit commit,
        Machine machine,
        Map<String, Object> settings,
        List<Verdict> verdicts,
        List<Section> sections,
        List<?> runs) {
    /** The setting that tells the load average at the beginning of each round. */
    static final String LOADS = "loadAverages";

    /** The setting that tells what the host of a virtual machine kept of the processors in each round, from 0 to 1. */
    static final String STOLEN = "stolen";

    /** The setting that tells when the calls began that this one goes on with. */
    static final String RESUMED = "resumed";

    private static final double MUCH = 0.01;

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    /**
     * The head of a report, made when the command begins. Nothing was found yet.
     *
     * @param settings from a name to anything that Jackson can write
     */
    public static Report begun(
            String command, List<String> commandLine, boolean indicative, Map<String, Object> settings) {
        return new Report(
                command,
                List.copyOf(commandLine),
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                indicative,
                Commit.built(),
                Machine.current(),
                settings,
                List.of(),
                List.of(),
                List.of());
    }

    /** A copy with everything found so far; without verdicts if it is indicative. */
    public Report with(List<Verdict> found, List<Section> tables, List<?> raw) {
        return new Report(
                command,
                commandLine,
                date,
                indicative,
                commit,
                machine,
                settings,
                indicative ? List.of() : List.copyOf(found),
                List.copyOf(tables),
                List.copyOf(raw));
    }

    /** Reads what {@link #writeJson} wrote. */
    static Report read(Path file) throws IOException {
        return JSON.readValue(file.toFile(), Report.class);
    }

    /** What was measured where: equal if build and machine are. */
    String origin() {
        return commit + " on " + machine + ", " + machine.jvm().vendor();
    }

    /** Whether it is of the same build, the same machine and the same arguments, so that one may go on with the other. */
    boolean isLike(Report other) {
        return commandLine.equals(other.commandLine) && origin().equals(other.origin());
    }

    /** The runs of one that was read. */
    <T> List<T> runs(Class<T> type) {
        return runs.stream().map(run -> JSON.convertValue(run, type)).toList();
    }

    /** A setting that is a list; empty if there is none of that name. */
    <T> List<T> list(String setting, Class<T> type) {
        return settings.get(setting) instanceof List<?> all
                ? all.stream().map(type::cast).toList()
                : List.of();
    }

    /** The tables, for a terminal; the targets only where a verdict was reached. */
    public void print(PrintWriter out) {
        out.println(headline());
        out.println(machine);
        out.println("commit " + commit);
        for (Section section : sections) {
            out.println();
            out.print(section.toText());
        }
        if (!verdicts.isEmpty()) {
            out.println();
            out.print(Targets.table(verdicts).toText());
        }
        out.flush();
    }

    /** What was run, when. */
    String headline() {
        return "broker-bench " + String.join(" ", commandLine) + ", " + date
                + list(RESUMED, String.class).stream()
                        .map(earlier -> ", going on with what began " + earlier)
                        .collect(Collectors.joining())
                + (machine.loadAverage() > Machine.QUIET
                        ? String.format(Locale.ROOT, ", on a busy machine (load average %.2f)", machine.loadAverage())
                        : "")
                + (stolen() > MUCH
                        ? String.format(
                                Locale.ROOT, ", whose host kept %.0f %% of the processors' time", 100 * stolen())
                        : "")
                + (indicative ? ": indicative only" : "");
    }

    /** What the host kept on the average of all rounds. */
    private double stolen() {
        return list(STOLEN, Number.class).stream()
                .mapToDouble(Number::doubleValue)
                .average()
                .orElse(0);
    }

    /** This report as JSON. */
    String toJson() throws JsonProcessingException {
        return JSON.writeValueAsString(this);
    }

    /**
     * Writes it as JSON, over what was there.
     *
     * @throws IOException if that is not possible
     */
    public void writeJson(Path file) throws IOException {
        replace(file, toJson() + System.lineSeparator());
    }

    /**
     * Writes it as a page with tables and plots, over what was there. The page needs nothing but itself.
     *
     * @throws IOException if that is not possible
     */
    public void writeHtml(Path file) throws IOException {
        replace(file, Page.of(this));
    }

    /** Whole or not at all: who is ended meanwhile leaves what was there before. */
    private static void replace(Path file, String content) throws IOException {
        Path whole = file.toAbsolutePath();
        Path fresh = whole.resolveSibling(whole.getFileName() + ".part");
        Files.writeString(fresh, content);
        Files.move(fresh, whole, StandardCopyOption.REPLACE_EXISTING);
    }
}
