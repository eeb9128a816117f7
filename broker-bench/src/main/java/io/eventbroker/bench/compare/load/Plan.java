package io.eventbroker.bench.compare.load;

import io.eventbroker.bench.lab.Window;
import java.time.Duration;
import java.util.Collections;
import java.util.List;

/**
 * How long to measure in one JVM. A window lasts longer than publishers publish if subscribers need long to catch up; so
 * that slow contenders do not take minutes, time ends the warm-up and the measuring, too.
 *
 * @param fewestWarmUps how often it publishes at least without being measured
 * @param mostWarmUps how often at most, if the rate is not steady before, or for as long as so many windows should take
 * @param windows how often it publishes being measured; the median counts. Up to {@link Window#TRIES} times as often if the
 *     host of a virtual machine keeps the processors meanwhile
 * @param windowMillis how long each time, in milliseconds
 */
public record Plan(int fewestWarmUps, int mostWarmUps, int windows, int windowMillis) {
    /** For results: a second to three of warm-up, a second of measuring. */
    public static final Plan FULL = new Plan(5, 15, 5, 200);

    /** For an indication. */
    public static final Plan QUICK = new Plan(5, 8, 3, 200);

    /** How many windows in a row have to have about the same rate before measuring begins. */
    private static final int STEADY_WINDOWS = 3;

    /** By how much the slowest of these may differ from the fastest. */
    private static final double STEADY = 0.1;

    /** How many windows are measured if they take too long. */
    private static final int FEWEST_WINDOWS = 3;

    private static final Duration START = Duration.ofMillis(900);

    /** The same with windows of another length. */
    public Plan withWindowMillis(int millis) {
        return new Plan(fewestWarmUps, mostWarmUps, windows, millis);
    }

    /** Whether to measure now, given the rates of all windows so far and how long they took. */
    boolean isWarm(List<Double> rates, long millis) {
        int count = rates.size();
        if (count >= mostWarmUps || millis >= (long) mostWarmUps * windowMillis) {
            return true;
        }
        if (count < Math.max(fewestWarmUps, STEADY_WINDOWS)) {
            return false;
        }
        List<Double> last = rates.subList(count - STEADY_WINDOWS, count);
        double fastest = Collections.max(last);
        return fastest - Collections.min(last) <= STEADY * fastest;
    }

    /**
     * Whether enough was measured, given how many windows and how long they took.
     *
     * @param quiet in how many of them the host of a virtual machine left the processors alone
     */
    boolean isDone(int quiet, int all, long millis) {
        int tries = quiet == all ? 1 : Window.TRIES;
        return quiet >= windows
                || (all >= Math.min(windows, FEWEST_WINDOWS) && millis >= (long) tries * windows * windowMillis);
    }

    /** The figures of the windows that count: the quiet ones, or if these are too few the quietest. */
    List<Double> counting(List<Window<Double>> measured) {
        return Window.quietest(measured, Math.max(Window.quiet(measured), Math.min(windows, FEWEST_WINDOWS)));
    }

    /** About how long a JVM takes. */
    public Duration expected() {
        return START.plusMillis((fewestWarmUps + mostWarmUps + 2L * windows) / 2 * windowMillis);
    }

    /** When a JVM that has not finished is taken for stuck. */
    public Duration patience() {
        return Duration.ofMillis(10L * (mostWarmUps + Window.TRIES * windows) * windowMillis)
                .plusSeconds(60);
    }
}
