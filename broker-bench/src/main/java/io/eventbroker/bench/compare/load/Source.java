package io.eventbroker.bench.compare.load;

import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A publisher with a thread of its own. After each batch it reads the subscribers' counts, and waits before the next if
 * that would put more in flight than {@link Load#inFlight(int)}.
 */
final class Source implements AutoCloseable {
    private final ExecutorService thread = Executors.newSingleThreadExecutor(Threads::daemon);
    private final int number;
    private final int inFlight;
    private final int batch;
    private final Contender contender;
    private final List<Tally> subscribers;
    private final Events events;

    /** Written and read by the thread. */
    private @Nullable Consumer<Event> publisher;

    /** Written by the thread; read by others after the end of a window. */
    private long sent;

    /** Written and read by the thread: which event is next. */
    private int place;

    Source(int number, Scenario scenario, Contender contender, List<Tally> subscribers) {
        this.number = number;
        this.contender = contender;
        this.subscribers = subscribers;
        inFlight = Load.inFlight(scenario.publishers());
        batch = Load.batch(scenario.publishers());
        events = new Events(number, scenario);
    }

    /** Begins to publish, at least one batch, and ends when {@link System#nanoTime()} says so. */
    Future<?> publishUntil(long nanoTime) {
        return thread.submit(() -> publishBatches(nanoTime));
    }

    /** How many events it published. */
    long sent() {
        return sent;
    }

    /** What the values of all events it published add up to. */
    long sum() {
        return events.sum(sent);
    }

    private void publishBatches(long until) {
        Consumer<Event> way = publisher == null ? contender.publisher() : publisher;
        publisher = way;
        do {
            publishBatch(way);
        } while (hasRoomBefore(until));
    }

    private void publishBatch(Consumer<Event> way) {
        int next = place;
        int size = events.size();
        for (int i = 0; i < batch; i++) {
            way.accept(events.get(next));
            if (++next == size) {
                next = 0;
            }
        }
        place = next;
        sent += batch;
    }

    /** Waits until another batch may be in flight; false if it is too late for one. */
    private boolean hasRoomBefore(long until) {
        for (int rounds = 0; System.nanoTime() - until < 0; rounds++) {
            if (sent + batch - leastReceived() <= inFlight) {
                return true;
            }
            Waiting.idle(rounds);
        }
        return false;
    }

    private long leastReceived() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < subscribers.size(); i++) { // without an iterator, which would be counted as allocated
            least = Math.min(least, subscribers.get(i).received(number));
        }
        return least;
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
