package io.eventbroker;

import io.eventbroker.LoopSteps.Step;
import io.eventbroker.ReferenceModel.Phase;
import io.eventbroker.ReferenceQueue.Told;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
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
    static final class Frame {
        int handlerCalls;
        final boolean routingFirst;
        private final long latest;

        Frame(int handlerCalls, boolean routingFirst, long latest) {
            this.handlerCalls = handlerCalls;
            this.routingFirst = routingFirst;
            this.latest = latest;
        }
    }

    private static final Phase[] PHASES = Arrays.stream(BrokerStats.State.values())
            .map(state -> Phase.valueOf(state.name()))
            .toArray(Phase[]::new);

    static final int ANY = Integer.MAX_VALUE;
    private static final int MOST_ACTIONS = 400;

    final long seed;
    final Random random;
    final Ledger ledger = new Ledger();
    final SteppedBroker broker;
    final ReferenceModel model;
    final SimulationTopics topics;
    final Overflow defaultOverflow;
    final SimulationSteps steps;
    final SimulationEvents events;
    final SimulationLanes lanes;
    final List<SimulationMember<?>> members = new ArrayList<>();
    final Map<String, Integer> notes = new HashMap<>();

    final SimulationHandlers handlers;
    final SimulationReads reads;
    final SimulationWaits waits;
    final SimulationPublishing publishing;
    final SimulationSubscribing subscribing;
    final SimulationActions actions;
    final SimulationChecks checks;
    private final List<LedgerPublisher> publishers = new ArrayList<>();
    final SimulationLog log;
    private final boolean isSpied;
    private final List<String> trace;
    Frame frame = new Frame(0, true, 0);
    private Throwable failure;
    private int actionsDone;
    private int commands;
    private int lines;
    private boolean isInStep;
    private boolean hasTold;
    private boolean isSealing;

    Simulation(long seed, SimulationLog log, boolean isTraced) {
        this.seed = seed;
        this.log = log;
        this.random = new Random(seed);
        this.trace = isTraced ? new ArrayList<>() : null;
        int ringSize = 2 << random.nextInt(4);
        int laneSize = 2 << random.nextInt(3);
        boolean isMortal = random.nextInt(3) == 0;
        this.isSpied = isMortal || random.nextBoolean();
        int mostRetained = 1 + random.nextInt(8);
        this.defaultOverflow = Overflow.values()[random.nextInt(Overflow.values().length)];
        this.topics = new SimulationTopics(random);
        this.model = new ReferenceModel(ringSize, mostRetained);
        this.steps = new SimulationSteps(this, random, isMortal);
        this.broker = new SteppedBroker(
                BrokerConfig.defaults()
                        .withRingSize(ringSize)
                        .withLaneSize(laneSize)
                        .withMaxRetained(mostRetained)
                        .withDefaultOverflow(defaultOverflow),
                steps);
        if (random.nextInt(4) == 0) { // the broker's clock, of which the model knows differences only, overflows soon
            broker.advance(Duration.ofNanos(Long.MAX_VALUE - random.nextInt(2_000_000_000)));
            note("clock overflows", true);
        }
        this.events = new SimulationEvents(this);
        this.lanes = new SimulationLanes(this, laneSize);
        this.checks = new SimulationChecks(this);
        this.handlers = new SimulationHandlers(this);
        this.reads = new SimulationReads(this);
        this.waits = new SimulationWaits(this);
        this.publishing = new SimulationPublishing(this);
        this.subscribing = new SimulationSubscribing(this);
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
        note("forgotten", model.forgotten > 0);
        return trace;
    }

    /** Does something, and looks whether the broker and the model still agree. */
    void act() throws Exception {
        actionsDone++;
        actions.doOne();
        check();
    }

    boolean isInsideHandler() {
        return handlers.depth() > 0;
    }

    /** Each level of the stack publishes in an order of its own: one is in the middle of a publish while the next acts. */
    LedgerPublisher publisher() {
        while (publishers.size() <= handlers.depth()) {
            publishers.add(ledger.publisher());
        }
        return publishers.get(handlers.depth());
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

    // ---- looking

    /** The loop is about to take a step. */
    void passing() {
        judge(() -> {
            lanes.observe();
            events.observeSilentEnds();
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
            events.areEnding = true;
            judge(() -> model.cancel(Math.max(frame.latest, model.now)));
        } else if (step == Step.SEAL_EVENTS) {
            events.areEnding = true;
            isSealing = true;
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
        events.areEnding = false;
        if (isSealing) {
            isSealing = false;
            model.hasSealedEvents();
        }
    }

    /** Lets the model catch up with what the broker has done. */
    void observe() {
        lanes.observe();
        events.observeSilentEnds();
        isInStep = false;
        if (hasTold || broker.lifecycle.failure != null) {
            observeTold();
        }
        observePhase();
    }

    private void observePhase() {
        Phase phase = phase(broker.lifecycle.state);
        if (phase.compareTo(Phase.CLOSED) < 0) {
            members.forEach(this::catchUp);
        }
        model.observe(phase, Math.max(frame.latest, model.now));
    }

    static Phase phase(BrokerStats.State state) {
        return PHASES[state.ordinal()];
    }

    private void catchUp(SimulationMember<?> member) {
        if (member.queue.unsubscribed) {
            checks.abandoned(member.queue, member.handle.stats().abandoned());
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

    /** What was done, step by step: messages routed, commands, handler calls, lines logged. */
    long things() {
        return model.routed + model.unrouted + commands + handlers.calls() + lines;
    }

    /** What was asked of the broker, by handlers too. */
    int actions() {
        return actionsDone;
    }

    boolean hasFailed() {
        return failure != null;
    }

    /** Whether so much was done that it is time to come to an end. */
    boolean isLong() {
        return actionsDone > MOST_ACTIONS;
    }

    void same(String what, Object expected, Object told) {
        if (!Objects.equals(expected, told)) {
            throw new AssertionError(what + " is " + told + ", should be " + expected);
        }
    }

    void same(String what, long expected, long told) {
        if (expected != told) {
            throw new AssertionError(what + " is " + told + ", should be " + expected);
        }
    }

    /** What the death of the broker ends says so. */
    void requireCause(Throwable end) {
        require(end.getCause() == null || end.getCause() == steps.death, "cause of ", end);
        require(
                model.phase != Phase.FAILED || !(end instanceof BrokerClosedException) || end.getCause() != null,
                "no cause: ",
                end);
    }

    /** The fault is put together only if there is one, for this is asked a great many times. */
    void require(boolean condition, Object... fault) {
        ReferenceModel.require(condition, fault);
    }

    void fail(Throwable e) {
        if (failure == null) {
            failure = e;
            trace("FAILED: ", e);
        }
    }

    // ---- telling

    void trace(Object... parts) {
        if (trace != null && (failure == null || trace.size() < 2 * MOST_ACTIONS)) {
            StringBuilder line = new StringBuilder("  ".repeat(handlers.depth()));
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
