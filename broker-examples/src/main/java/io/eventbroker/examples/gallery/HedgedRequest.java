package io.eventbroker.examples.gallery;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Hedged requests: the same question to a second server if the first is slow. For reads that several can answer, where
 * now and then one takes far longer than usual. The first answer wins, and the others are cancelled; a second server is
 * asked only when the first has not answered within the delay, or has failed, so with a delay that is seldom reached it
 * costs few calls. It fails when all have failed. Not for what may be done once only, such as a payment.
 */
final class HedgedRequest {
    private HedgedRequest() {}

    /**
     * Asks one after the other until one has answered.
     *
     * @param threads runs the calls; as many at a time as there are servers
     * @param servers one or more
     * @throws ExecutionException if all failed: what the first to fail threw, with the others suppressed
     */
    static <T> T first(ExecutorService threads, Duration delay, List<Callable<T>> servers)
            throws InterruptedException, ExecutionException {
        if (servers.isEmpty()) {
            throw new IllegalArgumentException("no server to ask");
        }
        ExecutorCompletionService<T> answers = new ExecutorCompletionService<>(threads);
        List<Future<T>> asked = new ArrayList<>();
        List<ExecutionException> failures = new ArrayList<>();
        try {
            while (failures.size() < servers.size()) {
                if (asked.size() < servers.size()) {
                    asked.add(answers.submit(servers.get(asked.size())));
                }
                Future<T> answer = nextAnswer(answers, asked.size() < servers.size() ? delay : null);
                if (answer == null) {
                    continue; // slow: the next is asked, too
                }
                try {
                    return answer.get();
                } catch (ExecutionException e) {
                    failures.add(e);
                }
            }
        } finally {
            asked.forEach(call -> call.cancel(true));
        }
        ExecutionException first = failures.remove(0);
        failures.forEach(first::addSuppressed);
        throw first;
    }

    private static <T> @Nullable Future<T> nextAnswer(ExecutorCompletionService<T> answers, @Nullable Duration delay)
            throws InterruptedException {
        return delay == null ? answers.take() : answers.poll(delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    static void run(PrintWriter out) throws InterruptedException, ExecutionException {
        Callable<String> slow = () -> {
            new CountDownLatch(1).await(); // until it is cancelled
            return "from the slow server";
        };
        Callable<String> quick = () -> "from the second server";
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            out.println(first(threads, Duration.ofMillis(20), List.of(slow, quick)));
        } finally {
            threads.shutdownNow();
        }
    }
}
