package io.eventbroker.bench.compare.peers;

import io.eventbroker.bench.compare.load.Contender;
import io.eventbroker.bench.compare.load.Event;
import io.eventbroker.bench.compare.load.Load;
import io.eventbroker.bench.compare.load.Scenario;
import io.eventbroker.bench.compare.load.Tally;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import reactor.core.Disposable;
import reactor.core.publisher.Sinks;
import reactor.core.publisher.Sinks.EmitFailureHandler;
import reactor.core.publisher.Sinks.EmitResult;
import reactor.core.publisher.Sinks.Many;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Reactor's sinks: for each topic one that emits directly to all subscribers, each of which takes over on another thread
 * by {@code publishOn}. That asks for more only when three quarters of its buffer are taken, so the buffer is twice what
 * others have. A sink does not want two emissions at a time: publishers try again, or take turns.
 */
final class Reactor implements Contender {
    /** On what threads subscribers run, and how several publishers emit. */
    static final List<Entry.Setting> SETTINGS = List.of(
            new Entry.Setting("parallel scheduler, emission tried again", () -> new Reactor(true, false)),
            new Entry.Setting("parallel scheduler, publishers take turns", () -> new Reactor(true, true)),
            new Entry.Setting("a thread for each subscriber, publishers take turns", () -> new Reactor(false, true)));

    private static final int PREFETCH = 2 * Load.CAPACITY;
    private static final EmitFailureHandler AGAIN = (signal, result) -> result == EmitResult.FAIL_NON_SERIALIZED;

    private final boolean parallel;
    private final boolean turns;
    private final List<Disposable> toDispose = new ArrayList<>();
    private boolean severalPublishers;
    private List<Many<Event>> sinks = List.of();

    private Reactor(boolean parallel, boolean turns) {
        this.parallel = parallel;
        this.turns = turns;
    }

    @Override
    public void open(Scenario scenario, List<Tally> subscribers) {
        severalPublishers = scenario.publishers() > 1;
        sinks = Ways.perTopic(
                scenario,
                number -> (turns ? Sinks.unsafe().many() : Sinks.many())
                        .multicast()
                        .directBestEffort());
        for (Tally subscriber : subscribers) {
            Scheduler scheduler = parallel ? Schedulers.parallel() : Schedulers.newSingle("subscriber", true);
            for (Many<Event> sink : sinks) {
                toDispose.add(sink.asFlux().publishOn(scheduler, PREFETCH).subscribe(subscriber::receive));
            }
            if (!parallel) {
                toDispose.add(scheduler);
            }
        }
    }

    @Override
    public Consumer<Event> publisher() {
        return Ways.byTopic(sinks.stream().map(this::to).toList());
    }

    private Consumer<Event> to(Many<Event> sink) {
        if (!turns) {
            return event -> sink.emitNext(event, AGAIN);
        }
        if (!severalPublishers) {
            return event -> emit(sink, event);
        }
        return event -> {
            synchronized (sink) {
                emit(sink, event);
            }
        };
    }

    private static void emit(Many<Event> sink, Event event) {
        EmitResult result = sink.tryEmitNext(event);
        if (result != EmitResult.OK) {
            throw new IllegalStateException("not emitted: " + result);
        }
    }

    @Override
    public Map<String, Object> settings() {
        return Map.of(
                "sink",
                "multicast, directBestEffort",
                "scheduler",
                parallel ? "parallel" : "single",
                "prefetch",
                PREFETCH);
    }

    @Override
    public void close() {
        toDispose.forEach(Disposable::dispose);
    }
}
