package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventbroker.BrokerStats.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/** One broker from its opening to its end, and everybody who uses it while it closes. Everybody follows from a seed. */
final class CloseRound {
    static final Topic<Ledger.Entry> RED = Topic.of("close.red", Ledger.Entry.class);
    static final Topic<Ledger.Entry> BLUE =
            Topic.of("close.blue", Ledger.Entry.class).keyedBy(CloseRound::key).retaining(2);
    private static final TopicPattern<Ledger.Entry> ALL = TopicPattern.of("close.*", Ledger.Entry.class);

    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration[] SHORT = {
        Duration.ZERO, Duration.ofSeconds(-1), Duration.ofNanos(1), Duration.ofNanos(300_000), Duration.ofMillis(2)
    };

    final long seed;
    final Tally tally;

    /** Whether every closer has all the time in the world, so that nothing may be lost but by policy. */
    final boolean isPatient;

    final Ledger ledger = new Ledger();
    final Broker broker;

    /** Where handlers wait until they are interrupted. */
    final CountDownLatch never = new CountDownLatch(1);

    private final boolean areLanesClosedByOthers;
    private final List<CloseMember<?>> members = new CopyOnWriteArrayList<>();
    private final List<CloseMember<?>> firstMembers;
    private final List<LedgerLane<Ledger.Entry>> lanes = new CopyOnWriteArrayList<>();
    private final Queue<LedgerLane<Ledger.Entry>> lanesAhead = new ConcurrentLinkedQueue<>();
    private final List<LedgerWatch> watches = new CopyOnWriteArrayList<>();
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicInteger guests = new AtomicInteger(6);
    volatile boolean begun;
    private volatile boolean returned;
    private volatile boolean hurried;

    CloseRound(long seed, Tally tally) {
        this.seed = seed;
        this.tally = tally;
        Random random = new Random(seed);
        isPatient = random.nextInt(3) > 0;
        areLanesClosedByOthers = random.nextInt(4) == 0;
        BrokerConfig config = BrokerConfig.defaults()
                .withRingSize(2 << random.nextInt(4))
                .withLaneSize(2 << random.nextInt(4))
                .withWaitMode(random.nextInt(16) == 0 ? WaitMode.YIELD : WaitMode.PARK);
        broker = Broker.open(random.nextBoolean() ? config.withThreadFactory(Tests.platformThreads()) : config);
        for (int i = random.nextInt(3); i >= 0; i--) {
            add(random, true);
        }
        firstMembers = List.copyOf(members);
        for (int i = random.nextInt(3); i > 0; i--) {
            lanesAhead.add(openLane(random));
        }
    }

    static Object key(Ledger.Entry event) {
        return event.number() % 3;
    }

    /** What each thread of a crew is to do. */
    List<Crew.Job> jobs(Crew crew) {
        Random random = new Random(~seed);
        List<CloseMember<?>> inboxes =
                firstMembers.stream().filter(CloseMember::isInbox).toList();
        List<Crew.Job> jobs = new ArrayList<>();
        jobs.add(job(random, this::close));
        jobs.add(job(random, inboxes.isEmpty() ? this::publish : (self, own) -> read(inboxes, self, own)));
        jobs.add(job(random, random.nextBoolean() ? this::publish : this::publishByLane));
        jobs.add(job(random, areLanesClosedByOthers || random.nextBoolean() ? this::publishByLane : this::publish));
        while (jobs.size() < crew.size()) {
            jobs.add(job(
                    random,
                    switch (random.nextInt(jobs.size() < 5 ? 7 : 20)) {
                        case 0 -> this::close;
                        case 1 -> this::comeAndGo;
                        case 2 -> (self, own) -> leaveAll(own);
                        case 3 -> (self, own) -> interrupt(crew.victims(), own);
                        case 4 -> this::awaitQuiet;
                        case 5 -> (self, own) -> closeLanes(own);
                        case 6 -> (self, own) -> watch(own);
                        default -> (self, own) -> {}; // fewer threads, other moments
                    }));
        }
        Collections.shuffle(jobs, random);
        return jobs;
    }

    private interface Part {
        void play(Victim self, Random random) throws Exception;
    }

    private static Crew.Job job(Random random, Part part) {
        Random own = new Random(random.nextLong());
        return self -> part.play(self, own);
    }

    private void add(Random random, boolean isWaitedFor) {
        CloseMember<?> member = switch (random.nextInt(5)) {
            case 0 -> new CloseMember<>(this, ALL, random, isWaitedFor);
            case 1 -> new CloseMember<>(this, BLUE.only(CloseMember.Hop.class), random, isWaitedFor);
            case 2 -> new CloseMember<>(this, RED, random, isWaitedFor);
            default -> new CloseMember<>(this, BLUE, random, isWaitedFor);
        };
        members.add(member);
        member.subscribe();
    }

    /** Whether no deadline came for anybody. */
    boolean isToLoseNothing() {
        return isPatient && !hurried;
    }

    // ---- parts

    private void close(Victim self, Random random) {
        awaitCalls(random);
        self.expose();
        close(random, false);
        hurried |= self.cover();
    }

    /** Lets others make some calls before, so that every moment of theirs is tried; but they may all be waiting. */
    @SuppressWarnings("ThreadPriorityCheck") // yields, so that two processors are enough
    private void awaitCalls(Random random) {
        int awaited = random.nextInt(1 + random.nextInt(60));
        for (int yields = 100; calls.get() < awaited && yields > 0; yields--) {
            Thread.yield();
        }
        Tests.stagger(random, 500);
    }

    /** Closes; by a handler or not. */
    void close(Random random, boolean isHandler) {
        Duration timeout = isPatient ? HOUR : SHORT[random.nextInt(SHORT.length)];
        begun = true;
        BrokerStats report = broker.close(timeout);
        returned = true;
        assertThat(report.state()).isNotIn(State.OPEN, State.FAILED);
        tally.add(
                isHandler
                        ? "closes by handlers"
                        : report.state() == State.CLOSED
                                ? "closes with the last report"
                                : "closes with an interim report");
    }

    /** Makes an offer, which may end in the documented ways only; returns whether it makes sense to go on. */
    boolean offer(boolean isHandler, BooleanSupplier call) {
        boolean isTooLate = returned && !isHandler;
        calls.incrementAndGet();
        try {
            boolean isIn = call.getAsBoolean();
            assertThat(isTooLate)
                    .as("not refused, although a close had returned")
                    .isFalse();
            tally.add(isIn ? "publishes accepted" : "publishes without room");
            return true;
        } catch (BrokerClosedException e) {
            assertThat(begun).as("refused, although nobody closed").isTrue();
            assertThat(e).hasNoCause();
            tally.add("publishes refused by close");
            return false;
        } catch (CancellationException e) {
            assertThat(Thread.currentThread().isInterrupted()).as("status").isTrue();
            tally.add("publishes refused by an interrupt");
            return true;
        } catch (PublishCycleException e) {
            assertThat(isHandler).as("a cycle without a handler").isTrue();
            tally.add("publishes refused for a cycle");
            return true;
        }
    }

    private boolean offer(Victim self, BooleanSupplier call) {
        self.expose();
        boolean goesOn = offer(false, call);
        self.cover();
        return goesOn;
    }

    private void publish(Victim self, Random random) {
        LedgerPublisher publisher = ledger.publisher();
        boolean goesOn = true;
        for (int i = random.nextInt(24); i >= 0 && goesOn; i--) {
            Topic<Ledger.Entry> topic = random.nextBoolean() ? RED : BLUE;
            Ledger.Maker<Ledger.Entry> maker = CloseMember.Hop.of(random.nextInt(3));
            int way = random.nextInt(6);
            goesOn = offer(self, () -> {
                switch (way) {
                    case 0:
                        return publisher.tryPublish(broker, topic, maker);
                    case 1:
                        return publisher.tryPublish(broker, topic, maker, Duration.ofNanos(20_000));
                    case 2:
                        return publisher.tryPublish(broker, topic, maker, HOUR);
                    default:
                        publisher.publish(broker, topic, maker);
                        return true;
                }
            });
        }
    }

    private void publishByLane(Victim self, Random random) {
        LedgerLane<Ledger.Entry> ahead = lanesAhead.poll();
        LedgerLane<Ledger.Entry> lane = ahead == null ? openLane(random) : ahead;
        boolean goesOn = lane != null;
        try {
            for (int i = random.nextInt(24); i >= 0 && goesOn; i--) {
                Ledger.Maker<Ledger.Entry> maker = CloseMember.Hop.of(random.nextInt(3));
                int way = random.nextInt(4);
                int many = areLanesClosedByOthers ? 1 : 1 + random.nextInt(8);
                goesOn = offer(self, () -> {
                    switch (way) {
                        case 0:
                            return lane.tryPublish(maker);
                        case 1:
                            return lane.publishAll(maker, many) == many
                                    || Thread.currentThread().isInterrupted();
                        default:
                            lane.publish(maker);
                            return true;
                    }
                });
            }
        } catch (IllegalStateException e) {
            self.cover();
            assertThat(e).isExactlyInstanceOf(IllegalStateException.class).hasMessageContaining("is closed");
            assertThat(areLanesClosedByOthers).isTrue();
            tally.add("publishes refused by a closed lane");
        }
        if (lane != null && random.nextBoolean()) {
            lane.close();
        }
    }

    private LedgerLane<Ledger.Entry> openLane(Random random) {
        boolean isTooLate = returned;
        calls.incrementAndGet();
        try {
            LedgerLane<Ledger.Entry> lane = ledger.lane(broker, random.nextBoolean() ? RED : BLUE);
            assertThat(isTooLate).as("a lane, although a close had returned").isFalse();
            lanes.add(lane);
            tally.add("lanes");
            return lane;
        } catch (BrokerClosedException e) {
            assertThat(begun).as("refused, although nobody closed").isTrue();
            tally.add("lanes refused");
            return null;
        }
    }

    private void closeLanes(Random random) {
        awaitCalls(random);
        if (areLanesClosedByOthers) {
            lanes.forEach(LedgerLane::close);
        }
    }

    private void read(List<CloseMember<?>> inboxes, Victim self, Random random) {
        List<CloseMember<?>> open = new ArrayList<>(inboxes);
        while (!open.isEmpty()) {
            boolean isOne = open.size() == 1;
            open.removeIf(member -> !member.read(self, random, isOne));
        }
    }

    private void comeAndGo(Victim self, Random random) {
        LedgerPublisher publisher = ledger.publisher();
        boolean goesOn = true;
        while (goesOn && come(random)) {
            goesOn = offer(self, () -> publisher.tryPublish(broker, BLUE, CloseMember.Hop.of(1)));
            CloseMember<?> latest = members.get(members.size() - 1);
            if (random.nextBoolean()) {
                latest.leave();
            }
        }
    }

    /** Subscribes one more, if there are not too many; returns whether that makes sense again. */
    boolean come(Random random) {
        boolean isTooLate = returned;
        calls.incrementAndGet();
        if (guests.getAndDecrement() <= 0) {
            return false;
        }
        try {
            add(random, false);
            assertThat(isTooLate)
                    .as("subscribed, although a close had returned")
                    .isFalse();
            return true;
        } catch (BrokerClosedException e) {
            assertThat(begun).as("refused, although nobody closed").isTrue();
            tally.add("subscriptions refused");
            return false;
        }
    }

    private void leaveAll(Random random) {
        awaitCalls(random);
        for (CloseMember<?> member : members) {
            Tests.stagger(random, 1_000);
            member.leave();
        }
    }

    private void interrupt(List<Victim> victims, Random random) {
        for (int i = 0; i < 12; i++) {
            Tests.stagger(random, 600);
            if (victims.get(random.nextInt(victims.size())).interrupt()) {
                tally.add("interrupts");
            }
        }
    }

    private void awaitQuiet(Victim self, Random random) {
        Tests.stagger(random, 1_000);
        self.expose();
        try {
            boolean isQuiet = broker.awaitQuiescence(random.nextBoolean() ? HOUR : Duration.ofNanos(100_000));
            self.cover();
            tally.add(isQuiet ? "waits that ended quiet" : "waits that ended late");
        } catch (InterruptedException e) {
            self.coverInterrupted();
            tally.add("waits ended by an interrupt");
        }
    }

    private void watch(Random random) {
        LedgerWatch watch = new LedgerWatch();
        watches.add(watch);
        for (int i = 0; i < 8; i++) {
            watch.observe(broker.stats());
            Tests.stagger(random, 1_000);
        }
    }

    // ---- afterwards

    /** What must be true when all have returned. */
    void verify() throws InterruptedException {
        BrokerStats report = broker.close(Tests.PATIENCE);
        assertThat(report.state()).isEqualTo(State.CLOSED);
        LedgerPublisher late = ledger.publisher();
        assertThatThrownBy(() -> late.publish(broker, RED, Ledger.Event::new))
                .isInstanceOf(BrokerClosedException.class);
        assertThatThrownBy(() -> broker.inbox(RED).close()).isInstanceOf(BrokerClosedException.class);
        lanes.forEach(LedgerLane::close);
        if (!members.stream().allMatch(CloseRound::isAtRest)) {
            Tests.awaitTrue("handlers ended", () -> members.stream().allMatch(CloseRound::isAtRest));
        }
        assertThat(broker.awaitQuiescence(Duration.ZERO)).as("quiet").isTrue();
        members.forEach(CloseMember::verify);
        BrokerStats last = broker.stats();
        for (LedgerWatch watch : watches) {
            watch.observe(report);
            watch.observe(last);
        }
        ledger.verify(last);
        if (isToLoseNothing()) {
            assertThat(last.discarded()).isZero();
        }
        tally.add("rounds");
        tally.add("messages offered", last.offered());
        tally.add("messages accepted", last.accepted());
        tally.add("messages routed", last.routed());
        tally.add("messages unrouted", last.unrouted());
        tally.add("messages discarded", last.discarded());
    }

    private static boolean isAtRest(CloseMember<?> member) {
        return member.subscription() == null || member.subscription().stats().inHand() == 0;
    }
}
