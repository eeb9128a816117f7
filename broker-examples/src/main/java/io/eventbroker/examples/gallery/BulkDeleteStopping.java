package io.eventbroker.examples.gallery;

import static io.eventbroker.Overflow.BACKPRESSURE;

import io.eventbroker.Broker;
import io.eventbroker.Topic;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * Deletion of many keys that stops after so many errors. For bulk work where errors mean that something is wrong:
 * better look before going on. A hundred workers delete what a paged source lists. Once the given number of errors is
 * reached no deletion begins any more, and no page is fetched but one asked for already; deletions under way are
 * finished and counted, so there may be more errors than allowed, by less than the number of workers. What was not
 * begun is left alone. To have all tried see {@link BulkDeleteCollecting}.
 */
final class BulkDeleteStopping {
    static final int WORKERS = 100;

    private static final Topic<String> KEYS = Topic.of("deletion.keys", String.class);
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    @FunctionalInterface
    interface Deleter {
        void delete(String key) throws Exception;
    }

    /** What became of it; the exit code says whether all keys are gone. */
    record Summary(long deleted, int failed, boolean stopped) {
        int exitCode() {
            return failed == 0 ? 0 : 1;
        }
    }

    private BulkDeleteStopping() {}

    /** Tells of each key that was tried to {@code tried}, from many threads. */
    static Summary deleteAll(Iterable<String> keys, Deleter deleter, int mostFailures, Runnable tried)
            throws InterruptedException, TimeoutException {
        LongAdder deleted = new LongAdder();
        AtomicInteger failed = new AtomicInteger(); // counted by who fails: an event that tells of it would come later
        try (Broker broker = Broker.open()) {
            broker.subscription(KEYS)
                    .named("deleters")
                    .concurrency(WORKERS)
                    .capacity(WORKERS)
                    .overflow(BACKPRESSURE)
                    .onEvent(key -> {
                        if (failed.get() >= mostFailures) {
                            return; // was waiting when too many had failed
                        }
                        try {
                            deleter.delete(key);
                            deleted.increment();
                        } catch (Throwable e) { // an error leaves the key undone, too
                            failed.incrementAndGet();
                        }
                        tried.run();
                    });
            Iterator<String> source = keys.iterator();
            while (failed.get() < mostFailures && source.hasNext()) { // in this order: hasNext fetches
                broker.publish(KEYS, source.next());
            }
            if (!broker.awaitQuiescence(PATIENCE)) {
                throw new TimeoutException("deletions are still running " + PATIENCE + " after the last was given out");
            }
        }
        return new Summary(deleted.sum(), failed.get(), failed.get() >= mostFailures);
    }

    static int run(PrintWriter out) throws InterruptedException, TimeoutException {
        SampleStore store = new SampleStore(10_000, 50);
        Summary summary;
        try (Spinner spinner = Spinner.onTerminal("deleting")) {
            summary = deleteAll(Generator.keysOf(store::page), store::delete, 10, spinner::step);
        }
        out.println(summary.deleted() + " deleted, " + summary.failed() + " failed, "
                + store.keys().size() + " left" + (summary.stopped() ? ": stopped after too many errors" : ""));
        return summary.exitCode();
    }
}
