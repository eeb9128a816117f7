package io.eventbroker;

import io.eventbroker.ReferenceModel.Phase;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** What a {@link Simulation} does: an action of the broker, what the model says to it, and how the two compare. */
final class SimulationActions {
    private static final Duration UNIT = Duration.ofMillis(100);

    private static final List<Duration> JUMPS =
            List.of(Duration.ZERO, Duration.ofNanos(1), Duration.ofHours(1), Duration.ofDays(30), Duration.ofDays(365));

    private final Simulation run;
    private final Random random;
    private final SteppedBroker broker;
    private final ReferenceModel model;
    final SimulationEnds ends;

    SimulationActions(Simulation run) {
        this.run = run;
        this.random = run.random;
        this.broker = run.broker;
        this.model = run.model;
        this.ends = new SimulationEnds(run);
    }

    void doOne() throws Exception {
        boolean isClosingAroundHandler = run.isInsideHandler() && model.phase != Phase.OPEN;
        int dice = random.nextInt(isClosingAroundHandler ? 130 : 100);
        if (dice < 14) {
            run.publishing.publish();
        } else if (dice < 30) {
            run.lanes.act();
        } else if (dice < 38) {
            run.subscribing.subscribe(run.topics.anySource(), false);
        } else if (dice < 40) {
            if (run.events.isSpied()) {
                run.subscribing.subscribe(run.events.anySource(), true);
            }
        } else if (dice < 43) {
            run.subscribing.unsubscribe();
        } else if (dice < 53) {
            step(broker::stepLoop, 0, true);
        } else if (dice < 63) {
            stepWorker();
        } else if (dice < 72) {
            runOne();
        } else if (dice < 75) {
            runUntilIdle();
        } else if (dice < 88) {
            run.reads.read();
        } else if (dice < 92) {
            ends.awaitQuiescence();
        } else if (dice < 94) {
            advance();
        } else if (dice < 95) {
            wake();
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
            run.reads.readToTheEnd(member);
        }
        run.trace("run until idle");
        run.during(Simulation.ANY, true, model.now, broker::runUntilIdle);
        run.check();
        run.checks.compareHandles();
        run.checks.requireIdle();
    }

    // ---- stepping

    private boolean step(BooleanSupplier step, int handlerCalls, boolean routingFirst) {
        int callsBefore = run.handlers.calls();
        long routedBefore = model.routed + model.unrouted;
        boolean done =
                run.perhapsInterrupted(() -> run.during(handlerCalls, routingFirst, model.now, step::getAsBoolean));
        if (!done) {
            run.same("handler calls of a step that did nothing", callsBefore, run.handlers.calls());
            run.same("messages routed by a step that did nothing", routedBefore, model.routed + model.unrouted);
        }
        return done;
    }

    private void stepWorker() {
        int workers = broker.workers().size();
        if (workers > 0) {
            int index = random.nextInt(workers);
            run.trace("step worker ", index, " of ", workers);
            step(() -> broker.workers().get(index).stepAsGuest(), 1, false);
        }
    }

    private void runOne() {
        long before = model.routed + model.unrouted;
        int calls = run.handlers.calls();
        boolean isAllRouted = model.isAllRouted();
        run.trace("run one");
        boolean done = step(broker::runOne, 1, true);
        run.check();
        if (!done) {
            run.checks.requireIdle();
        } else if (!run.isInsideHandler() && run.handlers.calls() == calls) {
            run.require(model.routed + model.unrouted - before <= 1, "one step routed several messages");
        }
        run.require(
                isAllRouted || run.handlers.calls() == calls || model.hasEnded() || model.isDeadlineOver(),
                "a handler was called with messages to route");
    }

    private void runUntilIdle() {
        long before = run.things();
        run.trace("run until idle");
        int done = run.during(Simulation.ANY, true, model.now, broker::runUntilIdle);
        long things = run.things() - before;
        run.check();
        run.checks.requireIdle();
        boolean isPlain = model.phase == Phase.OPEN && run.members.stream().allMatch(m -> m.queue.isAlive());
        run.require(!isPlain || (done <= things && done > 0 == things > 0), "did ", done, " things of ", things);
    }

    /** What goes on while a handler hangs. */
    void waitAndStep() throws Exception {
        advance();
        run.check();
        runOne();
        run.check();
    }

    /** Wakes those who wait for this, for nothing. */
    private void wake() {
        if (!run.members.isEmpty()) {
            SimulationMember<?> member = run.members.get(random.nextInt(run.members.size()));
            QueuedSubscription<?> woken = (QueuedSubscription<?>) member.handle;
            run.trace("wake for nothing ", woken);
            run.calmly(() -> {
                woken.publishers.signalAll();
                woken.queues.forEach(queue -> queue.consumers.signalAll());
                broker.loop.sleeper.wake();
                LockSupport.unpark(Thread.currentThread());
                return null;
            });
            run.note("woken for nothing", true);
        }
    }

    private void advance() {
        boolean isJump = random.nextInt(16) == 0;
        Duration time = isJump ? JUMPS.get(random.nextInt(JUMPS.size())) : UNIT.multipliedBy(1 + random.nextInt(12));
        run.note("clock jumped", isJump);
        run.trace("advance ", time);
        broker.advance(time);
        model.now += time.toNanos();
    }
}
