package io.eventbroker;

import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A thread of a test; its failure is the test's, and so is its absence: with the stacks of all threads. */
final class Task<T> {
    private final FutureTask<T> future;
    private final Thread thread;

    private Task(String name, Callable<T> body) {
        future = new FutureTask<>(body);
        thread = new Thread(future, name);
        thread.setDaemon(true);
        thread.start();
    }

    static <T> Task<T> call(String name, Callable<T> body) {
        return new Task<>(name, body);
    }

    static Task<Boolean> run(String name, Tests.Body body) {
        return new Task<>(name, () -> {
            body.run();
            return true;
        });
    }

    /** Fails with a dump of all threads if the body does not end. */
    static void underWatch(Tests.Body body) throws Exception {
        run("watched", body).get();
    }

    Thread thread() {
        return thread;
    }

    boolean isDone() {
        return future.isDone();
    }

    T get() throws Exception {
        try {
            future.get(Tests.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError(thread.getName() + " hangs\n" + dump(), e);
        } catch (ExecutionException e) {
            // join tells it
        }
        return join();
    }

    /** The same for one that may take any time. */
    T join() throws Exception {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw new AssertionError(thread.getName() + " failed: " + e.getCause(), e.getCause());
        }
    }

    /** The stacks of all threads. */
    static String dump() {
        StringBuilder dump = new StringBuilder();
        for (Map.Entry<Thread, StackTraceElement[]> entry :
                Thread.getAllStackTraces().entrySet()) {
            Thread thread = entry.getKey();
            dump.append(thread).append(' ').append(thread.getState()).append('\n');
            for (StackTraceElement frame : entry.getValue()) {
                dump.append("    at ").append(frame).append('\n');
            }
        }
        return dump.toString();
    }
}
