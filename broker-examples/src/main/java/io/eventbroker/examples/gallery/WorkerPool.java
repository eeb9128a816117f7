package io.eventbroker.examples.gallery;

import static io.eventbroker.Overflow.BACKPRESSURE;

import io.eventbroker.Broker;
import io.eventbroker.Handler;
import io.eventbroker.Topic;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A worker pool with results. For many independent jobs of which only so many may run at a time, because each holds a
 * connection or much memory. At most {@code workers} jobs run at once; each has exactly one result, and a job that failed
 * has a result that says so; results are handed over one at a time, in the order in which jobs end. Jobs wait outside
 * while the workers are busy, so an endless source needs no memory. It does not keep the order of the jobs.
 */
final class WorkerPool {
    record Job(int id, String text) {}

    /** What a job came to: a number of words, or an error. */
    record Result(Job job, int words, @Nullable Throwable error) {}

    @FunctionalInterface
    interface Work {
        int words(Job job) throws Exception;
    }

    private static final Topic<Job> JOBS = Topic.of("jobs", Job.class);
    private static final Topic<Result> RESULTS = Topic.of("results", Result.class);
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private WorkerPool() {}

    /** Returns when each job's result has been handed over. */
    static void process(Iterable<Job> jobs, int workers, Work work, Handler<Result> sink)
            throws InterruptedException, TimeoutException {
        try (Broker broker = Broker.open()) {
            broker.subscription(RESULTS).named("results").overflow(BACKPRESSURE).onEvent(sink);
            broker.subscription(JOBS)
                    .named("workers")
                    .concurrency(workers)
                    .capacity(workers)
                    .overflow(BACKPRESSURE)
                    .onEvent(job -> broker.publish(RESULTS, resultOf(job, work)));
            for (Job job : jobs) {
                broker.publish(JOBS, job);
            }
            if (!broker.awaitQuiescence(PATIENCE)) {
                throw new TimeoutException("jobs are still running " + PATIENCE + " after the last was given out");
            }
        }
    }

    private static Result resultOf(Job job, Work work) {
        try {
            return new Result(job, work.words(job), null);
        } catch (Throwable e) { // else the job would have no result
            return new Result(job, 0, e);
        }
    }

    static void run(PrintWriter out) throws InterruptedException, TimeoutException {
        List<Job> jobs = List.of(new Job(1, "to be or not to be"), new Job(2, ""), new Job(3, "that is the question"));
        Work count = job -> {
            if (job.text().isEmpty()) {
                throw new IllegalArgumentException("nothing to count");
            }
            return job.text().split(" ", -1).length;
        };
        process(jobs, 2, count, out::println);
    }
}
