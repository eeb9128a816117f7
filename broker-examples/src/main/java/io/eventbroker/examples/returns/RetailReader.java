package io.eventbroker.examples.returns;

import io.eventbroker.examples.returns.RetailFile.MalformedLine;
import io.eventbroker.examples.returns.ReturnEvent.ReturnCreated;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.format.ResolverStyle;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/** Makes returns of invoice lines, one line at a time. For use by one thread. */
final class RetailReader {
    /** An invoice number that begins so cancels; what follows it came back. */
    private static final String CANCELLED = "C";

    /** Stock codes of charges, fees and discounts: nothing a warehouse could expect. */
    private static final Set<String> NO_GOODS =
            Set.of("AMAZONFEE", "BANK CHARGES", "C2", "CRUK", "D", "DOT", "M", "POST", "S");

    private static final List<String> COLUMNS = List.of(
            "InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country");

    private static final CSVFormat CSV = CSVFormat.DEFAULT
            .builder()
            .setTrim(true)
            .setAllowMissingColumnNames(true)
            .get();

    /** The set is published with either kind of date. */
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern(
                    "[uuuu-MM-dd HH:mm:ss][M/d/uuuu H:mm]", Locale.ROOT)
            .withResolverStyle(ResolverStyle.STRICT);

    /** More digits than this, before or after the point, are no price of anything. */
    private static final int MAX_PRICE_DIGITS = 12;

    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private final CSVFormat format;
    private final int columns;
    private final List<ReturnCreated> returns = new ArrayList<>();
    private final SortedMap<String, Long> skipped = new TreeMap<>();
    private final List<MalformedLine> malformed = new ArrayList<>();
    private long number = 1;
    private long lines;

    /**
     * A reader of the lines below a header.
     *
     * @param header null if the file is empty
     * @throws IOException if it is not the header
     */
    RetailReader(@Nullable String header) throws IOException {
        if (header == null) {
            throw new IOException("the file is empty");
        }
        List<String> names = namesIn(header);
        if (!names.containsAll(COLUMNS)) {
            throw new IOException("the first line is not the header " + String.join(",", COLUMNS));
        }
        this.format = CSV.builder().setHeader(names.toArray(String[]::new)).get();
        this.columns = names.size();
    }

    private static List<String> namesIn(String header) throws IOException {
        String line = header.startsWith(BYTE_ORDER_MARK) ? header.substring(1) : header;
        try (CSVParser names = CSVParser.parse(line, CSV)) {
            return names.stream().flatMap(CSVRecord::stream).toList();
        } catch (UncheckedIOException e) {
            return List.of();
        }
    }

    /** Takes the next line of the file. */
    void accept(String line) {
        number++;
        if (line.isBlank()) {
            return;
        }
        lines++;
        try {
            read(line);
        } catch (MalformedLineException e) {
            malformed.add(new MalformedLine(number, e.reason));
        }
    }

    /** What a line sold; empty if it cancels something, charges for something that is no goods, or is malformed. */
    Optional<OrderLine> sold(String line) {
        if (line.isBlank()) {
            return Optional.empty();
        }
        try {
            CSVRecord record = parse(line);
            String invoice = required(record, "InvoiceNo");
            String stockCode = required(record, "StockCode");
            int quantity = Integer.parseInt(required(record, "Quantity"));
            if (invoice.startsWith(CANCELLED) || NO_GOODS.contains(stockCode) || quantity <= 0) {
                return Optional.empty();
            }
            String customer = record.get("CustomerID");
            return Optional.of(new OrderLine(
                    invoice,
                    stockCode,
                    record.get("Description"),
                    quantity,
                    price(record),
                    customer.isEmpty() ? null : customer,
                    required(record, "Country")));
        } catch (MalformedLineException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    private void read(String line) throws MalformedLineException {
        CSVRecord record = parse(line);
        String invoice = required(record, "InvoiceNo");
        if (!invoice.startsWith(CANCELLED)) {
            return;
        }
        String stockCode = required(record, "StockCode");
        if (NO_GOODS.contains(stockCode)) {
            skipped.merge(stockCode, 1L, Long::sum);
            return;
        }
        String customer = record.get("CustomerID");
        returns.add(new ReturnCreated(
                invoice + "/" + number,
                stockCode,
                record.get("Description"),
                units(record),
                price(record),
                date(record),
                customer.isEmpty() ? null : customer,
                required(record, "Country")));
    }

    private CSVRecord parse(String line) throws MalformedLineException {
        try (CSVParser parser = CSVParser.parse(line, format)) {
            CSVRecord record = parser.iterator().next();
            if (record.size() != columns) {
                throw new MalformedLineException(record.size() + " columns instead of " + columns);
            }
            return record;
        } catch (IOException | UncheckedIOException e) {
            throw new MalformedLineException("a quote is misplaced or not closed");
        }
    }

    private static String required(CSVRecord record, String column) throws MalformedLineException {
        String value = record.get(column);
        if (value.isEmpty()) {
            throw new MalformedLineException(column + " is missing");
        }
        return value;
    }

    private static int units(CSVRecord record) throws MalformedLineException {
        String text = required(record, "Quantity");
        int quantity;
        try {
            quantity = Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new MalformedLineException("Quantity is not a whole number: " + quoted(text));
        }
        if (quantity >= 0) {
            throw new MalformedLineException("Quantity of a cancelled line is not negative: " + quoted(text));
        }
        if (quantity == Integer.MIN_VALUE) {
            throw new MalformedLineException("Quantity is out of range: " + quoted(text));
        }
        return -quantity;
    }

    private static BigDecimal price(CSVRecord record) throws MalformedLineException {
        String text = required(record, "UnitPrice");
        BigDecimal price;
        try {
            price = new BigDecimal(text);
        } catch (NumberFormatException e) {
            throw new MalformedLineException("UnitPrice is not a number: " + quoted(text));
        }
        if (price.signum() < 0) {
            throw new MalformedLineException("UnitPrice is negative: " + quoted(text));
        }
        if (Math.abs((long) price.scale()) > MAX_PRICE_DIGITS || price.precision() > 2 * MAX_PRICE_DIGITS) {
            throw new MalformedLineException("UnitPrice is out of range: " + quoted(text));
        }
        return price;
    }

    private static LocalDateTime date(CSVRecord record) throws MalformedLineException {
        String text = required(record, "InvoiceDate");
        try {
            return LocalDateTime.parse(text, DATE);
        } catch (DateTimeParseException e) {
            throw new MalformedLineException("InvoiceDate is not a date and time: " + quoted(text));
        }
    }

    /** A value as it may be shown on a terminal: short, and without control characters. */
    private static String quoted(String text) {
        String shown = text.length() <= 40 ? text : text.substring(0, 40) + "…";
        return "'" + shown.replaceAll("\\p{Cntrl}", "?") + "'";
    }

    RetailFile toFile(String name) {
        return new RetailFile(
                name, lines, List.copyOf(returns), Collections.unmodifiableSortedMap(skipped), List.copyOf(malformed));
    }

    private static final class MalformedLineException extends Exception {
        private static final long serialVersionUID = 1L;

        private final String reason;

        MalformedLineException(String reason) {
            super(reason);
            this.reason = reason;
        }
    }
}
