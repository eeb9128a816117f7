package io.eventbroker;

import io.eventbroker.ReferenceModel.Phase;
import io.eventbroker.ReferenceQueue.Cell;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;

/** How a {@link Simulation} reads inboxes: each way, with each of its ends. */
final class SimulationReads {
    /** What came of a read: an event, null, or one of these. */
    enum End {
        ENDED,
        FAILED,
        FOR_EVER,
        INTERRUPTED,
        CANCELLED
    }

    /** A sink that has no memory for more than so many: what it was given last is the reader's loss. */
    private static final class Sink extends ArrayList<Object> {
        private static final long serialVersionUID = 1L;
        final int last;

        Sink(int last) {
            this.last = last;
        }

        @Override
        public boolean add(Object event) {
            super.add(event);
            if (size() > last) {
                throw new OutOfMemoryError("of a sink");
            }
            return true;
        }
    }

    private static final Duration UNIT = Duration.ofMillis(100);

    private final Simulation run;
    private final Random random;
    private final ReferenceModel model;
    private final SimulationSelects selects;
    private Throwable lastCause;

    SimulationReads(Simulation run) {
        this.run = run;
        this.random = run.random;
        this.model = run.model;
        this.selects = new SimulationSelects(run);
    }

    void read() {
        List<SimulationMember<?>> inboxes =
                run.members.stream().filter(member -> member.inbox != null).toList();
        if (!inboxes.isEmpty() && random.nextInt(6) == 0) {
            selects.select(inboxes);
        } else if (!inboxes.isEmpty()) {
            read(inboxes.get(random.nextInt(inboxes.size())));
        }
    }

    private <T> void read(SimulationMember<T> member) {
        switch (random.nextInt(5)) {
            case 0 -> poll(member, null);
            case 1 -> poll(member, UNIT.multipliedBy(random.nextInt(8) - 1));
            case 2 -> take(member);
            case 3 -> drain(member, random.nextInt(8) == 0 ? random.nextInt(4) : Integer.MAX_VALUE);
            default -> iterate(member);
        }
    }

    <T> void readToTheEnd(SimulationMember<T> member) {
        if (member.inbox == null) {
            return;
        }
        drain(member, Integer.MAX_VALUE);
        poll(member, null);
        poll(member, UNIT);
        iterate(member);
        iterate(member);
    }

    private <T> void poll(SimulationMember<T> member, Duration timeout) {
        boolean mayWait = timeout != null && timeout.compareTo(Duration.ZERO) > 0 && isEmpty(member.queue);
        boolean mustWait = mayWait && !run.checks.mayHaveEnded(member.queue);
        Callable<?> poll = timeout == null ? member.inbox::poll : () -> member.inbox.poll(timeout);
        Object got = read(mayWait, mustWait, mayWait ? timeout.toNanos() : 0, poll);
        run.trace("poll ", member.queue.name, " ", timeout, ": ", SimulationEvents.plain(got));
        run.note("timed poll nested in a handler", mayWait && run.isInsideHandler());
        if (got == null) {
            run.require(member.queue.waiting.isEmpty(), "nothing read, but there is something");
            run.require(!run.checks.hasEnded(member.queue) || mayWait, "nothing read, but not ended");
        } else {
            received(member, got);
        }
    }

    private <T> void take(SimulationMember<T> member) {
        if (model.phase != Phase.OPEN && !run.checks.hasEnded(member.queue)) {
            return; // it is left open whether the deadlines of the close end such a wait
        }
        boolean mayWait = isEmpty(member.queue);
        boolean mustWait = mayWait && !run.checks.mayHaveEnded(member.queue);
        Object got = read(mayWait, mustWait, Long.MAX_VALUE, member.inbox::take);
        run.trace("take ", member.queue.name, ": ", SimulationEvents.plain(got));
        if (got == End.FOR_EVER) {
            run.require(mayWait && member.queue.waiting.isEmpty(), "take called hopeless");
            run.checks.requireNothingToStep();
            run.note("hopeless take", true);
        } else {
            received(member, got);
        }
    }

    private <T> void drain(SimulationMember<T> member, int last) {
        List<Object> all = member.queue.waiting.stream()
                .map(cell -> cell.message().event())
                .toList();
        Sink got = new Sink(last);
        boolean isFailing = got.last < all.size();
        List<Object> expected = isFailing ? all.subList(0, got.last + 1) : all;
        int count = run.perhapsInterrupted(() -> run.calmly(() -> {
            try {
                return member.inbox.drainTo(got);
            } catch (OutOfMemoryError e) {
                return isFailing ? expected.size() : -1;
            }
        }));
        run.note("sink failed", isFailing);
        run.trace("drain ", member.queue.name, ": ", count);
        run.same("drained", expected, got.stream().map(SimulationEvents::plain).toList());
        run.same("number drained", expected.size(), count);
        got.forEach(event -> received(member, event));
    }

    /** Half a step of an iterator: hasNext where there is something, else next. */
    private <T> void iterate(SimulationMember<T> member) {
        if (member.iterator == null) {
            member.iterator = member.inbox.iterator();
        }
        if (member.upcoming != null) {
            Object got = run.calmly(member.iterator::next);
            run.trace("next of ", member.queue.name, ": ", SimulationEvents.plain(got));
            run.same("next", member.upcoming.message().event(), SimulationEvents.plain(got));
            run.checks.compare(member.upcoming, got);
            model.delivered(member.queue, member.upcoming, null);
            member.upcoming = null;
        } else if (!isEmpty(member.queue)) {
            run.same("hasNext", true, run.perhapsInterrupted(() -> run.calmly(member.iterator::hasNext)));
            run.trace("has next: ", member.queue.name);
            member.upcoming = model.take(member.queue, member.queue.next(0));
            member.received(member.upcoming);
        } else if (run.checks.hasEnded(member.queue)) {
            run.same("hasNext", isOrderly(member) ? false : End.FAILED, run.calmly(() -> hasNext(member)));
            run.note("iterated to the end", true);
        } else if (!run.checks.mayHaveEnded(member.queue)) {
            Thread.currentThread().interrupt();
            run.same("hasNext", End.INTERRUPTED, run.calmly(() -> hasNext(member)));
            run.same("interrupt status kept", true, Thread.interrupted());
        }
    }

    private Object hasNext(SimulationMember<?> member) {
        try {
            return member.iterator.hasNext();
        } catch (SubscriptionClosedException e) {
            lastCause = e.getCause();
            requireCause(member);
            return End.FAILED;
        } catch (CancellationException e) {
            return End.INTERRUPTED;
        }
    }

    /** Whether the end of an inbox is an orderly one. */
    boolean isOrderly(SimulationMember<?> member) {
        return !member.queue.disconnected && (model.cause == null || member.queue.unsubscribed);
    }

    /** Judges the cause of the last end that was seen, which was the end of this one. */
    void requireCause(SimulationMember<?> member) {
        Throwable cause = lastCause;
        if (member.queue.disconnected) {
            run.require(cause instanceof IllegalStateException, "ended with ", cause);
            run.note("read to the disconnection", true);
        } else {
            run.require(cause == null || cause == run.steps.death, "ended with ", cause);
        }
    }

    /** Reads, sometimes interrupted: then what need not wait succeeds and keeps the status. */
    Object read(boolean mayWait, boolean mustWait, long patience, Callable<?> call) {
        boolean isInterrupted = random.nextInt(8) == 0;
        long until = patience == Long.MAX_VALUE ? patience : model.now + patience;
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
        Object got = run.during(
                mayWait && !isInterrupted ? Simulation.ANY : 0,
                true,
                isInterrupted ? model.now : until,
                () -> outcome(call));
        if (isInterrupted) {
            run.same("interrupt status after a read", got != End.INTERRUPTED, Thread.interrupted());
            run.require(!mustWait || got == End.INTERRUPTED, "an interrupted read waited");
            run.require(mayWait || got != End.INTERRUPTED, "interrupted where there was nothing to wait for");
            run.note("read interrupted", mustWait);
            return got == End.INTERRUPTED ? End.CANCELLED : got;
        }
        if (got == null && mayWait && model.now < until) { // unless handlers called meanwhile used up the time
            run.checks.requireNothingToStep();
            model.now = until;
            run.note("poll timed out", true);
        }
        return got;
    }

    void received(SimulationMember<?> member, Object got) {
        ReferenceQueue queue = member.queue;
        if (got == End.ENDED || got == End.FAILED) {
            run.require(queue.waiting.isEmpty() && run.checks.mayHaveEnded(queue), "ended too early");
            run.same("end by failure", !isOrderly(member), got == End.FAILED);
            requireCause(member);
            run.note("read to the end", true);
            run.note("read to the failure", got == End.FAILED);
        } else if (got == End.INTERRUPTED) {
            run.handlers.interrupted();
        } else if (got != End.CANCELLED) {
            Object plain = SimulationEvents.plain(got);
            run.require(!queue.waiting.isEmpty(), queue.name, " gave ", got, ", but is empty");
            Cell due = model.take(queue, queue.next(0));
            run.same(queue.name + " gave", due.message().event(), plain);
            run.checks.compare(due, got);
            model.delivered(queue, due, null);
            member.received(due);
        }
    }

    private static boolean isEmpty(ReferenceQueue queue) {
        return queue.waiting.isEmpty();
    }

    private Object outcome(Callable<?> read) {
        try {
            return read.call();
        } catch (SubscriptionClosedException e) {
            lastCause = e.getCause();
            return e.getCause() == null ? End.ENDED : End.FAILED;
        } catch (IllegalStateException e) {
            return End.FOR_EVER;
        } catch (InterruptedException e) {
            return End.INTERRUPTED;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
