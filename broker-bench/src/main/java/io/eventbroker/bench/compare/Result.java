package io.eventbroker.bench.compare;

import io.eventbroker.bench.compare.load.Run;
import io.eventbroker.bench.compare.load.Scenario;
import io.eventbroker.bench.compare.peers.Entry;
import io.eventbroker.bench.lab.Interval;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What came of a contender in a scenario, over all rounds. In the first {@value #TRIAL_ROUNDS} rounds all its settings
 * run; then the better one goes on alone, and only its runs count, those of the first rounds included. One that later
 * is not exact gives way to one that was.
 */
final class Result {
    static final int TRIAL_ROUNDS = 2;

    private final Scenario scenario;
    private final Entry contender;
    private final List<Trial> trials = new ArrayList<>();

    Result(Scenario scenario, Entry contender) {
        this.scenario = scenario;
        this.contender = contender;
    }

    Scenario scenario() {
        return scenario;
    }

    Entry contender() {
        return contender;
    }

    void add(Trial trial) {
        trials.add(trial);
    }

    /** What has to run in a round. */
    List<Cell> cells(int round) {
        List<Entry.Setting> settings = round <= TRIAL_ROUNDS ? contender.settings() : List.of(chosen());
        return settings.stream()
                .map(setting -> new Cell(scenario, contender, setting))
                .toList();
    }

    /** The better setting: one that was always exact before one that was not, then the faster of the first rounds. */
    Entry.Setting chosen() {
        // of equals the first
        return contender.settings().stream()
                .sorted(Comparator.comparing(this::isInexact)
                        .thenComparing(
                                Comparator.comparingDouble(this::rateOfTrial).reversed()))
                .findFirst()
                .orElseThrow();
    }

    private boolean isInexact(Entry.Setting setting) {
        return trials.stream()
                .anyMatch(trial -> isOf(trial, setting)
                        && trial.rate() == 0
                        && (trial.round() <= TRIAL_ROUNDS || trial.run() != null));
    }

    private double rateOfTrial(Entry.Setting setting) {
        List<Double> rates = trials.stream()
                .filter(trial -> trial.round() <= TRIAL_ROUNDS && isOf(trial, setting))
                .map(Trial::rate)
                .toList();
        return rates.isEmpty() ? 0 : Interval.median(rates);
    }

    private static boolean isOf(Trial trial, Entry.Setting setting) {
        return trial.setting().equals(setting.name());
    }

    /** All that was run, other settings included. */
    List<Trial> all() {
        return List.copyOf(trials);
    }

    /** The runs that count. */
    List<Trial> counting() {
        Entry.Setting chosen = chosen();
        return trials.stream().filter(trial -> isOf(trial, chosen)).toList();
    }

    /** The run of a round, if it was exact. */
    Stream<Run> exact(int round) {
        return runs(trial -> trial.round() == round).filter(Run::hasRate);
    }

    /** The rate in a round; null if that run failed, was not exact, or there is none. */
    @Nullable Double rate(int round) {
        return exact(round).map(Run::messagesPerSecond).findFirst().orElse(null);
    }

    /** The rates in messages per second, of exact runs. */
    List<Double> rates() {
        return exact(Run::messagesPerSecond);
    }

    /** What each exact run allocated, in bytes per message. */
    List<Double> bytesPerMessage() {
        return exact(Run::bytesPerMessage);
    }

    /** The median rate; null if no run was exact. */
    @Nullable Double median() {
        List<Double> rates = rates();
        return rates.isEmpty() ? null : Interval.median(rates);
    }

    private List<Double> exact(ToDoubleFunction<Run> figure) {
        return runs(trial -> true)
                .filter(Run::hasRate)
                .map(figure::applyAsDouble)
                .toList();
    }

    private Stream<Run> runs(Predicate<Trial> which) {
        return counting().stream().filter(which).map(Trial::run).filter(Objects::nonNull);
    }

    /** How many JVMs hung or ended badly. */
    long failed() {
        return counting().stream().filter(trial -> trial.run() == null).count();
    }

    long lost() {
        return sum(Run::lost);
    }

    long reordered() {
        return sum(Run::reordered);
    }

    /** How many subscribers' sums were not those of what was published, although all came in order. */
    long changed() {
        return sum(Run::changed);
    }

    private long sum(ToLongFunction<Run> figure) {
        return runs(trial -> true).mapToLong(figure).sum();
    }

    /** Of how many runs with a rate too few windows were quiet. */
    long disturbed() {
        return runs(trial -> true).filter(Run::hasRate).filter(Run::isDisturbed).count();
    }

    /** Whether it may be the best of its kind: whatever it said to have carried came, in order and unchanged. */
    boolean isExact() {
        return lost() == 0 && reordered() == 0 && changed() == 0 && !rates().isEmpty();
    }

    /** In how many runs anything went wrong. */
    long unclean() {
        return counting().stream().filter(trial -> trial.rate() == 0).count();
    }

    /** Whether nothing at all went wrong. */
    boolean isClean() {
        return unclean() == 0;
    }
}
