package io.eventbroker.bench.lab;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.ToDoubleBiFunction;
import java.util.function.ToDoubleFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What measurements came to that each have a JVM of their own, by measurement and round. A JVM that fails, hangs or finds
 * that something was lost has no result: its main class ends with an exit code then, and with a line of JSON otherwise.
 * For one thread.
 *
 * @param <M> a measurement, which has a name in {@code toString} and is equal to itself only
 * @param <R> what it comes to
 */
public final class Outcomes<M, R> {
    private final Class<R> type;
    private final Function<M, ForkedJvm> jvm;
    private final Duration patience;
    private final Function<R, String> summary;
    private final Map<M, Map<Integer, R>> results = new LinkedHashMap<>();
    private final Map<M, Integer> failures = new LinkedHashMap<>();
    private final List<Run> runs = new ArrayList<>();

    /**
     * What a JVM came to.
     *
     * @param round from 1
     * @param measurement its name
     * @param result null if there is none
     * @param failure why there is none; null if there is
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Run(
            int round,
            String measurement,
            @Nullable Object result,
            @Nullable String failure) {}

    /**
     * No outcomes yet.
     *
     * @param type what Jackson is to make of the line
     * @param jvm a new JVM for a measurement
     * @param patience how long it may take
     * @param summary a result, for the line of progress
     */
    public Outcomes(Class<R> type, Function<M, ForkedJvm> jvm, Duration patience, Function<R, String> summary) {
        this.type = type;
        this.jvm = jvm;
        this.patience = patience;
        this.summary = summary;
    }

    /**
     * Measures everything, round by round, writes the report that the options ask for after each, and prints it in the end.
     *
     * @param head of the report
     * @param report a report with that head, made anew of what is there
     * @return whether it could be written
     * @throws InterruptedException if interrupted meanwhile
     */
    public boolean measure(
            List<M> measurements, Rounds rounds, Report head, UnaryOperator<Report> report, Options options)
            throws InterruptedException {
        for (Run run : options.resumed(head, Run.class)) {
            M measurement = measurements.stream()
                    .filter(one -> one.toString().equals(run.measurement))
                    .findFirst()
                    .orElseThrow();
            if (run.failure == null) {
                add(run.round, measurement, JsonLine.read(JsonLine.of(requireNonNull(run.result)), type));
            } else {
                fail(run.round, measurement, run.failure);
            }
        }
        AtomicBoolean isWritten = new AtomicBoolean(true);
        rounds.run(round -> measurements, this::run, round -> isWritten.set(options.write(report.apply(head))));
        options.print(report.apply(head));
        return isWritten.get();
    }

    String run(int round, M measurement) throws InterruptedException {
        try {
            R result = JsonLine.read(jvm.apply(measurement).run(patience), type);
            add(round, measurement, result);
            return summary.apply(result);
        } catch (IOException | UncheckedIOException e) {
            fail(round, measurement, String.valueOf(e.getMessage()));
            return "failed: " + e.getMessage();
        }
    }

    /** Notes a result. */
    public void add(int round, M measurement, R result) {
        results.computeIfAbsent(measurement, m -> new TreeMap<>()).put(round, result);
        runs.add(new Run(round, measurement.toString(), result, null));
    }

    /** Notes that a run has no result. */
    public void fail(int round, M measurement, String why) {
        failures.merge(measurement, 1, Integer::sum);
        runs.add(new Run(round, measurement.toString(), null, why));
    }

    /** How many runs had a result. */
    public int count(M measurement) {
        return byRound(measurement).size();
    }

    /** How many runs had none. */
    public int failures(M measurement) {
        return failures.getOrDefault(measurement, 0);
    }

    /** What each run came to that has a result, round by round. */
    public List<R> results(M measurement) {
        return List.copyOf(byRound(measurement).values());
    }

    /** A figure of each run that has a result, round by round. */
    public List<Double> values(M measurement, ToDoubleFunction<R> figure) {
        return results(measurement).stream().map(figure::applyAsDouble).toList();
    }

    /** Whether a figure of the broker's reaches a target. */
    public Verdict verdict(Target target, String part, M measurement, ToDoubleFunction<R> figure) {
        return Verdict.of(target, part, values(measurement, figure), failures(measurement));
    }

    /** A figure made of two measurements, of each round in which both have a result. */
    public List<Double> compared(M own, M other, ToDoubleBiFunction<R, R> figure) {
        Map<Integer, R> both = new TreeMap<>(byRound(own));
        both.keySet().retainAll(byRound(other).keySet());
        return both.entrySet().stream()
                .map(entry ->
                        figure.applyAsDouble(entry.getValue(), byRound(other).get(entry.getKey())))
                .toList();
    }

    /** The median of a figure with its bounds, as a cell of a table. */
    public String cell(M measurement, ToDoubleFunction<R> figure) {
        return cell(values(measurement, figure));
    }

    /** The median of some values with its bounds, as a cell of a table. */
    public static String cell(List<Double> values) {
        if (values.isEmpty()) {
            return "–";
        }
        Interval interval = Interval.ofMedian(values);
        Double low = interval.low();
        Double high = interval.high();
        return Text.number(interval.median())
                + (low == null || high == null ? "" : " (" + Text.number(low) + " to " + Text.number(high) + ")");
    }

    /** Everything, for the JSON. */
    public List<Run> runs() {
        return List.copyOf(runs);
    }

    private Map<Integer, R> byRound(M measurement) {
        return results.getOrDefault(measurement, Map.of());
    }
}
