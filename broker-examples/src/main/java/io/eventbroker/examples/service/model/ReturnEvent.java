package io.eventbroker.examples.service.model;

import io.eventbroker.Topic;
import io.eventbroker.TopicPattern;
import java.math.BigDecimal;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What happens to a return. All of it is published on one topic, after it was stored. Immutable.
 *
 * <pre>{@code
 * ReturnCreated ─▶ RefundIssued or ReviewRequested ┐
 *               ─▶ ParcelExpected                  ├─▶ ReturnCompleted
 *               ─▶ RestockPlanned                  │
 *               ─▶ CustomerNotified                ┘
 * }</pre>
 */
public sealed interface ReturnEvent {
    /** Everything that happens, by the return it is about. */
    Topic<ReturnEvent> RETURNS = Topic.of("returns", ReturnEvent.class).keyedBy(ReturnEvent::returnId);

    /** Only the returns themselves: what departments react to. */
    TopicPattern<ReturnCreated> CREATED = RETURNS.only(ReturnCreated.class);

    /** Only what departments decided. */
    TopicPattern<Decision> DECISIONS = RETURNS.only(Decision.class);

    /**
     * Which return it is about.
     *
     * @return its id
     */
    UUID returnId();

    /**
     * What kind of event it is, as tables, log lines and the page call it.
     *
     * @return the name of its class
     */
    default String kind() {
        return getClass().getSimpleName();
    }

    /**
     * What else there is to say, in a few words.
     *
     * @return a short text
     */
    String detail();

    /**
     * A customer sends goods back.
     *
     * @param order the invoice on which they were sold
     * @param sku the stock code
     * @param quantity how many come back, at least 1
     * @param unitPrice what was paid for one
     * @param customer null if the shop does not know who bought them
     * @param country where the parcel comes from
     */
    record ReturnCreated(
            UUID returnId,
            String order,
            String sku,
            int quantity,
            BigDecimal unitPrice,
            @Nullable String customer,
            String country)
            implements ReturnEvent {
        @Override
        public String detail() {
            return quantity + " x " + sku + " of order " + order;
        }

        BigDecimal value() {
            return unitPrice.multiply(BigDecimal.valueOf(quantity));
        }
    }

    /** What a department decided about a return: its effect, of which there is one for each department. */
    sealed interface Decision extends ReturnEvent {}

    /** Billing pays the customer back. */
    record RefundIssued(UUID returnId, String customer, BigDecimal amount) implements Decision {
        @Override
        public String detail() {
            return amount.toPlainString() + " to customer " + customer;
        }
    }

    /** Billing cannot decide: somebody has to look. */
    record ReviewRequested(UUID returnId, BigDecimal amount) implements Decision {
        @Override
        public String detail() {
            return amount.toPlainString() + ", customer unknown";
        }
    }

    /** The warehouse waits for a parcel. */
    record ParcelExpected(UUID returnId, String country) implements Decision {
        @Override
        public String detail() {
            return "from " + country;
        }
    }

    /** Inventory will put goods back on the shelf. */
    record RestockPlanned(UUID returnId, String sku, int units) implements Decision {
        @Override
        public String detail() {
            return units + " x " + sku;
        }
    }

    /** Notifications wrote to the customer, or, where nobody knows who that is, a note for the parcel. */
    record CustomerNotified(UUID returnId, String recipient) implements Decision {
        @Override
        public String detail() {
            return "to " + recipient;
        }
    }

    /** Every department has decided. */
    record ReturnCompleted(UUID returnId) implements ReturnEvent {
        @Override
        public String detail() {
            return "every department is done";
        }
    }
}
