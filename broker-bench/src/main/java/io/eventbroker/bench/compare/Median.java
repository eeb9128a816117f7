package io.eventbroker.bench.compare;

import java.util.List;

/** The middle of several numbers. */
final class Median {
    private Median() {}

    /** The middle one, or the mean of the two in the middle. */
    static double of(List<Double> numbers) {
        if (numbers.isEmpty()) {
            throw new IllegalArgumentException("no numbers");
        }
        List<Double> sorted = numbers.stream().sorted().toList();
        int size = sorted.size();
        return (sorted.get((size - 1) / 2) + sorted.get(size / 2)) / 2;
    }
}
