package io.eventbroker.examples.service;

import io.eventbroker.BrokerStats;
import io.eventbroker.Overflow;
import io.eventbroker.SubscriptionStats;
import io.eventbroker.examples.service.store.StoredReturn.Totals;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the service and its broker are doing, as {@code GET /api/stats} and the live page tell it. Immutable.
 *
 * @param state where the broker is in its life
 * @param offered events that publishers offered
 * @param refused events that the broker did not take, because there was no room in time or it was closing
 * @param returns how many there are; null while the database cannot be reached
 * @param subscriptions the living subscriptions
 */
record ServiceStats(
        BrokerStats.State state,
        long offered,
        long refused,
        @Nullable Totals returns,
        List<SubscriptionView> subscriptions) {
    /**
     * One subscription. The counts are since it began: a desk begins a new one when its policy is changed.
     *
     * @param capacity how many events may wait
     * @param delayMillis how much longer each task takes, in milliseconds; null for one that cannot be slowed
     * @param depth how many events wait
     * @param inHand how many events are being handled
     */
    record SubscriptionView(
            String name,
            int capacity,
            Overflow overflow,
            @Nullable Long delayMillis,
            long depth,
            long inHand,
            long delivered,
            long failed,
            long dropped) {
        static SubscriptionView of(
                SubscriptionStats stats, int capacity, Overflow overflow, @Nullable Long delayMillis) {
            return new SubscriptionView(
                    stats.name(),
                    capacity,
                    overflow,
                    delayMillis,
                    stats.queued(),
                    stats.inHand(),
                    stats.delivered(),
                    stats.failed(),
                    stats.dropped());
        }
    }
}
