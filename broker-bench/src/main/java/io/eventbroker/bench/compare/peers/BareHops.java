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
import java.util.function.IntConsumer;
import org.jctools.queues.MessagePassingQueue;
import org.jctools.queues.varhandle.SpscVarHandleArrayQueue;

/**
 * The limit: an event goes through two queues of JCTools for one producer and one consumer, and nothing else happens to
 * it. One publisher, one thread that moves events from the first queue to the second, one subscriber.
 */
final class BareHops implements Contender {
    private static final int BATCH = 256;

    /** How events are taken from a queue, and what a thread does that has to wait. */
    static final List<Entry.Setting> SETTINGS = List.of(
            new Entry.Setting("one by one, parking", () -> new BareHops(1, Waiting::idle)),
            new Entry.Setting("in batches, parking", () -> new BareHops(BATCH, Waiting::idle)),
            new Entry.Setting("one by one, yielding", () -> new BareHops(1, rounds -> yieldOnce())),
            new Entry.Setting("in batches, yielding", () -> new BareHops(BATCH, rounds -> yieldOnce())));

    private final int batch;
    private final IntConsumer waiting;
    private final MessagePassingQueue<Event> first = new SpscVarHandleArrayQueue<>(Load.CAPACITY);
    private final MessagePassingQueue<Event> second = new SpscVarHandleArrayQueue<>(Load.CAPACITY);
    private List<Thread> threads = List.of();

    private BareHops(int batch, IntConsumer waiting) {
        this.batch = batch;
        this.waiting = waiting;
    }

    @SuppressWarnings("ThreadPriorityCheck") // it is the setting
    private static void yieldOnce() {
        Thread.yield();
    }

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

    private void put(MessagePassingQueue<Event> queue, Event event) {
        for (int rounds = 0; !queue.offer(event); rounds++) {
            waiting.accept(rounds);
        }
    }

    /** Takes until interrupted. */
    private void forEach(MessagePassingQueue<Event> queue, Consumer<Event> action) {
        int rounds = 0;
        while (true) {
            if (take(queue, action)) {
                rounds = 0;
            } else if (Thread.currentThread().isInterrupted()) {
                return;
            } else {
                waiting.accept(rounds++);
            }
        }
    }

    private boolean take(MessagePassingQueue<Event> queue, Consumer<Event> action) {
        if (batch > 1) {
            return queue.drain(action::accept, batch) > 0;
        }
        Event event = queue.poll();
        if (event == null) {
            return false;
        }
        action.accept(event);
        return true;
    }

    @Override
    public Map<String, Object> settings() {
        return Map.of("queues", "SpscVarHandleArrayQueue", "batch", batch);
    }

    @Override
    public void close() {
        Threads.stop(threads);
    }
}
