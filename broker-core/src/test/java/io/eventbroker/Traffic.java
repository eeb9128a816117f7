package io.eventbroker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;

/**
 * Publishers, handlers, readers, comers and goers on one broker with everything small, all of it in a {@link Ledger}.
 * What is done follows from a seed; when, from the machine.
 */
final class Traffic {
    private static final Topic<Ledger.Entry> RED = Topic.of("traffic.red", Ledger.Entry.class);
    private static final Topic<Ledger.Entry> BLUE = Topic.of("traffic.blue", Ledger.Entry.class);
    private static final int PUBLISHERS = 3;
    private static final int LANES = 2;

    record Even(int publisher, int number) implements Ledger.Entry {}

    record Odd(int publisher, int number) implements Ledger.Entry {}

    /** Costs no stack trace, so that many failures are cheap. */
    private static final class Failure extends Exception {
        private static final long serialVersionUID = 1L;

        Failure() {
            super("on purpose", null, false, false);
        }
    }

    private final long seed;
    private final int messages;
    private final Broker broker;
    private final Ledger ledger = new Ledger();
    private final CountDownLatch publishing = new CountDownLatch(PUBLISHERS + LANES + 1);
    private final List<Task<Boolean>> publishers = new ArrayList<>();
    private final List<Task<Boolean>> readers = new ArrayList<>();
    private final LedgerSubscriber<Ledger.Entry> first;
    private final Subscription firstSubscription;

    Traffic(long seed, int messagesEach) {
        this.seed = seed;
        this.messages = messagesEach;
        broker = Broker.open(BrokerConfig.defaults()
                .withRingSize(2 << seed % 3)
                .withLaneSize(2 << seed % 2)
                .withDefaultCapacity(3));
        first = ledger.subscriber(RED);
        firstSubscription = first.subscribe(() -> broker.subscribe(RED, first.handler()));
    }

    Broker broker() {
        return broker;
    }

    Subscription aSubscription() {
        return firstSubscription;
    }

    void start() {
        lossless();
        small();
        held();
        failing();
        relay();
        pool();
        reader(RED, 1);
        reader(BLUE, 2);
        for (int p = 0; p < PUBLISHERS; p++) {
            publisher(new Random(seed * 31 + p));
        }
        for (int l = 0; l < LANES; l++) {
            lanePublisher(new Random(seed * 37 + l));
        }
        publishers.add(Task.run("comer and goer", () -> countingDown(this::comeAndGo)));
    }

    /** Publishers end by themselves or by the broker's end; readers when their inboxes do. */
    void join() throws Exception {
        for (Task<Boolean> publisher : publishers) {
            publisher.get();
        }
        for (Task<Boolean> reader : readers) {
            reader.get();
        }
    }

    void verify(BrokerStats stats) {
        ledger.verify(stats);
    }

    private void lossless() {
        LedgerSubscriber<Ledger.Entry> all = ledger.subscriber(BLUE);
        all.subscribe(() -> broker.subscription(BLUE).capacity(1 << 20).onEvent(all.handler()));
    }

    private void small() {
        for (int capacity : new int[] {1, 2, 7}) {
            LedgerSubscriber<Even> evens = ledger.subscriber(RED.only(Even.class));
            evens.subscribe(() ->
                    broker.subscription(RED.only(Even.class)).capacity(capacity).onEvent(evens.handler()));
        }
    }

    /** Holds its first event until all publishers have ended, so that drops are certain. */
    private void held() {
        LedgerSubscriber<Ledger.Entry> held = ledger.subscriber(RED);
        held.subscribe(() -> broker.subscription(RED).capacity(2).onEvent(held.handler(e -> publishing.await())));
    }

    private void failing() {
        LedgerSubscriber<Odd> odds = ledger.subscriber(BLUE.only(Odd.class));
        odds.subscribe(() -> broker.subscribe(BLUE.only(Odd.class), odds.handler(odd -> {
            if (odd.number() % 512 == 1) {
                throw new Failure();
            }
        })));
    }

    /** A handler that publishes; for ever less, so that it comes to an end. */
    private void relay() {
        LedgerSubscriber<Even> evens = ledger.subscriber(RED.only(Even.class));
        LedgerPublisher publisher = ledger.publisher();
        LedgerLane<Ledger.Entry> lane = ledger.lane(broker, BLUE);
        evens.subscribe(() -> broker.subscription(RED.only(Even.class))
                .capacity(4)
                .onEvent(evens.handler(even -> {
                    if (even.number() % 16 == 0) {
                        offer(() -> publisher.publish(broker, BLUE, Odd::new));
                    } else if (even.number() % 8 == 0) {
                        offer(() -> lane.publish(Odd::new));
                    }
                })));
    }

    private void pool() {
        LedgerSubscriber<Ledger.Entry> shared = ledger.sharedSubscriber(RED);
        shared.subscribe(
                () -> broker.subscription(RED).capacity(2).concurrency(3).onEvent(shared.handler()));
    }

    /** Reads until nothing has come for a while after the publishers ended, or until the inbox ends. */
    private void reader(Topic<Ledger.Entry> topic, int threads) {
        LedgerSubscriber<Ledger.Entry> shared = ledger.sharedSubscriber(topic);
        Inbox<Ledger.Entry> inbox = shared.inbox(() -> broker.inbox(topic));
        for (int t = 0; t < threads; t++) {
            int style = t;
            readers.add(Task.run("reader", () -> {
                try {
                    while (true) {
                        Ledger.Entry entry = style == 0 ? inbox.poll(Duration.ofMillis(1)) : inbox.poll();
                        if (entry != null) {
                            shared.received(entry);
                        } else if (publishing.getCount() == 0) {
                            return;
                        }
                    }
                } catch (SubscriptionClosedException e) {
                    return;
                }
            }));
        }
    }

    private void publisher(Random random) {
        LedgerPublisher publisher = ledger.publisher();
        publishers.add(Task.run(
                "publisher",
                () -> countingDown(() -> {
                    boolean open = true;
                    for (int i = 0; i < messages && open; i++) {
                        Topic<Ledger.Entry> topic = random.nextBoolean() ? RED : BLUE;
                        Ledger.Maker<Ledger.Entry> maker = i % 2 == 0 ? Even::new : Odd::new;
                        int way = random.nextInt(8);
                        open = offer(() -> {
                            if (way == 0) {
                                publisher.tryPublish(broker, topic, maker);
                            } else if (way == 1) {
                                publisher.tryPublish(broker, topic, maker, Duration.ofNanos(1_000));
                            } else {
                                publisher.publish(broker, topic, maker);
                            }
                        });
                    }
                })));
    }

    /** Publishes through lanes, one after the other; some are closed by another thread meanwhile. */
    private void lanePublisher(Random random) {
        publishers.add(Task.run(
                "lane publisher",
                () -> countingDown(() -> {
                    boolean open = true;
                    for (int i = 0; i < messages && open; ) {
                        Topic<Ledger.Entry> topic = random.nextBoolean() ? RED : BLUE;
                        int share = Math.min(200, messages - i);
                        open = offer(() -> publishThroughLane(random, topic, share));
                        i += share;
                    }
                })));
    }

    private void publishThroughLane(Random random, Topic<Ledger.Entry> topic, int count) {
        LedgerLane<Ledger.Entry> lane = ledger.lane(broker, topic);
        Task<Boolean> closer = random.nextInt(4) == 0 ? Task.run("lane closer", lane::close) : null;
        try {
            for (int i = 0; i < count; i++) {
                Ledger.Maker<Ledger.Entry> maker = i % 2 == 0 ? Even::new : Odd::new;
                switch (random.nextInt(8)) {
                    case 0 -> lane.tryPublish(maker);
                    case 1 -> lane.publishAll(maker, closer == null ? random.nextInt(7) : 1);
                    default -> lane.publish(maker);
                }
            }
        } catch (BrokerClosedException e) {
            throw e;
        } catch (IllegalStateException e) {
            if (closer == null) {
                throw e;
            }
        } finally {
            lane.close();
        }
    }

    private void countingDown(Runnable body) {
        try {
            body.run();
        } finally {
            publishing.countDown();
        }
    }

    private void comeAndGo() {
        LedgerPublisher publisher = ledger.publisher();
        boolean open = true;
        for (int i = 0; i < 40 && open; i++) {
            open = offer(() -> {
                LedgerSubscriber<Ledger.Entry> guest = ledger.subscriber(RED);
                guest.subscribe(() -> broker.subscription(RED).capacity(5).onEvent(guest.handler()));
                publisher.publish(broker, RED, Even::new);
                LedgerSubscriber<Ledger.Entry> puller = ledger.subscriber(BLUE);
                puller.inbox(() -> broker.subscription(BLUE).capacity(5).inbox());
                publisher.publish(broker, BLUE, Odd::new);
                guest.unsubscribe();
                puller.unsubscribe();
                puller.drain();
            });
        }
    }

    /** Whether the broker was still open. */
    private static boolean offer(Runnable call) {
        try {
            call.run();
            return true;
        } catch (BrokerClosedException e) {
            return false;
        }
    }
}
