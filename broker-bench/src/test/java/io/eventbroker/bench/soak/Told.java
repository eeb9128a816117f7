package io.eventbroker.bench.soak;

import io.eventbroker.BrokerStats;
import io.eventbroker.Message;
import io.eventbroker.SubscriptionStats;
import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;

/** What a broker might tell, true or not. */
final class Told {
    private Told() {}

    record Said(Item event, String topic, long sequence, long missedBefore) implements Message<Item> {
        @Override
        public Instant publishedAt() {
            return Instant.EPOCH;
        }
    }

    record Of(
            String name,
            long matched,
            long replayed,
            long delivered,
            long handled,
            long failed,
            long droppedNewest,
            long droppedOldest,
            long conflated,
            long disconnected,
            long abandoned,
            long queued,
            long inHand,
            long missedAtEnd,
            boolean stuck)
            implements SubscriptionStats {
        @Override
        public long dropped() {
            return droppedNewest + droppedOldest + conflated + disconnected;
        }
    }

    record OfBroker(
            State state,
            long offered,
            long accepted,
            long refused,
            long routed,
            long unrouted,
            long discarded,
            List<SubscriptionStats> subscriptions)
            implements BrokerStats {
        OfBroker(BrokerStats other, UnaryOperator<Long> accepted) {
            this(
                    other.state(),
                    other.offered(),
                    accepted.apply(other.accepted()),
                    other.refused(),
                    other.routed(),
                    other.unrouted(),
                    other.discarded(),
                    other.subscriptions());
        }

        @Override
        public Throwable failure() {
            return null;
        }

        @Override
        public long events() {
            return 0;
        }

        @Override
        public long forgotten() {
            return 0;
        }
    }
}
