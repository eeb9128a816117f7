package io.eventbroker.bench.compare.peers;

import io.eventbroker.bench.compare.load.Contender;
import io.eventbroker.bench.compare.load.Event;
import io.eventbroker.bench.compare.load.Load;
import io.eventbroker.bench.compare.load.Scenario;
import io.eventbroker.bench.compare.load.Tally;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Flow;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.SubmissionPublisher;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;

/**
 * The JDK's {@link SubmissionPublisher}, one for each topic, with a pool of its own. Not the common pool: on a machine of
 * two processors that gives way to a new thread whenever a subscriber that had caught up gets an event.
 */
final class JdkSubmissionPublisher implements Contender {
    /** How large the pool is. */
    static final List<Entry.Setting> SETTINGS = List.of(
            new Entry.Setting(
                    "a thread for each subscriber",
                    () -> new JdkSubmissionPublisher(scenario -> scenario.subscribers())),
            new Entry.Setting(
                    "a thread for each processor",
                    () -> new JdkSubmissionPublisher(
                            scenario -> Runtime.getRuntime().availableProcessors())));

    private final ToIntFunction<Scenario> size;
    private ForkJoinPool pool = ForkJoinPool.commonPool();
    private List<SubmissionPublisher<Event>> publishers = List.of();

    private JdkSubmissionPublisher(ToIntFunction<Scenario> size) {
        this.size = size;
    }

    @Override
    public void open(Scenario scenario, List<Tally> subscribers) {
        pool = new ForkJoinPool(size.applyAsInt(scenario));
        publishers = Ways.perTopic(scenario, number -> new SubmissionPublisher<>(pool, Load.CAPACITY));
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
        return Map.of("executor", "ForkJoinPool(" + pool.getParallelism() + ")", "request", "unbounded");
    }

    @Override
    public void close() {
        publishers.forEach(SubmissionPublisher::close);
        pool.shutdown();
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
