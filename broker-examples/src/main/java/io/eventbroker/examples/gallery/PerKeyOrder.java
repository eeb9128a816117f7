package io.eventbroker.examples.gallery;

import static io.eventbroker.Overflow.BACKPRESSURE;

import io.eventbroker.Broker;
import io.eventbroker.Handler;
import io.eventbroker.Subscription;
import io.eventbroker.Topic;
import java.io.PrintWriter;

/**
 * Order per key: several workers, and yet the payments of one account one after the other. For events that are about many
 * things, where only those about the same thing must not overtake each other. Equal keys are handled in order, one at a
 * time; different keys in parallel, by as many workers as were asked for. A key that takes long holds up those which
 * share its worker.
 */
final class PerKeyOrder {
    record Payment(String account, int pence) {}

    static final Topic<Payment> PAYMENTS = Topic.of("payments", Payment.class).keyedBy(Payment::account);

    private PerKeyOrder() {}

    static Subscription book(Broker broker, int workers, Handler<Payment> ledger) {
        return broker.subscription(PAYMENTS)
                .named("ledger")
                .concurrency(workers)
                .orderedByKey()
                .overflow(BACKPRESSURE)
                .onEvent(ledger);
    }

    static void run(PrintWriter out) {
        try (Broker broker = Broker.open()) {
            book(broker, 4, out::println);
            for (int pence = 1; pence <= 3; pence++) {
                for (String account : new String[] {"ann", "bob"}) {
                    broker.publish(PAYMENTS, new Payment(account, pence));
                }
            }
        }
    }
}
