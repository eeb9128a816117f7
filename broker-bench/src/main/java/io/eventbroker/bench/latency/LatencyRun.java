package io.eventbroker.bench.latency;

import io.eventbroker.bench.lab.JsonLine;
import io.eventbroker.bench.lab.Text;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;
import org.HdrHistogram.Histogram;

/**
 * What came of one run, all of whose events arrived, in order; and the main class of the JVM that measures it.
 *
 * @param events how many were measured
 * @param latencies in ns, from when an event was due to when its handler was called
 * @param lateness in ns, from when an event was due to when it was about to be published: the harness's own share
 * @param processor time taken by the whole JVM but for the thread that paces, in seconds a second
 */
record LatencyRun(int events, Map<Quantile, Long> latencies, Map<Quantile, Long> lateness, double processor) {
    private static final int FASTEST = 100_000;
    private static final long HEAD_START_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long GLANCE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long STALLED_NANOS = TimeUnit.SECONDS.toNanos(3);

    public static void main(String[] arguments) {
        Contender contender = Contender.parse(arguments[0]);
        int rate = Integer.parseInt(arguments[1]);
        Plan plan = JsonLine.read(arguments[2], Plan.class);
        System.out.println(JsonLine.of(measure(contender::open, rate, plan, Clock.SYSTEM)));
        System.exit(0);
    }

    /**
     * Publishes and measures, by this thread.
     *
     * @throws IllegalStateException if an event was lost or came out of order
     */
    static LatencyRun measure(Function<Consumer<Event>, Channel> opener, int rate, Plan plan, Clock clock) {
        Receiver receiver = new Receiver(clock);
        try (Channel channel = opener.apply(receiver)) {
            Pacer pacer = new Pacer(clock, channel.in());
            stage(pacer, receiver, FASTEST, plan.warmUpMillis(), clock);
            stage(pacer, receiver, rate, plan.settleMillis(), clock);
            System.gc();
            return stage(pacer, receiver, rate, plan.measureMillis(), clock);
        }
    }

    private static LatencyRun stage(Pacer pacer, Receiver receiver, int rate, int millis, Clock clock) {
        Histogram latencies = Quantile.newHistogram();
        Histogram lateness = Quantile.newHistogram();
        int count = Schedule.count(rate, millis);
        Schedule schedule = new Schedule(clock.nanoTime() + HEAD_START_NANOS, rate);
        receiver.begin(schedule, latencies);
        long busy = othersProcessorNanos();
        long begun = System.nanoTime();
        pacer.publish(schedule, count, lateness);
        await(receiver, pacer.sent());
        double processor = (double) (othersProcessorNanos() - busy) / (System.nanoTime() - begun);
        return new LatencyRun(count, Quantile.of(latencies), Quantile.of(lateness), processor);
    }

    /** Returns when everything has come; fails if nothing more does. */
    private static void await(Receiver receiver, long sent) {
        long seen = -1;
        long changed = System.nanoTime();
        while (receiver.received() < sent) {
            if (receiver.received() != seen) {
                seen = receiver.received();
                changed = System.nanoTime();
            } else if (System.nanoTime() - changed > STALLED_NANOS) {
                throw new IllegalStateException("of " + sent + " events " + (sent - seen) + " were lost");
            }
            LockSupport.parkNanos(GLANCE_NANOS);
        }
        if (receiver.received() != sent || receiver.disordered() > 0) {
            throw new IllegalStateException(
                    "of " + sent + " events " + receiver.disordered() + " came out of order or twice");
        }
    }

    /** The processor time of this JVM without that of the calling thread, which paces. */
    private static long othersProcessorNanos() {
        long own = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        return ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
                        .getProcessCpuTime()
                - own;
    }

    /** In one line, in µs. */
    String summary() {
        return "p50 " + micros(Quantile.P50) + " µs, p99 " + micros(Quantile.P99) + " µs";
    }

    private String micros(Quantile quantile) {
        return Text.number(latency(quantile) / 1e3);
    }

    /** A latency in ns. */
    double latency(Quantile quantile) {
        return latencies.getOrDefault(quantile, 0L);
    }

    /** How late it was published, in ns. */
    double lateness(Quantile quantile) {
        return lateness.getOrDefault(quantile, 0L);
    }
}
