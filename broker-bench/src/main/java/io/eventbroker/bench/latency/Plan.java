package io.eventbroker.bench.latency;

import io.eventbroker.bench.lab.Window;
import java.time.Duration;

/**
 * How long each JVM publishes.
 *
 * @param warmUpMillis at the highest rate, unmeasured
 * @param settleMillis at the rate to be measured, still unmeasured
 * @param windows how often it publishes at that rate being measured; together they are one distribution
 * @param windowMillis how long each time
 */
record Plan(int warmUpMillis, int settleMillis, int windows, int windowMillis) {
    /** For results. */
    static final Plan FULL = new Plan(2_000, 1_000, 7, 1_000);

    /** For an indication. */
    static final Plan QUICK = new Plan(1_000, 500, 2, 1_000);

    /** How long a JVM takes. */
    Duration expected() {
        return Duration.ofMillis(700L + warmUpMillis + settleMillis + (long) windows * windowMillis);
    }

    /** When a JVM that has not finished is taken for stuck. */
    Duration patience() {
        return expected().multipliedBy(2L * Window.TRIES).plusSeconds(60);
    }
}
