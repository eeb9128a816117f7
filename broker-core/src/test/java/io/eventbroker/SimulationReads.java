package io.eventbroker;

import io.eventbroker.ReferenceModel.Phase;
import io.eventbroker.ReferenceModel.Queue;
import io.eventbroker.Simulation.Member;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;

/** How a {@link Simulation} reads inboxes: each way, with each of its ends. */
final class SimulationReads {
    /** What came of a read: an event, null, or one of these. */
    private enum End {
        ENDED,
        FOR_EVER,
        INTERRUPTED
    }

    private static final Duration UNIT = Duration.ofMillis(100);

    private final Simulation run;
    private final Random random;
    private final ReferenceModel model;

    SimulationReads(Simulation run) {
        this.run = run;
        this.random = run.random;
        this.model = run.model;
    }

    void read() {
        List<Member<?>> inboxes =
                run.members.stream().filter(member -> member.inbox != null).toList();
        if (!inboxes.isEmpty()) {
            read(inboxes.get(random.nextInt(inboxes.size())));
        }
    }

    private <T extends Ledger.Entry> void read(Member<T> member) {
        switch (random.nextInt(5)) {
            case 0 -> poll(member, null);
            case 1 -> poll(member, UNIT.multipliedBy(random.nextInt(8) - 1));
            case 2 -> take(member);
            case 3 -> drain(member);
            default -> iterate(member);
        }
    }

    <T extends Ledger.Entry> void readToTheEnd(Member<T> member) {
        if (member.inbox == null) {
            return;
        }
        drain(member);
        poll(member, null);
        poll(member, UNIT);
        iterate(member);
        iterate(member);
    }

    private <T extends Ledger.Entry> void poll(Member<T> member, Duration timeout) {
        boolean mayWait = timeout != null && timeout.compareTo(Duration.ZERO) > 0 && isEmpty(member.queue);
        long until = mayWait ? model.now + timeout.toNanos() : model.now;
        Object got = run.during(
                mayWait ? Simulation.ANY : 0,
                true,
                until,
                () -> outcome(timeout == null ? member.inbox::poll : () -> member.inbox.poll(timeout)));
        run.trace("poll ", member.queue.name, " ", timeout, ": ", got);
        run.note("timed poll nested in a handler", mayWait && run.isInsideHandler());
        if (got == null) {
            run.require(member.queue.waiting.isEmpty(), "nothing read, but there is something");
            run.require(!model.hasEnded(member.queue) || mayWait, "nothing read, but not ended");
            if (mayWait && model.now < until) { // unless handlers called meanwhile used up the time
                model.requireNothingToStep();
                model.now = until;
                run.note("poll timed out", true);
            }
        } else {
            received(member, got);
        }
    }

    private <T extends Ledger.Entry> void take(Member<T> member) {
        if (model.phase != Phase.OPEN && !model.hasEnded(member.queue)) {
            return; // it is left open whether the deadlines of the close end such a wait
        }
        boolean mayWait = isEmpty(member.queue);
        Object got = run.during(mayWait ? Simulation.ANY : 0, true, Long.MAX_VALUE, () -> outcome(member.inbox::take));
        run.trace("take ", member.queue.name, ": ", got);
        if (got == End.FOR_EVER) {
            run.require(mayWait && member.queue.waiting.isEmpty(), "take called hopeless");
            model.requireNothingToStep();
            run.note("hopeless take", true);
        } else {
            received(member, got);
        }
    }

    private <T extends Ledger.Entry> void drain(Member<T> member) {
        List<Object> expected = new ArrayList<>(member.queue.waiting);
        List<T> got = new ArrayList<>();
        int count = run.calmly(() -> member.inbox.drainTo(got));
        run.trace("drain ", member.queue.name, ": ", got);
        run.same("drained", expected, got);
        run.same("number drained", expected.size(), count);
        got.forEach(event -> received(member, event));
    }

    /** Half a step of an iterator: hasNext where there is something, else next. */
    private <T extends Ledger.Entry> void iterate(Member<T> member) {
        if (member.iterator == null) {
            member.iterator = member.inbox.iterator();
        }
        if (member.upcoming != null) {
            Object got = run.calmly(member.iterator::next);
            run.trace("next of ", member.queue.name, ": ", got);
            run.same("next", member.upcoming, got);
            member.upcoming = null;
            model.delivered(member.queue, false);
        } else if (!isEmpty(member.queue)) {
            run.same("hasNext", true, run.calmly(member.iterator::hasNext));
            run.trace("has next: ", member.queue.name);
            @SuppressWarnings("unchecked") // what was published to its topic and matched
            T upcoming = (T) model.take(member.queue);
            member.upcoming = upcoming;
            member.recorder.received(upcoming);
        } else if (model.hasEnded(member.queue)) {
            run.same("hasNext", false, run.calmly(member.iterator::hasNext));
            run.note("iterated to the end", true);
        }
    }

    private <T extends Ledger.Entry> void received(Member<T> member, Object got) {
        Queue queue = member.queue;
        if (got == End.ENDED) {
            run.require(queue.waiting.isEmpty() && model.mayHaveEnded(queue), "ended too early");
            run.note("read to the end", true);
        } else if (got == End.INTERRUPTED) {
            run.interrupted();
        } else {
            Object expected = model.take(queue);
            run.require(expected == got, queue.name + " gave " + got + ", should give " + expected);
            model.delivered(queue, false);
            @SuppressWarnings("unchecked") // it is the very object that the model expected
            T event = (T) got;
            member.recorder.received(event);
        }
    }

    private static boolean isEmpty(Queue queue) {
        return queue.waiting.isEmpty();
    }

    private static Object outcome(Callable<?> read) {
        try {
            return read.call();
        } catch (SubscriptionClosedException e) {
            return End.ENDED;
        } catch (IllegalStateException e) {
            return End.FOR_EVER;
        } catch (InterruptedException e) {
            return End.INTERRUPTED;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
