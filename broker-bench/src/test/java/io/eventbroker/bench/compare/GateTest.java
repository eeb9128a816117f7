package io.eventbroker.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventbroker.bench.compare.load.Scenario;
import io.eventbroker.bench.lab.Target;
import io.eventbroker.bench.lab.Verdict;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Verdicts on made-up runs. */
class GateTest {
    private static final Scenario ONE = Scenario.ONE_TO_ONE;

    private final List<Result> results = new ArrayList<>();

    @Test
    void metIsWhatReachesTheFigureInAllOfSevenRounds() {
        results.add(Made.result(ONE, "broker-lane", 60, 61, 62, 63, 64, 65, 66));
        results.add(Made.result(ONE, "submission-publisher", 20, 20, 20, 20, 20, 20, 20));

        Verdict verdict = only(Target.LANE_TO_SUBMISSION_PUBLISHER);
        assertThat(verdict.met()).isTrue();
        assertThat(verdict.part()).isEqualTo("1x1, against submission-publisher");
        assertThat(verdict.values()).hasSize(7).contains(3.0, 3.3);
    }

    @Test
    void ratiosAreOfTheSameRound() {
        results.add(Made.result(ONE, "broker-lane", 60, 30, 60, 30, 60, 30, 60));
        results.add(Made.result(ONE, "submission-publisher", 20, 10, 20, 10, 20, 10, 20));

        assertThat(only(Target.LANE_TO_SUBMISSION_PUBLISHER).values()).containsOnly(3.0);
    }

    @Test
    void missedIsWhatFallsShortInOneOfSeven() {
        results.add(Made.result(ONE, "broker-lane", 59, 90, 90, 90, 90, 90, 90));
        results.add(Made.result(ONE, "submission-publisher", 20, 20, 20, 20, 20, 20, 20));

        assertThat(only(Target.LANE_TO_SUBMISSION_PUBLISHER).met()).isFalse();
    }

    @Test
    void sixRoundsAreTooFew() {
        results.add(Made.result(ONE, "broker-lane", 90, 90, 90, 90, 90, 90));
        results.add(Made.result(ONE, "submission-publisher", 20, 20, 20, 20, 20, 20));

        Verdict verdict = only(Target.LANE_TO_SUBMISSION_PUBLISHER);
        assertThat(verdict.met()).isFalse();
        assertThat(verdict.why()).isEqualTo("fewer than 7 rounds");
    }

    @Test
    void aSingleRunOfOurOwnThatFailedIsAMissWhateverTheOthers() {
        Result own = Made.result(ONE, "broker-lane", 90, 90, 90, 90, 90, 90, 90);
        own.add(Trial.failed(8, own.cells(8).get(0), "hung"));
        missedFor(own);
    }

    @Test
    void soIsOneThatWasNotExact() {
        Result own = Made.result(ONE, "broker-lane", 90, 90, 90, 90, 90, 90, 90);
        own.add(Trial.of(8, own.cells(8).get(0), Made.inexact(1, 0)));
        missedFor(own);
    }

    @Test
    void soIsOneThatFailedInARoundInWhichThePeerFailedToo() {
        Result own = Made.result(ONE, "broker-lane", 90, 90, 90, 90, 90, 90, 90);
        own.add(Trial.failed(8, own.cells(8).get(0), "hung"));
        Result peer = Made.result(ONE, "submission-publisher", 20, 20, 20, 20, 20, 20, 20);
        peer.add(Trial.failed(8, peer.cells(8).get(0), "hung"));
        results.add(peer);
        missedFor(own);
    }

    private void missedFor(Result own) {
        results.add(own);
        results.add(Made.result(ONE, "submission-publisher", 20, 20, 20, 20, 20, 20, 20, 20));

        Verdict verdict = only(Target.LANE_TO_SUBMISSION_PUBLISHER);
        assertThat(verdict.values()).hasSize(7).containsOnly(4.5);
        assertThat(verdict.why()).isEqualTo("a run of the broker failed or was not exact");
        assertThat(verdict.met()).isFalse();
    }

    @Test
    void aRoundInWhichThePeerFailedHasNoRatio() {
        results.add(Made.result(ONE, "broker-lane", 90, 90, 90, 90, 90, 90, 90, 90));
        Result peer = Made.result(ONE, "submission-publisher", 20, 20, 20, 20, 20, 20, 20);
        peer.add(Trial.failed(8, peer.cells(8).get(0), "hung"));
        results.add(peer);

        Verdict verdict = only(Target.LANE_TO_SUBMISSION_PUBLISHER);
        assertThat(verdict.values()).hasSize(7);
        assertThat(verdict.met()).isTrue();
    }

    @Test
    void theBestPeerIsTheFastestThatIsExactAndHandsOver() {
        results.add(Made.result(ONE, "broker-lane", 50, 50, 50, 50, 50, 50, 50));
        results.add(Made.result(ONE, "rxjava", 20, 20, 20, 20, 20, 20, 20));
        results.add(Made.result(ONE, "reactor", 10, 10, 10, 10, 10, 10, 10));
        results.add(Made.result(ONE, "guava", 30, 30, 30, 30, 30, 30, 30));
        results.add(Made.result(ONE, "disruptor-multi", 40, 40, 40, 40, 40, 40, 40));
        Result lossy = Made.result(ONE, "vertx", 45, 45, 45, 45, 45, 45);
        lossy.contender()
                .settings()
                .forEach(setting ->
                        lossy.add(Trial.of(7, new Cell(ONE, lossy.contender(), setting), Made.inexact(0, 1))));
        results.add(lossy);

        Verdict verdict = of(Target.LANE_TO_BEST_PEER, "1x1");
        assertThat(verdict.part()).isEqualTo("1x1, against rxjava");
        assertThat(verdict.met()).isTrue();
        assertThat(of(Target.LANE_TO_SAME_THREAD, "1x1").part()).isEqualTo("1x1, against guava");
        assertThat(of(Target.LANE_TO_SAME_THREAD, "1x1").met()).isFalse();
    }

    @Test
    void scenariosThatDidNotRunAreNotMeasured() {
        results.add(Made.result(ONE, "broker-shared", 24, 24, 24, 24, 24, 24, 24));
        results.add(Made.result(ONE, "rxjava", 20, 20, 20, 20, 20, 20, 20));

        assertThat(of(Target.SHARED_TO_BEST_PEER, "1x1").met()).isTrue();
        assertThat(of(Target.SHARED_TO_BEST_PEER, "4x16").why()).isEqualTo("not measured");
        assertThat(of(Target.SHARED_TO_BEST_PEER, "4x16").met()).isFalse();
        assertThat(only(Target.LANE_TO_BARE_HOPS).why()).isEqualTo("not measured");
    }

    @Test
    void limitsHaveTargetsBelowOne() {
        results.add(Made.result(ONE, "broker-lane", 50, 50, 50, 50, 50, 50, 50));
        results.add(Made.result(ONE, "broker-shared", 20, 20, 20, 20, 20, 20, 20));
        results.add(Made.result(ONE, "spsc-2-hops", 100, 100, 100, 100, 100, 100, 100));
        results.add(Made.result(ONE, "disruptor-multi", 30, 30, 30, 30, 30, 30, 30));

        assertThat(only(Target.LANE_TO_BARE_HOPS).met()).isTrue();
        assertThat(only(Target.SHARED_TO_DISRUPTOR).met()).isFalse();
    }

    @Test
    void allocationIsThatOfTheWorstPlainScenarioOfEachRound() {
        results.add(Made.result(ONE, "broker-lane", 50, 50, 50, 50, 50, 50, 50));
        assertThat(of(Target.ALLOCATION, "broker-lane").values()).containsOnly(0.05);
        assertThat(of(Target.ALLOCATION, "broker-lane").met()).isTrue();

        Result pattern = new Result(new Scenario(1, 1, 100), results.get(0).contender());
        results.add(pattern);
        assertThat(of(Target.ALLOCATION, "broker-lane").met()).isTrue();
        assertThat(of(Target.ALLOCATION, "broker-shared").met()).isFalse();
    }

    @Test
    void aRunOfOurOwnThatFailedIsAMissForAllocationToo() {
        Result own = Made.result(ONE, "broker-lane", 50, 50, 50, 50, 50, 50, 50);
        own.add(Trial.failed(8, own.cells(8).get(0), "hung"));
        results.add(own);
        Result other = Made.result(Scenario.ONE_TO_FOUR, "broker-lane", 50, 50, 50, 50, 50, 50);
        other.add(Trial.of(7, other.cells(7).get(0), Made.inexact(1, 0)));
        results.add(other);

        Verdict verdict = of(Target.ALLOCATION, "broker-lane");
        assertThat(verdict.values()).hasSize(7).containsOnly(0.05);
        assertThat(verdict.why()).isEqualTo("a run of the broker failed or was not exact");
        assertThat(verdict.met()).isFalse();
    }

    private Verdict only(Target target) {
        List<Verdict> verdicts = verdicts().stream()
                .filter(verdict -> verdict.target() == target)
                .toList();
        assertThat(verdicts).hasSize(1);
        return verdicts.get(0);
    }

    private Verdict of(Target target, String part) {
        return verdicts().stream()
                .filter(verdict -> verdict.target() == target && verdict.part().startsWith(part))
                .findFirst()
                .orElseThrow();
    }

    private List<Verdict> verdicts() {
        return new Gate(results, 8).verdicts();
    }
}
