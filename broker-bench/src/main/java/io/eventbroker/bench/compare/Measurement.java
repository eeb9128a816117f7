package io.eventbroker.bench.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Measures one contender in one scenario, in this JVM.
 *
 * <p>It publishes in windows. A window ends when every subscriber has received all that was published, and its accounts
 * are checked before the next begins: nothing lost, nothing reordered, the values add up. The first windows warm up.
 */
final class Measurement {
    private static final long STALLED_NANOS = TimeUnit.SECONDS.toNanos(3);
    private static final long GLANCE_NANOS = 50_000;

    private final Plan plan;
    private final List<Tally> subscribers;
    private final List<Source> sources;
    private final Map<String, Object> settings;

    private Measurement(Contender contender, Scenario scenario, Plan plan) {
        this.plan = plan;
        subscribers = Stream.generate(() -> new Tally(scenario.publishers()))
                .limit(scenario.subscribers())
                .toList();
        sources = IntStream.range(0, scenario.publishers())
                .mapToObj(number -> new Source(number, scenario, contender, subscribers))
                .toList();
        settings = new TreeMap<>(contender.settings());
        settings.put("capacity", Load.CAPACITY);
        settings.put("inFlight", Load.IN_FLIGHT);
        settings.put("countsReadEvery", Load.batch(scenario.publishers()));
    }

    /**
     * Runs the plan's windows.
     *
     * @throws IllegalStateException if every event came, in order, but was not what had been published
     */
    static Run run(Contender contender, Scenario scenario, Plan plan) throws InterruptedException {
        Measurement measurement = new Measurement(contender, scenario, plan);
        try (contender) {
            contender.open(measurement.subscribers);
            return measurement.run();
        } finally {
            measurement.sources.forEach(Source::close);
        }
    }

    private Run run() throws InterruptedException {
        List<Double> rates = new ArrayList<>();
        for (int window = 0; window < plan.warmUpWindows() + plan.windows() && isExact(); window++) {
            double rate = window();
            if (window >= plan.warmUpWindows()) {
                rates.add(rate);
            }
        }

        if (!isExact()) {
            return new Run(List.of(), lost(), reordered(), sent(), checksum(), settings);
        }
        if (subscribers.stream().anyMatch(subscriber -> subscriber.sum() != expectedSum())) {
            throw new IllegalStateException("the events' values do not add up");
        }
        return new Run(rates, 0, 0, sent(), checksum(), settings);
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
        awaitDelivery();
        return (sent() - before) * 1e9 / (System.nanoTime() - begin);
    }

    private void await(Future<?> publishing) throws InterruptedException {
        try {
            publishing.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("a publisher failed", e.getCause());
        }
    }

    /** Returns when everything has arrived, or nothing more does. */
    private void awaitDelivery() {
        long all = sent() * subscribers.size();
        long seen = -1;
        long changed = System.nanoTime();
        while (true) {
            long received = received();
            if (received >= all) {
                return;
            }
            if (received != seen) {
                seen = received;
                changed = System.nanoTime();
            } else if (System.nanoTime() - changed > STALLED_NANOS) {
                return;
            }
            LockSupport.parkNanos(GLANCE_NANOS);
        }
    }

    private boolean isExact() {
        return lost() == 0 && reordered() == 0;
    }

    private long sent() {
        return sources.stream().mapToLong(Source::sent).sum();
    }

    private long received() {
        return subscribers.stream().mapToLong(Tally::received).sum();
    }

    private long lost() {
        long sent = sent();
        return subscribers.stream()
                .mapToLong(subscriber -> Math.max(0, sent - subscriber.received()))
                .sum();
    }

    private long reordered() {
        return subscribers.stream().mapToLong(Tally::reordered).sum();
    }

    private long expectedSum() {
        return sources.stream().mapToLong(Source::sum).sum();
    }

    private long checksum() {
        return subscribers.stream().mapToLong(Tally::sum).sum();
    }
}
