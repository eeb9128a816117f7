package io.eventbroker.bench.lab;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Figures and tables as text. */
public final class Text {
    /** With a unit, bounds in brackets, or up to another one; or a dash for none. {@code 1x1} is not one. */
    private static final Pattern FIGURE = Pattern.compile("[<>≤≥]? ?-?\\d[\\d.,]*[^\\d,(]*(\\(.*\\)|to \\d.*)?|–");

    private Text() {}

    /** A figure with three digits that count, and no exponent. */
    public static String number(double value) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            return "–";
        }
        BigDecimal rounded = new BigDecimal(value, new MathContext(3));
        return Math.abs(value) >= 1_000
                ? String.format(Locale.ROOT, "%,.0f", value)
                : rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString();
    }

    /** A table with its columns aligned, figures to the right. */
    static String aligned(List<String> columns, List<List<String>> rows) {
        int[] widths = IntStream.range(0, columns.size())
                .map(column -> Math.max(
                        columns.get(column).length(),
                        rows.stream()
                                .mapToInt(row -> row.get(column).length())
                                .max()
                                .orElse(0)))
                .toArray();
        IntFunction<String> formats =
                column -> "%" + (isFigures(rows, column) ? "" : "-") + Math.max(1, widths[column]) + "s";
        return lines(
                columns,
                rows,
                row -> IntStream.range(0, row.size())
                        .mapToObj(column -> String.format(Locale.ROOT, formats.apply(column), row.get(column)))
                        .collect(Collectors.joining("  "))
                        .stripTrailing());
    }

    /** A table in Markdown. */
    static String markdown(List<String> columns, List<List<String>> rows) {
        List<String> rule = IntStream.range(0, columns.size())
                .mapToObj(column -> isFigures(rows, column) ? "---:" : "---")
                .toList();
        return bar(columns) + bar(rule) + rows.stream().map(Text::bar).collect(Collectors.joining());
    }

    /** Whether a column is for figures, and so aligned to the right. */
    static boolean isFigures(List<List<String>> rows, int column) {
        List<String> cells = rows.stream()
                .map(row -> row.get(column))
                .filter(cell -> !cell.isEmpty())
                .toList();
        return !cells.isEmpty()
                && cells.stream().allMatch(cell -> FIGURE.matcher(cell).matches());
    }

    private static String bar(List<String> cells) {
        return cells.stream().map(cell -> cell.replace("|", "\\|")).collect(Collectors.joining(" | ", "| ", " |\n"));
    }

    private static String lines(List<String> columns, List<List<String>> rows, Function<List<String>, String> line) {
        return line.apply(columns)
                + "\n"
                + rows.stream().map(row -> line.apply(row) + "\n").collect(Collectors.joining());
    }
}
