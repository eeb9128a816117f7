package io.eventbroker.bench.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VerdictTest {
    @ParameterizedTest
    @CsvSource({
        "LANE_TO_SUBMISSION_PUBLISHER, 3.0, true",
        "LANE_TO_SUBMISSION_PUBLISHER, 2.9999, false",
        "LATENCY, 1.0, true",
        "LATENCY, 1.0001, false",
        "ALLOCATION, 0.0999, true",
        "ALLOCATION, 0.1, false"
    })
    void theFigureItselfCountsOnlyWhereTheTargetSaysSo(Target target, double value, boolean met) {
        assertThat(Verdict.of(target, "", Collections.nCopies(7, value), 0).met())
                .isEqualTo(met);
    }

    @Test
    void notTheMedianDecidesButTheBoundOnTheUnfavourableSide() {
        assertThat(ratios(2.9, 4, 4, 4, 4, 4, 4).met()).isFalse();
        assertThat(ratios(2.9, 4, 4, 4, 4, 4, 4, 4).met()).isTrue();
        assertThat(ratios(2.9, 2.9, 4, 4, 4, 4, 4, 4).met()).isFalse();
        assertThat(ratios(3, 3, 3, 3, 3, 3, 0.1).met()).isFalse();
    }

    @Test
    void tooFewValuesMeetNothing() {
        Verdict six = ratios(100, 100, 100, 100, 100, 100);
        assertThat(six.met()).isFalse();
        assertThat(six.why()).isEqualTo("fewer than 7 rounds");
    }

    /** Hazard: with eight rounds the worst ratio is left out by the bound, and with it a run that lost something. */
    @Test
    void oneRunOfTheBrokerThatFailedMeetsNothingHoweverManyDidNot() {
        Verdict verdict = Verdict.of(Target.NAMES, "", Collections.nCopies(20, 1.0), 1);
        assertThat(verdict.met()).isFalse();
        assertThat(verdict.why()).isEqualTo("a run of the broker failed or was not exact");
    }

    @Test
    void whatIsMissedForAReasonOfItsOwnIsMissedWhateverTheValues() {
        assertThat(new Verdict(Target.NAMES, "", Collections.nCopies(7, 1.0), "the broker failed").met())
                .isFalse();
        assertThat(Verdict.of(Target.NAMES, "", List.of(), 0).met()).isFalse();
    }

    @Test
    void theTableHasEveryTargetAndSaysWhatWasNotMeasured() {
        Section table = Targets.table(List.of(
                ratios(4, 4, 4, 4, 4, 4, 4),
                Verdict.of(Target.LANE_TO_BEST_PEER, "1x1", Collections.nCopies(7, 1.0), 0),
                Verdict.of(Target.LANE_TO_BEST_PEER, "2x1", List.of(9.0), 0),
                Verdict.notMeasured(Target.LANE_TO_BEST_PEER, "2x4"),
                new Verdict(Target.NAMES, "", List.of(), "the broker failed")));

        assertThat(table.rows())
                .extracting(row -> row.get(0))
                .containsAll(List.of(Target.values()).stream().map(Target::text).toList());
        assertThat(verdicts(table, Target.LANE_TO_SUBMISSION_PUBLISHER)).containsExactly("met");
        assertThat(verdicts(table, Target.LANE_TO_BEST_PEER))
                .containsExactly("missed", "missed: fewer than 7 rounds", "not measured");
        assertThat(verdicts(table, Target.NAMES)).containsExactly("missed: the broker failed");
        assertThat(verdicts(table, Target.IDLE_CPU)).containsExactly("not measured (footprint)");
    }

    @Test
    void theTableTellsWhatWasWantedAndWhatWasFound() {
        List<String> row =
                Targets.table(List.of(ratios(3.5, 4, 4, 4.126, 5, 5, 5))).rows().get(0);

        assertThat(row)
                .containsExactly(
                        "lane, 1x1, against SubmissionPublisher", "≥ 3x", "1x1", "4.13x (3.50x to 5.00x)", "7", "met");
    }

    private static List<String> verdicts(Section table, Target target) {
        return table.rows().stream()
                .filter(row -> row.get(0).equals(target.text()))
                .map(row -> row.get(5))
                .toList();
    }

    private static Verdict ratios(double... ratios) {
        return Verdict.of(
                Target.LANE_TO_SUBMISSION_PUBLISHER,
                "1x1",
                DoubleStream.of(ratios).boxed().toList(),
                0);
    }
}
