package io.eventbroker.examples.gallery;

import static io.eventbroker.Overflow.BACKPRESSURE;

import io.eventbroker.Broker;
import io.eventbroker.Handler;
import io.eventbroker.Topic;
import java.io.PrintWriter;

/**
 * Publish/subscribe: return management in thirty lines. For facts that several parts of a program react to, none of which
 * should know the others. Every subscriber sees every event it asked for, in one order, each on a thread of its own; with
 * {@code BACKPRESSURE} none is lost. It does not tell the publisher what came of an event: for that see
 * {@link RequestReply}.
 */
final class PublishSubscribe {
    sealed interface ReturnEvent {}

    record ReturnCreated(String id, int units, int pence) implements ReturnEvent {}

    record RefundIssued(String id, int pence) implements ReturnEvent {}

    static final Topic<ReturnEvent> RETURNS = Topic.of("returns", ReturnEvent.class);

    private PublishSubscribe() {}

    static void connect(Broker broker, Handler<ReturnEvent> audit) {
        broker.subscription(RETURNS).named("audit").overflow(BACKPRESSURE).onEvent(audit);
        broker.subscription(RETURNS.only(ReturnCreated.class))
                .named("billing")
                .overflow(BACKPRESSURE)
                .onEvent(r -> broker.publish(RETURNS, new RefundIssued(r.id(), r.units() * r.pence())));
    }

    static void run(PrintWriter out) {
        try (Broker broker = Broker.open()) {
            connect(broker, out::println);
            broker.publish(RETURNS, new ReturnCreated("r1", 2, 1_250));
            broker.publish(RETURNS, new ReturnCreated("r2", 1, 990));
        } // close lets handlers finish what was published, and what they publish
    }
}
