package io.eventbroker.bench.compare;

import io.eventbroker.bench.compare.load.Run;
import io.eventbroker.bench.compare.load.Scenario;
import io.eventbroker.bench.compare.peers.Entry;
import io.eventbroker.bench.compare.peers.Role;
import io.eventbroker.bench.lab.Target;
import io.eventbroker.bench.lab.Verdict;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What results mean for the targets. A ratio is of two runs of one round, if both have a rate. Where a run of our own
 * failed or was not exact a target is missed.
 */
final class Gate {
    private final List<Result> results;
    private final int rounds;

    /** A gate for so many rounds that were run. */
    Gate(List<Result> results, int rounds) {
        this.results = results;
        this.rounds = rounds;
    }

    List<Verdict> verdicts() {
        List<Verdict> verdicts = new ArrayList<>();
        verdicts.add(against(
                Target.LANE_TO_SUBMISSION_PUBLISHER,
                Entry.LANE,
                Scenario.ONE_TO_ONE,
                scenario -> find(scenario, Entry.SUBMISSION_PUBLISHER)));
        for (Scenario scenario : Scenario.ALL) {
            verdicts.add(against(Target.LANE_TO_BEST_PEER, Entry.LANE, scenario, this::bestPeer));
        }
        for (Scenario scenario : Scenario.ALL) {
            verdicts.add(against(Target.SHARED_TO_BEST_PEER, Entry.SHARED, scenario, this::bestPeer));
        }
        for (Scenario scenario : List.of(Scenario.ONE_TO_ONE, Scenario.ONE_TO_FOUR)) {
            verdicts.add(against(Target.LANE_TO_SAME_THREAD, Entry.LANE, scenario, one -> best(one, Role.SAME_THREAD)));
        }
        verdicts.add(against(
                Target.LANE_TO_BARE_HOPS,
                Entry.LANE,
                Scenario.ONE_TO_ONE,
                scenario -> find(scenario, Entry.BARE_HOPS)));
        verdicts.add(against(
                Target.SHARED_TO_DISRUPTOR,
                Entry.SHARED,
                Scenario.ONE_TO_ONE,
                scenario -> find(scenario, Entry.DISRUPTOR)));
        verdicts.add(allocation(Entry.LANE));
        verdicts.add(allocation(Entry.SHARED));
        return verdicts;
    }

    /** The exact asynchronous peer with the highest median. */
    Optional<Result> bestPeer(Scenario scenario) {
        return best(scenario, Role.ASYNCHRONOUS);
    }

    private Optional<Result> best(Scenario scenario, Role role) {
        return results.stream()
                .filter(result ->
                        result.scenario().equals(scenario) && result.contender().role() == role && result.isExact())
                .max(Comparator.comparingDouble(result -> Objects.requireNonNullElse(result.median(), 0.0)));
    }

    private Optional<Result> find(Scenario scenario, Entry contender) {
        return results.stream()
                .filter(result ->
                        result.scenario().equals(scenario) && result.contender().equals(contender))
                .findFirst();
    }

    private Verdict against(Target target, Entry own, Scenario scenario, Function<Scenario, Optional<Result>> choice) {
        Optional<Result> mine = find(scenario, own);
        Optional<Result> other = choice.apply(scenario);
        if (mine.isEmpty() || other.isEmpty()) {
            return Verdict.notMeasured(target, scenario.toString());
        }
        String part = scenario + ", against " + other.get().contender();
        return Verdict.of(
                target, part, ratios(mine.get(), other.get()), mine.get().unclean());
    }

    /** Of each round in which both have a rate. */
    List<Double> ratios(Result own, Result other) {
        return IntStream.rangeClosed(1, rounds)
                .mapToObj(round -> ratio(own.rate(round), other.rate(round)))
                .flatMap(Optional::stream)
                .toList();
    }

    private static Optional<Double> ratio(@Nullable Double own, @Nullable Double other) {
        return own == null || other == null ? Optional.empty() : Optional.of(own / other);
    }

    /** The worst scenario of each round; only plain subscriptions, so not those to a pattern. */
    private Verdict allocation(Entry own) {
        List<Result> plain = results.stream()
                .filter(result ->
                        result.contender().equals(own) && result.scenario().topics() == 1)
                .toList();
        if (plain.isEmpty()) {
            return Verdict.notMeasured(Target.ALLOCATION, own.label());
        }
        List<Double> worst = IntStream.rangeClosed(1, rounds)
                .mapToObj(round -> plain.stream()
                        .flatMap(result -> result.exact(round))
                        .map(Run::bytesPerMessage)
                        .toList())
                .filter(bytes -> !bytes.isEmpty())
                .map(Collections::max)
                .toList();
        return Verdict.of(
                Target.ALLOCATION,
                own.label() + ", the worst scenario of each round",
                worst,
                plain.stream().mapToLong(Result::unclean).sum());
    }
}
