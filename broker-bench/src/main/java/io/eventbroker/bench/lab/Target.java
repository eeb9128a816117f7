package io.eventbroker.bench.lab;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What the broker is to reach, in the order in which it is always listed, whether it was measured or not. */
public enum Target {
    /** By {@code compare}. */
    LANE_TO_SUBMISSION_PUBLISHER("lane, 1x1, against SubmissionPublisher", Bound.AT_LEAST, 3, "x", "compare"),
    /** By {@code compare}. */
    LANE_TO_BEST_PEER("lane, every scenario, against the best asynchronous peer", Bound.AT_LEAST, 2, "x", "compare"),
    /** By {@code compare}. */
    SHARED_TO_BEST_PEER(
            "shared ring, every scenario, against the best asynchronous peer", Bound.AT_LEAST, 1.2, "x", "compare"),
    /** By {@code compare}. */
    LANE_TO_SAME_THREAD("lane, 1x1 and 1x4, against the best same-thread peer", Bound.AT_LEAST, 2, "x", "compare"),
    /** By {@code compare}. */
    LANE_TO_BARE_HOPS("lane, 1x1, against two bare SPSC hops", Bound.AT_LEAST, 0.5, "x", "compare"),
    /** By {@code compare}. */
    SHARED_TO_DISRUPTOR(
            "shared ring, 1x1, against a bare multi-producer Disruptor with one consumer",
            Bound.AT_LEAST,
            0.7,
            "x",
            "compare"),
    /** By {@code compare} and {@code footprint}. */
    ALLOCATION("allocation to plain subscriptions, steady state", Bound.BELOW, 0.1, " B/message", "compare, footprint"),
    /** By {@code latency}. */
    LATENCY(
            "latency at 1 k/s and 10 k/s, p50 and p99, against the two-hop ArrayBlockingQueue chain",
            Bound.AT_MOST,
            1,
            "x",
            "latency"),
    /** By {@code footprint}. */
    IDLE_CPU("idle CPU, PARK", Bound.AT_MOST, 0.2, " % of a core", "footprint"),
    /** By {@code footprint}. */
    HEAP_PER_SUBSCRIPTION(
            "heap per idle push subscription, capacity 256, JDK 25", Bound.AT_MOST, 3_072, " B", "footprint"),
    /** By {@code scale}. */
    HOT_TOPICS("cost per message, 1 to 1 M literal topics, 1,000 of them hot", Bound.AT_MOST, 2, "x", "scale"),
    /** By {@code scale}. */
    RANDOM_TOPICS("cost per message, 1 to 1 M literal topics, all visited at random", Bound.AT_MOST, 10, "x", "scale"),
    /** By {@code scale}. */
    PATTERNS(
            "publish with 100 k pattern subscriptions of which 3 match, against 3 in all",
            Bound.AT_MOST,
            3,
            "x",
            "scale"),
    /** By {@code footprint}: heap after ten million names as a multiple of that after the first 100,000, with the tables full. */
    NAMES("heap after ten million distinct names, flat within 5 %", Bound.AT_MOST, 1.05, "x", "footprint");

    /** On which side of the figure a measurement has to be. */
    enum Bound {
        AT_LEAST("≥ "),
        AT_MOST("≤ "),
        BELOW("< ");

        private final String sign;

        Bound(String sign) {
            this.sign = sign;
        }
    }

    private final String text;
    private final Bound bound;
    private final double figure;
    private final String unit;
    private final String commands;

    Target(String text, Bound bound, double figure, String unit, String commands) {
        this.text = text;
        this.bound = bound;
        this.figure = figure;
        this.unit = unit;
        this.commands = commands;
    }

    /** What is measured. */
    @JsonValue
    public String text() {
        return text;
    }

    /** The figure to reach, such as {@code ≥ 3x}. */
    public String wanted() {
        return bound.sign + Text.number(figure) + unit;
    }

    /** Which commands measure it. */
    String commands() {
        return commands;
    }

    /** A measurement of this target, with its unit. */
    String show(double value) {
        return (unit.equals("x") ? String.format(Locale.ROOT, "%.2f", value) : Text.number(value)) + unit;
    }

    /** Whether the bound on the unfavourable side of an interval reaches the figure. */
    boolean isMetBy(Interval interval) {
        Double worst = bound == Bound.AT_LEAST ? interval.low() : interval.high();
        if (worst == null) {
            return false;
        }
        return switch (bound) {
            case AT_LEAST -> worst >= figure;
            case AT_MOST -> worst <= figure;
            case BELOW -> worst < figure;
        };
    }
}
