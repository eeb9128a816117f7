package io.eventbroker.bench.compare;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * A plain port of the Go broker this one descends from: a thread that owns the subscribers of each topic takes messages
 * from a channel and offers each to the channel of every subscriber; what does not fit is dropped. A channel is an
 * {@link ArrayBlockingQueue}, and a subscriber is a thread that takes from one.
 */
final class GoPort implements Contender {
    private static final String TOPIC = "events";

    private record Message(String topic, Event event) {}

    private final BlockingQueue<Message> inbound = new ArrayBlockingQueue<>(Load.CAPACITY);
    private final AtomicLong dropped = new AtomicLong();
    private List<Thread> threads = List.of();

    @Override
    public void open(List<Tally> subscribers) {
        List<BlockingQueue<Message>> channels = new ArrayList<>();
        List<Runnable> tasks = new ArrayList<>();
        for (Tally subscriber : subscribers) {
            BlockingQueue<Message> channel = new ArrayBlockingQueue<>(Load.CAPACITY);
            channels.add(channel);
            tasks.add(() -> forEach(channel, message -> subscriber.receive(message.event())));
        }
        Map<String, List<BlockingQueue<Message>>> topics = new HashMap<>(Map.of(TOPIC, channels));
        tasks.add(() -> forEach(inbound, message -> route(message, topics)));
        threads = Threads.start(tasks);
    }

    private void route(Message message, Map<String, List<BlockingQueue<Message>>> topics) {
        for (BlockingQueue<Message> channel : topics.getOrDefault(message.topic(), List.of())) {
            if (!channel.offer(message)) {
                dropped.incrementAndGet();
            }
        }
    }

    /** Takes until interrupted. */
    private static void forEach(BlockingQueue<Message> channel, Consumer<Message> action) {
        try {
            while (true) {
                action.accept(channel.take());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public Consumer<Event> publisher() {
        return event -> {
            try {
                inbound.put(new Message(TOPIC, event));
            } catch (InterruptedException e) {
                throw new IllegalStateException("interrupted while publishing", e);
            }
        };
    }

    @Override
    public long dropped() {
        return dropped.get();
    }

    @Override
    public Map<String, Object> settings() {
        return Map.of("queues", "ArrayBlockingQueue", "overflow", "drops the newest");
    }

    @Override
    public void close() {
        Threads.stop(threads);
    }
}
