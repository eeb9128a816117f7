package io.eventbroker.examples.gallery;

import java.io.PrintWriter;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Cancellation: tasks that belong together and end together. For a request that starts work in several places, which is to
 * stop when the client hangs up. Cancelling interrupts the tasks of the scope and of all scopes inside it, not those
 * around it, and refuses new ones; {@code close} returns when the last has ended, so none outlives the block. It cannot
 * stop a task that ignores interrupts: {@code close} waits for it. In Go this is {@code context.WithCancel}.
 */
final class CancellationScope implements AutoCloseable {
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final @Nullable CancellationScope outer;
    private final Set<CancellationScope> inner = new HashSet<>(); // those not closed; guarded by this
    private boolean isCancelled; // guarded by this

    CancellationScope() {
        this(null);
    }

    private CancellationScope(@Nullable CancellationScope outer) {
        this.outer = outer;
    }

    /**
     * Starts a task on a thread of its own.
     *
     * @throws RejectedExecutionException if the scope is cancelled
     */
    <T> Future<T> fork(Callable<T> task) {
        return threads.submit(task);
    }

    /** A scope that ends with this one, or earlier. */
    synchronized CancellationScope inner() {
        CancellationScope scope = new CancellationScope(this);
        inner.add(scope);
        if (isCancelled) {
            scope.cancel();
        }
        return scope;
    }

    /** Does not wait. */
    synchronized void cancel() {
        isCancelled = true;
        threads.shutdownNow();
        inner.forEach(CancellationScope::cancel);
    }

    @Override
    public void close() {
        cancel();
        List<CancellationScope> scopes;
        synchronized (this) {
            scopes = List.copyOf(inner);
        }
        scopes.forEach(CancellationScope::close);
        awaitEnd(threads);
        if (outer != null) {
            outer.forget(this); // a scope that lives long may have had many
        }
    }

    private synchronized void forget(CancellationScope scope) {
        inner.remove(scope);
    }

    synchronized int innerScopes() {
        return inner.size();
    }

    /** An interrupt does not end it: otherwise a task might outlive its scope. */
    static void awaitEnd(ExecutorService threads) {
        boolean isInterrupted = false;
        boolean isOver = false;
        while (!isOver) {
            try {
                isOver = threads.awaitTermination(1, TimeUnit.DAYS);
            } catch (InterruptedException e) {
                isInterrupted = true;
            }
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    static void run(PrintWriter out) throws InterruptedException {
        CountDownLatch searching = new CountDownLatch(2);
        Callable<Void> search = () -> {
            searching.countDown();
            try {
                new CountDownLatch(1).await(); // never found
            } catch (InterruptedException e) {
                out.println("search cancelled");
            }
            return null;
        };
        try (CancellationScope request = new CancellationScope()) {
            Future<Void> catalogue = request.fork(search);
            Future<Void> archive = request.inner().fork(search);
            searching.await();
            out.println("the client hangs up; found: " + (catalogue.isDone() || archive.isDone()));
        }
        out.println("both searches have ended");
    }
}
