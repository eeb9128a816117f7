package io.eventbroker.examples.gallery;

import java.io.PrintWriter;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;

/**
 * Atomic counters: numbers that many threads change without a lock. For statistics and numbering. An {@link AtomicLong}
 * where each caller needs the value, such as a number of its own; a {@link LongAdder} where many count and few read, which
 * is faster under contention; a {@link LongAccumulator} for a maximum. No change is lost, and no number given twice. Two
 * counters are two: what they say together need not be of one moment. For that see {@link ReadWriteTable} or
 * {@link Confinement}.
 */
final class AtomicCounters {
    private final AtomicLong numbers = new AtomicLong();
    private final LongAdder requests = new LongAdder();
    private final LongAccumulator slowest = new LongAccumulator(Math::max, 0);

    /** A number that nobody else gets: 1, 2, 3, … without a gap. */
    long nextNumber() {
        return numbers.incrementAndGet();
    }

    void request(long millis) {
        requests.increment();
        slowest.accumulate(millis);
    }

    /** Exact when nobody counts at the moment. */
    long requests() {
        return requests.sum();
    }

    long slowest() {
        return slowest.get();
    }

    static void run(PrintWriter out) throws InterruptedException {
        AtomicCounters counters = new AtomicCounters();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        for (int i = 0; i < 1_000; i++) {
            threads.execute(() -> counters.request(counters.nextNumber() % 100));
        }
        threads.shutdown();
        if (threads.awaitTermination(1, TimeUnit.MINUTES)) {
            out.println(counters.requests() + " requests, the slowest took " + counters.slowest() + " ms");
        }
    }
}
