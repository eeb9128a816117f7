package io.eventbroker.examples.returns;

import io.eventbroker.examples.returns.ReturnEvent.CustomerNotified;
import io.eventbroker.examples.returns.ReturnEvent.ReturnCreated;
import java.io.IOException;
import java.util.Optional;

/** Writes to the customer. A return without one is nobody's mail. */
final class Notifications implements Department {
    private final Outbox outbox;

    Notifications(Outbox outbox) {
        this.outbox = outbox;
    }

    @Override
    public Optional<ReturnEvent> decide(ReturnCreated created) throws IOException {
        String customer = created.customer();
        if (customer == null) {
            return Optional.empty();
        }
        outbox.send(customer, mail(created, customer));
        return Optional.of(new CustomerNotified(created.returnId(), customer));
    }

    private static String mail(ReturnCreated created, String customer) {
        return """
                To: customer %s
                Subject: Your return %s

                We expect your return of %s x %s (%s).

                """.formatted(customer, created.returnId(), created.units(), created.description(), created.stockCode());
    }
}
