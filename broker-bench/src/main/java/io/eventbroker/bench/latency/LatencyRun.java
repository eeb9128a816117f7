package io.eventbroker.bench.latency;

import io.eventbroker.bench.lab.Arrivals;
import io.eventbroker.bench.lab.JsonLine;
import io.eventbroker.bench.lab.JvmMeters;
import io.eventbroker.bench.lab.Text;
import io.eventbroker.bench.lab.Window;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
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
 * @param stolen what a virtual machine's host kept of the processor time that was wanted in each window, from 0 to 1,
 *     those included that do not count
 */
record LatencyRun(
        int events,
        Map<Quantile, Long> latencies,
        Map<Quantile, Long> lateness,
        double processor,
        List<Double> stolen) {
    private static final int FASTEST = 100_000;
    private static final long HEAD_START_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    public static void main(String[] arguments) throws InterruptedException {
        Contender contender = Contender.parse(arguments[0]);
        int rate = Integer.parseInt(arguments[1]);
        Plan plan = JsonLine.read(arguments[2], Plan.class);
        System.out.println(JsonLine.of(measure(contender::open, rate, plan, Clock.SYSTEM)));
        System.exit(0);
    }

    static LatencyRun measure(Function<Consumer<Event>, Channel> opener, int rate, Plan plan, Clock clock)
            throws InterruptedException {
        return measure(opener, rate, plan, clock, Arrivals.PATIENCE);
    }

    /**
     * Publishes and measures, by this thread.
     *
     * @param patience after how long without another event the rest is taken for lost
     * @throws IllegalStateException if an event was lost or came out of order
     */
    static LatencyRun measure(
            Function<Consumer<Event>, Channel> opener, int rate, Plan plan, Clock clock, Duration patience)
            throws InterruptedException {
        Receiver receiver = new Receiver(clock);
        try (Channel channel = opener.apply(receiver)) {
            Pacer pacer = new Pacer(clock, channel.in());
            stage(pacer, receiver, FASTEST, plan.warmUpMillis(), clock, patience);
            stage(pacer, receiver, rate, plan.settleMillis(), clock, patience);
            System.gc();
            List<Window<Stage>> windows = Window.measure(
                    plan.windows(), () -> stage(pacer, receiver, rate, plan.windowMillis(), clock, patience));
            return of(
                    Window.quietest(windows, plan.windows()),
                    windows.stream().map(Window::stolen).toList());
        }
    }

    /** What came of one schedule. */
    private record Stage(int events, Histogram latencies, Histogram lateness, double processor) {}

    private static Stage stage(Pacer pacer, Receiver receiver, int rate, int millis, Clock clock, Duration patience) {
        Histogram latencies = Quantile.newHistogram();
        Histogram lateness = Quantile.newHistogram();
        int count = Schedule.count(rate, millis);
        Schedule schedule = new Schedule(clock.nanoTime() + HEAD_START_NANOS, rate);
        receiver.begin(schedule, latencies);
        long busy = JvmMeters.othersProcessorNanos();
        long begun = System.nanoTime();
        pacer.publish(schedule, count, lateness);
        await(receiver, pacer.sent(), patience);
        double processor = (double) (JvmMeters.othersProcessorNanos() - busy) / (System.nanoTime() - begun);
        return new Stage(count, latencies, lateness, processor);
    }

    private static LatencyRun of(List<Stage> stages, List<Double> stolen) {
        Histogram latencies = Quantile.newHistogram();
        Histogram lateness = Quantile.newHistogram();
        int events = 0;
        double processor = 0;
        for (Stage stage : stages) {
            latencies.add(stage.latencies);
            lateness.add(stage.lateness);
            events += stage.events;
            processor += stage.processor / stages.size();
        }
        return new LatencyRun(events, Quantile.of(latencies), Quantile.of(lateness), processor, stolen);
    }

    /** Returns when everything has come; fails if nothing more does. */
    private static void await(Receiver receiver, long sent, Duration patience) {
        long received = Arrivals.await(receiver::received, sent, patience);
        if (received < sent) {
            throw new IllegalStateException("of " + sent + " events " + (sent - received) + " were lost");
        }
        if (receiver.received() != sent || receiver.disordered() > 0) {
            throw new IllegalStateException(
                    "of " + sent + " events " + receiver.disordered() + " came out of order or twice");
        }
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
