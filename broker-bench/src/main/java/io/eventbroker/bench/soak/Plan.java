package io.eventbroker.bench.soak;

import java.time.Duration;

/**
 * How long a soak is: until so many messages were published, or so much time has passed, whatever comes first.
 *
 * @param patience how long nothing at all may happen
 */
record Plan(long messages, Duration time, long seed, Duration patience) {
    /** Also a short soak has several brokers. */
    private static final int LEAST_GENERATIONS = 12;

    private static final int LEAST_MESSAGES = 20_000;

    /** How many messages a generation has at most. */
    long messagesOfGeneration() {
        return Math.max(LEAST_MESSAGES, messages / LEAST_GENERATIONS);
    }
}
