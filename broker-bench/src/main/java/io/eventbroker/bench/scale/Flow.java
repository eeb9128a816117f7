package io.eventbroker.bench.scale;

import io.eventbroker.bench.lab.Arrivals;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;

/**
 * Publishes through a {@link Subject} as fast as it gets through. All publishers together have so few messages in flight
 * that nothing is dropped, and each looks after a batch whether there is room for the next. It publishes in windows; one
 * ends when everything has come, and its accounts are checked before the next begins.
 */
final class Flow implements AutoCloseable {
    /** How many messages all publishers together may have in flight: no queue may hold fewer of those meant for it. */
    static final int IN_FLIGHT = 1 << 14;

    /** So many batches are in flight. */
    private static final int BATCHES = 8;

    private static final int PADDING = 16;
    private static final int SPINS = 64;
    private static final long PARK_NANOS = 50_000;

    private final Subject subject;
    private final List<LongConsumer> ways;
    private final int batch;

    /** How many messages each publisher has published, or is about to. Each is written by its publisher. */
    private final AtomicLongArray sent;

    /** One thread for each: a lane belongs to its thread. */
    private final List<ExecutorService> threads = new ArrayList<>();

    private Flow(Subject subject) {
        this.subject = subject;
        ways = subject.ways();
        batch = Math.max(1, IN_FLIGHT / BATCHES / ways.size());
        sent = new AtomicLongArray((ways.size() + 1) * PADDING);
        for (int way = 0; way < ways.size(); way++) {
            threads.add(Executors.newSingleThreadExecutor(task -> {
                Thread thread = new Thread(task, "publisher");
                thread.setDaemon(true);
                return thread;
            }));
        }
    }

    /**
     * What a message costs, in ns: the time of the median window by the number of messages that all published in it.
     *
     * @throws IllegalStateException if a message was lost, or something else came
     */
    static double nanosPerMessage(Subject subject, Plan plan) throws InterruptedException {
        try (Flow flow = new Flow(subject)) {
            long nanos = TimeUnit.MILLISECONDS.toNanos(plan.windowMillis());
            return plan.median(() -> flow.window(nanos));
        }
    }

    private double window(long nanos) throws InterruptedException {
        long before = total();
        long begin = System.nanoTime();
        List<Future<?>> publishing = new ArrayList<>();
        for (int way = 0; way < ways.size(); way++) {
            int number = way;
            publishing.add(threads.get(way).submit(() -> publishBatches(number, begin + nanos)));
        }
        for (Future<?> one : publishing) {
            await(one);
        }
        awaitArrival();
        double cost = (double) (System.nanoTime() - begin) / (total() - before);
        requireExact();
        return cost;
    }

    private static void await(Future<?> publishing) throws InterruptedException {
        try {
            publishing.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("a publisher failed", e.getCause());
        }
    }

    private void publishBatches(int way, long until) {
        LongConsumer publisher = ways.get(way);
        do {
            long from = sent.getPlain(cell(way));
            sent.setRelease(cell(way), from + batch); // first: others must know what is under way
            for (int i = 0; i < batch; i++) {
                publisher.accept(from + i);
            }
        } while (hasRoomBefore(until));
    }

    /** Waits until each publisher may publish another batch; false if it is too late for one. */
    private boolean hasRoomBefore(long until) {
        for (int rounds = 0; System.nanoTime() - until < 0; rounds++) {
            if (total() + (long) batch * ways.size() - subject.arrived() <= IN_FLIGHT) {
                return true;
            }
            pause(rounds);
        }
        return false;
    }

    /** Waits a little: spinning at first, then parked. */
    static void pause(int rounds) {
        if (rounds < SPINS) {
            Thread.onSpinWait();
        } else {
            LockSupport.parkNanos(PARK_NANOS);
        }
    }

    private void awaitArrival() {
        long total = total();
        long arrived = Arrivals.await(subject::arrived, total, Arrivals.PATIENCE);
        if (arrived < total) {
            throw new IllegalStateException("of " + total + " messages " + arrived + " came to everybody");
        }
    }

    private void requireExact() {
        long sum = 0;
        for (int way = 0; way < ways.size(); way++) {
            sum += Event.sum(sent.getAcquire(cell(way)));
        }
        if (!subject.isExact(total(), sum)) {
            throw new IllegalStateException("what came is not the " + total() + " messages that were published");
        }
    }

    private long total() {
        long total = 0;
        for (int way = 0; way < ways.size(); way++) {
            total += sent.getAcquire(cell(way));
        }
        return total;
    }

    private static int cell(int way) {
        return (way + 1) * PADDING;
    }

    @Override
    public void close() {
        threads.forEach(ExecutorService::shutdownNow);
    }
}
