package io.eventbroker.examples.returns;

import io.eventbroker.Topic;
import io.eventbroker.TopicPattern;
import java.math.BigDecimal;
import java.time.LocalDateTime;
import org.jspecify.annotations.Nullable;

/** What happens in return management. All of it is published on one topic. Immutable. */
sealed interface ReturnEvent {
    /** Everything that happens, by the return it is about. */
    Topic<ReturnEvent> RETURNS = Topic.of("returns", ReturnEvent.class).keyedBy(ReturnEvent::returnId);

    /** Only the returns themselves: what the departments react to. */
    TopicPattern<ReturnCreated> CREATED = RETURNS.only(ReturnCreated.class);

    /** Which return it is about. */
    String returnId();

    /**
     * Goods come back.
     *
     * @param units how many, at least 1
     * @param unitPrice what was paid for one, zero or more
     * @param customer null if the shop does not know who bought them
     */
    record ReturnCreated(
            String returnId,
            String stockCode,
            String description,
            int units,
            BigDecimal unitPrice,
            LocalDateTime createdAt,
            @Nullable String customer,
            String country)
            implements ReturnEvent {

        /** What was paid for the goods that come back. */
        BigDecimal value() {
            return unitPrice.multiply(BigDecimal.valueOf(units));
        }

        /** The same return with another identity. */
        ReturnCreated withId(String id) {
            return new ReturnCreated(id, stockCode, description, units, unitPrice, createdAt, customer, country);
        }
    }

    /** Billing pays the customer back. */
    record RefundIssued(String returnId, String customer, BigDecimal amount) implements ReturnEvent {}

    /** Billing cannot decide: somebody has to look. */
    record ReviewRequested(String returnId, BigDecimal amount) implements ReturnEvent {}

    /** The warehouse waits for a parcel. */
    record ParcelExpected(String returnId, String country) implements ReturnEvent {}

    /** Inventory will put goods back on the shelf. */
    record RestockPlanned(String returnId, String stockCode, int units) implements ReturnEvent {}

    /** Notifications wrote to the customer. */
    record CustomerNotified(String returnId, String customer) implements ReturnEvent {}
}
