package io.eventbroker.bench.scale;

import java.util.List;
import java.util.function.LongConsumer;

/** What is published through: a broker with everything subscribed, until it is closed. */
interface Subject extends AutoCloseable {
    /**
     * A way in for each publishing thread, which publishes the message of a number, counted by that thread from 0, with
     * the {@linkplain Event#at event of that place}.
     */
    List<LongConsumer> ways();

    /** How many messages have come to everybody they are for. */
    long arrived();

    /**
     * Whether nothing but what was published came, and everything did.
     *
     * @param count how many messages that is
     * @param sum what the values of their events add up to
     */
    boolean isExact(long count, long sum);

    @Override
    void close();
}
