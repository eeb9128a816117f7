package io.eventbroker.bench.lab;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a run came to, by name, each name with its unit.
 *
 * @param figures in the order in which they are to be shown
 */
public record Figures(Map<String, Double> figures) {
    /**
     * One of them.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    public double get(String name) {
        Double figure = figures.get(name);
        if (figure == null) {
            throw new IllegalArgumentException("no figure '" + name + "' among " + figures.keySet());
        }
        return figure;
    }

    /** One of them, or null if there is none of that name. */
    public @Nullable Double find(String name) {
        return figures.get(name);
    }

    /** All of them, in one line. */
    public String summary() {
        return String.join(
                ", ",
                figures.entrySet().stream()
                        .map(entry -> entry.getKey() + " " + Text.number(entry.getValue()))
                        .toList());
    }
}
