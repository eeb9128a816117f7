package io.eventbroker.bench.compare.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventbroker.bench.lab.Window;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlanTest {
    private final Plan plan = new Plan(4, 6, 5, 200);

    @Test
    void warmIsWhatHasHadTheSameRateThreeTimesInARow() {
        assertThat(plan.isWarm(List.of(1.0, 10.0, 10.5, 9.9), 0)).isTrue();
        assertThat(plan.isWarm(List.of(10.0, 10.0, 10.0, 8.9), 0)).isFalse();
        assertThat(plan.isWarm(List.of(10.0, 10.0, 8.0, 10.0, 10.0), 0)).isFalse();
    }

    @Test
    void warmUpTakesAFewestAndAMostOfWindowsAndOfTime() {
        assertThat(plan.isWarm(List.of(10.0, 10.0, 10.0), 1_199)).isFalse();
        assertThat(plan.isWarm(List.of(1.0, 2.0, 3.0, 4.0, 5.0), 1_199)).isFalse();
        assertThat(plan.isWarm(List.of(1.0, 2.0, 3.0, 4.0, 5.0, 6.0), 0)).isTrue();
        assertThat(plan.isWarm(List.of(10.0), 1_200)).isTrue();
        assertThat(new Plan(0, 0, 1, 1).isWarm(List.of(), 0)).isTrue();
    }

    @Test
    void slowWindowsAreMeasuredThreeTimes() {
        assertThat(plan.isDone(4, 4, 999)).isFalse();
        assertThat(plan.isDone(5, 5, 999)).isTrue();
        assertThat(plan.isDone(2, 2, 5_000)).isFalse();
        assertThat(plan.isDone(3, 3, 5_000)).isTrue();
        assertThat(new Plan(0, 0, 2, 5).isDone(2, 2, 0)).isTrue();
    }

    @Test
    void windowsFromWhichTheHostTookMuchAreMeasuredAgainForThreeTimesAsLongAtMost() {
        assertThat(plan.isDone(4, 14, 2_999)).isFalse();
        assertThat(plan.isDone(5, 14, 2_999)).isTrue();
        assertThat(plan.isDone(3, 5, 1_005)).isFalse();
        assertThat(plan.isDone(0, 15, 3_000)).isTrue();
        assertThat(plan.isDone(1, 2, 3_000)).isFalse();
    }

    @Test
    void quietWindowsCountWhateverWasMeasuredInOthers() {
        Window<Double> quiet = new Window<>(1.0, 0.06);
        Window<Double> alsoQuiet = new Window<>(2.0, 0);
        Window<Double> stolen = new Window<>(3.0, 0.07);
        Window<Double> moreStolen = new Window<>(4.0, 0.5);

        assertThat(plan.counting(List.of(stolen, quiet, alsoQuiet, quiet, quiet, moreStolen, quiet)))
                .containsExactly(2.0, 1.0, 1.0, 1.0, 1.0);
        assertThat(plan.counting(List.of(quiet, stolen, alsoQuiet, quiet))).containsExactly(2.0, 1.0, 1.0);
        assertThat(plan.counting(List.of(moreStolen, quiet, moreStolen, stolen)))
                .as("the quietest three, if too few are quiet")
                .containsExactly(1.0, 3.0, 4.0);
    }
}
