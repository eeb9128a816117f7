package io.eventbroker.bench.latency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventbroker.bench.lab.JsonLine;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class LatencyRunTest {
    private static final Plan PLAN = new Plan(20, 10, 2, 25);

    @ParameterizedTest
    @EnumSource(Contender.class)
    void everyContenderDeliversAllInOrder(Contender contender) throws InterruptedException {
        LatencyRun run = LatencyRun.measure(contender::open, 2_000, PLAN, Clock.SYSTEM);

        assertThat(run.events()).isEqualTo(100);
        assertThat(run.stolen()).hasSizeBetween(2, 6);
        assertThat(run.latencies()).containsOnlyKeys(Quantile.values());
        assertThat(run.latency(Quantile.P50))
                .isPositive()
                .isLessThanOrEqualTo(run.latency(Quantile.P99))
                .isGreaterThanOrEqualTo(run.lateness(Quantile.P50) / 2);
        assertThat(run.latency(Quantile.P99)).isLessThanOrEqualTo(run.latency(Quantile.MAX));
        assertThat(JsonLine.read(JsonLine.of(run), LatencyRun.class)).isEqualTo(run);
    }

    @Test
    void aRunThatLosesAnEventHasNoFigure() {
        AtomicInteger count = new AtomicInteger();
        assertThatThrownBy(() -> LatencyRun.measure(
                        receiver -> new Channel(
                                event -> {
                                    if (count.incrementAndGet() != 60) {
                                        receiver.accept(event);
                                    }
                                },
                                () -> {}),
                        2_000,
                        PLAN,
                        Clock.SYSTEM,
                        Duration.ofSeconds(3)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("1 were lost");
    }

    @Test
    void aRunThatDoublesAnEventHasNoFigure() {
        assertThatThrownBy(() -> LatencyRun.measure(
                        receiver -> new Channel(receiver.andThen(receiver), () -> {}), 2_000, PLAN, Clock.SYSTEM))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("out of order or twice");
    }
}
