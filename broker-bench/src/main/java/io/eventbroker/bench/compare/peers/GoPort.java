package io.eventbroker.bench.compare.peers;

import io.eventbroker.bench.compare.load.Contender;
import io.eventbroker.bench.compare.load.Event;
import io.eventbroker.bench.compare.load.Load;
import io.eventbroker.bench.compare.load.Scenario;
import io.eventbroker.bench.compare.load.Tally;
import io.eventbroker.bench.compare.load.Threads;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * A plain port of the Go broker this one descends from: a thread that owns the subscribers of each topic takes messages
 * from a channel and offers each to the channel of every subscriber; what does not fit is dropped. A channel is a queue
 * of the JDK, and a subscriber is a thread that takes from one, whatever topics it subscribed to.
 */
final class GoPort implements Contender {
    /** The two bounded blocking queues of the JDK. */
    static final List<Entry.Setting> SETTINGS = List.of(
            new Entry.Setting("ArrayBlockingQueue", () -> new GoPort(ArrayBlockingQueue::new)),
            new Entry.Setting("LinkedBlockingQueue", () -> new GoPort(LinkedBlockingQueue::new)));

    private record Message(String topic, Event event) {}

    private final IntFunction<BlockingQueue<Message>> maker;
    private final BlockingQueue<Message> inbound;
    private final AtomicLong dropped = new AtomicLong();
    private List<String> names = List.of();
    private List<Thread> threads = List.of();

    private GoPort(IntFunction<BlockingQueue<Message>> maker) {
        this.maker = maker;
        inbound = maker.apply(Load.CAPACITY);
    }

    @Override
    public void open(Scenario scenario, List<Tally> subscribers) {
        List<BlockingQueue<Message>> channels = new ArrayList<>();
        List<Runnable> tasks = new ArrayList<>();
        for (Tally subscriber : subscribers) {
            BlockingQueue<Message> channel = maker.apply(Load.CAPACITY);
            channels.add(channel);
            tasks.add(() -> forEach(channel, message -> subscriber.receive(message.event())));
        }
        names = Ways.perTopic(scenario, number -> "events." + number);
        Map<String, List<BlockingQueue<Message>>> topics = new HashMap<>();
        names.forEach(name -> topics.put(name, channels));
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
        return Ways.byTopic(names.stream().map(this::to).toList());
    }

    private Consumer<Event> to(String topic) {
        return event -> {
            try {
                inbound.put(new Message(topic, event));
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
        return Map.of("queues", inbound.getClass().getSimpleName(), "overflow", "drops the newest");
    }

    @Override
    public void close() {
        Threads.stop(threads);
    }
}
