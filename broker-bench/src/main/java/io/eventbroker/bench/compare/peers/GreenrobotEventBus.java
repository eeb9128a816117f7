package io.eventbroker.bench.compare.peers;

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
import org.greenrobot.eventbus.EventBus;
import org.greenrobot.eventbus.Subscribe;
import org.greenrobot.eventbus.ThreadMode;

/**
 * greenrobot's EventBus: subscribers on the publisher's thread ({@code POSTING}), on a thread of the bus ({@code
 * BACKGROUND}), or by an executor ({@code ASYNC}), which has one thread: a pool would call one subscriber several times at
 * once and out of order. A bus for each topic.
 */
final class GreenrobotEventBus implements Contender {
    /** Whether the bus looks for subscribers of the event's superclasses, too. */
    static final List<Entry.Setting> SAME_THREAD = List.of(
            new Entry.Setting("POSTING", () -> new GreenrobotEventBus("POSTING", true, oneThread(), Posting::new)),
            new Entry.Setting(
                    "POSTING, no event inheritance",
                    () -> new GreenrobotEventBus("POSTING", false, oneThread(), Posting::new)));

    /** The two modes that hand over to another thread. */
    static final List<Entry.Setting> ASYNCHRONOUS = List.of(
            new Entry.Setting(
                    "BACKGROUND",
                    // a bus that has become idle keeps its thread for a second
                    () -> new GreenrobotEventBus(
                            "BACKGROUND", false, Executors.newCachedThreadPool(Threads::daemon), Background::new)),
            new Entry.Setting(
                    "ASYNC, one thread", () -> new GreenrobotEventBus("ASYNC", false, oneThread(), Async::new)));

    private final String mode;
    private final boolean inheritance;
    private final ExecutorService executor;
    private final Function<Tally, Object> listener;
    private List<EventBus> buses = List.of();

    private GreenrobotEventBus(
            String mode, boolean inheritance, ExecutorService executor, Function<Tally, Object> listener) {
        this.mode = mode;
        this.inheritance = inheritance;
        this.executor = executor;
        this.listener = listener;
    }

    private static ExecutorService oneThread() {
        return Executors.newSingleThreadExecutor(Threads::daemon);
    }

    @Override
    public void open(Scenario scenario, List<Tally> subscribers) {
        buses = Ways.perTopic(
                scenario,
                number -> EventBus.builder()
                        .eventInheritance(inheritance)
                        .executorService(executor)
                        .build());
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
        return Map.of("threadMode", mode, "eventInheritance", inheritance);
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }

    /** Called on the publisher's thread. Public, as the bus wants it. */
    public static final class Posting {
        private final Tally tally;

        private Posting(Tally tally) {
            this.tally = tally;
        }

        /** Is called. */
        @Subscribe(threadMode = ThreadMode.POSTING)
        public void on(Event event) {
            tally.receive(event);
        }
    }

    /** Called on the bus's one background thread. */
    public static final class Background {
        private final Tally tally;

        private Background(Tally tally) {
            this.tally = tally;
        }

        /** Is called. */
        @Subscribe(threadMode = ThreadMode.BACKGROUND)
        public void on(Event event) {
            tally.receive(event);
        }
    }

    /** Called by the executor, a task for each event. */
    public static final class Async {
        private final Tally tally;

        private Async(Tally tally) {
            this.tally = tally;
        }

        /** Is called. */
        @Subscribe(threadMode = ThreadMode.ASYNC)
        public void on(Event event) {
            tally.receive(event);
        }
    }
}
