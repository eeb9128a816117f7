package io.eventbroker.bench.scale;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class WalkTest {
    @Test
    void visitsEveryPlaceAboutAsOften() {
        Walk walk = Walk.overAll(10);
        long[] visits = new long[10];
        LongStream.range(0, 10_000).forEach(step -> visits[walk.at(step)]++);
        for (long count : visits) {
            assertThat(count).isBetween(850L, 1_150L);
        }
    }

    @Test
    void visitsOnlyAFewOfManySpreadOverAll() {
        Walk walk = new Walk(1_000_000, 1_000);
        List<Integer> visited = LongStream.range(0, 50_000)
                .mapToObj(walk::at)
                .distinct()
                .sorted()
                .toList();
        assertThat(visited).hasSize(1_000).startsWith(0, 1_000, 2_000).endsWith(999_000);
    }

    @Test
    void isTheSameForWhoeverAsks() {
        assertThat(LongStream.range(0, 100).map(Walk.overAll(1_000_000)::at))
                .containsExactlyElementsOf(LongStream.range(0, 100)
                        .map(Walk.overAll(1_000_000)::at)
                        .boxed()
                        .toList());
        assertThat(LongStream.range(0, 100).map(Walk.overAll(1)::at)).containsOnly(0L);
    }
}
