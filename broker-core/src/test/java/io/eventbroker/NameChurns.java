package io.eventbroker;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Names and keys that are published once and never again. */
final class NameChurns {
    private NameChurns() {}

    /** Names that nobody subscribed to. */
    static final class Unwanted extends Churn {
        private final Inbox<Object> other;

        Unwanted(Broker broker) {
            super(broker);
            other = broker.inbox(Topic.of("unwanted.other", Object.class));
        }

        @Override
        void pass(int from, int to) {
            long before = broker.stats().unrouted();
            for (int i = from; i < to; i++) {
                publish(topic("unwanted.", i), "x");
            }
            Tests.awaitRouted(broker);
            checkEqual("unrouted", broker.stats().unrouted() - before, to - from);
        }

        @Override
        void end() {
            checkEqual("matched", other.stats().matched(), 0);
            other.unsubscribe();
        }
    }

    /** Names that match the patterns of two handlers and an inbox. */
    static final class Wanted extends Churn {
        private final AtomicLong handled = new AtomicLong();
        private final List<Subscription> all = new ArrayList<>();
        private final Inbox<Message<Object>> latest;
        private long wanted;

        Wanted(Broker broker) {
            super(broker);
            for (String pattern : List.of("wanted.>", "*.*.x")) {
                all.add(broker.subscription(TopicPattern.of(pattern, Object.class))
                        .overflow(Overflow.BACKPRESSURE)
                        .onMessage(message -> handled.incrementAndGet()));
            }
            latest = broker.subscription(TopicPattern.of("wanted.>", Object.class))
                    .capacity(4)
                    .overflow(Overflow.DROP_OLDEST)
                    .messageInbox();
            all.add(latest);
        }

        @Override
        void pass(int from, int to) throws Exception {
            for (int i = from; i < to; i++) {
                publish(Topic.of("wanted." + i + ".x", Object.class), "x");
            }
            wanted += 2L * (to - from);
            Tests.awaitQuiet(broker);
            checkEqual("handled", handled.get(), wanted);
            checkEqual("latest", Tests.taken(latest).size(), 4);
        }

        @Override
        void end() {
            all.forEach(Subscription::unsubscribe);
        }
    }

    /** Names that match the patterns of an inbox and a handler that are full, have publishers wait, and stay so. */
    static final class Stuck extends Churn {
        private final Gate gate = new Gate();
        private final List<Subscription> stuck = new ArrayList<>();
        private boolean isFull;

        Stuck(Broker broker) {
            super(broker);
            SubscriptionBuilder<Object> builder = broker.subscription(TopicPattern.of("stuck.>", Object.class))
                    .capacity(10)
                    .overflow(Overflow.BACKPRESSURE);
            stuck.add(builder.inbox());
            stuck.add(builder.onEvent(event -> gate.hold()));
        }

        @Override
        void pass(int from, int to) throws Exception {
            int accepted = 0;
            for (int i = from; i < to; i++) {
                if (tryPublish(topic("stuck.", i), i % 1_000 == 0 ? MOMENT : null)) {
                    accepted++;
                    Tests.awaitRouted(broker); // so that it is full after as many as it holds
                }
            }
            gate.awaitEntered();
            checkEqual("accepted", accepted, isFull ? 0 : 11);
            isFull = true;
        }

        @Override
        void end() {
            stuck.forEach(Subscription::unsubscribe);
            gate.open();
        }
    }

    /** Names, and keys of one name, whose events are retained: far more than may be. */
    static final class Retained extends Churn {
        private static final Topic<Object> HOT =
                Topic.of("retained.hot", Object.class).keyedBy(key -> key).retaining(5);

        Retained(Broker broker) {
            super(broker);
        }

        @Override
        void pass(int from, int to) {
            long before = broker.stats().forgotten();
            for (int i = from; i < to; i++) {
                publish(topic("retained.", i).retaining(1), "x");
                publish(HOT, (Integer) i);
            }
            Tests.awaitRouted(broker);
            if (before > 0) {
                checkEqual("forgotten", broker.stats().forgotten() - before, to - from);
            }
        }

        /** What is retained stays. */
        @Override
        void end() {
            checkEqual("replayed", replayed("retained.>"), MemoryOfABroker.RETAINED);
            checkEqual("replayed keys", replayed("retained.hot"), 5);
        }

        private long replayed(String pattern) {
            try (Inbox<Object> all = broker.subscription(TopicPattern.of(pattern, Object.class))
                    .capacity(2 * MemoryOfABroker.RETAINED)
                    .replayRetained()
                    .inbox()) {
                return all.stats().replayed();
            }
        }
    }

    /** Keys: of which the latest is kept in an inbox that is read and in one that is full, and that workers share. */
    static final class Keys extends Churn {
        private static final Topic<Object> KEYED =
                Topic.of("keys", Object.class).keyedBy(key -> key);

        private final AtomicLong handled = new AtomicLong();
        private final List<Subscription> all = new ArrayList<>();
        private final Inbox<Object> read;
        private long taken;
        private long published;

        Keys(Broker broker) {
            super(broker);
            SubscriptionBuilder<Object> builder =
                    broker.subscription(KEYED).capacity(16).overflow(Overflow.CONFLATE);
            read = builder.inbox();
            all.add(read);
            all.add(builder.inbox()); // full after 16
            all.add(broker.subscription(KEYED)
                    .overflow(Overflow.BACKPRESSURE)
                    .concurrency(3)
                    .orderedByKey()
                    .onEvent(key -> handled.incrementAndGet()));
        }

        @Override
        void pass(int from, int to) throws Exception {
            for (int i = from; i < to; i++) {
                publish(KEYED, "key " + i);
                publish(KEYED, "key " + (i + i % 3)); // the same, or one of the next
                if (i % 7 == 0) {
                    taken += Tests.taken(read).size();
                }
            }
            published += 2L * (to - from);
            Tests.awaitQuiet(broker);
            taken += Tests.taken(read).size();
            checkEqual("handled", handled.get(), published);
            SubscriptionStats stats = read.stats();
            checkEqual("taken and dropped", taken + stats.dropped(), published);
        }

        @Override
        void end() {
            all.forEach(Subscription::unsubscribe);
        }
    }
}
