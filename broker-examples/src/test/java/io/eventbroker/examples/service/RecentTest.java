package io.eventbroker.examples.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Collections;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RecentTest {
    private static final Duration PERIOD = Duration.ofMillis(500);

    private final AtomicInteger got = new AtomicInteger();
    private final AtomicLong now = new AtomicLong();
    private final Recent<Integer> recent = new Recent<>(got::incrementAndGet, PERIOD, now::get);

    @Test
    void manyWhoAskInOnePeriodShareOneValue() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            Callable<Integer> ask = recent::get;
            for (Future<Integer> answer : threads.invokeAll(Collections.nCopies(100, ask), 60, TimeUnit.SECONDS)) {
                assertThat(answer.get()).isEqualTo(1);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(got).hasValue(1);
    }

    @Test
    void afterThePeriodItIsGotAnew() {
        assertThat(recent.get()).isEqualTo(1);
        now.addAndGet(PERIOD.toNanos() - 1);
        assertThat(recent.get()).isEqualTo(1);
        now.incrementAndGet();
        assertThat(recent.get()).isEqualTo(2);
    }

    @Test
    void nullIsNotAskedForAgainEither() {
        Recent<Integer> nothing = new Recent<>(
                () -> {
                    got.incrementAndGet();
                    return null;
                },
                PERIOD,
                now::get);

        assertThat(nothing.get()).isNull();
        assertThat(nothing.get()).isNull();
        assertThat(got).hasValue(1);
    }
}
