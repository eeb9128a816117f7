package io.eventbroker.bench.lab;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StealTimeTest {
    @Test
    void whatIsStolenAndWhatIsNotButIdleIsWanted() {
        assertThat(parse("cpu  100 20 30 4000 5 6 7 800 90 9\ncpu0 1 1 1 1 1 1 1 1 1 1\n"))
                .isEqualTo(new StealTime(800, 963));
        assertThat(parse("cpu  1 2 3 4 5 6 7 8")).isEqualTo(new StealTime(8, 27));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "cpu  100 20 30 4000\ncpu0 100 20 30 4000 5 6 7 800\n", "something else"})
    void anotherFileTellsOfNone(String stat) {
        assertThat(parse(stat)).isEqualTo(new StealTime(0, 0));
    }

    @Test
    void theShareIsOfTheTimeInBetween() {
        StealTime earlier = new StealTime(800, 4000);

        assertThat(new StealTime(810, 4040).since(earlier)).isEqualTo(0.25);
        assertThat(earlier.since(earlier)).isZero();
    }

    @Test
    void aClockThatGoesBackStealsNothing() {
        StealTime earlier = new StealTime(800, 4000);

        assertThat(new StealTime(799, 4010).since(earlier)).isZero();
        assertThat(new StealTime(799, 3990).since(earlier)).isZero();
        assertThat(new StealTime(820, 4010).since(earlier)).isOne();
    }

    @Test
    void thisMachineTellsAShare() {
        StealTime now = StealTime.now();

        assertThat(now.stolen()).isBetween(0L, now.wanted());
        assertThat(StealTime.now().since(now)).isBetween(0.0, 1.0);
    }

    private static StealTime parse(String stat) {
        byte[] bytes = stat.getBytes(US_ASCII);
        return StealTime.parse(bytes, bytes.length);
    }
}
