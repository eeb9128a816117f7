package io.eventbroker.examples.gallery;

import static io.eventbroker.Overflow.BACKPRESSURE;

import io.eventbroker.Broker;
import io.eventbroker.Handler;
import io.eventbroker.Topic;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;

/**
 * Deletion of many keys that never stops, and collects the keys that failed. For bulk work where each key counts by itself,
 * and the failed ones are tried again later. Every key of a paged source is tried exactly once, by a hundred workers; each
 * that failed comes to the collector exactly once, which is called by one thread at a time. It comes through a bounded
 * channel: when the collector is slow (it writes a file, say) the workers wait for it, and through them the source. To
 * stop when something is wrong see {@link BulkDeleteStopping}.
 */
final class BulkDeleteCollecting {
    static final int WORKERS = 100;

    private static final int FAILURES_WAITING = 10;
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    @FunctionalInterface
    interface Deleter {
        void delete(String key) throws Exception;
    }

    record Failure(String key, Throwable cause) {}

    /** What became of it; the exit code says whether all keys are gone. */
    record Summary(long deleted, long failed) {
        int exitCode() {
            return failed == 0 ? 0 : 1;
        }
    }

    private static final Topic<String> KEYS = Topic.of("deletion.keys", String.class);
    private static final Topic<Failure> FAILURES = Topic.of("deletion.failures", Failure.class);

    private BulkDeleteCollecting() {}

    /** Tells of each key that was tried to {@code tried}, from many threads. */
    static Summary deleteAll(Iterable<String> keys, Deleter deleter, Handler<Failure> collector, Runnable tried)
            throws InterruptedException, TimeoutException {
        LongAdder deleted = new LongAdder();
        LongAdder failed = new LongAdder();
        try (Broker broker = Broker.open()) {
            broker.subscription(FAILURES)
                    .named("failures")
                    .capacity(FAILURES_WAITING)
                    .overflow(BACKPRESSURE)
                    .onEvent(collector);
            broker.subscription(KEYS)
                    .named("deleters")
                    .concurrency(WORKERS)
                    .capacity(WORKERS)
                    .overflow(BACKPRESSURE)
                    .onEvent(key -> {
                        try {
                            deleter.delete(key);
                            deleted.increment();
                        } catch (Throwable e) { // an error leaves the key undone, too
                            failed.increment();
                            broker.publish(FAILURES, new Failure(key, e));
                        }
                        tried.run();
                    });
            for (String key : keys) {
                broker.publish(KEYS, key);
            }
            if (!broker.awaitQuiescence(PATIENCE)) {
                throw new TimeoutException("deletions are still running " + PATIENCE + " after the last was given out");
            }
        }
        return new Summary(deleted.sum(), failed.sum());
    }

    static int run(PrintWriter out) throws InterruptedException, TimeoutException {
        SampleStore store = new SampleStore(10_000, 2_500);
        List<Failure> failures = new ArrayList<>();
        Summary summary;
        try (Spinner spinner = Spinner.onTerminal("deleting")) {
            summary = deleteAll(Generator.keysOf(store::page), store::delete, failures::add, spinner::step);
        }
        failures.forEach(failure -> out.println(failure.cause().getMessage()));
        out.println(summary.deleted() + " deleted, " + summary.failed() + " failed");
        return summary.exitCode();
    }
}
