package io.eventbroker;

import io.eventbroker.internal.Timing;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The way from the first call of {@code close} to CLOSED, phase by phase. Only for the broker's loop. */
final class Closing {
    /*
     * DRAINING  handlers may publish          until all is quiet, or a quarter of the time is left
     * CLOSING   nobody may; route the rest    up to the cursor as it was, or until the deadline
     *           seal: inboxes end, workers finish their queues
     *           when they have: the same for subscriptions to broker events, to which those workers reported
     *           deadline: cancel, interrupt   once; what waits is abandoned; a grace period later the same for
     *                                         subscriptions to broker events, another one later no worker is waited for
     * CLOSED    when all workers have ended, or are given up
     *
     * Nothing accepted is missed: see Ring. In a lane something may still appear for a moment after its ring was closed.
     */
    /** How long handlers interrupted at the deadline are given to end, in ns. */
    static final long GRACE = 100_000_000;

    /** How long a thread that interrupts is given to begin to run, in ns. */
    private static final long LONGEST_START = 500_000_000;

    private final Inflow inflow;
    private final Router router;
    private final Lifecycle lifecycle;
    private final BooleanSupplier isQuiet;

    /** Calls {@link Thread#interrupt}, which may run users' code, on a thread that nobody waits for, one each time. */
    private final Executor interrupter;

    /** Those alive when closing began, at the end also those whose handler would not stop; null before. Read by anybody. */
    private volatile @Nullable List<QueuedSubscription<?>> roster;

    /** The end of the phase that has begun; none before the first. */
    private Timing.Deadline phaseEnd;

    /** When nothing new appears in lanes any more. */
    private Timing.@Nullable Deadline lanesEnd;

    private long lastToRoute;

    /** Whether nothing is routed any more. */
    boolean sealed;

    private boolean cancelled;
    private boolean eventsCancelled;

    /** Interrupts whose thread has not begun to run; each counted down by that thread. */
    private final AtomicInteger interruptsToCome = new AtomicInteger();

    private boolean graceBegan;

    Closing(Inflow inflow, Router router, Lifecycle lifecycle, BooleanSupplier isQuiet, Executor interrupter) {
        this.inflow = inflow;
        this.router = router;
        this.lifecycle = lifecycle;
        this.isQuiet = isQuiet;
        this.interrupter = interrupter;
        this.phaseEnd = new Timing.Deadline(lifecycle.timing, 0, Timing.FOREVER);
    }

    /** The living subscriptions; from the moment closing began, what its report lists. For anybody. */
    List<QueuedSubscription<?>> roster() {
        List<QueuedSubscription<?>> listed = roster;
        return listed == null ? Directory.byAge(router.directory.living.values().stream()) : listed;
    }

    /** How long until time alone brings the next phase, in ns, or {@link Timing#FOREVER}. */
    long untilNextPhase() {
        long rest = lifecycle.hasEnded() ? Timing.FOREVER : phaseEnd.remaining();
        return lanesEnd == null || lanesEnd.isOver() ? rest : Math.min(rest, lanesEnd.remaining());
    }

    boolean hasBegun() {
        return roster != null;
    }

    /** Notices that closing has begun, if so; to be called before a command is applied that may have come after that. */
    void notice() {
        if (roster == null && !lifecycle.isOpen()) {
            lifecycle.steps.at(LoopSteps.Step.BEGIN_CLOSING);
            roster = Directory.byAge(router.directory.living.values().stream());
            roster.forEach(subscription -> subscription.publishers.signalAll()); // outsiders may publish no more
            long timeout = lifecycle.closeNanos;
            phaseEnd = new Timing.Deadline(lifecycle.timing, lifecycle.closeStart, timeout - timeout / 4);
            router.tell(new BrokerEvent.Closing(Duration.ofNanos(timeout)));
        }
    }

    /** Goes one phase further if it is time to; returns whether it did. */
    boolean advance() {
        return lifecycle.state == BrokerStats.State.DRAINING ? drain() : sealed ? awaitWorkers() : routeTheRest();
    }

    private boolean drain() {
        if (!isPhaseOver() && !isQuiet.getAsBoolean()) {
            return false;
        }
        lifecycle.steps.at(LoopSteps.Step.CLOSE_RINGS);
        lifecycle.advance(BrokerStats.State.CLOSING); // first, so that whoever finds a ring closed knows why
        inflow.close();
        roster().forEach(subscription -> subscription.publishers.signalAll()); // nor may handlers
        lastToRoute = inflow.shared.claimed();
        phaseEnd = new Timing.Deadline(lifecycle.timing, lifecycle.closeStart, lifecycle.closeNanos);
        lanesEnd = inflow.lanes.length > 0 ? new Timing.Deadline(lifecycle.timing, RingLane.GRACE) : null;
        return true;
    }

    private boolean routeTheRest() {
        boolean isEmpty = inflow.shared.consumed() >= lastToRoute
                && (lanesEnd == null || (lanesEnd.isOver() && !inflow.hasNext()));
        if (!isEmpty && !isPhaseOver()) {
            return false;
        }
        lifecycle.steps.at(LoopSteps.Step.SEAL);
        sealed = true;
        lanesEnd = null;
        users().forEach(subscription -> subscription.seal(null));
        return true;
    }

    private boolean awaitWorkers() {
        if (!router.log.sealed && router.directory.working.values().stream().allMatch(push -> push.isOfBroker)) {
            sealEvents();
        } else if (router.directory.working.values().isEmpty()) {
            giveUp(); // nobody
        } else if (cancelled) {
            return awaitInterrupted();
        } else if (isPhaseOver()) {
            lifecycle.steps.at(LoopSteps.Step.CANCEL);
            cancelled = true;
            phaseEnd = new Timing.Deadline(lifecycle.timing, LONGEST_START + GRACE);
            endEpisodes();
            cancel(false);
        } else {
            return false;
        }
        return true;
    }

    private boolean awaitInterrupted() {
        interruptHandlers();
        if (!graceBegan && interruptsToCome.get() == 0) {
            graceBegan = true;
            phaseEnd = new Timing.Deadline(lifecycle.timing, GRACE);
        }
        boolean areEventsHandled = eventsCancelled
                && router.directory.working.values().stream().allMatch(push -> !push.isOfBroker || push.isQuiet());
        if (!areEventsHandled && !phaseEnd.isOver()) {
            return false;
        }
        if (eventsCancelled) {
            giveUp();
        } else { // later than the others, whose handlers' ends they were told
            sealEvents();
            eventsCancelled = true;
            phaseEnd = new Timing.Deadline(lifecycle.timing, GRACE);
            cancel(true);
        }
        return true;
    }

    private void cancel(boolean isOfBroker) {
        router.directory.working.values().stream()
                .filter(push -> push.isOfBroker == isOfBroker)
                .forEach(push -> push.cancel(null));
        interruptHandlers();
    }

    private void giveUp() {
        lifecycle.steps.at(LoopSteps.Step.END);
        router.directory.working.values().forEach(PushSubscription::giveUp);
        Stream<PushSubscription<?>> stuck =
                router.directory.working.values().stream().filter(push -> push.isStuck() && push != router.log);
        roster = Directory.byAge(Stream.concat(roster().stream(), stuck).distinct());
        lifecycle.advance(BrokerStats.State.CLOSED);
    }

    /** Ends those who are told of the others' ends, having told them all. */
    private void sealEvents() {
        if (!router.log.sealed) {
            lifecycle.steps.at(LoopSteps.Step.SEAL_EVENTS);
            endEpisodes();
            for (QueuedSubscription<?> subscription : router.directory.events.named) {
                router.endEpisode(subscription); // what was told of the others may have begun it
                subscription.seal(null);
            }
            router.flush();
            router.log.seal(null);
        }
    }

    /** Tells that drops have ended: nothing more is offered. */
    private void endEpisodes() {
        users().forEach(router::endEpisode);
        router.flush();
    }

    /** The living subscriptions, those to the broker's own events aside. */
    private Stream<QueuedSubscription<?>> users() {
        return router.directory.living.values().stream().filter(subscription -> !subscription.isOfBroker);
    }

    /** Interrupts each handler that is running, once; one may have been about to begin when this looked before. */
    private void interruptHandlers() {
        for (PushSubscription<?> push : router.directory.working.values()) {
            if ((eventsCancelled || !push.isOfBroker) && push.isInHand() && !push.isInterrupted) {
                push.isInterrupted = true;
                lifecycle.steps.at(LoopSteps.Step.INTERRUPT);
                interruptsToCome.incrementAndGet();
                try {
                    interrupter.execute(() -> {
                        interruptsToCome.decrementAndGet();
                        push.workers.forEach(PushSubscription.Worker::interrupt);
                    });
                } catch (Throwable e) {
                    // no thread can be made: the handler is not interrupted, and given up like one that does not listen
                    interruptsToCome.decrementAndGet();
                }
            }
        }
    }

    private boolean isPhaseOver() {
        return lifecycle.hurried || phaseEnd.isOver();
    }
}
