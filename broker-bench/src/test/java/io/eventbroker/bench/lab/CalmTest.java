package io.eventbroker.bench.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class CalmTest {
    private final Queue<Double> stolen = new ArrayDeque<>();

    @Test
    void waitsUntilTheHostLeavesTheProcessorsAlone() throws InterruptedException {
        stolen.addAll(List.of(0.5, 0.07, 0.06, 0.5));

        calm(10).await();

        assertThat(stolen).containsExactly(0.5);
    }

    @Test
    void waitsNoLongerThanIsAllowedForAllCallsTogether() throws InterruptedException {
        stolen.addAll(List.of(0.5, 0.5, 0.0, 0.5, 0.5));
        Calm calm = calm(3);

        calm.await(); // two pauses
        calm.await(); // one
        calm.await();

        assertThat(stolen).containsExactly(0.5);
    }

    @Test
    void withoutLeaveToWaitNothingIsProbed() throws InterruptedException {
        calm(0).await();
        new Calm(Duration.ZERO).await();
    }

    @Test
    void aProbeOfThisMachineTellsAShare() throws InterruptedException {
        assertThat(Calm.stolenUnderLoad()).isBetween(0.0, 1.0);
    }

    private Calm calm(int pauses) {
        return new Calm(pauses, Duration.ZERO, stolen::remove);
    }
}
