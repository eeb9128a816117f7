package io.eventbroker;

import io.eventbroker.LoopSteps.Step;
import io.eventbroker.ReferenceModel.Phase;
import io.eventbroker.ReferenceParts.Told;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * One run of a manual broker beside its {@link ReferenceModel}, decided by a seed. After each action everything the
 * broker tells is compared with the model, in the middle of handlers too; at the end the {@link Ledger} audits it all.
 *
 * <p>The run drives the broker, so the model follows: what a handler is called with and how much was routed is observed,
 * and judged by the model. What an action may set going by itself is its {@link Frame}.
 */
final class Simulation {
    /** A run that went wrong. */
    static final class Failure extends AssertionError {
        private static final long serialVersionUID = 1L;

        Failure(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** What may happen during one call of the broker: how many handler calls, and how far the clock may go. */
    private static final class Frame {
        private int handlerCalls;
        private final boolean routingFirst;
        private final long latest;

        Frame(int handlerCalls, boolean routingFirst, long latest) {
            this.handlerCalls = handlerCalls;
            this.routingFirst = routingFirst;
            this.latest = latest;
        }
    }

    static final int ANY = Integer.MAX_VALUE;
    private static final int MOST_DEPTH = 4;
    private static final int MOST_ACTIONS = 400;

    final long seed;
    final Random random;
    final Ledger ledger = new Ledger();
    final SteppedBroker broker;
    final ReferenceModel model;
    final SimulationSteps steps;
    final SimulationEvents events;
    final SimulationLanes lanes;
    final List<SimulationMember<?>> members = new ArrayList<>();
    final Map<String, Integer> notes = new TreeMap<>();

    final SimulationActions actions;
    final SimulationChecks checks;
    private final List<LedgerPublisher> publishers = new ArrayList<>();
    private final List<SimulationMember.Call> running = new ArrayList<>();
    private final SimulationLog log;
    private final boolean isSpied;
    private final List<String> trace;
    private Frame frame = new Frame(0, true, 0);
    private Throwable failure;
    private int actionsDone;
    private int handlerCalls;
    private int commands;
    private int lines;
    private boolean isInStep;
    private boolean hasTold;

    Simulation(long seed, SimulationLog log, boolean isTraced) {
        this.seed = seed;
        this.log = log;
        this.random = new Random(seed);
        this.trace = isTraced ? new ArrayList<>() : null;
        int ringSize = 2 << random.nextInt(4);
        int laneSize = 2 << random.nextInt(3);
        boolean isMortal = random.nextInt(3) == 0;
        this.isSpied = isMortal || random.nextBoolean();
        this.model = new ReferenceModel(ringSize);
        this.steps = new SimulationSteps(this, random, isMortal);
        this.broker =
                new SteppedBroker(BrokerConfig.defaults().withRingSize(ringSize).withLaneSize(laneSize), steps);
        this.events = new SimulationEvents(this);
        this.lanes = new SimulationLanes(this, laneSize);
        this.checks = new SimulationChecks(this);
        this.actions = new SimulationActions(this);
    }

    /** Runs to the end; returns what was traced. */
    List<String> run() {
        log.follow(this);
        try {
            if (isSpied) {
                events.spy();
            }
            int length = 20 + random.nextInt(130);
            for (int i = 0; i < length && failure == null; i++) {
                act();
            }
            if (failure == null) {
                actions.finish();
                ledger.verify(broker.stats());
            }
        } catch (Throwable e) {
            fail(e);
        } finally {
            Thread.interrupted();
            log.follow(null);
        }
        if (failure != null) {
            throw new Failure("seed " + seed + ": " + failure.getMessage(), failure);
        }
        members.forEach(member -> checks.noteTotals(member.queue));
        note("discarded", model.discarded > 0);
        return trace;
    }

    /** Does something, and looks whether the broker and the model still agree. */
    private void act() throws Exception {
        actionsDone++;
        actions.doOne();
        check();
    }

    boolean isInsideHandler() {
        return !running.isEmpty();
    }

    /** Each level of the stack publishes in an order of its own: one is in the middle of a publish while the next acts. */
    LedgerPublisher publisher() {
        while (publishers.size() <= running.size()) {
            publishers.add(ledger.publisher());
        }
        return publishers.get(running.size());
    }

    // ---- calls

    /** Calls the broker where that may neither call a handler nor move the clock. */
    <R> R calmly(Supplier<R> call) {
        return during(0, true, model.now, call);
    }

    /** Calls the broker where that may call so many handlers, and move the clock so far. */
    <R> R during(int handlerCalls, boolean routingFirst, long latest, Supplier<R> call) {
        Frame outer = frame;
        frame = new Frame(handlerCalls, routingFirst, latest);
        try {
            return call.get();
        } finally {
            observe();
            frame = outer;
        }
    }

    /** The handler of every push subscription. */
    <T> void handle(SimulationMember<T> member, T event) throws Exception {
        Throwable end = null;
        Object plain = SimulationEvents.plain(event);
        Frame outer = frame;
        try {
            begin(member, event, plain);
            int steps = running.size() > MOST_DEPTH || actionsDone > MOST_ACTIONS ? 0 : random.nextInt(4);
            for (int i = 0; i < steps && failure == null; i++) {
                act();
                lookForInterrupt();
            }
            end = random.nextInt(8) == 0 ? SimulationMember.failure(random) : null;
            if (random.nextInt(8) == 0) {
                Thread.currentThread().interrupt(); // which must not reach the next event
            }
        } catch (Throwable e) {
            fail(e);
        }
        frame = outer;
        running.remove(running.size() - 1);
        model.delivered(member.queue, plain, end);
        if (end instanceof Error error) {
            member.failing();
            throw error;
        } else if (end != null) {
            member.failing();
            throw (Exception) end;
        }
    }

    private <T> void begin(SimulationMember<T> member, T event, Object plain) {
        running.add(new SimulationMember.Call(member));
        require(!Thread.currentThread().isInterrupted(), "handler begins interrupted");
        observe();
        // handlers of broker events are given a while after the deadline, for what the interrupted ones report
        boolean isLast = member.queue.isOfBroker() && model.phase.compareTo(Phase.DRAINING) > 0;
        require(frame.handlerCalls-- > 0 || isLast, "a handler of " + member.queue.name + " was called");
        observe();
        if (frame.routingFirst) {
            require(
                    model.isAllRouted() || model.hasEnded() || isLast,
                    "a handler was called before everything was routed");
        }
        model.handling(member.queue, plain);
        member.received(event);
        handlerCalls++;
        note("nested handler", running.size() > 1);
        note("concurrent handler calls", member.queue.inHand > 1);
        trace("handler of ", member.queue.name, " gets ", event);
        check();
    }

    /** Sometimes with the interrupt status set, which a call that need not wait keeps, and one that must not be ended. */
    <R> R perhapsInterrupted(Supplier<R> call) {
        boolean isInterrupted = random.nextInt(8) == 0;
        if (isInterrupted) {
            Thread.currentThread().interrupt();
            note("called interrupted", true);
        }
        try {
            return call.get();
        } finally {
            require(!isInterrupted || Thread.interrupted(), "interrupt status was not kept");
        }
    }

    /** At the deadline of the close, handlers still running are interrupted, once. */
    void lookForInterrupt() {
        if (Thread.interrupted()) {
            interrupted();
        }
    }

    void interrupted() {
        // each that runs is interrupted once, on this one thread
        require(isInsideHandler() && caller().interrupts++ < running.size(), "interrupted once more");
        require(model.isDeadlineOver(), "interrupted before the deadline");
        note("interrupted at the deadline", true);
    }

    // ---- looking

    /** The loop is about to take a step. */
    void passing() {
        judge(() -> {
            lanes.observe();
            if (hasTold) {
                observeTold();
            }
            if (!isInStep && model.phase != Phase.OPEN) {
                observePhase();
            }
        });
    }

    /** The loop takes this step, which it has survived. */
    void passed(Step step) {
        isInStep = step == Step.COMMAND || step == Step.ROUTE;
        hasTold |= step == Step.FLUSH || step == Step.CANCEL || step == Step.SEAL_EVENTS;
        if (step == Step.COMMAND) {
            commands++;
        } else if (step == Step.BEGIN_CLOSING) {
            model.hasNoticedClose = true;
            judge(() -> model.events.tell(Told.of("Closing", actions.ends.closeTimeout())));
        } else if (step == Step.CANCEL) {
            model.events.ending = true;
            judge(() -> model.cancel(Math.max(frame.latest, model.now)));
        } else if (step == Step.SEAL_EVENTS) {
            model.events.ending = true;
            model.events.sealing = true;
        }
    }

    void logged() {
        lines++;
    }

    /** Inside of the broker nothing may be thrown: a finding ends the run, not the broker. */
    void judge(Runnable judgement) {
        try {
            judgement.run();
        } catch (Throwable e) {
            fail(e);
        }
    }

    private void observeTold() {
        hasTold = false;
        events.observe();
        model.events.ending = false;
        if (model.events.sealing) {
            model.events.sealing = false;
            model.hasSealedEvents();
        }
    }

    /** Lets the model catch up with what the broker has done. */
    void observe() {
        lanes.observe();
        isInStep = false;
        if (hasTold || broker.lifecycle.failure() != null) {
            observeTold();
        }
        observePhase();
    }

    private void observePhase() {
        BrokerStats told = broker.stats();
        Phase phase = Phase.valueOf(told.state().name());
        if (phase.compareTo(Phase.CLOSED) < 0) {
            members.forEach(this::catchUp);
        }
        model.observe(phase, Math.max(frame.latest, model.now));
    }

    private void catchUp(SimulationMember<?> member) {
        if (member.queue.unsubscribed) {
            model.abandoned(member.queue, member.handle.stats().abandoned());
        }
    }

    void check() {
        if (failure != null) {
            return;
        }
        observe();
        BrokerStats told = broker.stats();
        checks.compare(told);
        if (trace != null) {
            trace("  ", told.state(), " ", SimulationChecks.counts(told));
        }
    }

    int handlerCalls() {
        return handlerCalls;
    }

    /** What was done, step by step: messages routed, commands, handler calls, lines logged. */
    long things() {
        return model.routed + model.unrouted + commands + handlerCalls + lines;
    }

    /** The handler call that acts now; null outside of handlers. */
    SimulationMember.Call caller() {
        return running.isEmpty() ? null : running.get(running.size() - 1);
    }

    boolean isRunning(SimulationMember.Call call) {
        return running.contains(call);
    }

    void same(String what, Object expected, Object told) {
        if (!Objects.equals(expected, told)) {
            throw new AssertionError(what + " is " + told + ", should be " + expected);
        }
    }

    /** What the death of the broker ends says so. */
    void requireCause(Throwable end) {
        require(end.getCause() == null || end.getCause() == steps.death, "cause of " + end);
        require(
                model.phase != Phase.FAILED || !(end instanceof BrokerClosedException) || end.getCause() != null,
                "no cause: " + end);
    }

    void require(boolean condition, String fault) {
        if (!condition) {
            throw new AssertionError(fault);
        }
    }

    private void fail(Throwable e) {
        if (failure == null) {
            failure = e;
            trace("FAILED: ", e);
        }
    }

    // ---- telling

    void trace(Object... parts) {
        if (trace != null && (failure == null || trace.size() < 2 * MOST_ACTIONS)) {
            StringBuilder line = new StringBuilder("  ".repeat(running.size()));
            for (Object part : parts) {
                line.append(part);
            }
            trace.add(line.toString());
        }
    }

    List<String> traced() {
        return trace;
    }

    /** Notes that a run went where a test should go. */
    void note(String what, boolean happened) {
        if (happened) {
            notes.merge(what, 1, Integer::sum);
        }
    }
}
