package io.eventbroker.bench.lab;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.Comparator;
import java.util.List;

/**
 * What was measured for a while, and what the host of a virtual machine kept of the processors meanwhile. Windows are
 * chosen by that alone, never by what was measured in them.
 *
 * @param stolen from 0 to 1
 */
public record Window<T>(T measured, double stolen) {
    /** So much is a tick or two of 200 ms. */
    private static final double MOST = 0.05;

    /** How many times as many windows as are wanted are measured, if the host never leaves the machine alone. */
    public static final int TRIES = 3;

    /** Whether the host kept next to nothing. */
    @JsonIgnore
    public boolean isQuiet() {
        return stolen <= MOST;
    }

    /** How many of them are quiet. */
    public static int quiet(List<? extends Window<?>> windows) {
        return (int) windows.stream().filter(Window::isQuiet).count();
    }

    /** Those from which the host kept least, as many of them as asked for, if there are. */
    public static <T> List<Window<T>> quietest(List<Window<T>> windows, int count) {
        return windows.stream()
                .sorted(Comparator.comparingDouble(Window::stolen)) // stable: of equals the first
                .limit(count)
                .toList();
    }
}
