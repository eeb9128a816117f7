package io.eventbroker.bench.lab;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.ArrayList;
import java.util.List;

/**
 * A part of a report: a table, what has to be said about it, and plots of the same figures. Immutable: {@link #note} and
 * {@link #chart} return a longer copy.
 *
 * @param title what the table shows
 * @param notes sentences that stand before it
 * @param columns the headings
 * @param rows a cell for each column
 * @param charts stand beside the table on the page
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Section(
        String title, List<String> notes, List<String> columns, List<List<String>> rows, List<Chart> charts) {
    /**
     * A section of a table only.
     *
     * @throws IllegalArgumentException if a row has not as many cells as there are columns
     */
    public static Section of(String title, List<String> columns, List<List<String>> rows) {
        for (List<String> row : rows) {
            if (row.size() != columns.size()) {
                throw new IllegalArgumentException(row.size() + " cells for " + columns.size() + " columns: " + row);
            }
        }
        return new Section(title, List.of(), List.copyOf(columns), List.copyOf(rows), List.of());
    }

    /** With one more sentence. */
    public Section note(String sentence) {
        return new Section(title, longer(notes, sentence), columns, rows, charts);
    }

    /** With one more plot. */
    public Section chart(Chart chart) {
        return new Section(title, notes, columns, rows, longer(charts, chart));
    }

    /** For a terminal. */
    String toText() {
        return title + "\n"
                + String.join("", notes.stream().map(note -> note + "\n").toList()) + Text.aligned(columns, rows);
    }

    /** For a document. */
    String toMarkdown() {
        return "### " + title + "\n\n"
                + String.join("", notes.stream().map(note -> note + "\n\n").toList()) + Text.markdown(columns, rows);
    }

    private static <T> List<T> longer(List<T> list, T last) {
        List<T> longer = new ArrayList<>(list);
        longer.add(last);
        return List.copyOf(longer);
    }
}
