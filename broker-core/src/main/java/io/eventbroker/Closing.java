package io.eventbroker;

import static java.util.Objects.requireNonNull;

import io.eventbroker.BrokerStats.State;
import io.eventbroker.internal.Deadline;
import io.eventbroker.internal.Ring;
import io.eventbroker.internal.Timing;
import java.lang.invoke.VarHandle;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The way from the first call of {@code close} to CLOSED, phase by phase. Only for the broker's loop. */
final class Closing {
    /*
     * DRAINING  handlers may publish          until all is quiet, or a quarter of the time is left
     * CLOSING   nobody may; route the rest    up to the cursor as it was, or until the deadline
     *           seal: inboxes end, workers finish their queues
     *           deadline: cancel, interrupt   once; what waits is abandoned
     * CLOSED    when all workers have ended, or a grace period after the deadline
     *
     * Nothing accepted is missed: a publisher claims its slot (a CAS on the cursor), then reads the state; here the
     * state is written, then the cursor read. So whoever claims beyond what is read here sees CLOSING and withdraws.
     */
    /** How long handlers interrupted at the deadline are given to end, in ns. */
    static final long GRACE = 100_000_000;

    /** How long a thread that interrupts is given to begin to run, in ns. */
    private static final long LONGEST_START = 500_000_000;

    private final Ring<TopicDefinition> ring;
    private final Lifecycle lifecycle;
    private final Directory directory;
    private final Timing timing;
    private final BooleanSupplier isQuiet;

    /** Calls {@link Thread#interrupt}, which may run users' code, on a thread that nobody waits for, one each time. */
    private final Executor interrupter;

    /** Those alive when closing began, at the end also those whose handler would not stop; null before. Read by anybody. */
    private volatile @Nullable List<QueuedSubscription<?>> roster;

    /** The end of the phase that has begun. */
    private @Nullable Deadline phaseEnd;

    private @Nullable Deadline deadline;
    private long lastToRoute;
    private boolean sealed;
    private boolean cancelled;

    /** Interrupts whose thread has not begun to run; each counted down by that thread. */
    private final AtomicInteger interruptsToCome = new AtomicInteger();

    private boolean graceBegan;

    Closing(
            Ring<TopicDefinition> ring,
            Lifecycle lifecycle,
            Directory directory,
            Timing timing,
            BooleanSupplier isQuiet,
            Executor interrupter) {
        this.ring = ring;
        this.lifecycle = lifecycle;
        this.directory = directory;
        this.timing = timing;
        this.isQuiet = isQuiet;
        this.interrupter = interrupter;
    }

    @Nullable List<QueuedSubscription<?>> roster() {
        return roster;
    }

    /** Whether nothing is routed any more. */
    boolean isSealed() {
        return sealed;
    }

    /** How long until time alone brings the next phase, in ns, or {@link Timing#FOREVER}. */
    long untilNextPhase() {
        return phaseEnd == null ? Timing.FOREVER : phaseEnd.remaining();
    }

    /** Notices that closing has begun; to be called before a command is applied that may have come after that. */
    void begin() {
        if (roster == null) {
            roster = directory.byAge();
            long start = lifecycle.closeStart();
            long timeout = lifecycle.closeNanos();
            phaseEnd = new Deadline(timing, start, timeout - timeout / 4);
            deadline = new Deadline(timing, start, timeout);
        }
    }

    /** Goes one phase further if it is time to; returns whether it did. */
    boolean advance() {
        begin();
        if (lifecycle.state() == State.DRAINING) {
            return drain();
        }
        if (!sealed) {
            return routeTheRest();
        }
        return cancelled ? awaitInterrupted() : awaitWorkers();
    }

    private boolean drain() {
        if (!isPhaseOver() && !isQuiet.getAsBoolean()) {
            return false;
        }
        lifecycle.advance(State.CLOSING);
        VarHandle.fullFence();
        lastToRoute = ring.claimed();
        phaseEnd = deadline;
        return true;
    }

    private boolean routeTheRest() {
        if (ring.consumed() < lastToRoute && !isPhaseOver()) {
            return false;
        }
        sealed = true;
        directory.living().forEach(subscription -> subscription.seal(null));
        return true;
    }

    private boolean awaitWorkers() {
        if (directory.working().isEmpty()) {
            lifecycle.advance(State.CLOSED);
            return true;
        }
        if (!isPhaseOver()) {
            return false;
        }
        cancelled = true;
        phaseEnd = new Deadline(timing, timing.nanoTime(), LONGEST_START + GRACE);
        directory.working().forEach(push -> push.cancel(null));
        directory.working().stream().filter(PushSubscription::isInHand).forEach(this::interrupt);
        return true;
    }

    private void interrupt(PushSubscription<?> push) {
        interruptsToCome.incrementAndGet();
        try {
            interrupter.execute(() -> {
                interruptsToCome.decrementAndGet();
                push.interrupt();
            });
        } catch (Throwable e) {
            // no thread can be made: the handler is not interrupted, and given up like one that does not listen
            interruptsToCome.decrementAndGet();
        }
    }

    private boolean awaitInterrupted() {
        if (!graceBegan && interruptsToCome.get() == 0) {
            graceBegan = true;
            phaseEnd = new Deadline(timing, timing.nanoTime(), GRACE);
        }
        if (!directory.working().isEmpty() && !isTimeUp()) {
            return false;
        }
        directory.working().forEach(PushSubscription::giveUp);
        roster = withStuck(requireNonNull(roster));
        lifecycle.advance(State.CLOSED);
        return true;
    }

    private List<QueuedSubscription<?>> withStuck(List<QueuedSubscription<?>> alive) {
        Set<QueuedSubscription<?>> listed = new HashSet<>(alive);
        directory.working().stream().filter(PushSubscription::isStuck).forEach(listed::add);
        return listed.stream()
                .sorted(Comparator.comparingLong(QueuedSubscription::number))
                .toList();
    }

    private boolean isPhaseOver() {
        return lifecycle.isHurried() || isTimeUp();
    }

    private boolean isTimeUp() {
        return untilNextPhase() <= 0;
    }
}
