package io.eventbroker.examples.gallery;

import java.io.PrintWriter;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Phaser;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.LongAdder;

/**
 * A wait group: waits until tasks have ended whose number is not known beforehand, since they may start others. For walks
 * through trees, and whatever divides itself. When {@code await} returns there was a moment at which no task was running
 * or waiting, and what they did is visible; a task that throws counts as ended. Any thread may wait, several times. At most
 * 65,535 tasks at a time, which is what a {@link Phaser} can count; where the number is fixed a {@code CountDownLatch} is
 * simpler. It passes on no results and no errors: for that see {@link ErrorGroup}.
 */
final class WaitGroup {
    /** Its phase ends when the last party has left; by default it would then be of no further use. */
    private final Phaser running = new Phaser() {
        @Override
        protected boolean onAdvance(int phase, int registeredParties) {
            return false;
        }
    };

    private final Executor executor;

    WaitGroup(Executor executor) {
        this.executor = executor;
    }

    /** Starts a task; a task of the group may do so, too. */
    void go(Runnable task) {
        running.register(); // before it is handed over, else await might return in between
        try {
            executor.execute(() -> {
                try {
                    task.run();
                } finally {
                    running.arriveAndDeregister();
                }
            });
        } catch (RejectedExecutionException e) {
            running.arriveAndDeregister();
            throw e;
        }
    }

    /** Waits until no task is left; returns at once if there is none. */
    void await() throws InterruptedException {
        int phase = running.getPhase();
        if (running.getUnarrivedParties() > 0) {
            running.awaitAdvanceInterruptibly(phase);
        }
    }

    static void run(PrintWriter out) throws InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            LongAdder leaves = new LongAdder();
            WaitGroup walk = new WaitGroup(threads);
            walk.go(() -> grow(walk, 8, leaves));
            walk.await();
            out.println(leaves.sum() + " leaves");
        } finally {
            threads.shutdown();
        }
    }

    private static void grow(WaitGroup walk, int height, LongAdder leaves) {
        if (height == 0) {
            leaves.increment();
            return;
        }
        walk.go(() -> grow(walk, height - 1, leaves));
        walk.go(() -> grow(walk, height - 1, leaves));
    }
}
