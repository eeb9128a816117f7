package io.eventbroker.bench.scale;

import io.eventbroker.Broker;
import io.eventbroker.Inbox;
import io.eventbroker.SubscriptionClosedException;
import io.eventbroker.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/**
 * A broker with many topics, each with a subscription of its own. They are inboxes, all read by one thread, which knows
 * from the {@link Walk} where the next message comes: so what grows with the topics is their number, and not that of the
 * threads to be woken.
 */
final class LiteralTopics implements AutoCloseable {
    /** Waits for the broker overlap when so many subscribe at a time. */
    private static final int SUBSCRIBERS = 16;

    /** No capacity is less; from a thousand topics on none is more, so that topics weigh the same. */
    private static final int LEAST_CAPACITY = 64;

    private static final long PATIENCE_MILLIS = 5_000;

    private final Broker broker = Broker.open();
    private final List<Topic<Event>> topics;
    private final List<Inbox<Event>> inboxes;

    LiteralTopics(int count) throws InterruptedException {
        topics = IntStream.range(0, count)
                .mapToObj(i -> Topic.of("topic." + i, Event.class))
                .toList();
        int capacity = Math.max(LEAST_CAPACITY, Integer.highestOneBit(Flow.IN_FLIGHT * 4 / count));
        inboxes = inParallel(
                count,
                i -> broker.subscription(topics.get(i))
                        .capacity(Math.min(Flow.IN_FLIGHT, capacity))
                        .inbox());
    }

    /** Makes so many things, each of which waits for the broker. */
    static <T> List<T> inParallel(int count, IntFunction<T> maker) throws InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(SUBSCRIBERS);
        try {
            List<Future<List<T>>> slices = IntStream.range(0, SUBSCRIBERS)
                    .mapToObj(slice -> threads.submit(() -> IntStream.range(from(slice, count), from(slice + 1, count))
                            .mapToObj(maker)
                            .toList()))
                    .toList();
            List<T> all = new ArrayList<>(count);
            for (Future<List<T>> slice : slices) {
                all.addAll(slice.get());
            }
            return all;
        } catch (ExecutionException e) {
            throw new IllegalStateException("could not subscribe", e.getCause());
        } finally {
            threads.shutdownNow();
        }
    }

    private static int from(int slice, int count) {
        return (int) ((long) count * slice / SUBSCRIBERS);
    }

    /** These topics, published to and read on a walk. Close it before another is opened. */
    Subject visited(Walk walk) {
        return new Visit(walk);
    }

    @Override
    public void close() {
        broker.close();
    }

    private final class Visit implements Subject {
        private final Walk walk;
        private final Receipts receipts = new Receipts();
        private final Thread reader = new Thread(this::read, "reader");

        Visit(Walk walk) {
            this.walk = walk;
            reader.setDaemon(true);
            reader.start();
        }

        /** Until it is interrupted. It looks again by itself: to be woken for each topic is not what is measured. */
        private void read() {
            try {
                for (long number = 0; ; number++) {
                    Inbox<Event> inbox = inboxes.get(walk.at(number));
                    Event event = inbox.poll();
                    for (int rounds = 0; event == null; rounds++) {
                        if (Thread.currentThread().isInterrupted()) {
                            return;
                        }
                        Flow.pause(rounds);
                        event = inbox.poll();
                    }
                    receipts.receive(event);
                }
            } catch (SubscriptionClosedException e) {
                // the broker was closed first
            }
        }

        @Override
        public List<LongConsumer> ways() {
            return List.of(number -> broker.publish(topics.get(walk.at(number)), Event.at(number)));
        }

        @Override
        public long arrived() {
            return receipts.count();
        }

        /** If one went missing, the reader would wait for it for ever. */
        @Override
        public boolean isExact(long count, long sum) {
            return receipts.count() == count && receipts.sum() == sum;
        }

        @Override
        public void close() {
            reader.interrupt();
            try {
                reader.join(PATIENCE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
