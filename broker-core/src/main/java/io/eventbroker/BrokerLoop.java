package io.eventbroker;

import io.eventbroker.internal.Sleeper;
import io.eventbroker.internal.Timing;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The active object: takes messages out of the rings and puts them into the queues of those who subscribed. Its work is
 * {@link #step}, done by one thread: the broker's own ({@link #run}), or the one that steps a manual broker.
 */
final class BrokerLoop implements Runnable, QueuedSubscription.Host {
    /** The most that is done before commands have their turn again. */
    private static final int BATCH = 4_096;

    private static final int MOST_COMMANDS = 512;
    private static final int SPINS = 64;

    /** Rounds without rest after which holes are looked for all the same. */
    private static final int BUSY_ROUNDS = 8;

    private static final long LONGEST_PARK = 1_000_000_000;
    private static final long FIRST_CLOSING_PARK = 50_000;
    private static final long LONGEST_CLOSING_PARK = 1_000_000;

    final Sleeper sleeper = new Sleeper(LONGEST_PARK);
    final Directory directory;
    final Inflow inflow;
    final PushSubscription<BrokerEvent> log;

    final Congestion congestion = new Congestion();

    final Closing closing;

    private final Router router;
    private final Failure failure;
    private final Commands commands;
    private final Lifecycle lifecycle;
    private final WaitMode waitMode;
    private final BooleanSupplier hasWork = this::hasWork;
    private final BooleanSupplier isNeeded = this::isNeeded;

    private int idleRounds;
    private int busyRounds;

    BrokerLoop(BrokerConfig config, Lifecycle lifecycle, Executor interrupter, SubscriptionSpec<BrokerEvent> log) {
        this.lifecycle = lifecycle;
        this.waitMode = config.waitMode;
        this.log = new PushSubscription<>(log, new BrokerLog(config.name), lifecycle, this);
        this.directory = new Directory(config.maxRetained, this.log);
        this.inflow = new Inflow(config.ringSize, lifecycle.refused);
        this.router = new Router(directory, congestion, this.log);
        this.failure = new Failure(router);
        this.commands = new Commands(lifecycle, sleeper);
        this.closing = new Closing(inflow, router, lifecycle, this::isQuiet, interrupter);
    }

    // ---- for the stepping thread

    @Override
    public void run() {
        while (!lifecycle.hasEnded()) {
            if (step(BATCH) > 0) {
                idleRounds = 0;
            } else {
                rest();
            }
        }
        failure.persist(Timing.FOREVER);
    }

    /** Does what there is to do, up to a number of things; returns how many were done. If that fails, so has the broker. */
    int step(int limit) {
        if (lifecycle.hasEnded()) {
            failure.persist(0);
            return 0;
        }
        try {
            int done = applyCommands(Math.min(limit, MOST_COMMANDS));
            if (done < limit && !closing.sealed) {
                done += route(limit - done);
            }
            boolean isNew = !lifecycle.isOpen() && !closing.hasBegun(); // that is something done, as it is to be told
            closing.notice();
            lifecycle.steps.at(LoopSteps.Step.FLUSH);
            router.flush();
            if ((closing.hasBegun() ? closing.advance() : !lifecycle.isOpen()) || isNew) {
                done++;
            }
            if (lifecycle.hasEnded()) {
                leave();
            }
            return done;
        } catch (Throwable e) {
            fail(e);
            return 1;
        }
    }

    private int applyCommands(int limit) {
        int done = 0;
        while (done < limit && commands.isNextReady(inflow, closing.sealed)) {
            lifecycle.steps.at(LoopSteps.Step.COMMAND);
            closing.notice();
            commands.applyNext();
            done++;
        }
        return done;
    }

    private int route(int limit) {
        lifecycle.steps.at(LoopSteps.Step.ROUTE);
        int done = inflow.drain(limit, router);
        if ((done == 0 || ++busyRounds % BUSY_ROUNDS == 0) && inflow.hasHole()) {
            inflow.lookForHoles(lifecycle.timing.nanoTime());
        }
        return done;
    }

    @SuppressWarnings("ThreadPriorityCheck") // it was asked for
    private void rest() {
        try {
            lifecycle.steps.at(LoopSteps.Step.IDLE);
            for (int i = 0; i < SPINS; i++) {
                if (hasWork()) {
                    return;
                }
                Thread.onSpinWait();
            }
            directory.forgetDeadThreads();
            if (waitMode == WaitMode.PARK) {
                sleep();
            } else if (waitMode == WaitMode.YIELD) {
                Thread.yield();
            }
            idleRounds++;
        } catch (Throwable e) {
            fail(e);
        }
    }

    private boolean hasWork() {
        return (inflow.hasNext() && !closing.sealed) || commands.isNextReady(inflow, closing.sealed);
    }

    /** Whether there is anything that the loop does not yet wait for by looking again soon. */
    private boolean isNeeded() {
        return hasWork() || inflow.hasHole() || (!lifecycle.isOpen() && !closing.hasBegun());
    }

    /** Briefly while something is awaited that nobody signals: the phases of closing, a publisher that fills its slot. */
    private void sleep() {
        if (closing.hasBegun()) {
            sleeper.sleep(hasWork, Math.min(FIRST_CLOSING_PARK << Math.min(idleRounds, 10), LONGEST_CLOSING_PARK));
        } else if (inflow.hasHole()) {
            sleeper.sleep(hasWork, HoleWatch.LONGEST_ROUND);
        } else {
            sleeper.sleep(isNeeded, 10 * LONGEST_PARK); // then look for threads that have died since
        }
    }

    private void fail(Throwable cause) {
        try {
            failure.begin(cause);
        } finally {
            lifecycle.fail(cause); // last, so that whoever sees it finds nothing going on
        }
        try {
            inflow.close();
            leave();
        } catch (Throwable e) {
            // no memory: who waits looks at the state, too, and who reads the totals counts what is left
        }
    }

    /** Leaves nothing behind that waits for the loop, which has ended. */
    private void leave() {
        directory.retention.kept.clear();
        inflow.discard();
        commands.refuseAll();
    }

    // ---- for subscriptions, lanes and their owners

    /** Adds a subscription, after everything published before; returns it. */
    <S extends QueuedSubscription<?>> S add(S subscription) {
        executeIfOpen(() -> {
            router.flush(); // what was made before it is not for it
            RuntimeException objection = directory.add(subscription);
            if (objection == null) {
                router.tell(new BrokerEvent.Subscribed(subscription.name(), subscription.source.name()));
                router.replay(subscription);
            }
            return objection;
        });
        return subscription;
    }

    /** Removes a subscription, after everything published before; if the broker has ended it has nothing to do. */
    @Override
    public void remove(QueuedSubscription<?> subscription) {
        Checks.requireStack(Checks.FRAMES); // or something might be done of which nobody learns; so below
        commands.execute(Commands.Action.of(() -> {
            router.flush(); // what was made before is for it
            subscription.cancel(null); // first: its reader must not be nobody's when the other fails
            if (directory.remove(subscription)) {
                router.endEpisode(subscription);
                router.tell(new BrokerEvent.Unsubscribed(subscription.name(), subscription.source.name()));
            }
        }));
    }

    /** Tells the loop, without waiting, that the workers of a subscription have ended. */
    @Override
    public void retire(QueuedSubscription<?> push) {
        commands.submit(() -> directory.retire(push), null);
    }

    @Override
    public void relieved(QueuedSubscription<?> subscription) {
        commands.submit(() -> router.endEpisode(subscription), null);
    }

    @Override
    public void congested(QueuedSubscription<?> subscription) {
        congestion.add(subscription);
    }

    @Override
    public BooleanSupplier report(BrokerEvent event) {
        return commands.submit(() -> router.tell(event), Thread.currentThread());
    }

    /** Opens a lane, after everything published before; returns it. */
    <T> RingLane<T> open(RingLane<T> lane) {
        executeIfOpen(() -> {
            RuntimeException objection = directory.add(lane);
            if (objection == null) {
                inflow.add(lane);
            }
            return objection;
        });
        return lane;
    }

    private void executeIfOpen(Commands.Action action) {
        if (!commands.execute(() -> lifecycle.isOpen() ? action.apply() : lifecycle.closedException())) {
            throw lifecycle.closedException();
        }
    }

    /** Closes a lane; returns when everything has been routed that it accepted. */
    void close(RingLane<?> lane) {
        Checks.requireStack(Checks.FRAMES);
        commands.execute(Commands.Action.of(lane.ring::close));
        if (!lifecycle.caller().equals(lane.owner.get())) { // who may be publishing
            Timing.Wait.polling(lifecycle.timing, lane, RingLane.GRACE).until(() -> false);
        }
        commands.execute(Commands.Action.of(() -> {
            if (inflow.remove(lane)) {
                directory.remove(lane);
            }
        }));
    }

    // ---- for anybody

    /**
     * Whether everything published has been routed and handled. A double collect: if the cursors and the number of
     * commands are after the look what they were before, then nothing was under way at one moment in between, for
     * whatever a handler does moves one of them before the handler is counted.
     */
    boolean isQuiet() {
        long asked = commands.asked.get();
        boolean areAllApplied = commands.applied.get(0) >= asked; // so no lane comes or goes between the two looks
        long published = inflow.claimed();
        boolean isIdle =
                lifecycle.hasEnded() || (areAllApplied && inflow.consumed() >= published && router.isAllTold());
        return isIdle && directory.isQuiet() && inflow.claimed() == published && commands.asked.get() == asked;
    }

    /** Whether there is something in the rings, or will be as soon as its publisher has filled the slot it claimed. */
    boolean hasClaims() {
        return inflow.claimed() > inflow.consumed() && !closing.sealed && !lifecycle.hasEnded();
    }

    BrokerStats stats() {
        BrokerStats.State state = lifecycle.state;
        long neverTaken = lifecycle.hasEnded() ? inflow.discard() : 0;
        long routed = router.totals.get(Router.ROUTED);
        long unrouted = router.totals.get(Router.UNROUTED);
        long taken = router.totals.get(Router.ACCEPTED);
        // being routed when the loop died
        long stranded = state == BrokerStats.State.FAILED ? taken - routed - unrouted : 0;
        long refused = lifecycle.refused.sum();
        return new BrokerSnapshot(
                state,
                state == BrokerStats.State.FAILED ? lifecycle.failure : null,
                taken + neverTaken + refused,
                taken + neverTaken,
                refused,
                routed,
                unrouted,
                stranded + neverTaken,
                router.totals.get(Router.TOLD),
                directory.retention.forgotten.get(0),
                closing.roster().stream().map(Subscription::stats).toList());
    }

    private record BrokerSnapshot(
            BrokerStats.State state,
            @Nullable Throwable failure,
            long offered,
            long accepted,
            long refused,
            long routed,
            long unrouted,
            long discarded,
            long events,
            long forgotten,
            List<SubscriptionStats> subscriptions)
            implements BrokerStats {}
}
