package io.eventbroker;

import io.eventbroker.ReferenceModel.Phase;
import io.eventbroker.ReferenceQueue.Cell;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** The handlers of a {@link Simulation}: each acts on the broker, too, and some throw, so calls are nested. */
final class SimulationHandlers {
    /** One call of a handler; by identity. */
    static final class Call {
        final SimulationMember<?> member;
        Cell inHand;
        private int interrupts;

        Call(SimulationMember<?> member) {
            this.member = member;
        }
    }

    private static final int MOST_DEPTH = 4;
    private static final int MOST_HANGING = 40;

    private final Simulation run;
    private final Random random;
    private final ReferenceModel model;
    private final List<Call> running = new ArrayList<>();
    private int calls;

    SimulationHandlers(Simulation run) {
        this.run = run;
        this.random = run.random;
        this.model = run.model;
    }

    /** The handler of every push subscription. */
    void handle(SimulationMember<?> member, Object given) throws Exception {
        Throwable end = null;
        Simulation.Frame outer = run.frame;
        Call call = new Call(member);
        running.add(call);
        try {
            begin(call, given);
            int steps = running.size() > MOST_DEPTH || run.isLong() ? 0 : random.nextInt(4);
            for (int i = 0; i < steps && !run.hasFailed(); i++) {
                run.act();
                lookForInterrupt();
            }
            if (model.phase != Phase.OPEN && random.nextInt(8) == 0) {
                hang();
            }
            end = random.nextInt(8) == 0 ? SimulationMember.failure(random) : null;
            if (random.nextInt(8) == 0) {
                Thread.currentThread().interrupt(); // which must not reach the next event
            }
        } catch (Throwable e) {
            run.fail(e);
        }
        run.frame = outer;
        running.remove(call);
        if (call.inHand != null) {
            model.delivered(member.queue, call.inHand, end);
        }
        if (end != null) {
            member.failing();
            run.note("failed by " + end.getClass().getSimpleName(), true);
            SimulationHandlers.<Exception>fail(end);
        }
    }

    @SuppressWarnings("unchecked") // erased: what is thrown need not be an exception
    private static <E extends Throwable> void fail(Throwable end) throws E {
        throw (E) end;
    }

    /** Holds its thread until it is over with everything: the close must go on without it. */
    private void hang() throws Exception {
        run.note("hung", true);
        for (int i = 0; i < MOST_HANGING && !model.hasEnded() && !run.hasFailed(); i++) {
            run.actions.waitAndStep();
            lookForInterrupt();
        }
        run.note("given up", model.hasEnded() && caller().member.queue.stuck);
    }

    private void begin(Call call, Object given) {
        ReferenceQueue queue = call.member.queue;
        run.require(!Thread.currentThread().isInterrupted(), "handler begins interrupted");
        run.observe();
        // handlers of broker events are given a while after the deadline, for what the interrupted ones report
        boolean isLast = queue.isOfBroker() && model.phase.compareTo(Phase.DRAINING) > 0;
        run.require(run.frame.handlerCalls-- > 0 || isLast, "a handler of ", queue.name, " was called");
        boolean isCut = queue.unsubscribed
                || model.phase == Phase.CLOSED
                || (!queue.isOfBroker() && (run.checks.isGraceOver() || model.phase == Phase.FAILED));
        run.require(!isCut, "handler of ", queue.name, " called after the end");
        if (run.frame.routingFirst) {
            run.require(
                    model.isAllRouted() || model.hasEnded() || isLast,
                    "a handler was called before everything was routed");
        }
        call.inHand = model.handling(queue, SimulationEvents.plain(given));
        run.checks.compare(call.inHand, given);
        call.member.received(call.inHand);
        calls++;
        run.note("nested handler", running.size() > 1);
        run.note("concurrent handler calls", queue.inHand.size() > 1);
        run.trace("handler of ", queue.name, " gets ", SimulationEvents.plain(given));
        run.check();
    }

    /** At the deadline of the close, handlers still running are interrupted, once. */
    private void lookForInterrupt() {
        if (Thread.interrupted()) {
            interrupted();
        }
    }

    void interrupted() {
        // each that runs is interrupted once, on this one thread
        run.require(depth() > 0 && caller().interrupts++ < depth(), "interrupted once more");
        run.require(model.isDeadlineOver(), "interrupted before the deadline");
        run.note("interrupted at the deadline", true);
    }

    /** How many calls run, each in the middle of the one before. */
    int depth() {
        return running.size();
    }

    /** The call that acts now; null outside of handlers. */
    Call caller() {
        return running.isEmpty() ? null : running.get(running.size() - 1);
    }

    boolean isRunning(Call call) {
        return running.contains(call);
    }

    /** How many there were. */
    int calls() {
        return calls;
    }
}
