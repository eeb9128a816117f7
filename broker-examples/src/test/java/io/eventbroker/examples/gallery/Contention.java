package io.eventbroker.examples.gallery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** What the tests of the gallery share: many threads at once, who is inside, and what must not be left behind. */
final class Contention {
    /** No test waits that long unless something is wrong. */
    static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Threads that the JVM or a library starts once, for all who may come to need them. */
    private static final Set<String> SHARED = Set.of(
            "ForkJoinPool",
            "CompletableFutureDelayScheduler",
            "VirtualThread-unparker",
            "ProgressBar",
            "Common-Cleaner",
            "process reaper");

    private Contention() {}

    @FunctionalInterface
    interface Body {
        void run() throws Exception;
    }

    /** What one of several threads does. */
    @FunctionalInterface
    interface Share {
        void run(int index) throws Exception;
    }

    /** Runs the shares in as many threads, which begin together; fails if one fails, or is not done in time. */
    static void together(int threads, Share share) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            CyclicBarrier begin = new CyclicBarrier(threads);
            List<Callable<Boolean>> shares = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                int index = i;
                shares.add(() -> {
                    begin.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                    share.run(index);
                    return true;
                });
            }
            for (Future<Boolean> done : executor.invokeAll(shares, PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                done.get();
            }
        } catch (ExecutionException e) {
            throw new AssertionError("one of " + threads + " threads failed", e.getCause());
        } finally {
            executor.shutdownNow();
            assertThat(executor.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
        }
    }

    static void awaitLatch(CountDownLatch latch) throws InterruptedException {
        assertThat(latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .as("the latch opens")
                .isTrue();
    }

    /** Waits for an interrupt, and then takes its time to return. */
    static void endSlowlyWhenInterrupted() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            for (int i = 0; i < 1_000; i++) {
                Thread.yield();
            }
        }
    }

    /** Runs the body, and fails if a platform thread that was started meanwhile does not end. */
    static void assertNoThreadLeft(Body body) throws Exception {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        body.run();
        Set<Thread> after = new HashSet<>(Thread.getAllStackTraces().keySet());
        after.removeAll(before);
        for (Thread thread : after) {
            if (SHARED.stream().noneMatch(thread.getName()::startsWith)) {
                thread.join(PATIENCE.toMillis());
                assertThat(thread.isAlive())
                        .as(
                                "%s lives: %s",
                                thread, Stream.of(thread.getStackTrace()).toList())
                        .isFalse();
            }
        }
    }

    /** Counts who is inside, and how many were at most. */
    static final class Gauge {
        private final AtomicInteger inside = new AtomicInteger();
        private final AtomicInteger most = new AtomicInteger();

        void enter() {
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            Thread.yield(); // so that others come, if they can
        }

        void leave() {
            inside.decrementAndGet();
        }

        int inside() {
            return inside.get();
        }

        int most() {
            return most.get();
        }
    }
}
