package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventbroker.BrokerStats.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.LongAdder;

/** One broker with one subscriber that is stuck, and many that are not. Follows from a seed. */
final class StuckRound {
    /** Events of so many keys surely come to each of three workers. */
    private static final int KEYS = 32;

    private static final Topic<Ledger.Event> HIT =
            Topic.of("stuck.hit", Ledger.Event.class).keyedBy(StuckRound::key);
    private static final Topic<Ledger.Event> OTHER = Topic.of("stuck.other", Ledger.Event.class);
    private static final Topic<Ledger.Event> UNREAD = Topic.of("stuck.unread", Ledger.Event.class);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final int MANY = 60;

    private static final int[] TIMEOUTS = {0, 1, 20, 60};

    /** Where the one is stuck. */
    enum How {
        /** In its handler, which does not listen to interrupts. */
        HANDLER,
        /** All of its three workers. */
        WORKERS,
        /** Likewise, in order by key: each worker with a queue of its own. */
        WORKERS_BY_KEY,
        /** In its handler; then it was unsubscribed. */
        HANDLER_LEFT,
        /** In its handler, that listens to interrupts. */
        HANDLER_THAT_LISTENS,
        /** In a publish, for an inbox that asked for backpressure and is not read. */
        PUBLISH,
        /** An inbox that is not read. */
        READER;

        int workers() {
            return this == WORKERS || this == WORKERS_BY_KEY ? 3 : 1;
        }

        /** Whether the close has to give up on it. */
        boolean isForEver() {
            return this != HANDLER_THAT_LISTENS && this != PUBLISH && this != READER;
        }
    }

    private final How how;
    private final Overflow policy;
    private final int good;
    private final Tally tally;
    private final Random random;
    private final int capacity;
    private final Duration timeout;
    private final Broker broker;
    private final Ledger ledger = new Ledger();
    private final Gate gate = new Gate();
    private final LedgerPublisher publisher = ledger.publisher();
    private final LedgerLane<Ledger.Event> lane;
    private final LedgerSubscriber<Ledger.Event> stuck = ledger.sharedSubscriber(HIT);
    private final LedgerSubscriber<Ledger.Event> unread = ledger.subscriber(UNREAD);
    private final List<LedgerSubscriber<Ledger.Event>> others = new ArrayList<>();
    private final List<Task<Boolean>> readers = new ArrayList<>();
    private final LongAdder missed = new LongAdder();
    private Inbox<Ledger.Event> inbox;
    private int hits;
    private int rest;

    StuckRound(long seed, How how, Overflow policy, int good, Tally tally) {
        this.how = how;
        this.policy = policy;
        this.good = good;
        this.tally = tally;
        random = new Random(seed);
        capacity = how == How.WORKERS_BY_KEY ? 2 * KEYS : 1 + random.nextInt(6);
        timeout = how == How.READER ? HOUR : Duration.ofMillis(TIMEOUTS[random.nextInt(4)]);
        BrokerConfig config =
                BrokerConfig.defaults().withRingSize(2 << random.nextInt(5)).withLaneSize(2 << random.nextInt(5));
        broker = Broker.open(random.nextBoolean() ? config.withThreadFactory(Tests.platformThreads()) : config);
        lane = ledger.lane(broker, HIT);
    }

    void run() throws Exception {
        try (gate) {
            subscribe();
            for (int i = 0; i < good; i++) {
                subscribeGood(i);
            }
            Task.underWatch(() -> {
                stick();
                publish();
            });
            awaitGood();
            if (how == How.HANDLER_LEFT) {
                stuck.unsubscribe();
            }
            close();
            ledger.verify(broker.stats());
            gate.open();
            Tests.awaitTrue(
                    "released",
                    () -> stuck.isInbox() || stuck.subscription().stats().inHand() == 0);
            assertThat(stuck.subscription().stats().stuck()).isFalse();
            if (how.isForEver()) {
                assertThat(gate.interrupts()).as("once each").isEqualTo(how.workers());
            }
            ledger.verify(broker.stats());
            tally();
        }
    }

    private void subscribe() {
        SubscriptionBuilder<Ledger.Event> builder =
                broker.subscription(HIT).named("stuck").capacity(capacity).overflow(policy);
        if (how == How.READER) {
            inbox = stuck.inbox(builder::inbox);
        } else if (how == How.PUBLISH) {
            unread.inbox(() -> broker.subscription(UNREAD)
                    .capacity(1)
                    .overflow(Overflow.BACKPRESSURE)
                    .inbox());
            LedgerPublisher relay = ledger.publisher();
            stuck.subscribe(() -> builder.onEvent(handler(event -> {
                while (true) {
                    relay.publish(broker, UNREAD, Ledger.Event::new); // until there is no room, and then for ever
                }
            })));
        } else {
            SubscriptionBuilder<Ledger.Event> workers = builder.concurrency(how.workers());
            SubscriptionBuilder<Ledger.Event> ready = how == How.WORKERS_BY_KEY ? workers.orderedByKey() : workers;
            Handler<Ledger.Event> hold =
                    how == How.HANDLER_THAT_LISTENS ? event -> gate.hold() : event -> gate.holdStubbornly();
            stuck.subscribe(() -> ready.onEvent(handler(hold)));
        }
    }

    private Handler<Ledger.Event> handler(Handler<Ledger.Event> act) {
        return event -> {
            record(event);
            try {
                act.handle(event);
            } catch (Throwable e) {
                stuck.failing();
                throw e;
            }
        };
    }

    /** Conflated events keep the order of their key only. */
    private void record(Ledger.Event event) {
        if (policy == Overflow.CONFLATE && how.workers() == 1) {
            stuck.received(event, key(event));
        } else {
            stuck.received(event);
        }
    }

    private static int key(Ledger.Event event) {
        return event.number() % KEYS;
    }

    /** Some with backpressure, some with room for all; handlers, several workers, readers. */
    private void subscribeGood(int i) {
        TopicPattern<Ledger.Event> from = i % 4 == 3 ? OTHER : HIT;
        LedgerSubscriber<Ledger.Event> subscriber = ledger.sharedSubscriber(from);
        boolean isPatient = random.nextBoolean();
        SubscriptionBuilder<Ledger.Event> builder = broker.subscription(from)
                .capacity(isPatient ? 1 + random.nextInt(4) : 100 * MANY)
                .overflow(isPatient ? Overflow.BACKPRESSURE : Overflow.values()[random.nextInt(2)]);
        switch (random.nextInt(i < 8 ? 4 : 3)) {
            case 0 -> subscriber.subscribe(() -> builder.onEvent(subscriber.handler()));
            case 1 -> subscriber.subscribe(() -> builder.concurrency(2).onEvent(subscriber.handler()));
            case 2 -> {
                Handler<Ledger.Event> handler = subscriber.handler();
                subscriber.subscribe(() -> builder.onMessage(message -> {
                    missed.add(message.missedBefore());
                    handler.handle(message.event());
                }));
            }
            default -> {
                Inbox<Ledger.Event> inbox = subscriber.inbox(builder::inbox);
                readers.add(Task.run("reader", () -> inbox.forEach(subscriber::received)));
            }
        }
        others.add(subscriber);
    }

    /** Gets the one stuck. */
    private void stick() {
        if (how == How.READER) {
            return;
        }
        if (how == How.WORKERS_BY_KEY) {
            for (; hits < KEYS; hits++) {
                publisher.publish(broker, HIT, Ledger.Event::new);
            }
        }
        for (int i = hits; i < how.workers(); i++) { // one by one, so that the queue is never full
            publisher.publish(broker, HIT, Ledger.Event::new);
            hits++;
            Tests.awaitTrue("in hand", () -> stuck.subscription().stats().inHand() == hits);
        }
        Tests.awaitTrue("all in hand", () -> stuck.subscription().stats().inHand() == how.workers());
        if (how == How.PUBLISH) {
            Tests.awaitTrue("full", () -> unread.subscription().stats().queued() > 1);
        }
    }

    /** What goes to the stuck one is held up if that asked for it; nothing else is. */
    private void publish() {
        for (int i = 0; i < MANY; i++) {
            publisher.publish(broker, OTHER, Ledger.Event::new);
            rest++;
            if (policy == Overflow.BACKPRESSURE) {
                tryHit();
            } else {
                publisher.publish(broker, HIT, Ledger.Event::new);
                lane.publish(Ledger.Event::new);
                hits += 2;
            }
        }
    }

    private void tryHit() {
        boolean isIn = random.nextBoolean()
                ? publisher.tryPublish(broker, HIT, Ledger.Event::new)
                : lane.tryPublish(Ledger.Event::new);
        hits += isIn ? 1 : 0;
    }

    private void awaitGood() {
        for (LedgerSubscriber<Ledger.Event> other : others) {
            int all = other.from().equals(OTHER) ? rest : hits;
            Tests.awaitTrue("all delivered", () -> other.subscription().stats().delivered() == all);
        }
    }

    /** The close waits a second at least for what it has to do beyond its deadline; a slow machine may need more. */
    private void close() throws Exception {
        long start = System.nanoTime();
        BrokerStats first = Task.call("closer", () -> broker.close(timeout)).get();
        Duration beyond = Duration.ofNanos(System.nanoTime() - start).minus(timeout);
        BrokerStats report = first;
        if (first.state() != State.CLOSED) {
            assertThat(beyond).as("given up").isGreaterThan(Duration.ofSeconds(1));
            tally.add("closes too late for their report");
            report = Task.call("second closer", () -> broker.close(Tests.PATIENCE))
                    .get();
        }
        assertThat(report.state()).isEqualTo(State.CLOSED);
        for (SubscriptionStats each : report.subscriptions()) {
            boolean isTheOne = each.name().equals("stuck");
            if (!isTheOne || how.isForEver()) { // how soon others end is up to the machine
                assertThat(each.stuck()).as("%s stuck", each).isEqualTo(isTheOne);
            }
            if (!isTheOne && !each.name().startsWith(UNREAD.name())) {
                assertThat(each.delivered())
                        .as("%s", each)
                        .isEqualTo(each.name().startsWith(OTHER.name()) ? rest : hits);
                assertThat(each.dropped() + each.abandoned()).as("%s", each).isZero();
            }
        }
        if (how.isForEver()) {
            assertThat(report.subscriptions())
                    .extracting(SubscriptionStats::name)
                    .contains("stuck");
            assertThat(beyond).as("not before the deadline").isGreaterThanOrEqualTo(Duration.ZERO);
            assertThat(stuck.subscription().stats().inHand()).isEqualTo(how.workers());
            Tests.awaitTrue("interrupted", () -> gate.interrupts() >= how.workers());
        } else {
            Tests.awaitTrue(
                    "ended",
                    () -> stuck.isInbox() || stuck.subscription().stats().inHand() == 0);
        }
        for (Task<Boolean> reader : readers) {
            reader.get();
        }
        if (how == How.READER) {
            List<Ledger.Event> left = new ArrayList<>();
            inbox.drainTo(left);
            left.forEach(this::record);
            assertThat(left).as("what could still be taken").isNotEmpty();
        }
        assertThat(missed.sum()).as("gaps told to those that lose nothing").isZero();
        if (how != How.READER) {
            tally.atLeast("longest close beyond its deadline, ms", beyond.toMillis());
        }
    }

    private void tally() {
        SubscriptionStats told = stuck.subscription().stats();
        tally.add("rounds");
        tally.add("good subscribers", good);
        tally.add(
                "messages for good subscribers",
                others.stream()
                        .mapToLong(other -> other.subscription().stats().delivered())
                        .sum());
        tally.add("messages for stuck subscribers", told.matched());
        tally.add("dropped by stuck subscribers", told.dropped());
        tally.add("abandoned by stuck subscribers", told.abandoned());
        tally.add("stuck ones named", how.isForEver() ? 1 : 0);
    }
}
