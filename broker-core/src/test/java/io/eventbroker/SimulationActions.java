package io.eventbroker;

import io.eventbroker.ReferenceModel.Answer;
import io.eventbroker.ReferenceModel.Phase;
import io.eventbroker.ReferenceModel.Queue;
import io.eventbroker.ReferenceModel.Shape;
import io.eventbroker.Simulation.Member;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** What a {@link Simulation} does: an action of the broker, what the model says to it, and how the two compare. */
final class SimulationActions {
    record Red(int publisher, int number) implements Ledger.Entry {}

    record Blue(int publisher, int number) implements Ledger.Entry {}

    /** Where to publish, and what. */
    private record Target<E extends Ledger.Entry>(Topic<? super E> topic, Ledger.Maker<E> maker) {}

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
    private final int insidersEagerness;
    private final int outsidersEagerness;
    private int names;

    SimulationActions(Simulation run) {
        this.run = run;
        this.random = run.random;
        this.broker = run.broker;
        this.model = run.model;
        this.reads = new SimulationReads(run);
        this.insidersEagerness = 2 + random.nextInt(30);
        this.outsidersEagerness = 4 + random.nextInt(60);
    }

    void doOne() throws Exception {
        boolean isClosingAroundHandler = run.isInsideHandler() && model.phase != Phase.OPEN;
        int dice = random.nextInt(isClosingAroundHandler ? 130 : 100);
        if (dice < 30) {
            publish();
        } else if (dice < 40) {
            subscribe(SOURCES.get(random.nextInt(SOURCES.size())));
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
            awaitQuiescence();
        } else if (dice < 95) {
            advance();
        } else if (dice < 100) {
            close();
        } else if (dice < 115) {
            advance();
        } else {
            runOne();
        }
    }

    /** Ends the run: everything is closed and read to the end. */
    void finish() throws Exception {
        run.check();
        while (model.phase != Phase.CLOSED) {
            closeFor(Duration.ofSeconds(10));
            run.check();
        }
        for (Member<?> member : run.members) {
            reads.readToTheEnd(member);
        }
        run.check();
    }

    // ---- publishing

    private void publish() {
        int burst = random.nextInt(3) == 0 ? 1 + random.nextInt(12) : 1;
        for (int i = 0; i < burst; i++) {
            publish(TARGETS.get(random.nextInt(TARGETS.size() * 3) % TARGETS.size()));
        }
    }

    private <E extends Ledger.Entry> void publish(Target<E> target) {
        E event = run.publisher().offer(target.topic(), target.maker());
        Topic<? super E> topic = target.topic();
        Answer expected = model.answer(topic.name(), topic.definition().type(), run.isInsideHandler());
        if (expected == Answer.CLASH && model.phase != Phase.OPEN) {
            run.publisher().withdrawn(event);
            return; // which of the two refusals comes first is left open
        }
        Duration timeout = UNIT.multipliedBy(random.nextInt(4) - 1);
        int mode = random.nextInt(3);
        boolean mayWait = mode == 0 || (mode == 1 && timeout.compareTo(Duration.ZERO) > 0);
        long before = model.routed + model.unrouted;
        Answer answer = run.calmly(() -> answer(mode, topic, event, timeout));
        long routed = model.routed + model.unrouted - before;
        run.trace("publish ", event, " to ", topic, mayWait ? ", waiting: " : ": ", answer);
        run.note("publish " + answer, true);
        if (expected == Answer.FULL && mayWait) {
            run.note("publish waited", true);
            run.same("messages routed to make room", 1L, routed);
            run.require(
                    answer == Answer.ACCEPTED || (answer == Answer.CLOSED && !model.mayPublish(run.isInsideHandler())),
                    "publish to a full ring: " + answer);
        } else {
            run.same("messages routed by a publish that need not wait", 0L, routed);
            run.same("answer of publish", expected, answer);
        }
        record(event, topic, answer);
    }

    private void record(Ledger.Entry event, Topic<?> topic, Answer answer) {
        switch (answer) {
            case ACCEPTED -> {
                model.accept(topic.name(), event);
                run.publisher().accepted(event);
            }
            case CLASH -> run.publisher().withdrawn(event);
            default -> {
                model.refused++;
                run.publisher().refused(event);
            }
        }
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
            return Answer.CLOSED;
        } catch (IllegalStateException e) {
            return Answer.CLASH;
        }
    }

    // ---- subscribing

    private <T extends Ledger.Entry> void subscribe(TopicPattern<T> from) {
        String name = random.nextInt(4) == 0 ? null : "s" + (random.nextInt(5) == 0 ? random.nextInt(4) : names++ + 4);
        int capacity = 1 + random.nextInt(random.nextBoolean() ? 2 : 8);
        int workers = Math.max(0, random.nextInt(6) - 2);
        Class<?> definition = from.definition().type();
        boolean isClosed = model.phase != Phase.OPEN;
        boolean isRefused = isClosed || model.isNameTaken(name) || model.clashes(from.name(), definition);
        Member<T> member = new Member<>(run.ledger.subscriber(from));
        SubscriptionBuilder<T> named = broker.subscription(from).capacity(capacity);
        SubscriptionBuilder<T> builder = name == null ? named : named.named(name);
        try {
            Subscription handle = run.calmly(() -> open(member, builder, workers));
            run.require(!isRefused, "subscribe was not refused");
            member.handle = handle;
            run.require(name == null ? handle.name().startsWith(from.name()) : name.equals(handle.name()), "the name");
            member.queue = new Queue(new Shape(handle.name(), from.name(), definition, from.type(), capacity, workers));
            model.subscribe(member.queue);
            run.members.add(member);
            run.trace("subscribe ", handle, " to ", from, ", capacity ", capacity, ", workers ", workers);
        } catch (IllegalStateException e) {
            run.trace("subscribe ", name, " to ", from, ": ", e);
            run.require(isRefused, "subscribe failed with " + e);
            run.same("refused because closed", isClosed, e instanceof BrokerClosedException);
            run.note(isClosed ? "subscribe refused, closed" : "subscribe refused, in use", true);
        }
    }

    private <T extends Ledger.Entry> Subscription open(Member<T> member, SubscriptionBuilder<T> builder, int workers) {
        if (workers == 0) {
            member.inbox = member.recorder.inbox(builder::inbox);
            return member.inbox;
        }
        return member.recorder.subscribe(
                () -> builder.concurrency(workers).onEvent(event -> run.handle(member, event)));
    }

    private void unsubscribe() {
        if (run.members.isEmpty()) {
            return;
        }
        Member<?> member = run.members.get(random.nextInt(run.members.size()));
        run.trace("unsubscribe ", member.handle);
        boolean isFirst = !member.queue.unsubscribed && model.phase != Phase.CLOSED;
        run.calmly(() -> {
            member.recorder.unsubscribe();
            return null;
        });
        if (isFirst) {
            model.unsubscribe(member.queue);
        }
        run.note("unsubscribe of a running handler", member.queue.isPush() && member.queue.inHand > 0);
    }

    // ---- stepping

    private boolean step(BooleanSupplier step, int handlerCalls, boolean routingFirst) {
        boolean isInterrupted = !run.isInsideHandler() && random.nextInt(10) == 0;
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
        int callsBefore = run.handlerCalls();
        long routedBefore = model.routed + model.unrouted;
        boolean done = run.during(handlerCalls, routingFirst, model.now, step::getAsBoolean);
        if (!run.isInsideHandler()) {
            run.same("interrupt status after a step", isInterrupted, Thread.interrupted());
        }
        if (!done) {
            run.same("handler calls of a step that did nothing", callsBefore, run.handlerCalls());
            run.same("messages routed by a step that did nothing", routedBefore, model.routed + model.unrouted);
        }
        return done;
    }

    private void stepWorker() {
        int workers = broker.workers();
        if (workers > 0) {
            int index = random.nextInt(workers);
            run.trace("step worker ", index, " of ", workers);
            step(() -> broker.stepWorker(index), 1, false);
        }
    }

    private void runOne() {
        long before = model.routed + model.unrouted;
        int calls = run.handlerCalls();
        int inRing = model.inRing();
        run.trace("run one");
        boolean done = step(broker::runOne, 1, true);
        run.check();
        if (!done) {
            model.requireIdle();
        } else if (!run.isInsideHandler() && run.handlerCalls() == calls) {
            run.require(model.routed + model.unrouted - before <= 1, "one step routed several messages");
        }
        run.require(inRing == 0 || run.handlerCalls() == calls, "a handler was called with messages to route");
    }

    private void runUntilIdle() {
        long before = model.routed + model.unrouted + run.handlerCalls();
        run.trace("run until idle");
        int done = run.during(Simulation.ANY, true, model.now, broker::runUntilIdle);
        long things = model.routed + model.unrouted + run.handlerCalls() - before;
        run.check();
        model.requireIdle();
        boolean isPlain = model.phase == Phase.OPEN && run.members.stream().noneMatch(m -> m.queue.unsubscribed);
        // what the broker tells of itself is steps, too: a report or a relief is one, and each line of its log
        long most = things + 2 * failures() + 3 * drops();
        run.require(!isPlain || (done <= most && done >= Math.min(1, things)), "did " + done + " things of " + things);
    }

    private long failures() {
        return run.members.stream().mapToLong(member -> member.queue.failed).sum();
    }

    private long drops() {
        return run.members.stream().mapToLong(member -> member.queue.dropped).sum();
    }

    private void advance() {
        Duration time = UNIT.multipliedBy(1 + random.nextInt(12));
        run.trace("advance ", time);
        broker.advance(time);
        model.now += time.toNanos();
    }

    private void awaitQuiescence() throws Exception {
        Duration timeout = UNIT.multipliedBy(random.nextInt(3) - 1);
        boolean mayWait = timeout.compareTo(Duration.ZERO) > 0;
        run.trace("await quiescence ", timeout);
        long until = model.now + timeout.toNanos();
        int calls = mayWait && !run.isInsideHandler() ? Simulation.ANY : 0;
        Boolean quiet = run.during(calls, true, model.now, () -> quiescence(timeout));
        run.check();
        run.same("refused because a handler asks", run.isInsideHandler(), quiet == null);
        if (quiet != null) {
            boolean isCertain =
                    model.phase == Phase.OPEN && run.members.stream().noneMatch(member -> member.queue.unsubscribed);
            run.require(!quiet || model.isQuiet(), "called quiet, but is not");
            boolean isLate = model.now >= until; // handlers called meanwhile used up the time
            boolean isLogEmpty = failures() + drops() == 0; // else lines may wait to be logged
            run.require(quiet || (isLate && !(isCertain && isLogEmpty && model.isQuiet())), "not called quiet");
            run.note("quiescence " + (mayWait ? "awaited" : "asked: " + quiet), true);
        }
    }

    private Boolean quiescence(Duration timeout) {
        try {
            return broker.awaitQuiescence(timeout);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        } catch (BrokerClosedException e) {
            throw e;
        } catch (IllegalStateException e) {
            return null;
        }
    }

    // ---- closing

    /** In most runs somebody closes before the end: how soon, and whether in a handler, differs from run to run. */
    private void close() {
        int eagerness = run.isInsideHandler() ? insidersEagerness : outsidersEagerness;
        if (model.phase != Phase.OPEN || random.nextInt(eagerness) == 0) {
            closeFor(UNIT.multipliedBy(4L * random.nextInt(6) - 4));
        }
    }

    private void closeFor(Duration timeout) {
        boolean isFirst = model.phase == Phase.OPEN;
        boolean isPatient = timeout.compareTo(Duration.ZERO) > 0;
        boolean isInsider = run.isInsideHandler();
        boolean isHurried = !isInsider && random.nextInt(10) == 0;
        run.trace("close ", timeout, isHurried ? ", interrupted" : "");
        run.note("close " + (isInsider ? "by a handler" : isPatient ? "with time" : "without time"), isFirst);
        long until = model.now + timeout.toNanos();
        model.close(Math.max(0, timeout.toNanos()));
        if (isHurried) {
            Thread.currentThread().interrupt();
            if (isFirst || isPatient) {
                model.hurry();
            }
        }
        boolean mayHandle = !isInsider && isPatient && !isHurried;
        Supplier<BrokerStats> close = () -> broker.close(timeout);
        BrokerStats report = run.during(mayHandle ? Simulation.ANY : 0, true, model.now, close);
        if (!isInsider) {
            run.same("interrupt status after close", isHurried, Thread.interrupted());
            // handlers called meanwhile may have used up the time
            boolean isLate = isPatient && model.now >= until + (isFirst ? ReferenceModel.LONGEST_GRACE : 0);
            run.require(isLate || !(isFirst || isPatient) || model.phase == Phase.CLOSED, "not closed");
        }
        run.note("closed after a handler closed", !isFirst && !isInsider);
        run.compare(report);
    }
}
