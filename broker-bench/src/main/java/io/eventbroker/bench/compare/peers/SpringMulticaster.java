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
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationListener;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.context.event.SimpleApplicationEventMulticaster;
import org.springframework.core.ResolvableType;

/**
 * What is behind Spring's application events: its multicaster, on the publisher's thread or with an executor of one
 * thread; of more, an event would overtake another. An event travels as a payload, as it does when it is published
 * through a context. A multicaster for each topic; all share the executor.
 */
final class SpringMulticaster implements Contender {
    /** Whether the type of the event is found out each time. */
    static final List<Entry.Setting> SAME_THREAD = List.of(
            new Entry.Setting("type given", () -> new SpringMulticaster(null, true)),
            new Entry.Setting("type resolved", () -> new SpringMulticaster(null, false)));

    /** The same, by an executor. */
    static final List<Entry.Setting> ASYNCHRONOUS = List.of(
            new Entry.Setting("one thread, type given", () -> new SpringMulticaster(oneThread(), true)),
            new Entry.Setting("one thread, type resolved", () -> new SpringMulticaster(oneThread(), false)));

    private static final ResolvableType TYPE =
            ResolvableType.forClassWithGenerics(PayloadApplicationEvent.class, Event.class);

    private final @Nullable ExecutorService executor;
    private final boolean typed;
    private List<SimpleApplicationEventMulticaster> multicasters = List.of();

    private SpringMulticaster(@Nullable ExecutorService executor, boolean typed) {
        this.executor = executor;
        this.typed = typed;
    }

    private static ExecutorService oneThread() {
        return Executors.newSingleThreadExecutor(Threads::daemon);
    }

    @Override
    public void open(Scenario scenario, List<Tally> subscribers) {
        multicasters = Ways.perTopic(scenario, number -> new SimpleApplicationEventMulticaster());
        for (SimpleApplicationEventMulticaster multicaster : multicasters) {
            multicaster.setTaskExecutor(executor);
            subscribers.forEach(subscriber -> multicaster.addApplicationListener(new Listener(subscriber)));
        }
    }

    @Override
    public Consumer<Event> publisher() {
        return Ways.byTopic(multicasters.stream().map(this::to).toList());
    }

    private Consumer<Event> to(SimpleApplicationEventMulticaster multicaster) {
        return typed
                ? event -> multicaster.multicastEvent(new PayloadApplicationEvent<>(this, event), TYPE)
                : event -> multicaster.multicastEvent(new PayloadApplicationEvent<>(this, event));
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

    private record Listener(Tally tally) implements ApplicationListener<PayloadApplicationEvent<Event>> {
        @Override
        public void onApplicationEvent(PayloadApplicationEvent<Event> event) {
            tally.receive(event.getPayload());
        }
    }
}
