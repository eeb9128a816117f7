package io.eventbroker.examples.returns;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Goods that a customer ordered: a line of an invoice that nothing has cancelled. Immutable.
 *
 * @param order the number of the invoice
 * @param sku the stock code of the goods
 * @param quantity how many, at least 1
 * @param unitPrice what was paid for one, zero or more
 * @param customer null if the shop does not know who bought them
 */
public record OrderLine(
        String order,
        String sku,
        String description,
        int quantity,
        BigDecimal unitPrice,
        @Nullable String customer,
        String country) {
    /**
     * The orders in the sample that comes with the program.
     *
     * @return the lines, in the order of the file
     * @throws IOException if the sample cannot be read
     */
    public static List<OrderLine> ofSample() throws IOException {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(RetailFile.openSample(), UTF_8))) {
            RetailReader lines = new RetailReader(reader.readLine());
            List<OrderLine> sold = new ArrayList<>();
            String line;
            while ((line = reader.readLine()) != null) {
                lines.sold(line).ifPresent(sold::add);
            }
            return List.copyOf(sold);
        }
    }
}
