package io.eventbroker.bench.compare.load;

import io.eventbroker.bench.lab.Arrivals;
import io.eventbroker.bench.lab.JvmMeters;
import io.eventbroker.bench.lab.Window;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Measures one contender in one scenario, in this JVM.
 *
 * <p>It publishes in windows. A window ends when every subscriber has received all that was published, and its accounts
 * are checked before the next begins: nothing lost, nothing reordered. In the end the values must add up. The first
 * windows warm up; before the others the heap is collected.
 */
public final class Measurement {
    private final Contender contender;
    private final Plan plan;
    private final Duration patience;
    private final List<Tally> subscribers;
    private final List<Source> sources;

    private Measurement(Contender contender, Scenario scenario, Plan plan, Duration patience) {
        this.contender = contender;
        this.plan = plan;
        this.patience = patience;
        subscribers = Stream.generate(() -> new Tally(scenario))
                .limit(scenario.subscribers())
                .toList();
        sources = IntStream.range(0, scenario.publishers())
                .mapToObj(number -> new Source(number, scenario, contender, subscribers))
                .toList();
    }

    /**
     * Runs the plan's windows.
     *
     * @throws Exception if the contender cannot be opened
     */
    public static Run run(Contender contender, Scenario scenario, Plan plan) throws Exception {
        return run(contender, scenario, plan, Arrivals.PATIENCE);
    }

    /** The same; what does not come for so long is lost. */
    static Run run(Contender contender, Scenario scenario, Plan plan, Duration patience) throws Exception {
        Measurement measurement = new Measurement(contender, scenario, plan, patience);
        try (contender) {
            contender.open(scenario, measurement.subscribers);
            Map<String, Object> settings = new TreeMap<>(contender.settings());
            settings.put("capacity", Load.CAPACITY);
            settings.put("inFlight", Load.IN_FLIGHT);
            settings.put("countsReadEvery", Load.batch(scenario.publishers()));
            return measurement.run(settings);
        } finally {
            measurement.sources.forEach(Source::close);
        }
    }

    private Run run(Map<String, Object> settings) throws InterruptedException {
        List<Double> warmUps = new ArrayList<>();
        long begin = System.nanoTime();
        while (isExact() && !plan.isWarm(warmUps, millisSince(begin))) {
            warmUps.add(window());
        }

        System.gc();
        JvmMeters.allocatedBytes(); // the first time these load classes
        Window.quiet(List.of(Window.of(() -> 0.0)));
        long allocated = JvmMeters.allocatedBytes();
        long before = sent();
        List<Window<Double>> windows = new ArrayList<>();
        begin = System.nanoTime();
        while (isExact() && !plan.isDone(Window.quiet(windows), windows.size(), millisSince(begin))) {
            windows.add(Window.of(this::window));
        }
        double bytes = (JvmMeters.allocatedBytes() - allocated) / (double) Math.max(1, sent() - before);

        long changed = isExact() ? changed() : 0;
        boolean exact = isExact() && changed == 0;
        return new Run(
                exact ? plan.counting(windows) : List.of(),
                exact ? bytes : 0,
                lost(),
                reordered(),
                changed,
                contender.dropped(),
                sent(),
                warmUps.size(),
                List.copyOf(windows),
                checksum(),
                settings);
    }

    private static long millisSince(long nanoTime) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanoTime);
    }

    /** Publishes for a while and waits for the delivery; the rate is in messages per second. */
    private double window() throws InterruptedException {
        long before = sent();
        long begin = System.nanoTime();
        long until = begin + TimeUnit.MILLISECONDS.toNanos(plan.windowMillis());
        List<Future<?>> publishing = new ArrayList<>();
        for (Source source : sources) {
            publishing.add(source.publishUntil(until));
        }
        for (Future<?> one : publishing) {
            await(one);
        }
        Arrivals.await(this::received, sent() * subscribers.size(), patience);
        return Math.rint((sent() - before) * 1e9 / (System.nanoTime() - begin));
    }

    private void await(Future<?> publishing) throws InterruptedException {
        try {
            publishing.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("a publisher failed", e.getCause());
        }
    }

    private boolean isExact() {
        return lost() == 0 && reordered() == 0;
    }

    // what follows is called over and over while a window drains, so it allocates nothing

    private long sent() {
        long sent = 0;
        for (int i = 0; i < sources.size(); i++) {
            sent += sources.get(i).sent();
        }
        return sent;
    }

    private long received() {
        long received = 0;
        for (int i = 0; i < subscribers.size(); i++) {
            received += subscribers.get(i).received();
        }
        return received;
    }

    private long lost() {
        long sent = sent();
        long lost = 0;
        for (int i = 0; i < subscribers.size(); i++) {
            lost += Math.max(0, sent - subscribers.get(i).received());
        }
        return lost;
    }

    private long reordered() {
        return subscribers.stream().mapToLong(Tally::reordered).sum();
    }

    private long changed() {
        long expected = sources.stream().mapToLong(Source::sum).sum();
        return subscribers.stream()
                .filter(subscriber -> subscriber.sum() != expected)
                .count();
    }

    private long checksum() {
        return subscribers.stream().mapToLong(Tally::sum).sum();
    }
}
