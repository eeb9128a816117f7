package io.eventbroker.bench.compare.peers;

import io.eventbroker.bench.compare.load.Contender;
import io.eventbroker.bench.compare.load.Event;
import io.eventbroker.bench.compare.load.Load;
import io.eventbroker.bench.compare.load.Scenario;
import io.eventbroker.bench.compare.load.Tally;
import io.eventbroker.bench.compare.load.Threads;
import io.eventbroker.bench.compare.load.Waiting;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jctools.queues.MessagePassingQueue;
import org.jctools.queues.varhandle.SpscVarHandleArrayQueue;

/**
 * The limit: an event goes through two of the queues a broker is made of, and nothing else happens to it. One publisher,
 * one thread that moves events from the first queue to the second, one subscriber.
 */
final class BareHops implements Contender {
    private final MessagePassingQueue<Event> first = new SpscVarHandleArrayQueue<>(Load.CAPACITY);
    private final MessagePassingQueue<Event> second = new SpscVarHandleArrayQueue<>(Load.CAPACITY);
    private List<Thread> threads = List.of();

    @Override
    public void open(Scenario scenario, List<Tally> subscribers) {
        if (!scenario.equals(Scenario.ONE_TO_ONE)) {
            throw new IllegalArgumentException("for 1x1, not " + scenario);
        }
        Tally subscriber = subscribers.get(0);
        threads = Threads.start(List.of(
                () -> forEach(first, event -> put(second, event)), () -> forEach(second, subscriber::receive)));
    }

    @Override
    public Consumer<Event> publisher() {
        return event -> put(first, event);
    }

    private static void put(MessagePassingQueue<Event> queue, Event event) {
        for (int rounds = 0; !queue.offer(event); rounds++) {
            Waiting.idle(rounds);
        }
    }

    /** Polls until interrupted. */
    private static void forEach(MessagePassingQueue<Event> queue, Consumer<Event> action) {
        int rounds = 0;
        while (true) {
            Event event = queue.poll();
            if (event != null) {
                action.accept(event);
                rounds = 0;
            } else if (Thread.currentThread().isInterrupted()) {
                return;
            } else {
                Waiting.idle(rounds++);
            }
        }
    }

    @Override
    public Map<String, Object> settings() {
        return Map.of("queues", "SpscVarHandleArrayQueue");
    }

    @Override
    public void close() {
        Threads.stop(threads);
    }
}
