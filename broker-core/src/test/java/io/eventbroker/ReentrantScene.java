package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventbroker.BrokerStats.State;
import io.eventbroker.ReentrantDeed.Ending;
import io.eventbroker.ReentrantDeed.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A broker of its own in a situation, in which one or two handlers do their deeds. What they published and received is in
 * a {@link Ledger}; how each deed ended is compared with what the Javadoc says.
 */
final class ReentrantScene {
    enum Situation {
        EMPTY,
        RING_FULL,
        LANE_FULL,
        QUEUE_FULL,
        BACKPRESSURED,
        DRAINING,
        CLOSED
    }

    static final Topic<Ledger.Event> OTHER = Topic.of("other", Ledger.Event.class);
    static final String TAKEN = "taken";
    private static final Duration CLOSE_TIMEOUT = Tests.PATIENCE;

    /** A loop that stands still from when a handler asks for it to when that handler waits, or has done its deeds. */
    private static final class HeldSteps extends LoopSteps {
        private final CountDownLatch letGo = new CountDownLatch(1);
        private volatile boolean isToHold;
        private volatile boolean isHeld;

        @Override
        void at(Step step) {
            if (step == Step.ROUTE && isToHold) {
                isHeld = true;
                try {
                    letGo.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                isToHold = false;
            }
        }
    }

    final Ledger ledger = new Ledger();
    final Inbox<Ledger.Event> inbox;
    private final Situation situation;
    private final boolean isManual;
    private final HeldSteps steps = new HeldSteps();
    private final ActiveBroker broker;
    private final LedgerSubscriber<Ledger.Event> readers = ledger.sharedSubscriber(OTHER);
    private final LedgerSubscriber<Ledger.Event> neighbour = ledger.subscriber(OTHER);
    private final LedgerPublisher outsider = ledger.publisher();
    private final List<Actor> actors = new ArrayList<>();
    private CountDownLatch begun = new CountDownLatch(0);
    private CountDownLatch prepared = new CountDownLatch(0);
    private final Map<Ending, Integer> endings = new EnumMap<>(Ending.class);
    volatile boolean isClosing;
    volatile boolean isHurried;
    private volatile boolean isInboxEnded;

    /** One handler, or of several each its own, with the deeds it does in its first call. */
    @SuppressWarnings("ThreadPriorityCheck") // what is waited for by yielding, nobody signals
    final class Actor {
        final ReentrantScene scene = ReentrantScene.this;
        final Topic<Ledger.Event> topic;
        final LedgerPublisher publisher = ledger.publisher();
        final LedgerSubscriber<Ledger.Event> subscriber;
        final LedgerLane<Ledger.Event> lane;
        private final List<ReentrantDeed> deeds;
        private final CountDownLatch done = new CountDownLatch(1);
        private volatile @Nullable Thread thread;
        private volatile @Nullable Throwable finding;
        volatile boolean isGone;
        volatile boolean isInterrupted;
        volatile boolean isToFail;
        boolean isLaneClosed;
        private boolean hasPlayed;

        Actor(int number, List<ReentrantDeed> deeds) {
            this.deeds = deeds;
            topic = Topic.of("own." + number, Ledger.Event.class);
            subscriber = ledger.subscriber(topic);
            lane = ledger.lane(broker, OTHER);
            Overflow overflow = situation == Situation.BACKPRESSURED ? Overflow.BACKPRESSURE : Overflow.DROP_NEWEST;
            subscriber.subscribe(() -> broker.subscription(topic)
                    .named("actor " + number)
                    .capacity(1)
                    .overflow(overflow)
                    .onEvent(subscriber.handler(event -> handle())));
        }

        Broker broker() {
            return broker;
        }

        private void handle() throws Exception {
            if (hasPlayed) {
                return;
            }
            hasPlayed = true;
            try {
                meet(begun);
                prepare();
                meet(prepared);
                thread = Thread.currentThread();
                for (ReentrantDeed deed : deeds) {
                    play(deed);
                }
            } catch (Throwable e) {
                finding = e;
            } finally {
                done.countDown();
            }
            if (isToFail) {
                throw new IllegalStateException("on purpose");
            }
        }

        /** Where there are threads, all handlers are inside before one goes on; whatever interrupts come. */
        private void meet(CountDownLatch all) {
            all.countDown();
            while (!isManual && all.getCount() > 0) {
                Thread.yield();
            }
        }

        /** Brings the situation about, from inside. */
        private void prepare() {
            switch (situation) {
                case RING_FULL -> fill(() -> publisher.tryPublish(broker, OTHER, Ledger.Event::new));
                case LANE_FULL -> fill(() -> lane.tryPublish(Ledger.Event::new));
                case QUEUE_FULL, BACKPRESSURED -> {
                    for (int i = 0; i < 2; i++) {
                        publisher.tryPublish(broker, topic, Ledger.Event::new);
                        publisher.tryPublish(broker, OTHER, Ledger.Event::new);
                    }
                    if (!isClosing) {
                        broker.inbox(Topic.of("nobody", Object.class)).close(); // all that is routed
                    }
                }
                case DRAINING, CLOSED -> {
                    isClosing = true;
                    isHurried |= situation == Situation.CLOSED;
                    broker.close(situation == Situation.CLOSED ? Duration.ZERO : CLOSE_TIMEOUT);
                    while (situation == Situation.CLOSED && broker.stats().state() != State.CLOSED) {
                        awaitEnd();
                    }
                }
                default -> {}
            }
        }

        private void awaitEnd() {
            Thread.interrupted(); // the deadline's; this handler is stubborn
            if (broker instanceof SteppedBroker stepped && !stepped.stepLoop()) {
                stepped.advance(Duration.ofMillis(100));
            } else {
                LockSupport.parkNanos(100_000);
            }
        }

        private void fill(BooleanSupplier offer) {
            steps.isToHold = !isManual;
            if (offer.getAsBoolean() && !isManual) { // which wakes the loop
                while (!steps.isHeld) {
                    Thread.yield();
                }
            }
            while (offer.getAsBoolean()) {}
        }

        private void play(ReentrantDeed deed) {
            boolean wasClosed = situation == Situation.CLOSED;
            boolean mustCycle = deed.kind == Kind.PUBLISH_OWN && isCongested() && !isClosing && !isInterrupted;
            Ending ending;
            Throwable thrown = null;
            try {
                deed.call.by(this);
                ending = Ending.DONE;
            } catch (Throwable e) {
                thrown = e;
                ending = endingOf(e);
            }
            synchronized (endings) {
                endings.merge(ending, 1, Integer::sum);
            }
            Set<Ending> allowed = allowed(deed.kind);
            if (wasClosed && !Set.of(Kind.PLAIN, Kind.STEP, Kind.MISUSE).contains(deed.kind) && !isRead(deed.kind)) {
                allowed = EnumSet.of(Ending.CLOSED);
            } else if (mustCycle && actors.size() == 1) {
                allowed = EnumSet.of(Ending.CYCLE);
            }
            if (!allowed.contains(ending)) {
                throw new AssertionError(deed + " ended " + ending + " where it may end " + allowed, thrown);
            }
        }

        /** Whether its own queue has more than its capacity, and this handler is the only one to take from it. */
        private boolean isCongested() {
            return situation == Situation.BACKPRESSURED && !isGone;
        }

        private boolean isRead(Kind kind) {
            return EnumSet.range(Kind.READ_NOW, Kind.ITERATE).contains(kind);
        }

        private Set<Ending> allowed(Kind kind) {
            boolean mayBeInterrupted = isInterrupted || isHurried;
            Set<Ending> allowed = EnumSet.noneOf(Ending.class);
            if (kind != Kind.REFUSED && kind != Kind.MISUSE) {
                allowed.add(Ending.DONE);
            }
            switch (kind) {
                case PUBLISH_OWN, PUBLISH, TRY, TIMED, LANE, LANE_TRY, SUBSCRIBE, REFUSED ->
                    add(allowed, isClosing, Ending.CLOSED);
                case READ_NOW, READ_TIMED, READ -> add(allowed, isClosing || isInboxEnded, Ending.ENDED);
                default -> {}
            }
            switch (kind) {
                case PUBLISH_OWN -> add(allowed, situation == Situation.BACKPRESSURED, Ending.CYCLE);
                case LANE, LANE_TRY -> add(allowed, isLaneClosed, Ending.ILLEGAL);
                case REFUSED, MISUSE -> allowed.add(Ending.ILLEGAL);
                default -> {}
            }
            boolean mayWait = EnumSet.of(Kind.PUBLISH_OWN, Kind.PUBLISH, Kind.TIMED, Kind.LANE, Kind.ITERATE)
                    .contains(kind);
            add(allowed, mayBeInterrupted && mayWait, Ending.CANCELLED);
            boolean isWaitingRead = kind == Kind.READ || kind == Kind.READ_TIMED;
            add(allowed, mayBeInterrupted && isWaitingRead, Ending.INTERRUPTED);
            boolean isEndless = EnumSet.of(Kind.PUBLISH_OWN, Kind.PUBLISH, Kind.LANE, Kind.READ, Kind.ITERATE)
                    .contains(kind);
            add(allowed, isManual && isEndless, Ending.ILLEGAL); // nothing to step that would bring the end about
            return allowed;
        }

        private static void add(Set<Ending> to, boolean condition, Ending ending) {
            if (condition) {
                to.add(ending);
            }
        }

        private static Ending endingOf(Throwable e) {
            Class<?> type = e.getClass();
            return type == BrokerClosedException.class
                    ? Ending.CLOSED
                    : type == PublishCycleException.class
                            ? Ending.CYCLE
                            : type == CancellationException.class
                                    ? Ending.CANCELLED
                                    : type == InterruptedException.class
                                            ? Ending.INTERRUPTED
                                            : type == SubscriptionClosedException.class
                                                    ? Ending.ENDED
                                                    : type == IllegalStateException.class
                                                            ? Ending.ILLEGAL
                                                            : Ending.UNDOCUMENTED;
        }

        /** Whether this handler waits for something, so that the outside must help it. */
        private boolean isWaiting() {
            Thread playing = thread;
            Thread.State state = playing == null ? Thread.State.NEW : playing.getState();
            return done.getCount() > 0 && (state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING);
        }
    }

    ReentrantScene(Situation situation, boolean isManual, boolean onPlatformThreads) {
        this.situation = situation;
        this.isManual = isManual;
        BrokerConfig small = BrokerConfig.defaults()
                .withRingSize(4)
                .withLaneSize(4)
                .withDefaultCapacity(2)
                .withCloseTimeout(CLOSE_TIMEOUT);
        BrokerConfig config = onPlatformThreads ? small.withThreadFactory(Tests.platformThreads()) : small;
        broker = isManual ? new SteppedBroker(config, new LoopSteps()) : ActiveBroker.open(config, steps);
        boolean isFull = situation == Situation.BACKPRESSURED;
        inbox = readers.inbox(() -> broker.subscription(OTHER)
                .capacity(isFull ? 1 : 3)
                .overflow(isFull ? Overflow.BACKPRESSURE : Overflow.DROP_NEWEST)
                .inbox());
        Subscription bystander = broker.subscription(Topic.of("bystander", Object.class))
                .named(TAKEN)
                .inbox();
        assertThat(bystander.name()).isEqualTo(TAKEN);
        neighbour.subscribe(() -> broker.subscribe(OTHER, neighbour.handler()));
    }

    /** Has each handler do its deeds, at the same time, and looks at the end of it all. */
    @SafeVarargs
    final Map<Ending, Integer> play(List<ReentrantDeed>... deeds) throws Exception {
        for (List<ReentrantDeed> own : deeds) {
            actors.add(new Actor(actors.size(), own));
        }
        begun = new CountDownLatch(deeds.length);
        prepared = new CountDownLatch(deeds.length);
        for (Actor actor : actors) {
            outsider.publish(broker, actor.topic, Ledger.Event::new);
        }
        if (isManual) {
            ((ManualBroker) broker).runUntilIdle();
        }
        for (Actor actor : actors) {
            while (!isManual && !actor.done.await(50, TimeUnit.MICROSECONDS)) {
                actors.stream().filter(Actor::isWaiting).forEach(waiting -> help());
            }
        }
        steps.letGo.countDown();
        BrokerStats report = broker.close(CLOSE_TIMEOUT);
        if (!haveAllCallsEnded()) {
            Tests.awaitTrue("all calls ended", this::haveAllCallsEnded);
        }
        for (Actor actor : actors) {
            if (actor.finding != null) {
                throw new AssertionError(actor.finding.getMessage(), actor.finding);
            }
        }
        assertThat(report.state()).isEqualTo(State.CLOSED);
        ledger.verify(broker.stats());
        return endings;
    }

    private boolean haveAllCallsEnded() {
        return broker.stats().subscriptions().stream().allMatch(s -> s.inHand() == 0);
    }

    BrokerStats stats() {
        return broker.stats();
    }

    /** Makes room, and brings something to read, for handlers that wait. */
    private void help() {
        steps.letGo.countDown();
        try {
            took(inbox.poll());
            outsider.tryPublish(broker, OTHER, Ledger.Event::new);
        } catch (SubscriptionClosedException | BrokerClosedException e) {
            endInbox(); // nothing will come any more, until the last quarter of the time
        }
    }

    // ---- for deeds

    void took(Ledger.@Nullable Event event) {
        if (event != null) {
            readers.received(event);
        }
    }

    void endInbox() {
        isInboxEnded = true;
        readers.unsubscribe();
    }

    /** That of the other handler, if there is one. */
    void unsubscribeAnother(Actor me) {
        Actor other =
                actors.stream().filter(actor -> !actor.equals(me)).findAny().orElse(null);
        if (other == null) {
            neighbour.unsubscribe();
        } else {
            other.isGone = true;
            other.subscriber.unsubscribe();
        }
    }
}
