package io.eventbroker.bench.compare;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Flow;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.SubmissionPublisher;
import java.util.function.Consumer;

/**
 * The JDK's {@link SubmissionPublisher}, with a pool of its own that has a thread for each subscriber: with four
 * subscribers faster than a cached thread pool, and than the common pool, which on a machine of two processors gives way
 * to a new thread whenever a subscriber that had caught up gets an event.
 */
final class JdkSubmissionPublisher implements Contender {
    private static final int THREADS =
            Scenario.ALL.stream().mapToInt(Scenario::subscribers).max().orElseThrow();

    private final ExecutorService executor = new ForkJoinPool(THREADS);
    private final SubmissionPublisher<Event> publisher = new SubmissionPublisher<>(executor, Load.CAPACITY);

    @Override
    public void open(List<Tally> subscribers) {
        for (Tally subscriber : subscribers) {
            publisher.subscribe(new Subscriber(subscriber));
        }
    }

    @Override
    public Consumer<Event> publisher() {
        return publisher::submit;
    }

    @Override
    public Map<String, Object> settings() {
        return Map.of("executor", "ForkJoinPool(" + THREADS + ")", "request", "unbounded");
    }

    @Override
    public void close() {
        publisher.close();
        executor.shutdown();
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
