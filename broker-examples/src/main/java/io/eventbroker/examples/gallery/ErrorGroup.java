package io.eventbroker.examples.gallery;

import java.io.PrintWriter;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * An error group: tasks that succeed together. The first failure cancels the rest. For the parts of one answer, which
 * is worthless if a part is missing. At most {@code limit} tasks run at once; after the first failure those that run
 * are interrupted, and those that wait are never begun; {@code await} returns or throws when the last has ended. It
 * throws the first failure, and what failed on account of it is {@linkplain Throwable#addSuppressed suppressed} in
 * it. {@code close} cancels what is left, and returns when that has ended. To have all done in any case see
 * {@link ErrorCollection}. In Go this is {@code errgroup} with a context.
 */
final class ErrorGroup implements AutoCloseable {
    @FunctionalInterface
    interface Task {
        void run() throws Exception;
    }

    private final ExecutorService threads;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    ErrorGroup(int limit) {
        threads = Executors.newFixedThreadPool(limit);
    }

    /** Begins a task as soon as there is a thread for it; not at all once one has failed. */
    void go(Task task) {
        try {
            threads.execute(() -> attempt(task));
        } catch (RejectedExecutionException e) {
            if (failure.get() == null) {
                throw e; // not cancelled, but awaited or closed before
            }
        }
    }

    private void attempt(Task task) {
        try {
            task.run();
        } catch (Throwable e) {
            if (failure.compareAndSet(null, e)) {
                threads.shutdownNow();
                return;
            }
            Throwable first = failure.get();
            if (first != null && !first.equals(e)) {
                first.addSuppressed(e);
            }
        }
    }

    /**
     * Waits for all tasks; none can be added any more.
     *
     * @throws ExecutionException if one failed; its cause is what the first threw
     */
    void await() throws ExecutionException, InterruptedException {
        threads.shutdown();
        while (!threads.awaitTermination(1, TimeUnit.DAYS)) {
            // as long as it takes
        }
        Throwable first = failure.get();
        if (first != null) {
            throw new ExecutionException(first);
        }
    }

    /** Cancels what still runs, for a block that is left early, and waits until it has ended, whatever interrupts come. */
    @Override
    public void close() {
        threads.shutdownNow();
        CancellationScope.awaitEnd(threads);
    }

    static void run(PrintWriter out) throws InterruptedException {
        CountDownLatch loading = new CountDownLatch(1);
        try (ErrorGroup page = new ErrorGroup(2)) {
            page.go(() -> {
                loading.countDown();
                new CountDownLatch(1).await(); // takes for ever
            });
            page.go(() -> {
                loading.await();
                throw new IllegalStateException("the price list is not there");
            });
            page.await();
            out.println("never reached");
        } catch (ExecutionException e) {
            Throwable first = e.getCause();
            out.println("no page: " + first);
            out.println("cancelled: " + (first == null ? 0 : first.getSuppressed().length));
        }
    }
}
