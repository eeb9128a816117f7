package io.eventbroker.examples.returns;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.eventbroker.examples.returns.ReturnEvent.ReturnCreated;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;

/**
 * What a file of invoice lines says about returns. Immutable.
 *
 * <p>It is read as UTF-8, and bytes that are not UTF-8 are replaced: they occur in descriptions, which nothing is
 * decided by. A record is one line, so that a stray quote spoils its own line only.
 *
 * @param lines how many lines there are after the header, blank ones not counted
 * @param returns the cancelled lines of goods, in the order of the file
 * @param skipped how many cancelled lines are no goods, by stock code
 * @param malformed the lines nothing can be made of, in the order of the file
 */
record RetailFile(
        String name,
        long lines,
        List<ReturnCreated> returns,
        SortedMap<String, Long> skipped,
        List<MalformedLine> malformed) {
    private static final String SAMPLE = "retail-sample.csv";

    /**
     * A line nothing can be made of.
     *
     * @param number the first line of the file has number 1
     */
    record MalformedLine(long number, String cause) {}

    /** Reads the sample that comes with the program. */
    static RetailFile sample() throws IOException {
        return read("the sample", openSample());
    }

    static InputStream openSample() {
        return Objects.requireNonNull(RetailFile.class.getResourceAsStream(SAMPLE), SAMPLE);
    }

    /**
     * Reads a file.
     *
     * @throws IOException if it cannot be read, or does not begin with the header
     */
    static RetailFile of(Path file) throws IOException {
        return read(file.toString(), Files.newInputStream(file));
    }

    private static RetailFile read(String name, InputStream from) throws IOException {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(from, UTF_8))) {
            RetailReader lines = new RetailReader(reader.readLine());
            String line;
            while ((line = reader.readLine()) != null) {
                lines.accept(line);
            }
            return lines.toFile(name);
        }
    }
}
