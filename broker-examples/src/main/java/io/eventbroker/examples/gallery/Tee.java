package io.eventbroker.examples.gallery;

import io.eventbroker.Broker;
import io.eventbroker.Inbox;
import io.eventbroker.Overflow;
import io.eventbroker.Topic;
import io.eventbroker.TopicPattern;
import java.io.PrintWriter;

/**
 * A tee: one stream, read twice. For two readers that both need everything, such as a ledger and its backup. Both get the
 * same events in the same order; the faster may be ahead by the capacity and what the broker's ring holds, no further,
 * because a full reader holds up the publishers. It does not copy: both get the same object, so events are immutable. In
 * Go a goroutine reads one channel and writes two; a broker does that by having two subscriptions.
 */
final class Tee<T> implements AutoCloseable {
    final Inbox<T> left;
    final Inbox<T> right;

    Tee(Broker broker, TopicPattern<T> from, int capacity) {
        left = lossless(broker, from, capacity);
        right = lossless(broker, from, capacity);
    }

    private static <T> Inbox<T> lossless(Broker broker, TopicPattern<T> from, int capacity) {
        return broker.subscription(from)
                .capacity(capacity)
                .overflow(Overflow.BACKPRESSURE)
                .inbox();
    }

    /** Ends both; what they hold can still be read. An inbox that nobody reads holds up its publishers until then. */
    @Override
    public void close() {
        left.close();
        right.close();
    }

    static void run(PrintWriter out) {
        Topic<String> payments = Topic.of("payments", String.class);
        try (Broker broker = Broker.open()) {
            Tee<String> tee = new Tee<>(broker, payments, 100);
            broker.publish(payments, "ann pays 12.50");
            broker.publish(payments, "bob pays 9.90");
            tee.close();
            tee.left.forEach(payment -> out.println("ledger: " + payment));
            tee.right.forEach(payment -> out.println("backup: " + payment));
        }
    }
}
