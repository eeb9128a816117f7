package io.eventbroker.bench.lab;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/**
 * A report as one page that needs nothing but itself: the chart library, Apache ECharts, is copied into it from the class
 * path, and the plots are data in it.
 */
final class Page {
    private static final String LIBRARY = "org.mvnpm/echarts";

    private static final int BAR_HEIGHT = 22;
    private static final int AROUND_BARS = 130;

    private final StringBuilder body = new StringBuilder();
    private final List<Chart> charts = new ArrayList<>();

    private Page() {}

    /** The page of a report. */
    static String of(Report report) throws IOException {
        Page page = new Page();
        page.head(report);
        if (!report.verdicts().isEmpty()) {
            page.section(Targets.table(report.verdicts()));
        }
        report.sections().forEach(page::section);

        return resource("/io/eventbroker/bench/lab/page.html")
                .replace("{{title}}", escape("broker-bench " + report.command()))
                .replace("{{body}}", page.body)
                .replace("{{charts}}", json(page.charts))
                .replace("{{library}}", library());
    }

    private void head(Report report) {
        body.append("<h1>").append(escape("broker-bench " + report.command())).append("</h1>\n");
        if (report.indicative()) {
            paragraph("indicative", "Indicative only: fewer and shorter runs than a result needs.");
        }
        paragraph("head", report.headline());
        paragraph("head", report.machine().toString());
        paragraph("head", "commit " + report.commit());
    }

    private void section(Section section) {
        body.append("<section>\n<h2>").append(escape(section.title())).append("</h2>\n");
        section.notes().forEach(note -> paragraph("note", note));
        body.append(section.charts().isEmpty() ? "<div class=\"beside\">\n" : "<div class=\"beside two\">\n");
        table(section);
        if (!section.charts().isEmpty()) {
            body.append("<div>\n");
            section.charts().forEach(this::chart);
            body.append("</div>\n");
        }
        body.append("</div>\n</section>\n");
    }

    private void paragraph(String kind, String text) {
        body.append("<p class=\"")
                .append(kind)
                .append("\">")
                .append(escape(text))
                .append("</p>\n");
    }

    private void table(Section section) {
        body.append("<div class=\"scroll\" tabindex=\"0\"><table>\n<thead><tr>");
        for (int column = 0; column < section.columns().size(); column++) {
            String kind = Text.isFigures(section.rows(), column) ? " class=\"figure\"" : "";
            body.append("<th scope=\"col\"").append(kind).append('>');
            body.append(escape(section.columns().get(column))).append("</th>");
        }
        body.append("</tr></thead>\n<tbody>\n");
        for (List<String> row : section.rows()) {
            body.append("<tr>");
            for (int column = 0; column < row.size(); column++) {
                body.append("<td")
                        .append(kind(section, column, row.get(column)))
                        .append('>');
                body.append(escape(row.get(column))).append("</td>");
            }
            body.append("</tr>\n");
        }
        body.append("</tbody>\n</table></div>\n");
    }

    private static String kind(Section section, int column, String cell) {
        if (Text.isFigures(section.rows(), column)) {
            return " class=\"figure\"";
        }
        return cell.equals("met") ? " class=\"met\"" : cell.startsWith("missed") ? " class=\"missed\"" : "";
    }

    private void chart(Chart chart) {
        charts.add(chart);
        int points = chart.series().stream()
                .mapToInt(series -> series.points().size())
                .sum();
        int height = AROUND_BARS + BAR_HEIGHT * Math.max(chart.categories().size(), points);
        String style = chart.kind() == Chart.Kind.BAR ? " style=\"height:" + height + "px\"" : "";
        body.append("<div class=\"chart\" role=\"img\" aria-label=\"").append(escape(chart.title()));
        body.append('"').append(style).append("></div>\n");
    }

    /** JSON that cannot end the element it stands in. */
    private static String json(List<Chart> charts) throws JsonProcessingException {
        return new ObjectMapper().writeValueAsString(charts).replace("<", "\\u003c");
    }

    private static String library() throws IOException {
        Properties about = new Properties();
        try (InputStream file = Page.class.getResourceAsStream("/META-INF/maven/" + LIBRARY + "/pom.properties")) {
            if (file == null) {
                throw new IOException(LIBRARY + " is not on the class path");
            }
            about.load(file);
        }
        // of its bundles the smallest that has axes, legend and tooltip
        String library = resource(
                "/META-INF/resources/_static/echarts/" + about.getProperty("version") + "/dist/echarts.common.min.js");
        if (library.contains("</script")) {
            throw new IOException("the chart library would end the script that it stands in");
        }
        return library;
    }

    private static String resource(String name) throws IOException {
        try (InputStream file = Page.class.getResourceAsStream(name)) {
            if (file == null) {
                throw new IOException(name + " is not on the class path");
            }
            return new String(file.readAllBytes(), UTF_8);
        }
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
