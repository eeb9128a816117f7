package io.eventbroker.bench.latency;

import java.time.Duration;

/**
 * How long each JVM publishes.
 *
 * @param warmUpMillis at the highest rate, unmeasured
 * @param settleMillis at the rate to be measured, still unmeasured
 * @param measureMillis at that rate, measured
 */
record Plan(int warmUpMillis, int settleMillis, int measureMillis) {
    /** For results. */
    static final Plan FULL = new Plan(2_000, 1_000, 7_000);

    /** For an indication. */
    static final Plan QUICK = new Plan(1_000, 500, 2_000);

    /** How long a JVM takes. */
    Duration expected() {
        return Duration.ofMillis(700L + warmUpMillis + settleMillis + measureMillis);
    }

    /** When a JVM that has not finished is taken for stuck. */
    Duration patience() {
        return expected().multipliedBy(3).plusSeconds(60);
    }
}
