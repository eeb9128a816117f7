package io.eventbroker.bench.compare.peers;

import io.eventbroker.bench.compare.load.Contender;
import io.eventbroker.bench.compare.load.Event;
import io.eventbroker.bench.compare.load.Load;
import io.eventbroker.bench.compare.load.Scenario;
import io.eventbroker.bench.compare.load.Tally;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.SubmissionPublisher;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The JDK's {@link SubmissionPublisher}, one for each topic, with the executor it has unless told, or with a pool
 * of its own. On a machine of two processors its executor is, before JDK 25, a new thread whenever a subscriber that had
 * caught up gets an event.
 */
final class JdkSubmissionPublisher implements Contender {
    /** What executor it has, and how large the pool is. */
    static final List<Entry.Setting> SETTINGS = List.of(
            new Entry.Setting(
                    "a thread for each subscriber",
                    () -> new JdkSubmissionPublisher(scenario -> new ForkJoinPool(scenario.subscribers()))),
            new Entry.Setting(
                    "a thread for each processor",
                    () -> new JdkSubmissionPublisher(
                            scenario -> new ForkJoinPool(Runtime.getRuntime().availableProcessors()))),
            new Entry.Setting("default", () -> new JdkSubmissionPublisher(scenario -> defaultExecutor())));

    private final Function<Scenario, Executor> maker;
    private Executor executor = Runnable::run;
    private List<SubmissionPublisher<Event>> publishers = List.of();

    private JdkSubmissionPublisher(Function<Scenario, Executor> maker) {
        this.maker = maker;
    }

    @SuppressWarnings("resource") // it has no subscribers
    private static Executor defaultExecutor() {
        return new SubmissionPublisher<>().getExecutor();
    }

    @Override
    public void open(Scenario scenario, List<Tally> subscribers) {
        executor = maker.apply(scenario);
        publishers = Ways.perTopic(scenario, number -> new SubmissionPublisher<>(executor, Load.CAPACITY));
        for (SubmissionPublisher<Event> publisher : publishers) {
            subscribers.forEach(subscriber -> publisher.subscribe(new Subscriber(subscriber)));
        }
    }

    @Override
    public Consumer<Event> publisher() {
        return Ways.byTopic(publishers.stream()
                .<Consumer<Event>>map(publisher -> publisher::submit)
                .toList());
    }

    @Override
    public Map<String, Object> settings() {
        String name = executor.getClass().getSimpleName();
        return Map.of(
                "executor",
                executor instanceof ForkJoinPool pool ? name + "(" + pool.getParallelism() + ")" : name,
                "request",
                "unbounded");
    }

    @Override
    public void close() {
        publishers.forEach(SubmissionPublisher::close);
        if (executor instanceof ForkJoinPool pool) {
            pool.shutdown(); // the common one ignores it
        }
    }

    private record Subscriber(Tally tally) implements Flow.Subscriber<Event> {
        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(Event event) {
            tally.receive(event);
        }

        @Override
        public void onError(Throwable cause) {
            throw new IllegalStateException("a subscriber failed", cause);
        }

        @Override
        public void onComplete() {}
    }
}
