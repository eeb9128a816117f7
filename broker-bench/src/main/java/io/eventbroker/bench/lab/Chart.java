package io.eventbroker.bench.lab;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.ArrayList;
import java.util.List;

/**
 * A plot. Immutable: {@link #with} returns a copy with one more series.
 *
 * @param title what it shows
 * @param kind lines over figures, or bars of categories
 * @param xLabel what is along the horizontal axis, with its unit
 * @param yLabel what is along the vertical axis, with its unit
 * @param logX whether the horizontal axis is logarithmic: then no figure on it may be 0
 * @param logY whether the vertical axis is logarithmic: then no figure on it may be 0
 * @param categories for bars: the names, one below the other
 * @param series what is plotted
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Chart(
        String title,
        Kind kind,
        String xLabel,
        String yLabel,
        boolean logX,
        boolean logY,
        List<String> categories,
        List<Series> series) {
    /** How it is drawn. */
    public enum Kind {
        /** A line through the points of each series. */
        LINE,
        /** A horizontal bar for each category: x is the category's number from 0, y how long the bar is. */
        BAR
    }

    /** Points under one name. */
    public record Series(String name, List<Point> points) {}

    /** A point. */
    public record Point(double x, double y) {}

    /** A plot of lines, without any yet. */
    public static Chart lines(String title, String xLabel, String yLabel, boolean logX, boolean logY) {
        return new Chart(title, Kind.LINE, xLabel, yLabel, logX, logY, List.of(), List.of());
    }

    /** A plot of horizontal bars, without any yet. */
    public static Chart bars(String title, String label, List<String> categories) {
        return new Chart(title, Kind.BAR, "", label, false, false, List.copyOf(categories), List.of());
    }

    /** With one more series. */
    public Chart with(String name, List<Point> points) {
        List<Series> more = new ArrayList<>(series);
        more.add(new Series(name, List.copyOf(points)));
        return new Chart(title, kind, xLabel, yLabel, logX, logY, categories, List.copyOf(more));
    }
}
