package io.eventbroker.bench.scale;

import io.eventbroker.bench.lab.Interval;
import io.eventbroker.bench.lab.Window;
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

    /** Warms up, then measures; returns the median of the windows that count. */
    double median(Window.Measured<Double> window) throws InterruptedException {
        for (int i = 0; i < warmUpWindows; i++) {
            window.get();
        }
        return Interval.median(Window.quietest(Window.measure(windows, window), windows));
    }

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
