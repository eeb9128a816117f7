package io.eventbroker.examples.gallery;

import java.io.PrintWriter;
import java.util.List;

/** The examples, in the order of {@code docs/gallery.md}. */
final class Gallery {
    /**
     * One of them.
     *
     * @param name what it is called on the command line
     * @param sentence what it shows
     * @param source the class to read and copy
     */
    record Example(String name, String sentence, Class<?> source, Run run) {}

    /** Runs an example that prints what it does, and returns the exit code. */
    @FunctionalInterface
    interface Run {
        int run(PrintWriter out) throws Exception;
    }

    /** An example whose exit code tells nothing. */
    @FunctionalInterface
    private interface PlainRun {
        void run(PrintWriter out) throws Exception;
    }

    static final List<Example> EXAMPLES = List.of(
            // messages
            example(
                    "publish-subscribe",
                    "return management in thirty lines",
                    PublishSubscribe.class,
                    PublishSubscribe::run),
            example("worker-pool", "so many jobs at a time, each with a result", WorkerPool.class, WorkerPool::run),
            example(
                    "fan-out-fan-in",
                    "a pizzeria: one order taker, cooks, one waiter",
                    FanOutFanIn.class,
                    FanOutFanIn::run),
            example(
                    "pipeline",
                    "a car factory: stages joined by topics, the last sets the pace",
                    Pipeline.class,
                    Pipeline::run),
            example("generator", "a paged source as one loop, fetched as it is read", Generator.class, Generator::run),
            example(
                    "select-timeout",
                    "several sources, until nothing comes for a while",
                    SelectWithTimeout.class,
                    SelectWithTimeout::run),
            example(
                    "select-closing",
                    "several sources, of which one closes first",
                    SelectClosingSources.class,
                    SelectClosingSources::run),
            example("tee", "one stream read twice", Tee.class, Tee::run),
            example("bridge", "a stream of streams, read as one", Bridge.class, Bridge::run),
            example("batching", "several at a time, none waiting for long", Batching.class, Batching::run),
            example("per-key-order", "several workers, equal keys in order", PerKeyOrder.class, PerKeyOrder::run),
            example(
                    "latest-value",
                    "the latest of each key, when the reader is slow",
                    LatestValue.class,
                    LatestValue::run),
            example(
                    "confinement",
                    "state that belongs to one thread, and is asked by messages",
                    Confinement.class,
                    Confinement::run),
            example(
                    "request-reply",
                    "a question whose event carries a future for the answer",
                    RequestReply.class,
                    RequestReply::run),
            // ends
            example(
                    "cancellation",
                    "tasks that belong together, and end together",
                    CancellationScope.class,
                    CancellationScope::run),
            example("deadline", "a deadline that travels with the event", Deadline.class, Deadline::run),
            example(
                    "shutdown",
                    "everything accepted is finished, and no thread left",
                    LeakFreeShutdown.class,
                    LeakFreeShutdown::run),
            // failures
            example("error-group", "the first failure cancels the rest", ErrorGroup.class, ErrorGroup::run),
            example(
                    "error-collection",
                    "all are tried, all errors collected",
                    ErrorCollection.class,
                    ErrorCollection::run),
            new Example(
                    "bulk-delete-stopping",
                    "100 workers delete until there are too many errors; exits with 1",
                    BulkDeleteStopping.class,
                    BulkDeleteStopping::run),
            new Example(
                    "bulk-delete-collecting",
                    "100 workers delete all they can, and collect the rest; exits with 1",
                    BulkDeleteCollecting.class,
                    BulkDeleteCollecting::run),
            example(
                    "dead-letters",
                    "what failed is tried again, and parked in the end",
                    DeadLetters.class,
                    DeadLetters::run),
            example(
                    "rate-limiter",
                    "a handler that is called so many times a second",
                    RateLimitedHandler.class,
                    RateLimitedHandler::run),
            example(
                    "circuit-breaker",
                    "a handler that leaves a broken service in peace",
                    CircuitBreakerHandler.class,
                    CircuitBreakerHandler::run),
            example(
                    "hedged-request",
                    "a second server is asked when the first is slow",
                    HedgedRequest.class,
                    HedgedRequest::run),
            example(
                    "single-flight",
                    "one load for all who ask at the same time",
                    SingleFlight.class,
                    SingleFlight::run),
            // the JDK's own terms
            example(
                    "semaphore",
                    "no more than so many at once, whoever they are",
                    SemaphoreBulkhead.class,
                    SemaphoreBulkhead::run),
            example("wait-group", "waits for tasks that start tasks", WaitGroup.class, WaitGroup::run),
            example("once", "a value that is made when it is first needed", Once.class, Once::run),
            example("condition", "handlers wait until a gate is open", ConditionGate.class, ConditionGate::run),
            example("atomic-counter", "numbers that many threads change", AtomicCounters.class, AtomicCounters::run),
            example(
                    "concurrent-map",
                    "a stock of which nothing is sold twice",
                    ConcurrentStock.class,
                    ConcurrentStock::run),
            example("object-pool", "a fixed number of objects, lent and given back", ObjectPool.class, ObjectPool::run),
            example("read-write-lock", "many readers or one writer", ReadWriteTable.class, ReadWriteTable::run));

    private Gallery() {}

    private static Example example(String name, String sentence, Class<?> source, PlainRun run) {
        return new Example(name, sentence, source, out -> {
            run.run(out);
            return 0;
        });
    }
}
