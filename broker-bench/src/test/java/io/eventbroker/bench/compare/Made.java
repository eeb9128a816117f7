package io.eventbroker.bench.compare;

import io.eventbroker.bench.compare.load.Run;
import io.eventbroker.bench.compare.load.Scenario;
import io.eventbroker.bench.compare.peers.Entry;
import java.util.List;
import java.util.Map;

/** Made-up results. */
final class Made {
    private Made() {}

    /** A contender whose first setting had these rates, in millions, one a round; its other settings are slower. */
    static Result result(Scenario scenario, String contender, double... millions) {
        Result result = new Result(scenario, Entry.parse(contender));
        for (int round = 1; round <= millions.length; round++) {
            for (Cell cell : result.cells(round)) {
                boolean first = cell.contender().settings().indexOf(cell.setting()) == 0;
                result.add(Trial.of(round, cell, run(millions[round - 1] * (first ? 1 : 0.5))));
            }
        }
        return result;
    }

    static Run run(double millions) {
        return new Run(List.of(millions * 1e6), 0.05, 0, 0, 0, 0, 1_000, 5, List.of(), 7, Map.of());
    }

    static Run inexact(long lost, long reordered) {
        return new Run(List.of(), 0, lost, reordered, 0, 0, 1_000, 5, List.of(), 7, Map.of());
    }
}
