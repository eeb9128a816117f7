package io.eventbroker.bench.soak;

import io.eventbroker.Broker;
import io.eventbroker.BrokerEvent;
import io.eventbroker.Subscription;
import io.eventbroker.SubscriptionStats;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** Counts what a broker tells of failures, unwanted messages and subscriptions that it ended. */
final class DeadLetters {
    private static final int CAPACITY = 1 << 12;

    /** Events of one kind. */
    private static final class Letters {
        private final Class<? extends BrokerEvent> kind;
        private final LongAdder received = new LongAdder();
        private final Subscription subscription;

        Letters(Broker broker, Class<? extends BrokerEvent> kind) {
            this.kind = kind;
            subscription = broker.subscription(BrokerEvent.TOPIC.only(kind))
                    .named(kind.getSimpleName())
                    .capacity(CAPACITY)
                    .onEvent(event -> received.increment());
        }

        void verify(long own, boolean isPatient, Violations violations) {
            SubscriptionStats stats = subscription.stats();
            String name = "broker events of " + kind.getSimpleName();
            violations.same(name + ", delivered", received.sum(), stats.handled());
            violations.same(
                    name + ", delivered + dropped + abandoned",
                    received.sum() + stats.dropped() + stats.abandoned(),
                    stats.matched());
            violations.within(Violations.Kind.UNACCOUNTED, name, isPatient ? own : 0, stats.matched(), own);
        }
    }

    private final Letters failed;
    private final Letters unrouted;
    private final Letters disconnected;

    DeadLetters(Broker broker) {
        failed = new Letters(broker, BrokerEvent.HandlerFailed.class);
        unrouted = new Letters(broker, BrokerEvent.Unrouted.class);
        disconnected = new Letters(broker, BrokerEvent.Disconnected.class);
    }

    List<String> names() {
        return List.of(failed.subscription.name(), unrouted.subscription.name(), disconnected.subscription.name());
    }

    /** Waits until handlers that were still running at the deadline of a close have ended. */
    boolean isOver() {
        return List.of(failed, unrouted, disconnected).stream()
                .allMatch(letters -> letters.subscription.stats().inHand() == 0);
    }

    /**
     * Compares with the soak's own counts, when nothing moves any more.
     *
     * @param isPatient whether the broker was given time enough to tell everything
     */
    void verify(long ownFailed, long ownUnrouted, long ownDisconnected, boolean isPatient, Violations violations) {
        failed.verify(ownFailed, isPatient, violations);
        unrouted.verify(ownUnrouted, isPatient, violations);
        disconnected.verify(ownDisconnected, isPatient, violations);
    }
}
