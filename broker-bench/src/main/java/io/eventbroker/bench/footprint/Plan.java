package io.eventbroker.bench.footprint;

import java.time.Duration;

/**
 * How much to measure.
 *
 * @param idleMillis how long processor time is counted
 * @param settleMillis how long everything is left alone before that
 * @param idleMessages how many messages the broker has carried before it idles
 * @param idleSubscriptions how many push subscriptions it has meanwhile
 * @param wakeUps how often it is woken then, through the ring and through a lane each
 * @param heapSubscriptions over how many subscriptions the heap is measured
 * @param names how many distinct names are published to
 * @param messages over how many messages allocation is measured
 */
record Plan(
        int idleMillis,
        int settleMillis,
        int idleMessages,
        int idleSubscriptions,
        int wakeUps,
        int heapSubscriptions,
        int names,
        long messages) {
    /** For results. */
    static final Plan FULL = new Plan(20_000, 3_000, 1_000_000, 1_000, 50, 100_000, 10_000_000, 100_000_000);

    /** For an indication. */
    static final Plan QUICK = new Plan(3_000, 1_000, 100_000, 1_000, 20, 20_000, 1_000_000, 10_000_000);

    /** How long a JVM takes, by and large. */
    Duration expected() {
        long idle = 2L * (idleMillis + settleMillis) + wakeUps * 120L;
        long heap = heapSubscriptions / 10L;
        long nanos = names * 2_000L + 2 * messages * 90;
        return Duration.ofMillis(700 + (idle + 3 * heap + nanos / 1_000_000) / Part.values().length);
    }

    /** When a JVM that has not finished is taken for stuck. */
    Duration patience() {
        return expected().multipliedBy(Part.values().length).plusSeconds(120);
    }
}
