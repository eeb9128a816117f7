package io.eventbroker.examples.returns;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Small files of invoice lines. */
final class RetailLines {
    static final String HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country";

    private RetailLines() {}

    static Path file(Path folder, Stream<String> lines) throws IOException {
        return Files.write(
                folder.resolve("lines.csv"),
                Stream.concat(Stream.of(HEADER), lines).toList());
    }

    static Stream<String> returns(int count) {
        return IntStream.rangeClosed(1, count).mapToObj(number -> returnOf("20001.0", number));
    }

    /** Two cups at 2.50. */
    static String returnOf(String customer, int invoice) {
        return "C" + invoice + ",X1,A CUP,-2,2012-01-30 08:05:00,2.5," + customer + ",France";
    }
}
