package io.eventbroker.bench.lab;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What was measured for a while, and what the host of a virtual machine kept meanwhile. Windows are chosen by that alone,
 * never by what was measured in them.
 *
 * @param stolen of the processor time that was wanted, from 0 to 1
 */
public record Window<T>(T measured, double stolen) {
    /** How many times as many windows as are wanted are measured, if the host never leaves the machine alone. */
    public static final int TRIES = 3;

    /** Between two and three ticks of 10 ms where two processors are busy for 200 ms, one and two where one is. */
    static final double MOST = 0.0625;

    /** One measurement. */
    @FunctionalInterface
    public interface Measured<T> {
        /**
         * Makes it.
         *
         * @throws InterruptedException if interrupted meanwhile
         */
        T get() throws InterruptedException;
    }

    /** Measures in one window. */
    public static <T> Window<T> of(Measured<T> one) throws InterruptedException {
        StealTime before = StealTime.now();
        T measured = one.get();
        return new Window<>(measured, StealTime.now().since(before));
    }

    /** Measures until so many windows are quiet, or there are {@value #TRIES} times as many; returns all of them. */
    public static <T> List<Window<T>> measure(int wanted, Measured<T> one) throws InterruptedException {
        List<Window<T>> windows = new ArrayList<>();
        while (quiet(windows) < wanted && windows.size() < TRIES * wanted) {
            windows.add(of(one));
        }
        return windows;
    }

    /** In how many of them the host kept next to nothing. */
    public static <T> int quiet(List<Window<T>> windows) {
        int quiet = 0;
        for (Window<T> window : windows) {
            quiet += window.stolen <= MOST ? 1 : 0;
        }
        return quiet;
    }

    /** What was measured in those in which the host kept least, as many of them as asked for, if there are. */
    public static <T> List<T> quietest(List<Window<T>> windows, int count) {
        return windows.stream()
                .sorted(Comparator.comparingDouble(Window::stolen)) // stable: of equals the first
                .limit(count)
                .map(Window::measured)
                .toList();
    }
}
