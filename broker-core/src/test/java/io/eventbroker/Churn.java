package io.eventbroker;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Something that is done to one broker again and again, each time with a name or a key that was never used before. What it
 * needs all the time it makes at the beginning.
 */
abstract class Churn {
    static final Duration MOMENT = Duration.ofNanos(1);

    /** What was offered to the broker, and refused by it, as its publishers saw it. */
    static final AtomicLong OFFERED = new AtomicLong();

    static final AtomicLong REFUSED = new AtomicLong();

    final Broker broker;

    Churn(Broker broker) {
        this.broker = broker;
    }

    /** Does it with all numbers from one up to, but without, another. */
    abstract void pass(int from, int to) throws Exception;

    /** Takes back what the beginning made. */
    abstract void end() throws Exception;

    final <T> void publish(Topic<T> topic, T event) {
        OFFERED.incrementAndGet();
        broker.publish(topic, event);
    }

    final boolean tryPublish(Topic<Object> topic, @Nullable Duration timeout) {
        OFFERED.incrementAndGet();
        boolean isIn = timeout == null ? broker.tryPublish(topic, "x") : broker.tryPublish(topic, "x", timeout);
        if (!isIn) {
            REFUSED.incrementAndGet();
        }
        return isIn;
    }

    static Topic<Object> topic(String prefix, int number) {
        return Topic.of(prefix + number, Object.class);
    }

    static void check(boolean isSo, Object what) {
        if (!isSo) {
            throw new AssertionError("not so: " + what);
        }
    }

    static void checkEqual(String what, long actual, long expected) {
        check(actual == expected, what + ": " + actual + ", expected " + expected);
    }
}
