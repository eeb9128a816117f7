package io.eventbroker.examples.gallery;

import io.eventbroker.Broker;
import io.eventbroker.Inbox;
import io.eventbroker.SubscriptionClosedException;
import io.eventbroker.Topic;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Batching: events taken several at a time. For a consumer to which ten at once cost hardly more than one, such as an
 * insert into a database. No batch is empty but the one that tells of the end, none larger than asked for, and its
 * first event waits no longer than the patience for the others; each event is in one batch, in order, the last
 * incomplete one included, and that which an interrupt cuts short. It does not survive a crash: what is in a batch in
 * hand is lost with the process.
 */
final class Batching {
    private Batching() {}

    /** Waits for an event, then for more, until there are {@code most} or the patience is over. Empty: the end. */
    static <T> List<T> next(Inbox<T> inbox, int most, Duration patience) throws InterruptedException {
        List<T> batch = new ArrayList<>(most);
        try {
            batch.add(inbox.take());
            long start = System.nanoTime();
            while (batch.size() < most) {
                T event = inbox.poll(patience.minusNanos(System.nanoTime() - start));
                if (event == null) {
                    break;
                }
                batch.add(event);
            }
        } catch (SubscriptionClosedException e) {
            if (e.getCause() != null && batch.isEmpty()) {
                throw e; // not an orderly end; with a batch in hand it is thrown by the next call
            }
        } catch (InterruptedException e) {
            if (batch.isEmpty()) {
                throw e;
            }
            Thread.currentThread().interrupt(); // for the next call: what was taken is not to be lost
        }
        return batch;
    }

    static void run(PrintWriter out) throws InterruptedException {
        Topic<Integer> rows = Topic.of("rows", Integer.class);
        try (Broker broker = Broker.open();
                Inbox<Integer> inbox = broker.inbox(rows)) {
            IntStream.rangeClosed(1, 8).forEach(row -> broker.publish(rows, row));
            inbox.unsubscribe();
            for (List<Integer> batch = next(inbox, 3, Duration.ofMillis(50));
                    !batch.isEmpty();
                    batch = next(inbox, 3, Duration.ofMillis(50))) {
                out.println("insert " + batch);
            }
        }
    }
}
