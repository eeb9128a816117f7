package io.eventbroker.bench.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RoundsTest {
    private static final List<Integer> TEN = IntStream.range(0, 10).boxed().toList();

    private final StringWriter printed = new StringWriter();
    private final List<Double> loads = new ArrayList<>();
    private final List<Double> stolen = new ArrayList<>();

    @Test
    void everythingRunsOnceARoundInAnOrderOfItsOwn() throws InterruptedException {
        List<List<Integer>> orders = orders(7);

        assertThat(orders).hasSize(3).allSatisfy(order -> assertThat(order).containsExactlyInAnyOrderElementsOf(TEN));
        assertThat(orders).doesNotHaveDuplicates();
    }

    @Test
    void theOrderFollowsFromTheSeed() throws InterruptedException {
        List<List<Integer>> first = orders(7);
        stolen.clear();
        assertThat(orders(7)).isEqualTo(first);
        stolen.clear();
        assertThat(orders(8)).isNotEqualTo(first);
    }

    @Test
    void tellsTheSeedHowLongItTakesAndHowFarItIs() throws InterruptedException {
        orders(7);

        assertThat(printed.toString().lines())
                .hasSize(31)
                .startsWith("seed 7; about 60 s")
                .anyMatch(line -> line.matches("round 3/3  \\d  done"))
                .anyMatch(line -> line.matches("round 1/3  \\d  done  \\(29 runs, about \\d+ s left\\)"));
    }

    @Test
    void notesTheLoadOfEachRound() throws InterruptedException {
        orders(7);

        assertThat(loads).hasSize(3);
        assertThat(stolen).hasSize(3).allMatch(share -> share >= 0 && share <= 1);
    }

    @Test
    void roundsThatWereRunAlreadyAreNotRunAgainAndTheOthersKeepTheirOrder() throws InterruptedException {
        List<List<Integer>> all = orders(7);
        stolen.clear();
        stolen.add(0.25);

        assertThat(orders(7)).isEqualTo(all.subList(1, 3));
        assertThat(stolen).hasSize(3).startsWith(0.25);
        assertThat(printed.toString()).contains("seed 7; about 40 s");
    }

    private List<List<Integer>> orders(long seed) throws InterruptedException {
        List<List<Integer>> orders = new ArrayList<>();
        List<Integer> order = new ArrayList<>();
        int already = stolen.size();
        new Rounds(3, seed, Duration.ofSeconds(2), new PrintWriter(printed), loads, stolen, new Calm(Duration.ZERO))
                .run(
                        round -> TEN,
                        (round, number) -> {
                            order.add(number);
                            return "done";
                        },
                        round -> {
                            assertThat(round).isEqualTo(already + orders.size() + 1);
                            orders.add(List.copyOf(order));
                            order.clear();
                        });
        return orders;
    }
}
