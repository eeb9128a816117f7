package io.eventbroker.bench.compare;

import java.time.Duration;

/**
 * How long to measure.
 *
 * @param rounds how many JVMs each contender gets for each scenario
 * @param warmUpWindows how often a JVM publishes without being measured
 * @param windows how often it publishes being measured; the median counts
 * @param windowMillis how long each time, in milliseconds
 */
record Plan(int rounds, int warmUpWindows, int windows, int windowMillis) {
    /** For results. */
    static final Plan FULL = new Plan(5, 4, 5, 500);

    /** For an indication. */
    static final Plan QUICK = new Plan(2, 4, 3, 250);

    Plan withRounds(int number) {
        return new Plan(number, warmUpWindows, windows, windowMillis);
    }

    /** When a JVM that has not finished is taken for stuck. */
    Duration patience() {
        return Duration.ofMillis(3L * (warmUpWindows + windows) * windowMillis).plusSeconds(60);
    }
}
