package io.eventbroker.bench.scale;

import java.time.Duration;

/**
 * How long to measure, and up to which size.
 *
 * @param warmUpWindows how often a JVM publishes without being measured
 * @param windows how often it publishes being measured; the median counts
 * @param windowMillis how long each time
 * @param largest no size of a series is beyond it
 */
record Plan(int warmUpWindows, int windows, int windowMillis, int largest) {
    /** For results. */
    static final Plan FULL = new Plan(3, 3, 500, 1_000_000);

    /** For an indication. */
    static final Plan QUICK = new Plan(2, 3, 150, 100_000);

    /** How long a JVM takes, by and large: some measure twice, and the largest are long in preparing. */
    Duration expected() {
        long windowsMillis = (long) (warmUpWindows + windows) * windowMillis;
        return Duration.ofMillis(700 + windowsMillis * 4 / 3 + largest / 800);
    }

    /** When a JVM that has not finished is taken for stuck. */
    Duration patience() {
        return expected().multipliedBy(4).plusSeconds(240);
    }
}
