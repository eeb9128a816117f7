package io.eventbroker.bench.lab;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The median of several measurements, and between which of them the true median lies. The bounds are measurements
 * themselves, chosen by rank: that presumes nothing about how measurements are distributed, only that they are
 * independent. Each bound by itself holds with at least 95 %: the chance that the true median is below the k-th smallest
 * of n is that of fewer than k heads in n tosses of a coin.
 *
 * @param count how many measurements there are
 * @param low the lower bound; null for fewer than five measurements, of which none is low enough
 * @param median the one in the middle, or the mean of the two in the middle
 * @param high the upper bound; null where there is no lower one
 */
public record Interval(
        int count,
        @Nullable Double low,
        double median,
        @Nullable Double high) {
    private static final double ERROR = 0.05;

    /**
     * The interval of some measurements.
     *
     * @throws IllegalArgumentException if there are none
     */
    public static Interval ofMedian(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int size = sorted.size();
        int rank = rank(size);
        return new Interval(
                size,
                rank == 0 ? null : sorted.get(rank - 1),
                median(values),
                rank == 0 ? null : sorted.get(size - rank));
    }

    /**
     * The middle one, or the mean of the two in the middle.
     *
     * @throws IllegalArgumentException if there are none
     */
    public static double median(List<Double> values) {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("no numbers");
        }
        List<Double> sorted = values.stream().sorted().toList();
        int size = sorted.size();
        return (sorted.get((size - 1) / 2) + sorted.get(size / 2)) / 2;
    }

    /** Which of so many, from the smallest, is the lower bound; 0 if none is. */
    static int rank(int count) {
        int rank = 0;
        double probability = Math.pow(0.5, count);
        double sum = probability;
        while (sum <= ERROR) {
            rank++;
            probability = probability * (count - rank + 1) / rank;
            sum += probability;
        }
        return rank;
    }
}
