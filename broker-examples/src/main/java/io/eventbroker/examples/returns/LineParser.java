package io.eventbroker.examples.returns;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.util.Iterator;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/** Parses CSV of which every record is one line. For use by one thread. */
final class LineParser {
    // A parser reads ahead only as far as its reader lets it: to the end of the line. There a quote that was not closed
    // meets the end of the input. A parser that failed is left in the middle of its line; another one takes its place.

    private final CSVFormat format;
    private final Line line = new Line();
    private Iterator<CSVRecord> records;

    LineParser(CSVFormat format) throws IOException {
        this.format = format;
        this.records = newParser();
    }

    /**
     * Parses a line.
     *
     * @param text not blank, and without a line break
     * @throws IOException if a quote is misplaced or not closed
     */
    CSVRecord parse(String text) throws IOException {
        line.set(text);
        try {
            return records.next();
        } catch (UncheckedIOException e) {
            records = newParser();
            throw e.getCause();
        }
    }

    private Iterator<CSVRecord> newParser() throws IOException {
        return CSVParser.builder().setReader(line).setFormat(format).get().iterator();
    }

    /** A reader of the current line and its end. */
    private static final class Line extends Reader {
        private String text = "";
        private int position;

        void set(String line) {
            text = line + "\n";
            position = 0;
        }

        @Override
        public int read(char[] target, int offset, int length) {
            int count = Math.min(length, text.length() - position);
            if (count == 0) {
                return -1;
            }
            text.getChars(position, position + count, target, offset);
            position += count;
            return count;
        }

        @Override
        public void close() {
            // there is nothing to close
        }
    }
}
