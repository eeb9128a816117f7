package io.eventbroker.examples.returns;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.eventbroker.examples.Returns;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** One execution of the command line in this JVM, with all that it printed. */
record CommandRun(int exitCode, String out, String err) {
    static CommandRun of(Object... args) {
        StringWriter err = new StringWriter();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream standardOut = System.out;
        try (PrintStream captured = new PrintStream(out, true, UTF_8)) {
            // what the command prints and what anybody else does to standard output, in one stream
            System.setOut(captured);
            int exitCode = Returns.commandLine()
                    .setOut(new PrintWriter(captured, true, UTF_8))
                    .setErr(new PrintWriter(err, true))
                    .execute(Stream.of(args).map(Object::toString).toArray(String[]::new));
            captured.flush();
            return new CommandRun(exitCode, out.toString(UTF_8), err.toString());
        } finally {
            System.setOut(standardOut);
        }
    }

    /** Standard output as one JSON value; fails if there is anything else. */
    JsonNode json() throws JsonProcessingException {
        return new ObjectMapper()
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .readTree(out);
    }

    List<String> outLines() {
        return out.lines().toList();
    }

    List<String> errLines() {
        return err.lines().toList();
    }

    /** The line of the results that begins with a word. */
    String line(String label) {
        return out.lines().filter(line -> line.startsWith(label)).findFirst().orElse("no line " + label);
    }

    /** The row of the table that is about a department. */
    Matcher row(String department) {
        Matcher row = Pattern.compile(
                        "(?m)^" + department
                                + " +(?<received>\\d+) +(?<handled>\\d+) +(?<failed>\\d+) +(?<dropped>\\d+) +(?<overflow>\\w+)$")
                .matcher(out);
        assertThat(row.find()).as(department + " in " + out).isTrue();
        return row;
    }
}
