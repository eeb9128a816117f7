package io.eventbroker.examples.gallery;

import static io.eventbroker.Overflow.BACKPRESSURE;

import io.eventbroker.Broker;
import io.eventbroker.BrokerEvent;
import io.eventbroker.BrokerEvent.HandlerFailed;
import io.eventbroker.Handler;
import io.eventbroker.Topic;
import java.io.PrintWriter;

/**
 * Dead letters: what a handler failed on is tried again, and parked in the end. For handlers that call what is sometimes
 * not there. A mail is tried at most so many times; each is sent or parked with its last error, none is forgotten, and the
 * others go on meanwhile, so a mail that is tried again loses its place in the order. It is tried again at once: to wait
 * in between, or to keep the order, put Resilience4j's {@code Retry} around the handler instead. A queue of dead letters
 * that is full drops, as those of all broker events do, so give it room.
 */
final class DeadLetters {
    /** An event that knows how often it was tried, this time included. */
    record Attempt(String mail, int number) {}

    static final Topic<Attempt> MAILS = Topic.of("mails", Attempt.class);

    private static final String MAILER = "mailer";

    private DeadLetters() {}

    static void connect(Broker broker, int attempts, Handler<Attempt> mailer, Handler<HandlerFailed> parkingLot) {
        broker.subscription(BrokerEvent.TOPIC.only(HandlerFailed.class))
                .named("dead letters")
                .capacity(10_000)
                .onEvent(failed -> {
                    if (!failed.subscription().equals(MAILER)) {
                        return; // another's
                    }
                    Attempt attempt = (Attempt) failed.event();
                    if (attempt.number() < attempts) {
                        broker.publish(MAILS, new Attempt(attempt.mail(), attempt.number() + 1));
                    } else {
                        parkingLot.handle(failed);
                    }
                });
        broker.subscription(MAILS).named(MAILER).overflow(BACKPRESSURE).onEvent(mailer);
    }

    static void run(PrintWriter out) {
        Handler<Attempt> mailer = attempt -> {
            if (attempt.mail().equals("eve") || (attempt.mail().equals("bob") && attempt.number() == 1)) {
                throw new IllegalStateException("no answer from " + attempt.mail());
            }
            out.println("sent: " + attempt);
        };
        try (Broker broker = Broker.open()) {
            connect(broker, 3, mailer, failed -> out.println("parked: " + failed.event() + ", " + failed.cause()));
            for (String mail : new String[] {"ann", "bob", "eve"}) {
                broker.publish(MAILS, new Attempt(mail, 1));
            }
        }
    }
}
