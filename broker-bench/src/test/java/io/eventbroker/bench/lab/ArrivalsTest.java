package io.eventbroker.bench.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ArrivalsTest {
    @Test
    void waitsForAll() {
        AtomicLong arrived = new AtomicLong();

        assertThat(Arrivals.await(arrived::incrementAndGet, 10, Arrivals.PATIENCE))
                .isEqualTo(10);
    }

    @Test
    void givesUpWhenNothingMoreComes() {
        AtomicLong arrived = new AtomicLong();

        assertThat(Arrivals.await(() -> Math.min(7, arrived.incrementAndGet()), 10, Duration.ofMillis(1)))
                .isEqualTo(7);
    }
}
