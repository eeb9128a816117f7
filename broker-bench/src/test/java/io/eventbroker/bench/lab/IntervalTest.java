package io.eventbroker.bench.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IntervalTest {
    /**
     * By hand: so many of the 2^n ways that n coins fall have fewer heads than the rank, at most one in twenty; with one
     * more it would be more than one in twenty.
     */
    @ParameterizedTest
    @CsvSource({
        "1, 0", // 1 of 2
        "4, 0", // 1 of 16
        "5, 1", // 1 of 32; then 6
        "7, 1", // 1 of 128; then 8
        "8, 2", // 9 of 256; then 37
        "10, 2", // 11 of 1,024; then 56
        "11, 3", // 67 of 2,048; then 232
        "20, 6" // 21,700 of 1,048,576; then 60,460
    })
    void theBoundIsTheLargestRankThatIsRarelyTooHigh(int count, int rank) {
        assertThat(Interval.rank(count)).isEqualTo(rank);
    }

    @Test
    void ofSevenTheBoundsAreTheSmallestAndTheLargest() {
        assertThat(Interval.ofMedian(List.of(7.0, 1.0, 4.0, 3.0, 2.0, 6.0, 5.0)))
                .isEqualTo(new Interval(7, 1.0, 4.0, 7.0));
    }

    @Test
    void ofEightTheBoundsAreTheSecondFromEachEnd() {
        assertThat(Interval.ofMedian(List.of(8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0)))
                .isEqualTo(new Interval(8, 2.0, 4.5, 7.0));
    }

    @Test
    void fewerThanFiveHaveAMedianButNoBounds() {
        assertThat(Interval.ofMedian(List.of(3.0, 1.0, 2.0))).isEqualTo(new Interval(3, null, 2.0, null));
    }

    @Test
    void noNumbersHaveNoMedian() {
        assertThatThrownBy(() -> Interval.ofMedian(List.of())).hasMessage("no numbers");
    }
}
