package io.eventbroker.examples.returns;

import io.eventbroker.examples.returns.ReturnEvent.RefundIssued;
import io.eventbroker.examples.returns.ReturnEvent.ReturnCreated;
import io.eventbroker.examples.returns.ReturnEvent.ReviewRequested;
import java.math.BigDecimal;
import java.util.Optional;

/** Decides refunds. A return that nobody can be paid for goes to manual review. */
final class Billing implements Department {
    private BigDecimal refunded = BigDecimal.ZERO;
    private long reviews;

    @Override
    public Optional<ReturnEvent> decide(ReturnCreated created) {
        String customer = created.customer();
        BigDecimal amount = created.value();
        if (customer == null) {
            reviews++;
            return Optional.of(new ReviewRequested(created.returnId(), amount));
        }
        refunded = refunded.add(amount);
        return Optional.of(new RefundIssued(created.returnId(), customer, amount));
    }

    /** The sum of all refunds, without what is under review. */
    BigDecimal refunded() {
        return refunded;
    }

    long reviews() {
        return reviews;
    }
}
