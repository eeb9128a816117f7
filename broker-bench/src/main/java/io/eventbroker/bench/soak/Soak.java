package io.eventbroker.bench.soak;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.eventbroker.Broker;
import io.eventbroker.BrokerConfig;
import io.eventbroker.Overflow;
import io.eventbroker.bench.soak.Totals.Sum;
import io.eventbroker.bench.soak.Violations.Kind;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** One generation after the other, until the plan is done, a line each second meanwhile. */
final class Soak {
    private static final long LINE_MILLIS = 1_000;

    private final Plan plan;
    private final Function<BrokerConfig, Broker> opener;
    private final PrintWriter out;
    private final PrintWriter err;
    private final Violations violations;
    private final long start = System.nanoTime();

    /** Of the generations that have ended. */
    private final Totals finished = new Totals();

    private @Nullable Generation current;

    Soak(Plan plan, Function<BrokerConfig, Broker> opener, PrintWriter out, PrintWriter err) {
        this.plan = plan;
        this.opener = opener;
        this.out = out;
        this.err = err;
        this.violations = new Violations(err, plan.seed());
    }

    /** Runs it; it is over, too, when nothing happens any more. */
    void run() throws InterruptedException {
        logErrorsOnly();
        Thread runner = new Thread(this::runGenerations, "soak");
        runner.setDaemon(true);
        runner.start();
        Totals before = new Totals();
        long moved = System.nanoTime();
        long line = start;
        while (true) {
            runner.join(LINE_MILLIS);
            long now = System.nanoTime();
            Totals totals = totals();
            print(before, totals, now - line);
            line = now;
            if (!runner.isAlive()) {
                return;
            }
            if (totals.hasMovedSince(before)) {
                moved = now;
            } else if (now - moved > plan.patience().toNanos()) {
                violations.add(Kind.HUNG, "nothing has happened for " + plan.patience());
                dump();
                return;
            }
            before = totals;
        }
    }

    /** The broker warns of each episode of drops, and of failing handlers; here both are meant to be. */
    private static void logErrorsOnly() {
        if (LoggerFactory.getLogger(Broker.class) instanceof Logger logger) {
            logger.setLevel(Level.ERROR);
        }
    }

    private void runGenerations() {
        try {
            for (int number = 0; !isDone(); number++) {
                violations.generation(number);
                Generation next = new Generation(number, plan.seed(), plan.messagesOfGeneration(), opener, violations);
                begin(next);
                next.run();
                end(next);
            }
        } catch (Throwable e) {
            e.printStackTrace(err);
            violations.add(Kind.FAILED, e.toString());
        }
    }

    private boolean isDone() {
        return totals().of(Sum.PUBLISHED) >= plan.messages()
                || System.nanoTime() - start >= plan.time().toNanos();
    }

    private synchronized void begin(Generation next) {
        current = next;
    }

    private synchronized void end(Generation last) {
        finished.add(last.totals());
        current = null;
    }

    /** Of all generations so far. */
    synchronized Totals totals() {
        Totals totals = new Totals();
        totals.add(finished);
        if (current != null) {
            totals.add(current.totals());
        }
        return totals;
    }

    Map<String, Long> violations() {
        return violations.byKind();
    }

    boolean isClean() {
        return violations.total() == 0;
    }

    long seconds() {
        return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
    }

    private void print(Totals before, Totals now, long nanos) {
        StringBuilder line = new StringBuilder(String.format(
                Locale.ROOT,
                "%5d s  published %,9.0f/s  received %,10.0f/s  dropped",
                seconds(),
                rate(Sum.PUBLISHED, before, now, nanos),
                rate(Sum.RECEIVED, before, now, nanos)));
        for (Overflow policy : Overflow.values()) {
            line.append(String.format(Locale.ROOT, " %s %,d", policy, now.dropped(policy)));
        }
        Runtime runtime = Runtime.getRuntime();
        line.append(String.format(
                Locale.ROOT,
                "  brokers %,d  heap %,d MB  threads %d  violations %d",
                now.of(Sum.BROKERS),
                (runtime.totalMemory() - runtime.freeMemory()) >> 20,
                ManagementFactory.getThreadMXBean().getThreadCount(),
                violations.total()));
        out.println(line);
        out.flush();
    }

    private static double rate(Sum sum, Totals before, Totals now, long nanos) {
        return (now.of(sum) - before.of(sum)) * 1e9 / Math.max(1, nanos);
    }

    private void dump() {
        Thread.getAllStackTraces().forEach((thread, frames) -> {
            err.println(thread + " " + thread.getState());
            for (StackTraceElement frame : frames) {
                err.println("    at " + frame);
            }
        });
        err.flush();
    }
}
