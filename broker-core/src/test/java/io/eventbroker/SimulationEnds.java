package io.eventbroker;

import io.eventbroker.ReferenceModel.Phase;
import io.eventbroker.SimulationPublishing.Answer;
import java.time.Duration;
import java.util.Random;
import java.util.function.Supplier;

/** How a {@link Simulation} awaits quiescence, and closes. */
final class SimulationEnds {
    private static final Duration UNIT = Duration.ofMillis(100);

    private final Simulation run;
    private final Random random;
    private final SteppedBroker broker;
    private final ReferenceModel model;
    private final int insidersEagerness;
    private final int outsidersEagerness;
    private Duration closeTimeout;

    SimulationEnds(Simulation run) {
        this.run = run;
        this.random = run.random;
        this.broker = run.broker;
        this.model = run.model;
        this.insidersEagerness = 2 + random.nextInt(30);
        this.outsidersEagerness = 4 + random.nextInt(60);
    }

    void awaitQuiescence() throws Exception {
        Duration timeout = UNIT.multipliedBy(random.nextInt(3) - 1);
        boolean mayWait = timeout.compareTo(Duration.ZERO) > 0;
        run.trace("await quiescence ", timeout);
        long until = model.now + timeout.toNanos();
        int calls = mayWait && !run.isInsideHandler() ? Simulation.ANY : 0;
        boolean isInterrupted = random.nextInt(8) == 0;
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
        boolean mustWait = mayWait && !model.isDone();
        Object quiet = run.during(isInterrupted ? 0 : calls, true, model.now, () -> quiescence(timeout));
        run.check();
        if (isInterrupted) {
            run.same("interrupt status after quiescence", quiet != Answer.CANCELLED, Thread.interrupted());
            run.require(quiet != Answer.CANCELLED || mayWait, "interrupted, though there was nothing to wait for");
            run.require(!mustWait || !(quiet instanceof Boolean), "an interrupted call waited");
        }
        run.same("refused because a handler asks", run.isInsideHandler(), quiet == Answer.CLASH);
        run.same("failed", model.phase == Phase.FAILED && !run.isInsideHandler(), quiet == Answer.CLOSED);
        if (quiet instanceof Boolean answer) {
            // an unsubscribed worker that ends, and relief of who hears broker events, are commands that are not seen
            boolean isCertain = model.phase == Phase.OPEN
                    && run.members.stream()
                            .map(member -> member.queue)
                            .noneMatch(queue -> !queue.isAlive() || (queue.isOfBroker() && queue.dropped() > 0));
            run.require(!answer || model.isDone() || model.isDeadlineOver(), "called quiet, but is not");
            // handlers called meanwhile used up the time, or, unseen, the grace that a close gives them did
            boolean isLate = model.now >= until || model.phase == Phase.CLOSING;
            run.require(answer || (isLate && !(isCertain && model.isDone())), "not called quiet");
            run.note("quiescence " + (mayWait ? "awaited" : "asked: " + quiet), true);
        }
    }

    private Object quiescence(Duration timeout) {
        try {
            return broker.awaitQuiescence(timeout);
        } catch (InterruptedException e) {
            return Answer.CANCELLED;
        } catch (BrokerClosedException e) {
            run.requireCause(e);
            return Answer.CLOSED;
        } catch (IllegalStateException e) {
            return Answer.CLASH;
        }
    }

    // ---- closing

    /** The time that the first closer gave. */
    Duration closeTimeout() {
        return closeTimeout;
    }

    /** In most runs somebody closes before the end: how soon, and whether in a handler, differs from run to run. */
    void close() {
        int eagerness = run.isInsideHandler() ? insidersEagerness : outsidersEagerness;
        if (model.phase != Phase.OPEN || random.nextInt(eagerness) == 0) {
            closeFor(UNIT.multipliedBy(4L * random.nextInt(6) - 4));
        }
    }

    void closeFor(Duration timeout) {
        boolean isFirst = model.phase == Phase.OPEN;
        boolean isPatient = timeout.compareTo(Duration.ZERO) > 0;
        boolean isInsider = run.isInsideHandler();
        boolean isHurried = !isInsider && random.nextInt(10) == 0;
        run.trace("close ", timeout, isHurried ? ", interrupted" : "");
        run.note("close " + (isInsider ? "by a handler" : isPatient ? "with time" : "without time"), isFirst);
        long start = model.now;
        long until = start + Math.max(0, timeout.toNanos());
        model.close(Math.max(0, timeout.toNanos()));
        closeTimeout =
                isFirst && timeout.compareTo(Duration.ZERO) < 0 ? Duration.ZERO : isFirst ? timeout : closeTimeout;
        if (isHurried) {
            Thread.currentThread().interrupt();
            model.hurry();
        }
        boolean mayHandle = !isInsider && isPatient && !isHurried;
        Supplier<BrokerStats> close = () -> broker.close(timeout);
        BrokerStats report = run.during(mayHandle ? Simulation.ANY : 0, true, model.now, close);
        if (!isInsider) {
            run.same("interrupt status after close", isHurried, Thread.interrupted());
            // handlers called meanwhile may have used up the time
            long soon = start + SimulationChecks.LONGEST_GRACE;
            long last = isFirst && !isHurried
                    ? until + SimulationChecks.LONGEST_GRACE
                    : isFirst ? soon : isHurried ? Math.min(until, soon) : until;
            boolean isLate = model.now > start && model.now >= last;
            run.require(isLate || !(isFirst || isPatient) || model.hasEnded(), "not closed");
        }
        run.note("closed after a handler closed", !isFirst && !isInsider);
        run.checks.compare(report);
    }
}
