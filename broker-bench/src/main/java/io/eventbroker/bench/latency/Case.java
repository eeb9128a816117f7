package io.eventbroker.bench.latency;

import io.eventbroker.bench.lab.ForkedJvm;
import io.eventbroker.bench.lab.JsonLine;
import java.util.List;
import java.util.Locale;

/**
 * What is measured in one JVM.
 *
 * @param contender who carries the events
 * @param rate how many are due in a second
 */
record Case(Contender contender, int rate) {
    /** A JVM that measures it. */
    ForkedJvm jvm(Plan plan) {
        return new ForkedJvm(
                LatencyRun.class, List.of(contender.toString(), Integer.toString(rate), JsonLine.of(plan)), List.of());
    }

    /** A rate as people write it. */
    static String label(int rate) {
        return String.format(Locale.ROOT, "%,d/s", rate);
    }

    @Override
    public String toString() {
        return label(rate) + "  " + contender;
    }
}
