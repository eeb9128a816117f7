package io.eventbroker.bench.compare.load;

import java.util.List;

/** Threads that do not keep the JVM alive. */
public final class Threads {
    private static final long PATIENCE_MILLIS = 5_000;

    private Threads() {}

    /** One for a task, not started. */
    public static Thread daemon(Runnable task) {
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        return thread;
    }

    /** Starts a thread for each task. */
    public static List<Thread> start(List<? extends Runnable> tasks) {
        List<Thread> threads = tasks.stream().map(task -> daemon(task)).toList();
        threads.forEach(Thread::start);
        return threads;
    }

    /** Interrupts threads and waits for their end, for a while. */
    public static void stop(List<Thread> threads) {
        threads.forEach(Thread::interrupt);
        try {
            for (Thread thread : threads) {
                thread.join(PATIENCE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
