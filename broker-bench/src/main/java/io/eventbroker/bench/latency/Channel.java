package io.eventbroker.bench.latency;

import io.eventbroker.Broker;
import io.eventbroker.Lane;
import io.eventbroker.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.SubmissionPublisher;
import java.util.function.Consumer;

/**
 * A way for events from one thread to another, open until it is closed.
 *
 * @param in publishes an event; for one thread
 * @param end ends the threads
 */
record Channel(Consumer<Event> in, Runnable end) implements AutoCloseable {
    /**
     * How many events each queue holds: those of a stall of a second at the highest of the usual rates. The broker has its
     * usual ring before its queue, too.
     */
    static final int CAPACITY = 1 << 17;

    private static final Topic<Event> TOPIC = Topic.of("events", Event.class);

    /** Through the ring of a broker with default settings, to a handler. */
    static Channel throughSharedRing(Consumer<Event> receiver) {
        Broker broker = broker(receiver);
        return new Channel(event -> broker.publish(TOPIC, event), broker::close);
    }

    /** Through a lane of a broker with default settings, to a handler. */
    static Channel throughLane(Consumer<Event> receiver) {
        Broker broker = broker(receiver);
        Lane<Event> lane = broker.lane(TOPIC);
        return new Channel(lane::publish, broker::close);
    }

    private static Broker broker(Consumer<Event> receiver) {
        Broker broker = Broker.open();
        broker.subscription(TOPIC).capacity(CAPACITY).onEvent(receiver::accept);
        return broker;
    }

    /**
     * Through the JDK's publisher, with a pool of one thread: on a machine of two processors its own executor is, before
     * JDK 25, a new thread whenever a subscriber that had caught up gets an event.
     */
    static Channel throughSubmissionPublisher(Consumer<Event> receiver) {
        ForkJoinPool pool = new ForkJoinPool(1);
        SubmissionPublisher<Event> publisher = new SubmissionPublisher<>(pool, CAPACITY);
        CompletableFuture<Void> unused = publisher.consume(receiver);
        return new Channel(publisher::submit, () -> {
            publisher.close();
            pool.shutdown();
        });
    }

    /** Through queues of the JDK one after the other, each with a thread that takes from it. */
    static Channel throughQueues(int hops, Consumer<Event> receiver) {
        Consumer<Event> next = receiver;
        List<Thread> threads = new ArrayList<>();
        for (int hop = 0; hop < hops; hop++) {
            BlockingQueue<Event> queue = new ArrayBlockingQueue<>(CAPACITY);
            Consumer<Event> action = next;
            Thread thread = new Thread(() -> forEach(queue, action), "hop");
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
            next = event -> put(queue, event);
        }
        return new Channel(next, () -> threads.forEach(Thread::interrupt));
    }

    /** Takes until interrupted. */
    private static void forEach(BlockingQueue<Event> queue, Consumer<Event> action) {
        try {
            while (true) {
                action.accept(queue.take());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void put(BlockingQueue<Event> queue, Event event) {
        try {
            queue.put(event);
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted while publishing", e);
        }
    }

    @Override
    public void close() {
        end.run();
    }
}
