package io.eventbroker;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The statistics as plain data. */
final class Snapshots {
    private Snapshots() {}

    record BrokerSnapshot(
            State state,
            @Nullable Throwable failure,
            long offered,
            long accepted,
            long refused,
            long routed,
            long unrouted,
            long discarded,
            long events,
            List<SubscriptionStats> subscriptions)
            implements BrokerStats {}

    record SubscriptionSnapshot(
            String name,
            long matched,
            long delivered,
            long handled,
            long failed,
            long dropped,
            long abandoned,
            long queued,
            long inHand,
            boolean stuck)
            implements SubscriptionStats {}
}
