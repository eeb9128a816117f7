package io.eventbroker.examples.service.store;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A return as the tables have it. Immutable.
 *
 * @param createdAt when it was stored, as in ISO 8601
 * @param completedAt when the last department was done; null until then
 * @param effects what departments have done about it, in the order in which they did
 */
public record StoredReturn(
        UUID id,
        String order,
        String sku,
        int quantity,
        String createdAt,
        @Nullable String completedAt,
        List<Effect> effects) {
    /**
     * What one department has done.
     *
     * @param event the kind of event that told it
     * @param at when, as in ISO 8601
     */
    public record Effect(String department, String event, String detail, String at) {}

    /**
     * How many returns there are.
     *
     * @param stored all of them
     * @param open those not completed
     */
    public record Totals(long stored, long open) {}
}
