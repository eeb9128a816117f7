package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventbroker.BrokerStats.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/** One broker with small rings, all of whose threads and users' threads are interrupted at random while they work. */
@SuppressWarnings("ThreadPriorityCheck") // yields, so that two processors are enough
final class InterruptStorm {
    private static final Topic<Ledger.Event> RED = Topic.of("storm.red", Ledger.Event.class);
    private static final Topic<Ledger.Event> BLUE = Topic.of("storm.blue", Ledger.Event.class);
    private static final Topic<Ledger.Event> OWN = Topic.of("storm.own", Ledger.Event.class);
    private static final Topic<Ledger.Event> SILENT = Topic.of("storm.silent", Ledger.Event.class);
    private static final Duration HOUR = Duration.ofHours(1);

    /** How many events a publisher may publish for each attempt to interrupt. */
    private static final int PACE = 4;

    private static final int CAPACITY = 1 << 17;
    private static final String NAME = "storm";

    /** Somebody to be interrupted, if this is a moment for it. */
    private record Target(String role, BooleanSupplier interrupt) {}

    private final long seed;
    private final Tally tally;
    private final boolean isPlatform;
    private final Ledger ledger = new Ledger();
    private final Broker broker;
    private final Thread brokerThread;
    private final List<Target> targets = new CopyOnWriteArrayList<>();
    private final List<LedgerSubscriber<Ledger.Event>> lossless = new ArrayList<>();
    private final List<Task<Boolean>> readers = new ArrayList<>();
    private final List<Task<Boolean>> others = new ArrayList<>();
    private final AtomicLong attempts = new AtomicLong();
    private final AtomicLong begunInterrupted = new AtomicLong();
    private final AtomicLong lostStatus = new AtomicLong();
    private volatile boolean isOver;
    private volatile boolean isClosing;

    InterruptStorm(long seed, Tally tally) {
        this.seed = seed;
        this.tally = tally;
        isPlatform = seed % 2 == 0;
        BrokerConfig config =
                BrokerConfig.defaults().withName(NAME + seed).withRingSize(4).withLaneSize(4);
        broker = Broker.open(isPlatform ? config.withThreadFactory(Tests.platformThreads()) : config);
        brokerThread = G10_WaitModeTest.threadNamed(NAME + seed);
        targets.add(atAnyMoment("the broker's thread", brokerThread));
    }

    /** Begins; then the storm ends while all are at work and the broker closes, or when all is quiet. */
    void blow(int interrupts, boolean endsByClose) throws Exception {
        handlers();
        LedgerSubscriber<Ledger.Event> reading = ledger.sharedSubscriber(RED);
        Inbox<Ledger.Event> inbox = reading.inbox(() -> builder(RED, CAPACITY).inbox());
        lossless.add(reading);
        Inbox<Ledger.Event> silent = broker.inbox(SILENT);
        for (int style = 0; style < 5; style++) {
            reader(reading, inbox, style, Select.of(inbox, silent));
        }
        for (int way = 0; way < 4; way++) {
            publisher(way);
        }
        others.add(start("interrupts of subscribers", this::comeAndGo));
        others.add(start("interrupts of waits for quiescence", this::awaitQuiet));
        Random random = new Random(seed);
        interrupt(random, interrupts);
        if (endsByClose) {
            isClosing = true;
            List<Task<Boolean>> closers = List.of(closer(), closer());
            while (!closers.stream().allMatch(Task::isDone)) {
                interrupt(random, 0);
            }
            others.addAll(closers);
        }
        isOver = true;
        for (Task<Boolean> other : others) {
            other.get();
        }
        if (!endsByClose) {
            Tests.awaitQuiet(broker);
            if (LongRun.seed() == seed) {
                Tests.awaitParked(brokerThread);
                G10_WaitModeTest.assertIdle(brokerThread);
            }
            reading.unsubscribe();
            silent.unsubscribe();
        }
        for (Task<Boolean> reader : readers) {
            reader.get();
        }
        verify(endsByClose);
    }

    private void verify(boolean endsByClose) throws Exception {
        isClosing = true;
        BrokerStats report = broker.close(Tests.PATIENCE);
        assertThat(report.state()).isEqualTo(State.CLOSED);
        for (LedgerSubscriber<Ledger.Event> subscriber : lossless) {
            Subscription subscription = subscriber.subscription();
            Tests.awaitTrue(
                    "at rest",
                    () -> subscriber.isInbox() || subscription.stats().inHand() == 0);
            SubscriptionStats stats = subscription.stats();
            assertThat(stats.dropped()).as("%s dropped", subscription).isZero();
            if (!endsByClose) {
                assertThat(stats.abandoned()).as("%s abandoned", subscription).isZero();
            }
        }
        ledger.verify(broker.stats());
        assertThat(begunInterrupted).as("events that began interrupted").hasValue(0);
        assertThat(lostStatus)
                .as("handlers whose status was lost, or came from nowhere")
                .hasValue(0);
        Tests.awaitDead(brokerThread);
        tally.add("storms");
        tally.add("messages offered", report.offered());
        tally.add("messages accepted", report.accepted());
        tally.add(
                "messages received",
                lossless.stream()
                        .mapToLong(
                                subscriber -> subscriber.subscription().stats().delivered())
                        .sum());
    }

    // ---- interrupts

    /** Interrupts so many times, each somebody at random; the pace of the publishers is that of the attempts. */
    private void interrupt(Random random, int count) {
        int hits = 0;
        do {
            Target target = targets.get(random.nextInt(targets.size()));
            if (target.interrupt.getAsBoolean()) {
                tally.add(target.role);
                tally.add("interrupts");
                hits++;
            }
            attempts.lazySet(attempts.get() + 1);
            Tests.stagger(random, 200);
            if (random.nextInt(8) == 0) {
                Thread.yield();
            }
        } while (hits < count);
    }

    private static Target atAnyMoment(String role, Thread thread) {
        return new Target("interrupts of " + role, () -> {
            boolean wasClear = !thread.isInterrupted();
            thread.interrupt();
            return wasClear;
        });
    }

    private Victim victim(String role) {
        Victim victim = new Victim();
        targets.add(new Target(role, victim::interrupt));
        return victim;
    }

    private Task<Boolean> start(String role, Crew.Job job) {
        Victim self = victim(role);
        return Task.run(role, () -> job.run(self));
    }

    // ---- handlers

    private SubscriptionBuilder<Ledger.Event> builder(Topic<Ledger.Event> topic, int capacity) {
        return broker.subscription(topic).capacity(capacity);
    }

    private void handlers() {
        subscribe(RED, builder(RED, 2).overflow(Overflow.BACKPRESSURE), true, event -> {});
        subscribe(RED, builder(RED, CAPACITY).concurrency(3), true, event -> {});
        subscribe(RED, builder(RED, CAPACITY), false, event -> {});
        subscribe(BLUE, builder(BLUE, 1).overflow(Overflow.BACKPRESSURE), true, event -> {});
        LedgerPublisher publisher = ledger.publisher();
        subscribe(RED, builder(RED, CAPACITY), true, event -> publisher.publish(broker, BLUE, Ledger.Event::new));
        LedgerLane<Ledger.Event> lane = ledger.lane(broker, BLUE);
        subscribe(RED, builder(RED, CAPACITY), true, event -> lane.publish(Ledger.Event::new));
        LedgerSubscriber<Ledger.Event> losing = ledger.subscriber(RED);
        losing.subscribe(() -> builder(RED, 2).overflow(Overflow.DROP_OLDEST).onEvent(losing.handler()));
    }

    /** One whose handlers are interrupted, or whose threads are, whatever they do. */
    private void subscribe(
            Topic<Ledger.Event> topic,
            SubscriptionBuilder<Ledger.Event> builder,
            boolean areHandlersMeant,
            Handler<Ledger.Event> act) {
        LedgerSubscriber<Ledger.Event> subscriber = ledger.sharedSubscriber(topic);
        ThreadLocal<Victim> victims = ThreadLocal.withInitial(() -> {
            if (areHandlersMeant) {
                return victim("interrupts of handlers");
            }
            targets.add(atAnyMoment("workers at any moment", Thread.currentThread()));
            return new Victim();
        });
        Handler<Ledger.Event> handler = subscriber.handler(event -> {
            Victim self = victims.get();
            if (areHandlersMeant) {
                handle(event, self, act);
            }
        });
        subscriber.subscribe(() -> builder.onEvent(handler));
        lossless.add(subscriber);
    }

    /** Leaves the status as it is, which is no concern of the next event's. */
    private void handle(Ledger.Event event, Victim self, Handler<Ledger.Event> act) throws Exception {
        if (Thread.currentThread().isInterrupted() && !isClosing) {
            begunInterrupted.incrementAndGet();
        }
        self.expose();
        try {
            for (int i = event.number() % 8 == 0 ? 20 : 0; i > 0 && !self.isHit(); i--) {
                Thread.yield();
            }
            act.handle(event);
            if (event.number() % 512 == 1) {
                throw new G1_InterruptsTest.OnPurpose();
            }
        } catch (CancellationException e) {
            assertThat(self.isHit() || isClosing)
                    .as("cancelled by an interrupt")
                    .isTrue();
            throw new G1_InterruptsTest.OnPurpose();
        } finally {
            if (self.leave() != Thread.currentThread().isInterrupted() && !isClosing) {
                lostStatus.incrementAndGet();
            }
        }
    }

    // ---- publishers: by broker, with and without a timeout; by lane, one by one and many at a time

    private void publisher(int way) {
        Random random = new Random(seed * 31 + way);
        LedgerPublisher publisher = ledger.publisher();
        LedgerLane<Ledger.Event> lane = way < 2 ? null : ledger.lane(broker, RED);
        others.add(start("interrupts of publishers", self -> {
            for (int n = 0; !isOver; ) {
                if (n >= PACE * attempts.get()) {
                    Thread.yield();
                    continue;
                }
                int count = way == 3 ? 1 + random.nextInt(8) : 1;
                n += count;
                self.expose();
                try {
                    boolean areAllIn = publish(way, publisher, lane, count, random);
                    assertThat(areAllIn || self.isHit() || isClosing)
                            .as("all accepted")
                            .isTrue();
                } catch (CancellationException e) {
                    assertThat(self.isHit()).as("cancelled by an interrupt").isTrue();
                    tally.add("publishes refused by an interrupt");
                } catch (BrokerClosedException e) {
                    assertThat(isClosing).isTrue();
                    self.cover();
                    return;
                }
                self.cover();
            }
        }));
    }

    /** Returns whether all are in that should be. */
    private boolean publish(
            int way, LedgerPublisher publisher, LedgerLane<Ledger.Event> lane, int count, Random random) {
        switch (way) {
            case 0 -> publisher.publish(broker, RED, Ledger.Event::new);
            case 1 -> {
                Duration timeout = random.nextBoolean() ? HOUR : Duration.ofNanos(random.nextInt(200_000));
                boolean isIn = publisher.tryPublish(broker, RED, Ledger.Event::new, timeout);
                return isIn || !timeout.equals(HOUR);
            }
            case 2 -> lane.publish(Ledger.Event::new);
            default -> {
                return lane.publishAll(Ledger.Event::new, count) == count;
            }
        }
        return true;
    }

    // ---- readers of one inbox: take, poll, for-each, drainTo, Select

    private void reader(
            LedgerSubscriber<Ledger.Event> reading, Inbox<Ledger.Event> inbox, int style, Select<Ledger.Event> select) {
        readers.add(start("interrupts of readers", self -> {
            while (true) {
                self.expose();
                try {
                    Ledger.Event event = read(inbox, select, style);
                    if (event != null) {
                        reading.received(event);
                    }
                    self.cover();
                } catch (InterruptedException e) {
                    self.coverInterrupted();
                } catch (CancellationException e) {
                    assertThat(self.cover()).as("cancelled by an interrupt").isTrue();
                } catch (SubscriptionClosedException e) {
                    self.cover();
                    return;
                }
            }
        }));
    }

    private static Ledger.Event read(Inbox<Ledger.Event> inbox, Select<Ledger.Event> select, int style)
            throws InterruptedException {
        return switch (style) {
            case 0 -> inbox.take();
            case 1 -> inbox.poll(HOUR);
            case 2 -> next(inbox.iterator());
            case 3 -> inbox.poll(Duration.ofNanos(50_000));
            default -> select.take();
        };
    }

    private static Ledger.Event next(Iterator<Ledger.Event> events) {
        if (!events.hasNext()) {
            throw new SubscriptionClosedException("the end of the loop", null);
        }
        return events.next();
    }

    // ---- others

    /** Subscribes and unsubscribes, opens lanes and closes them: no interrupt may end one of these calls. */
    private void comeAndGo(Victim self) {
        LedgerPublisher publisher = ledger.publisher();
        while (!isOver) {
            self.expose();
            try {
                LedgerSubscriber<Ledger.Event> guest = ledger.subscriber(OWN);
                guest.inbox(() -> builder(OWN, 8).inbox());
                LedgerLane<Ledger.Event> lane = ledger.lane(broker, OWN);
                int published = lane.tryPublish(Ledger.Event::new) ? 1 : 0;
                published += publisher.tryPublish(broker, OWN, Ledger.Event::new) ? 1 : 0;
                lane.close();
                guest.unsubscribe();
                assertThat(guest.drain()).isEqualTo(published);
            } catch (BrokerClosedException e) {
                assertThat(isClosing).isTrue();
                self.cover();
                return;
            }
            self.cover();
        }
    }

    private void awaitQuiet(Victim self) {
        while (!isOver) {
            self.expose();
            try {
                assertThat(broker.awaitQuiescence(HOUR)).isTrue();
                self.cover();
            } catch (InterruptedException e) {
                self.coverInterrupted();
            }
        }
    }

    private Task<Boolean> closer() {
        return start("interrupts of closers", self -> {
            self.expose();
            BrokerStats report = broker.close(HOUR);
            tally.add(self.cover() ? "closes cut short" : "closes in time");
            assertThat(report.state()).isNotEqualTo(State.OPEN);
        });
    }
}
