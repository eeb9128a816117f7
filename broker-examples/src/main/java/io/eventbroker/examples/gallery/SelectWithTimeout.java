package io.eventbroker.examples.gallery;

import io.eventbroker.Broker;
import io.eventbroker.Inbox;
import io.eventbroker.Select;
import io.eventbroker.SubscriptionClosedException;
import io.eventbroker.Topic;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Select with a timeout: reads several inboxes until nothing came for a while, or until a time is over. For a reader
 * that must go on to something else when its sources fall silent. It ends by the total time also when the sources
 * never fall silent; nothing is taken that is not returned, so what came later is still in the inboxes. When an
 * interrupt or an end that was not orderly cuts it short it returns what it has, and throws only if it has nothing.
 * It does not end the inboxes.
 */
final class SelectWithTimeout {
    private SelectWithTimeout() {}

    /**
     * What came until nothing came for {@code idle}, {@code total} was over, or all sources had ended. In Go these are a
     * {@code time.After} inside the loop, and one outside it.
     */
    static <T> List<T> listen(Select<T> sources, Duration idle, Duration total) throws InterruptedException {
        List<T> heard = new ArrayList<>();
        long start = System.nanoTime();
        try {
            while (true) {
                Duration left = total.minusNanos(System.nanoTime() - start);
                if (left.isNegative() || left.isZero()) {
                    return heard;
                }
                T event = sources.poll(left.compareTo(idle) < 0 ? left : idle);
                if (event == null) {
                    return heard;
                }
                heard.add(event);
            }
        } catch (SubscriptionClosedException e) {
            if (e.getCause() != null && heard.isEmpty()) {
                throw e; // not an orderly end; if something was heard it is thrown by the next call
            }
            return heard;
        } catch (InterruptedException e) {
            if (heard.isEmpty()) {
                throw e;
            }
            Thread.currentThread().interrupt(); // for the next call: what was heard is not to be lost
            return heard;
        }
    }

    static void run(PrintWriter out) throws InterruptedException {
        Topic<String> orders = Topic.of("orders", String.class);
        Topic<String> cancels = Topic.of("cancels", String.class);
        try (Broker broker = Broker.open();
                Inbox<String> ordered = broker.inbox(orders);
                Inbox<String> cancelled = broker.inbox(cancels)) {
            broker.publish(orders, "ann orders a lamp");
            broker.publish(cancels, "bob wants no table");
            broker.publish(orders, "eve orders a chair");
            Select<String> sources = Select.of(ordered, cancelled);
            listen(sources, Duration.ofMillis(100), Duration.ofSeconds(5)).forEach(out::println);
            out.println("nothing for 100 ms");
        }
    }
}
