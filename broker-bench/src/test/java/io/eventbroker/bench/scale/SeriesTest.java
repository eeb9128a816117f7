package io.eventbroker.bench.scale;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventbroker.bench.lab.Figures;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each series measured briefly in this JVM: that nothing is lost and there are figures, never which. */
@Timeout(60)
class SeriesTest {
    private static final Plan TINY = new Plan(1, 1, 20, 10);

    @ParameterizedTest
    @CsvSource({
        "TOPICS, 1",
        "TOPICS, 30",
        "TOPICS, 1500",
        "NAMES, 1500",
        "CONTROL, 100",
        "PATTERNS, 0",
        "PATTERNS, 3",
        "PATTERNS, 40",
        "SUBSCRIBERS, 5",
        "PUBLISHERS, 3",
        "LANES, 3"
    })
    void deliversExactlyAndHasFigures(Series series, int size) throws InterruptedException {
        Figures figures = series.measure(size, TINY);

        assertThat(figures.figures()).isNotEmpty();
        figures.figures().forEach((name, figure) -> {
            if (name.endsWith("ns")) {
                assertThat(figure).as(name).isPositive();
            }
        });
    }

    @Test
    void aPlanLimitsTheSizes() {
        assertThat(Series.PATTERNS.sizes(TINY)).containsExactly(0, 3, 10);
        assertThat(Series.LANES.sizes(Plan.FULL)).containsExactly(1, 2, 4, 8, 16);
        assertThat(Series.TOPICS.sizes(Plan.FULL)).startsWith(1).endsWith(1_000_000);
        assertThat(Series.TOPICS.sizes(Plan.QUICK)).endsWith(100_000);
    }
}
