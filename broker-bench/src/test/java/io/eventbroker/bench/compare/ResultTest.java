package io.eventbroker.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventbroker.bench.compare.load.Run;
import io.eventbroker.bench.compare.load.Scenario;
import io.eventbroker.bench.compare.peers.Entry;
import org.junit.jupiter.api.Test;

class ResultTest {
    private final Entry peer = Entry.parse("guava");
    private final Result result = new Result(Scenario.ONE_TO_ONE, peer);

    @Test
    void theFasterSettingGoesOnAndOnlyItsRunsCount() {
        add(1, Made.run(5), Made.run(8));
        add(2, Made.run(6), Made.run(7));

        assertThat(result.cells(2)).hasSize(2);
        assertThat(result.cells(3)).extracting(Cell::setting).containsExactly(setting(1));
        add(3, Made.run(1), Made.run(9));
        assertThat(result.rates()).containsExactly(8e6, 7e6, 9e6);
        assertThat(result.rate(2)).isEqualTo(7e6);
        assertThat(result.rate(4)).isNull();
        assertThat(result.all()).hasSize(6);
    }

    @Test
    void whatComesAfterTheFirstRoundsDoesNotChangeTheChoice() {
        add(1, Made.run(5), Made.run(8));
        add(2, Made.run(5), Made.run(8));
        add(3, Made.run(50), Made.run(1));

        assertThat(result.chosen()).isEqualTo(setting(1));
    }

    @Test
    void anExactSettingIsBetterThanAFasterOneThatReorders() {
        add(1, Made.run(5), Made.inexact(0, 3));
        add(2, Made.run(5), Made.run(8));

        assertThat(result.chosen()).isEqualTo(setting(0));
        assertThat(result.isClean()).isTrue();
    }

    @Test
    void whereNoSettingIsExactItIsShown() {
        add(1, Made.inexact(3, 0), Made.inexact(0, 2));
        add(2, Made.run(5), Made.inexact(0, 2));

        assertThat(result.lost()).isEqualTo(3);
        assertThat(result.isExact()).isFalse();
        assertThat(result.isClean()).isFalse();
        assertThat(result.rates()).containsExactly(5e6);
        assertThat(result.rate(1)).isNull();
        assertThat(result.unclean()).isOne();
    }

    @Test
    void aSettingThatLaterIsNotExactGivesWayToOneThatWas() {
        add(1, Made.run(5), Made.run(8));
        add(2, Made.run(5), Made.run(8));
        result.add(Trial.of(3, result.cells(3).get(0), Made.inexact(1, 0)));

        assertThat(result.cells(4)).extracting(Cell::setting).containsExactly(setting(0));
        assertThat(result.rates()).containsExactly(5e6, 5e6);
        assertThat(result.isExact()).isTrue();
    }

    @Test
    void aJvmThatFailedHasNoRateAndIsCounted() {
        result.cells(1).forEach(cell -> result.add(Trial.failed(1, cell, "exit code 1")));

        assertThat(result.failed()).isOne();
        assertThat(result.median()).isNull();
        assertThat(result.isExact()).isFalse();
        assertThat(result.isClean()).isFalse();
    }

    private Entry.Setting setting(int number) {
        return peer.settings().get(number);
    }

    private void add(int round, Run ofFirst, Run ofSecond) {
        result.add(Trial.of(round, new Cell(Scenario.ONE_TO_ONE, peer, setting(0)), ofFirst));
        result.add(Trial.of(round, new Cell(Scenario.ONE_TO_ONE, peer, setting(1)), ofSecond));
    }
}
