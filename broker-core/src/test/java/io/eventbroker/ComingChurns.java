package io.eventbroker;

import io.eventbroker.BrokerEvent.HandlerFailed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** What is opened and closed, made and left, each time with a name of its own. */
final class ComingChurns {
    private ComingChurns() {}

    /** Lanes, closed by their owner; some are empty, some are closed by another thread than the owner. */
    static final class Lanes extends Churn {
        private final AtomicLong handled = new AtomicLong();
        private final Subscription all;
        private long published;

        Lanes(Broker broker) {
            super(broker);
            all = broker.subscription(TopicPattern.of("lane.>", Object.class))
                    .overflow(Overflow.BACKPRESSURE)
                    .onEvent(event -> handled.incrementAndGet());
        }

        @Override
        void pass(int from, int to) throws Exception {
            for (int i = from; i < to; i++) {
                Lane<Object> lane = broker.lane(topic("lane.", i));
                int count = i % 3;
                for (int n = 0; n < count; n++) {
                    lane.publish("x");
                }
                if (i % 64 == 0) {
                    Task.run("closer", lane::close).get();
                } else {
                    lane.close();
                }
                published += count;
                OFFERED.addAndGet(count);
            }
            Tests.awaitQuiet(broker);
            checkEqual("handled", handled.get(), published);
        }

        @Override
        void end() {
            all.unsubscribe();
        }
    }

    /**
     * Subscriptions of every kind, each given something, while others publish without end; some are left with what waits in
     * them, some while publishers would wait for them, some end by being full.
     */
    static final class Subscriptions extends Churn {
        private static final Topic<Object> LOAD = Topic.of("load", Object.class);

        private final AtomicLong loaded = new AtomicLong();
        private final Subscription busy;
        private long load;

        Subscriptions(Broker broker) {
            super(broker);
            busy = broker.subscription(TopicPattern.of("load.>", Object.class))
                    .overflow(Overflow.BACKPRESSURE)
                    .onEvent(event -> loaded.incrementAndGet());
        }

        @Override
        void pass(int from, int to) throws Exception {
            AtomicBoolean isOver = new AtomicBoolean();
            Task<Long> shared = Task.call("load", () -> publishUntil(isOver, n -> publish(topic("load.", n), "x")));
            Task<Long> alone = Task.call("load by lane", () -> {
                try (Lane<Object> lane = broker.lane(Topic.of("load.lane", Object.class))) {
                    long count = publishUntil(isOver, n -> lane.publish("x"));
                    OFFERED.addAndGet(count);
                    return count;
                }
            });
            try (Inbox<Object> none = broker.inbox(LOAD)) {
                for (int i = from; i < to; i++) {
                    comeAndGo(i);
                }
                check(none.poll() == null, "nothing for nobody");
            } finally {
                isOver.set(true);
            }
            load += shared.get() + alone.get();
            Tests.awaitQuiet(broker);
            checkEqual("load handled", loaded.get(), load);
        }

        private interface Publish {
            void of(int number);
        }

        private static long publishUntil(AtomicBoolean isOver, Publish publish) {
            int count = 0;
            while (!isOver.get()) {
                publish.of(count++);
                if (count % 64 == 0) {
                    LockSupport.parkNanos(100_000); // or the others would have no processor
                }
            }
            return count;
        }

        private void comeAndGo(int i) {
            Topic<Object> topic = topic("coming.", i);
            TopicPattern<Object> pattern = TopicPattern.of("coming." + i + ".>", Object.class);
            Topic<Object> matching = Topic.of("coming." + i + ".x", Object.class);
            Topic<Object> keyed = topic.keyedBy(event -> event);
            switch (i % 8) {
                case 0 -> leave(topic, broker.subscribe(topic, event -> {}));
                case 1 -> leave(topic, broker.inbox(topic));
                case 2 -> {
                    SubscriptionBuilder<Object> several =
                            broker.subscription(topic).named("number " + i).concurrency(2);
                    leave(topic, several.onMessage(message -> {}));
                }
                case 3 -> leave(matching, broker.subscribe(pattern, event -> {}));
                case 4 -> leave(matching, broker.subscription(pattern).messageInbox());
                case 5 -> {
                    SubscriptionBuilder<Object> latest =
                            broker.subscription(keyed).replayRetained().overflow(Overflow.CONFLATE);
                    leave(keyed, latest.inbox());
                }
                case 6 -> leave(topic, small(topic, Overflow.BACKPRESSURE));
                default -> {
                    Inbox<Object> ended = small(topic, Overflow.DISCONNECT);
                    leave(topic, ended);
                    checkEqual("disconnected", ended.stats().disconnected(), 1);
                }
            }
        }

        private Inbox<Object> small(Topic<Object> topic, Overflow overflow) {
            return broker.subscription(topic).capacity(1).overflow(overflow).inbox();
        }

        private void leave(Topic<Object> topic, Subscription subscription) {
            publish(topic, "x");
            publish(topic, "y");
            subscription.unsubscribe();
            checkEqual("matched by " + subscription, subscription.stats().matched(), 2);
        }

        @Override
        void end() {
            busy.unsubscribe();
        }
    }

    /** Selections of two inboxes, and inboxes that nobody unsubscribes from but their broker's. */
    static final class Selects extends Churn {
        private final Topic<Object> one = Topic.of("select.one", Object.class);
        private final Topic<Object> other = Topic.of("select.other", Object.class);
        private final Inbox<Object> ones;
        private final Inbox<Object> others;

        Selects(Broker broker) {
            super(broker);
            ones = broker.inbox(one);
            others = broker.inbox(other);
        }

        @Override
        void pass(int from, int to) throws Exception {
            for (int i = from; i < to; i++) {
                Select<Object> select = Select.of(ones, others);
                if (i % 3 > 0) {
                    publish(i % 3 == 1 ? one : other, (Integer) i);
                    check(select.take().equals(i), "the event is taken");
                } else {
                    check(select.poll(i % 2 == 0 ? MOMENT : Duration.ZERO) == null, "there is no other event");
                }
            }
        }

        @Override
        void end() {
            ones.unsubscribe();
            others.unsubscribe();
        }
    }

    /** Subscriptions to the broker's own events, while handlers of ever new names fail and inboxes drop. */
    static final class BrokerEvents extends Churn {
        private static final Exception FAILURE = new Exception("on purpose");

        BrokerEvents(Broker broker) {
            super(broker);
        }

        @Override
        void pass(int from, int to) throws Exception {
            for (int i = from; i < to; i++) {
                Topic<Object> topic = topic("told.", i);
                Inbox<HandlerFailed> failures = broker.inbox(BrokerEvent.TOPIC.only(HandlerFailed.class));
                AtomicLong told = new AtomicLong();
                Subscription witness = broker.subscribe(BrokerEvent.TOPIC, event -> told.incrementAndGet());
                Subscription failing = broker.subscription(topic)
                        .named("failing " + i)
                        .onEvent(event -> {
                            throw FAILURE;
                        });
                Inbox<Object> small = broker.subscription(topic).capacity(1).inbox();
                publish(topic, "x");
                publish(topic, "y");
                HandlerFailed failed = failures.take();
                while (!failed.subscription().equals(failing.name())) {
                    failed = failures.take(); // of the one before, whose last call ended late
                }
                for (Subscription each : List.of(small, failing, failures, witness)) {
                    each.unsubscribe();
                }
                checkEqual("dropped", small.stats().dropped(), 1);
            }
            Tests.awaitQuiet(broker);
        }

        @Override
        void end() {}
    }

    /** Threads that publish, wait, read, open a lane or are interrupted, and end. */
    static final class Threads extends Churn {
        private final AtomicLong handled = new AtomicLong();
        private final AtomicLong interrupted = new AtomicLong();
        private final List<Subscription> all = new ArrayList<>();
        private final Topic<Object> wanted = Topic.of("threads.wanted", Object.class);
        private final Topic<Object> stuck = Topic.of("threads.stuck", Object.class);
        private final Inbox<Object> read;
        private long published;

        Threads(Broker broker) {
            super(broker);
            all.add(broker.subscribe(wanted, event -> handled.incrementAndGet()));
            read = broker.inbox(Topic.of("threads.read", Object.class));
            all.add(read);
            all.add(broker.subscription(stuck)
                    .capacity(1)
                    .overflow(Overflow.BACKPRESSURE)
                    .inbox());
            publish(stuck, "x");
            publish(stuck, "y");
            Tests.awaitRouted(broker);
        }

        @Override
        void pass(int from, int to) throws Exception {
            long interruptedBefore = interrupted.get();
            for (int i = from; i < to; i++) {
                switch (i % 4) {
                    case 0 ->
                        Task.run("publisher", () -> {
                                    publish(wanted, "x");
                                    Tests.awaitQuiet(broker);
                                })
                                .get();
                    case 1 -> publishThroughLane(topic("threads.lane.", i));
                    case 2 ->
                        Task.run("reader", () -> check(read.poll(MOMENT) == null, "nothing to read"))
                                .get();
                    default -> interruptOne();
                }
            }
            published += (to - from) / 4;
            checkEqual("handled", handled.get(), published);
            checkEqual("interrupted", interrupted.get() - interruptedBefore, (to - from) / 4);
        }

        /** Its owner has ended when it is closed. */
        private void publishThroughLane(Topic<Object> topic) throws Exception {
            Lane<Object> lane = broker.lane(topic);
            Task.run("owner", () -> lane.publish("x")).get();
            OFFERED.incrementAndGet();
            lane.close();
        }

        private void interruptOne() throws Exception {
            Task<Boolean> publisher = Task.run("waiting publisher", () -> {
                try {
                    publish(stuck, "z");
                } catch (CancellationException e) {
                    REFUSED.incrementAndGet();
                    interrupted.incrementAndGet();
                }
            });
            publisher.thread().interrupt();
            publisher.get();
        }

        @Override
        void end() {
            all.forEach(Subscription::unsubscribe);
        }
    }
}
