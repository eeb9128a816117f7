package io.eventbroker;

import io.eventbroker.ReferenceModel.Answer;
import io.eventbroker.ReferenceModel.Phase;
import io.eventbroker.ReferenceParts.Queue;
import io.eventbroker.ReferenceParts.Shape;
import io.eventbroker.ReferenceParts.Source;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** What a {@link Simulation} does: an action of the broker, what the model says to it, and how the two compare. */
final class SimulationActions {
    record Red(int publisher, int number) implements Ledger.Entry {}

    record Blue(int publisher, int number) implements Ledger.Entry {}

    /** Where to publish, and what. */
    record Target<E extends Ledger.Entry>(Topic<? super E> topic, Ledger.Maker<E> maker) {}

    private static final Duration UNIT = Duration.ofMillis(100);
    private static final Topic<Ledger.Entry> NORTH = Topic.of("north", Ledger.Entry.class);
    private static final Topic<Ledger.Entry> SOUTH = Topic.of("south.pole", Ledger.Entry.class);
    private static final Topic<Red> OTHER_NORTH = Topic.of("north", Red.class);
    private static final Topic<Blue> BLUES = Topic.of("blues", Blue.class);

    private static final List<Target<?>> TARGETS = List.of(
            new Target<>(NORTH, Red::new),
            new Target<>(NORTH, Blue::new),
            new Target<>(SOUTH, Red::new),
            new Target<>(SOUTH, Blue::new),
            new Target<>(BLUES, Blue::new),
            new Target<>(OTHER_NORTH, Red::new));

    private static final List<TopicPattern<? extends Ledger.Entry>> SOURCES = List.of(
            NORTH, NORTH.only(Red.class), NORTH.only(Blue.class), SOUTH, SOUTH.only(Blue.class), BLUES, OTHER_NORTH);

    private final Simulation run;
    private final Random random;
    private final SteppedBroker broker;
    private final ReferenceModel model;
    private final SimulationReads reads;
    final SimulationEnds ends;
    private int names;

    SimulationActions(Simulation run) {
        this.run = run;
        this.random = run.random;
        this.broker = run.broker;
        this.model = run.model;
        this.reads = new SimulationReads(run);
        this.ends = new SimulationEnds(run);
    }

    void doOne() throws Exception {
        boolean isClosingAroundHandler = run.isInsideHandler() && model.phase != Phase.OPEN;
        int dice = random.nextInt(isClosingAroundHandler ? 130 : 100);
        if (dice < 14) {
            publish();
        } else if (dice < 30) {
            run.lanes.act();
        } else if (dice < 38) {
            subscribe(SOURCES.get(random.nextInt(SOURCES.size())), false);
        } else if (dice < 40) {
            if (run.events.isSpied()) {
                subscribe(run.events.anySource(), true);
            }
        } else if (dice < 43) {
            unsubscribe();
        } else if (dice < 53) {
            step(broker::stepLoop, 0, true);
        } else if (dice < 63) {
            stepWorker();
        } else if (dice < 72) {
            runOne();
        } else if (dice < 75) {
            runUntilIdle();
        } else if (dice < 88) {
            reads.read();
        } else if (dice < 92) {
            ends.awaitQuiescence();
        } else if (dice < 95) {
            advance();
        } else if (dice < 100) {
            ends.close();
        } else if (dice < 115) {
            advance();
        } else {
            runOne();
        }
    }

    /** Ends the run: everything is closed and read to the end. */
    void finish() throws Exception {
        run.check();
        while (!model.hasEnded()) {
            ends.closeFor(Duration.ofSeconds(10));
            run.check();
        }
        for (SimulationMember<?> member : run.members) {
            reads.readToTheEnd(member);
        }
        run.trace("run until idle");
        run.during(Simulation.ANY, true, model.now, broker::runUntilIdle);
        run.check();
        model.requireIdle();
    }

    // ---- publishing

    Target<?> anyTarget() {
        return TARGETS.get(random.nextInt(TARGETS.size() * 3) % TARGETS.size());
    }

    private void publish() {
        int burst = random.nextInt(3) == 0 ? 1 + random.nextInt(12) : 1;
        for (int i = 0; i < burst; i++) {
            publish(anyTarget());
        }
    }

    private <E extends Ledger.Entry> void publish(Target<E> target) {
        E event = run.publisher().offer(target.topic(), target.maker());
        Topic<? super E> topic = target.topic();
        Answer expected =
                model.answer(model.ring, topic.name(), topic.definition().type(), run.isInsideHandler());
        if (expected == Answer.CLASH && model.phase != Phase.OPEN) {
            run.publisher().withdrawn(event);
            return; // which of the two refusals comes first is left open
        }
        Duration timeout = UNIT.multipliedBy(random.nextInt(4) - 1);
        int mode = random.nextInt(3);
        boolean mayWait = mode == 0 || (mode == 1 && timeout.compareTo(Duration.ZERO) > 0);
        boolean isInterrupted = random.nextInt(8) == 0;
        long before = model.routed + model.unrouted;
        Answer answer = run.calmly(() -> interruptedly(isInterrupted, () -> answer(mode, topic, event, timeout)));
        long routed = model.routed + model.unrouted - before;
        run.trace("publish ", event, " to ", topic, mayWait ? ", waiting: " : ": ", answer);
        run.note("publish " + answer, true);
        judge(model.ring, expected, answer, mayWait, isInterrupted, routed);
        record(run.publisher(), model.ring, event, topic, answer);
    }

    /** Whether a publish that expected this, and may have waited, may have ended so. */
    void judge(Source to, Answer expected, Answer answer, boolean mayWait, boolean isInterrupted, long routed) {
        if (expected == Answer.FULL && mayWait && !isInterrupted) {
            run.note(to == model.ring ? "publish waited" : "lane waited", true);
            boolean isClosed = answer == Answer.CLOSED && !model.mayPublish(run.isInsideHandler());
            run.require(isClosed || answer == Answer.ACCEPTED, "publish to what is full: " + answer);
            boolean hasRoom = isClosed || to.waiting.size() == to.size - 1;
            run.require(hasRoom, "made more room than was needed, or none, by routing " + routed);
        } else {
            run.same("messages routed by a publish that need not wait", 0L, routed);
            run.same("answer of publish", expected == Answer.FULL && mayWait ? Answer.CANCELLED : expected, answer);
        }
    }

    /** Notes the outcome of an offer. */
    void record(LedgerPublisher publisher, Source to, Ledger.Entry event, Topic<?> topic, Answer answer) {
        switch (answer) {
            case ACCEPTED -> {
                model.accept(to, topic.name(), event);
                publisher.accepted(event);
            }
            case CLASH -> publisher.withdrawn(event);
            default -> {
                model.refused++;
                publisher.refused(event);
            }
        }
    }

    /** Calls with this interrupt status, which a publish keeps, whatever comes of it. */
    <R> R interruptedly(boolean isInterrupted, Supplier<R> call) {
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
        R result = call.get();
        run.require(!isInterrupted || Thread.interrupted(), "interrupt status was not kept");
        return result;
    }

    private <T> Answer answer(int mode, Topic<T> topic, T event, Duration timeout) {
        try {
            boolean accepted = switch (mode) {
                case 0 -> {
                    broker.publish(topic, event);
                    yield true;
                }
                case 1 -> broker.tryPublish(topic, event, timeout);
                default -> broker.tryPublish(topic, event);
            };
            return accepted ? Answer.ACCEPTED : Answer.FULL;
        } catch (BrokerClosedException e) {
            run.requireCause(e);
            return Answer.CLOSED;
        } catch (CancellationException e) {
            return Answer.CANCELLED;
        } catch (IllegalStateException e) {
            return Answer.CLASH;
        }
    }

    // ---- subscribing

    private <T> void subscribe(TopicPattern<T> from, boolean isOfBroker) {
        String name = random.nextInt(4) == 0 ? null : "s" + (random.nextInt(5) == 0 ? random.nextInt(4) : names++ + 4);
        int capacity = 1 + random.nextInt(random.nextBoolean() ? 2 : 8);
        int workers = Math.max(0, random.nextInt(6) - 2);
        Class<?> definition = from.named().type();
        boolean isClosed = model.phase != Phase.OPEN;
        boolean isRefused = isRefused(name, from);
        SimulationMember<T> member = new SimulationMember<>(isOfBroker ? null : run.ledger.subscriber(entries(from)));
        Overflow overflow = List.of(Overflow.DROP_NEWEST, Overflow.DROP_OLDEST, Overflow.DISCONNECT)
                .get(Math.max(0, random.nextInt(6) - 3));
        SubscriptionBuilder<T> named =
                broker.subscription(from).capacity(capacity).overflow(overflow);
        SubscriptionBuilder<T> builder = name == null ? named : named.named(name);
        try {
            run.perhapsInterrupted(() -> run.calmly(() -> {
                Subscription handle = open(member, builder, workers);
                String made = handle.name();
                // who was in the way may have been disconnected by what was routed first
                run.require(!isRefused || !isRefused(name, from), "subscribe was not refused");
                run.require(name == null ? made.startsWith(from.name()) : name.equals(made), "the name");
                member.handle = handle;
                member.queue = new Queue(new Shape(
                        made, from.name(), definition, SimulationEvents.wanted(from), capacity, overflow, workers));
                model.subscribe(member.queue); // now, for the broker may have died since
                return run.members.add(member);
            }));
            run.trace(
                    "subscribe ",
                    member.handle,
                    " to ",
                    from,
                    ", capacity ",
                    capacity,
                    " ",
                    overflow,
                    ", workers ",
                    workers);
        } catch (IllegalStateException e) {
            run.trace("subscribe ", name, " to ", from, ": ", e);
            boolean hasDied = !isClosed && model.phase == Phase.FAILED;
            run.require(isRefused || hasDied, "subscribe failed with " + e);
            boolean isEither = hasDied && isRefused;
            run.require(isEither || (isClosed || hasDied) == (e instanceof BrokerClosedException), "refused by " + e);
            run.requireCause(e);
            run.note(isClosed ? "subscribe refused, closed" : "subscribe refused, in use", !hasDied);
            run.note("subscribe died", hasDied);
        }
    }

    private boolean isRefused(String name, TopicPattern<?> from) {
        return model.phase != Phase.OPEN
                || model.isNameTaken(name)
                || model.clashes(from.name(), from.named().type());
    }

    @SuppressWarnings("unchecked") // all but those of the broker are of entries
    private static TopicPattern<Ledger.Entry> entries(TopicPattern<?> from) {
        return (TopicPattern<Ledger.Entry>) from;
    }

    private <T> Subscription open(SimulationMember<T> member, SubscriptionBuilder<T> builder, int workers) {
        return workers == 0
                ? member.open(builder::inbox)
                : member.subscribe(() -> builder.concurrency(workers).onEvent(event -> run.handle(member, event)));
    }

    private void unsubscribe() {
        if (run.members.isEmpty()) {
            return;
        }
        SimulationMember<?> member = run.members.get(random.nextInt(run.members.size()));
        run.trace("unsubscribe ", member.handle);
        boolean isFirst = !member.queue.unsubscribed && !model.hasEnded();
        boolean isTold = isFirst && member.queue.isAlive();
        run.perhapsInterrupted(() -> run.calmly(() -> {
            model.leaving = isTold ? member.queue : null;
            member.unsubscribe();
            boolean hasDied = broker.stats().state() == BrokerStats.State.FAILED;
            boolean isLeaving = isTold ? model.leaving != null : isFirst;
            if (isLeaving && (!hasDied || run.events.hasSeenUnsubscribed())) {
                model.unsubscribe(member.queue); // now, for the broker may have died since
            }
            model.leaving = null;
            return null;
        }));
        run.note("unsubscribe of a running handler", member.queue.isPush() && member.queue.inHand > 0);
    }

    // ---- stepping

    private boolean step(BooleanSupplier step, int handlerCalls, boolean routingFirst) {
        int callsBefore = run.handlerCalls();
        long routedBefore = model.routed + model.unrouted;
        boolean done =
                run.perhapsInterrupted(() -> run.during(handlerCalls, routingFirst, model.now, step::getAsBoolean));
        if (!done) {
            run.same("handler calls of a step that did nothing", callsBefore, run.handlerCalls());
            run.same("messages routed by a step that did nothing", routedBefore, model.routed + model.unrouted);
        }
        return done;
    }

    private void stepWorker() {
        int workers = broker.workers().size();
        if (workers > 0) {
            int index = random.nextInt(workers);
            run.trace("step worker ", index, " of ", workers);
            step(() -> broker.stepWorker(index), 1, false);
        }
    }

    private void runOne() {
        long before = model.routed + model.unrouted;
        int calls = run.handlerCalls();
        boolean isAllRouted = model.isAllRouted();
        run.trace("run one");
        boolean done = step(broker::runOne, 1, true);
        run.check();
        if (!done) {
            model.requireIdle();
        } else if (!run.isInsideHandler() && run.handlerCalls() == calls) {
            run.require(model.routed + model.unrouted - before <= 1, "one step routed several messages");
        }
        run.require(
                isAllRouted || run.handlerCalls() == calls || model.hasEnded() || model.isDeadlineOver(),
                "a handler was called with messages to route");
    }

    private void runUntilIdle() {
        long before = run.things();
        run.trace("run until idle");
        int done = run.during(Simulation.ANY, true, model.now, broker::runUntilIdle);
        long things = run.things() - before;
        run.check();
        model.requireIdle();
        boolean isPlain = model.phase == Phase.OPEN && run.members.stream().allMatch(m -> m.queue.isAlive());
        run.require(!isPlain || (done <= things && done > 0 == things > 0), "did " + done + " things of " + things);
    }

    private void advance() {
        Duration time = UNIT.multipliedBy(1 + random.nextInt(12));
        run.trace("advance ", time);
        broker.advance(time);
        model.now += time.toNanos();
    }
}
