package io.eventbroker.bench.compare.peers;

import com.google.common.eventbus.AllowConcurrentEvents;
import com.google.common.eventbus.AsyncEventBus;
import com.google.common.eventbus.EventBus;
import com.google.common.eventbus.Subscribe;
import io.eventbroker.bench.compare.load.Contender;
import io.eventbroker.bench.compare.load.Event;
import io.eventbroker.bench.compare.load.Scenario;
import io.eventbroker.bench.compare.load.Tally;
import io.eventbroker.bench.compare.load.Threads;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Guava's {@link EventBus}, which calls subscribers on the publisher's thread, and its {@link AsyncEventBus}, which has an
 * executor call them. A bus for each topic; all share the executor. With several publishers the asynchronous one takes
 * events from a queue of its own and hands them to the executor without a lock between the two, so that events of one
 * publisher may change places.
 */
final class GuavaEventBus implements Contender {
    /** Whether a subscriber may be called by several publishers at a time. */
    static final List<Entry.Setting> SAME_THREAD = List.of(
            new Entry.Setting("concurrent events allowed", () -> new GuavaEventBus(null, Concurrent::new)),
            new Entry.Setting("concurrent events not allowed", () -> new GuavaEventBus(null, OneByOne::new)));

    /** How many threads the executor has. */
    static final List<Entry.Setting> ASYNCHRONOUS = List.of(
            new Entry.Setting(
                    "one thread",
                    () -> new GuavaEventBus(Executors.newSingleThreadExecutor(Threads::daemon), Concurrent::new)),
            new Entry.Setting(
                    "a thread for each processor",
                    () -> new GuavaEventBus(
                            Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors(), Threads::daemon),
                            OneByOne::new)));

    private final @Nullable ExecutorService executor;
    private final Function<Tally, Object> listener;
    private List<EventBus> buses = List.of();

    private GuavaEventBus(@Nullable ExecutorService executor, Function<Tally, Object> listener) {
        this.executor = executor;
        this.listener = listener;
    }

    @Override
    public void open(Scenario scenario, List<Tally> subscribers) {
        buses = Ways.perTopic(
                scenario,
                number -> executor == null
                        ? new EventBus("events." + number)
                        : new AsyncEventBus("events." + number, executor));
        for (EventBus bus : buses) {
            subscribers.forEach(subscriber -> bus.register(listener.apply(subscriber)));
        }
    }

    @Override
    public Consumer<Event> publisher() {
        return Ways.byTopic(
                buses.stream().<Consumer<Event>>map(bus -> bus::post).toList());
    }

    @Override
    public Map<String, Object> settings() {
        return Map.of("delivery", executor == null ? "on the publisher's thread" : "by an executor");
    }

    @Override
    public void close() {
        if (executor != null) {
            executor.shutdownNow();
        }
    }

    private record Concurrent(Tally tally) {
        /** Called by two publishers at a time if need be, which a tally allows. */
        @Subscribe
        @AllowConcurrentEvents
        public void on(Event event) {
            tally.receive(event);
        }
    }

    private record OneByOne(Tally tally) {
        /** Guava locks around it. */
        @Subscribe
        public void on(Event event) {
            tally.receive(event);
        }
    }
}
