package io.eventbroker.examples.service.model;

import io.eventbroker.examples.service.model.ReturnEvent.CustomerNotified;
import io.eventbroker.examples.service.model.ReturnEvent.Decision;
import io.eventbroker.examples.service.model.ReturnEvent.ParcelExpected;
import io.eventbroker.examples.service.model.ReturnEvent.RefundIssued;
import io.eventbroker.examples.service.model.ReturnEvent.RestockPlanned;
import io.eventbroker.examples.service.model.ReturnEvent.ReturnCreated;
import io.eventbroker.examples.service.model.ReturnEvent.ReviewRequested;
import java.util.Locale;

/**
 * The departments of the store, and what each decides about a return. A decision follows from the return alone, so that
 * whoever makes it, and whenever, it is the same.
 */
public enum Department {
    /** Pays back, or has somebody look where nobody can be paid. */
    BILLING {
        @Override
        public Decision decide(ReturnCreated created) {
            String customer = created.customer();
            return customer == null
                    ? new ReviewRequested(created.returnId(), created.value())
                    : new RefundIssued(created.returnId(), customer, created.value());
        }
    },
    /** Expects the parcel. */
    WAREHOUSE {
        @Override
        public Decision decide(ReturnCreated created) {
            return new ParcelExpected(created.returnId(), created.country());
        }
    },
    /** Plans what goes back on the shelf. */
    INVENTORY {
        @Override
        public Decision decide(ReturnCreated created) {
            return new RestockPlanned(created.returnId(), created.sku(), created.quantity());
        }
    },
    /** Writes to the customer. */
    NOTIFICATIONS {
        @Override
        public Decision decide(ReturnCreated created) {
            String customer = created.customer();
            return new CustomerNotified(
                    created.returnId(), customer == null ? "whoever sent the parcel" : "customer " + customer);
        }
    };

    /**
     * What the department does about a return.
     *
     * @param created the return
     * @return the decision, not yet recorded anywhere
     */
    public abstract Decision decide(ReturnCreated created);

    /** The name of its subscription, and in tables and on the page. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
