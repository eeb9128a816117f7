package io.eventbroker.examples.gallery;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * All errors collected: every item is tried, whatever becomes of the others. For work that is worth doing in part, such
 * as mails to many customers. Each item is tried exactly once, at most {@code limit} at a time; the failures come back in
 * the order of the items, each with its cause; when it returns no task runs any more. All items are held in memory: where
 * that is too much see {@link BulkDeleteCollecting}.
 */
final class ErrorCollection {
    record Failure<T>(T item, Throwable cause) {}

    @FunctionalInterface
    interface Action<T> {
        void on(T item) throws Exception;
    }

    private ErrorCollection() {}

    /** Empty if all went well. If interrupted while it waits, it interrupts what runs, and begins no more. */
    static <T> List<Failure<T>> forEach(List<T> items, int limit, Action<T> action) throws InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(limit);
        try {
            List<Callable<Object>> tasks = new ArrayList<>();
            for (T item : items) {
                tasks.add(() -> {
                    action.on(item);
                    return true;
                });
            }
            return failures(items, threads.invokeAll(tasks));
        } finally {
            threads.shutdownNow();
        }
    }

    private static <T> List<Failure<T>> failures(List<T> items, List<Future<Object>> done) throws InterruptedException {
        List<Failure<T>> failures = new ArrayList<>();
        Iterator<T> item = items.iterator();
        for (Future<Object> future : done) {
            T tried = item.next();
            try {
                future.get();
            } catch (ExecutionException e) {
                Throwable cause = e.getCause();
                failures.add(new Failure<>(tried, cause == null ? e : cause));
            }
        }
        return failures;
    }

    static void run(PrintWriter out) throws InterruptedException {
        List<String> customers = List.of("ann", "nobody", "bob", "no one");
        List<Failure<String>> failures = forEach(customers, 2, customer -> {
            if (customer.startsWith("no")) {
                throw new IllegalArgumentException("nowhere to send it");
            }
        });
        out.println(customers.size() - failures.size() + " sent");
        failures.forEach(out::println);
    }
}
