package io.eventbroker.examples.gallery;

import static io.eventbroker.Overflow.CONFLATE;

import io.eventbroker.Broker;
import io.eventbroker.Handler;
import io.eventbroker.Message;
import io.eventbroker.Subscription;
import io.eventbroker.Topic;
import java.io.PrintWriter;
import java.util.concurrent.CountDownLatch;

/**
 * The latest value: conflation. For a reader that cares for the present state and not for how it came about, such as a
 * screen of prices that is slower than the market. Of each key the latest value is always shown in the end, values never
 * go back, and of each key no more than one waits; publishers are not held up. Values in between are left out, and
 * counted: each message tells how many it has replaced. In Go this is a channel of capacity one that is emptied first.
 */
final class LatestValue {
    record Price(String symbol, int pence) {}

    static final Topic<Price> PRICES = Topic.of("prices", Price.class).keyedBy(Price::symbol);

    private LatestValue() {}

    /** With more symbols than it has room for, the prices of further ones are dropped until it has. */
    static Subscription show(Broker broker, int symbols, Handler<Message<Price>> screen) {
        return broker.subscription(PRICES)
                .named("screen")
                .capacity(symbols)
                .overflow(CONFLATE)
                .onMessage(screen);
    }

    static void run(PrintWriter out) {
        CountDownLatch published = new CountDownLatch(1);
        try (Broker broker = Broker.open()) {
            show(broker, 100, message -> {
                published.await(); // a screen that is slow
                out.println(message.event() + ", left out: " + message.missedBefore());
            });
            for (int pence = 100; pence <= 200; pence++) {
                broker.publish(PRICES, new Price("LAMP", pence));
                broker.publish(PRICES, new Price("CHAIR", 2 * pence));
            }
            published.countDown();
        }
    }
}
