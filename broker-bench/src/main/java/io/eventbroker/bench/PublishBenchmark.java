package io.eventbroker.bench;

import io.eventbroker.Broker;
import io.eventbroker.BrokerStats;
import io.eventbroker.SubscriptionStats;
import io.eventbroker.Topic;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a publisher can hand to the broker: one publisher, one push subscription, messages per second. With JMH's
 * {@code gc} profiler also bytes allocated per message, by all threads. A subscription that cannot keep up drops; the
 * end of each trial counts handled and dropped messages and fails if one is missing.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Threads(1)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class PublishBenchmark {
    private static final Topic<Reading> READINGS = Topic.of("readings", Reading.class);
    private static final int CAPACITY = 1 << 20;

    private record Reading(long value) {}

    private final Reading reading = new Reading(1);
    private final Broker broker = Broker.open();

    /** Written by the subscription's only worker, read when the broker is closed. */
    private long sum;

    /** Subscribes. JMH makes one instance a trial. */
    public PublishBenchmark() {
        broker.subscription(READINGS).capacity(CAPACITY).onEvent(event -> sum += event.value());
    }

    /** Publishes one message. */
    @Benchmark
    public void publish() {
        broker.publish(READINGS, reading);
    }

    /** Closes the broker and checks the accounts. */
    @TearDown
    public void close() {
        BrokerStats totals = broker.close(Duration.ofSeconds(30));
        SubscriptionStats readings = totals.subscriptions().get(0);
        check("accepted = routed", totals.accepted() == totals.routed(), totals);
        check("routed = matched", totals.routed() == readings.matched(), totals);
        check("handled + dropped = matched", readings.handled() + readings.dropped() == readings.matched(), totals);
        check("sum = handled", sum == readings.handled(), totals);
        System.out.printf("handled %,d, dropped %,d%n", readings.handled(), readings.dropped());
    }

    private static void check(String law, boolean holds, BrokerStats totals) {
        if (!holds) {
            throw new IllegalStateException("not true: " + law + " in " + totals);
        }
    }
}
