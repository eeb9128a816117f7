package io.eventbroker;

import io.eventbroker.BrokerStats.State;
import io.eventbroker.internal.Counters;
import io.eventbroker.internal.Ring;
import io.eventbroker.internal.Timing;
import io.eventbroker.internal.Wait;
import io.eventbroker.internal.Waiter;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * The active object: takes messages out of the ring and puts them into the queues of those who subscribed. Its work is
 * {@link #step}, done by one thread: the broker's own ({@link #run}), or the one that steps a manual broker.
 */
final class BrokerLoop implements Runnable {
    /*
     * Commands (subscribe, unsubscribe, the end of a worker) do not go through the ring, which may be full. Each carries
     * the ring's cursor as its caller saw it and waits until that much has been routed: what was published before a
     * subscribe is not seen by it, what was published before an unsubscribe is.
     *
     * Wake-up: whoever fills a slot or adds a command then issues a full fence and signals the waiter; the loop
     * announces itself, issues a full fence, and looks once more before it parks.
     */
    private static final int BATCH = 512;
    private static final int SPINS = 64;
    private static final long LONGEST_PARK = 1_000_000_000;
    private static final long FIRST_CLOSING_PARK = 50_000;
    private static final long LONGEST_CLOSING_PARK = 1_000_000;

    private static final long NOTHING_BEFORE = Long.MIN_VALUE;

    private static final int ACCEPTED = 0;
    private static final int ROUTED = 1;
    private static final int UNROUTED = 2;
    private static final int STRANDED = 3;
    private static final int APPLIED = 4;

    private final Ring<TopicDefinition> ring;
    private final Lifecycle lifecycle;
    private final Directory directory;
    private final Timing timing;
    private final Closing closing;
    private final Ring.Sink<TopicDefinition> router = this::route;
    private final Waiter waiter = new Waiter();

    private final Queue<Command> commands = new ConcurrentLinkedQueue<>();

    /** How many commands with a caller that waits were added; written before, by that caller. */
    private final AtomicLong submitted = new AtomicLong();

    /** Written by the loop. */
    private final Counters totals = new Counters(5);

    /** Events left in the ring; counted by whoever finds them, once the loop has ended. */
    private final LongAdder left = new LongAdder();

    private final List<QueuedSubscription<?>> touched = new ArrayList<>();
    private int idleRounds;

    BrokerLoop(
            Ring<TopicDefinition> ring, Lifecycle lifecycle, Directory directory, Timing timing, Executor interrupter) {
        this.ring = ring;
        this.lifecycle = lifecycle;
        this.directory = directory;
        this.timing = timing;
        this.closing = new Closing(ring, lifecycle, directory, timing, this::isQuiet, interrupter);
    }

    // ---- for the stepping thread

    @Override
    public void run() {
        try {
            while (!lifecycle.hasEnded()) {
                if (step(BATCH) > 0) {
                    idleRounds = 0;
                } else {
                    idle();
                }
            }
        } catch (Throwable e) {
            fail(e);
        }
    }

    /** Does what there is to do, up to a number of things; returns how many were done. */
    int step(int limit) {
        if (lifecycle.hasEnded()) {
            return 0;
        }
        int done = applyCommands(limit);
        if (done < limit && !closing.isSealed()) {
            done += routeBatch(limit - done);
        }
        if (!lifecycle.isOpen() && closing.advance()) {
            done++;
            if (lifecycle.hasEnded()) {
                leave();
            }
        }
        return done;
    }

    private int applyCommands(int limit) {
        int done = 0;
        while (done < limit && isCommandReady()) {
            if (!lifecycle.isOpen()) {
                closing.begin();
            }
            Command command = commands.remove();
            if (command.isPending()) {
                command.apply();
            }
            if (command.isAwaited()) {
                totals.add(APPLIED, 1);
            }
            command.complete();
            done++;
        }
        return done;
    }

    private boolean isCommandReady() {
        Command next = commands.peek();
        return next != null && (next.at <= ring.consumed() || closing.isSealed());
    }

    private int routeBatch(int limit) {
        int done = ring.drain(limit, router);
        if (!touched.isEmpty()) {
            VarHandle.fullFence();
            for (int i = 0; i < touched.size(); i++) {
                touched.get(i).isTouched = false;
                touched.get(i).wake();
            }
            touched.clear();
        }
        return done;
    }

    private void route(TopicDefinition topic, Object event) {
        totals.add(ACCEPTED, 1);
        boolean isWanted = false;
        Route route = directory.route(topic);
        if (route != null && route.definition.equals(topic)) {
            List<QueuedSubscription<?>> subscriptions = route.subscriptions;
            for (int i = 0; i < subscriptions.size(); i++) {
                QueuedSubscription<?> subscription = subscriptions.get(i);
                if (subscription.accepts(event)) {
                    isWanted = true;
                    subscription.offer(event);
                    touch(subscription);
                }
            }
        }
        totals.add(isWanted ? ROUTED : UNROUTED, 1);
    }

    private void touch(QueuedSubscription<?> subscription) {
        if (!subscription.isTouched) {
            subscription.isTouched = true;
            touched.add(subscription);
        }
    }

    private void idle() {
        for (int i = 0; i < SPINS; i++) {
            if (hasWork()) {
                return;
            }
            Thread.onSpinWait();
        }
        directory.forgetDeadThreads();
        waiter.prepare();
        if (!hasWork()) {
            LockSupport.parkNanos(this, parkTime());
            Thread.interrupted(); // nobody's business; with the status set, parking would return at once for ever
        }
        waiter.cancel();
        idleRounds++;
    }

    private boolean hasWork() {
        return (ring.hasNext() && !closing.isSealed()) || isCommandReady();
    }

    /** Short while closing, whose phases end by time and by quiet, which nobody signals. */
    private long parkTime() {
        return lifecycle.isOpen()
                ? LONGEST_PARK
                : Math.min(FIRST_CLOSING_PARK << Math.min(idleRounds, 10), LONGEST_CLOSING_PARK);
    }

    private void fail(Throwable cause) {
        try {
            totals.add(STRANDED, totals.get(ACCEPTED) - totals.get(ROUTED) - totals.get(UNROUTED));
            for (QueuedSubscription<?> subscription : directory.living()) {
                cancel(subscription, cause);
            }
        } finally {
            lifecycle.fail(cause); // last, so that whoever sees it finds nothing going on
            leave();
        }
    }

    private static void cancel(QueuedSubscription<?> subscription, Throwable cause) {
        try {
            subscription.cancel(cause);
        } catch (Throwable e) {
            cause.addSuppressed(e); // the others must be told all the same
        }
    }

    /** Leaves nothing behind that waits for the loop, which has ended. */
    private void leave() {
        left.add(ring.discard());
        for (Command command = commands.poll(); command != null; command = commands.poll()) {
            command.refuse();
        }
    }

    // ---- for anybody

    /** Wakes the loop, after its caller has put something there for it. */
    void wake() {
        VarHandle.fullFence();
        waiter.signal();
    }

    /** Adds a subscription, after everything published before. */
    void add(QueuedSubscription<?> subscription) {
        if (!execute(() -> lifecycle.isOpen() ? directory.add(subscription) : lifecycle::closedException)) {
            throw lifecycle.closedException();
        }
    }

    /** Removes a subscription, after everything published before; if the broker has ended it has nothing to do. */
    void remove(QueuedSubscription<?> subscription) {
        execute(() -> {
            directory.remove(subscription);
            return null;
        });
    }

    /** Tells the loop, without waiting, that the workers of a subscription have ended. */
    void retire(PushSubscription<?> push) {
        submit(new Command(
                NOTHING_BEFORE,
                () -> {
                    directory.retire(push);
                    return null;
                },
                null));
    }

    /** Waits until the loop has done it, whatever interrupts come; returns false if the broker ended first. */
    private boolean execute(Command.Action action) {
        Command command = new Command(ring.claimed(), action, Thread.currentThread());
        submit(command);
        Wait wait = Wait.polling(timing, this, Timing.FOREVER);
        boolean interrupted = false;
        while (command.isPending()) {
            if (lifecycle.hasEnded()) {
                command.refuse();
            } else {
                pause(wait, command);
                interrupted |= Thread.interrupted();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        Supplier<RuntimeException> objection = command.objection();
        if (objection != null) {
            throw objection.get();
        }
        return command.wasApplied();
    }

    private static void pause(Wait wait, Command command) {
        try {
            wait.pause();
        } catch (IllegalStateException e) { // a stepped broker would wait for ever
            command.refuse();
            throw e;
        }
    }

    private void submit(Command command) {
        if (lifecycle.hasEnded()) {
            command.refuse();
            return;
        }
        if (command.isAwaited()) {
            submitted.incrementAndGet();
        }
        commands.add(command);
        wake();
    }

    /**
     * Whether everything published has been routed and handled. A double collect: if the cursor and the number of
     * commands are after the look what they were before, then nothing was under way at one moment in between, for
     * whatever a handler does moves one of them before the handler is counted.
     */
    boolean isQuiet() {
        long published = ring.claimed();
        long asked = submitted.get();
        boolean isIdle = lifecycle.hasEnded() || (ring.consumed() >= published && totals.get(APPLIED) >= asked);
        return isIdle && directory.isQuiet() && ring.claimed() == published && submitted.get() == asked;
    }

    /** Whether there is something in the ring, or will be as soon as its publisher has filled the slot it claimed. */
    boolean hasClaims() {
        return ring.claimed() > ring.consumed() && !closing.isSealed();
    }

    /** How long until time alone brings something to do, in ns, or {@link Timing#FOREVER}. Stepping thread only. */
    long untilNextPhase() {
        return closing.untilNextPhase();
    }

    /** The living subscriptions; from the moment closing began, what its report lists. */
    List<QueuedSubscription<?>> subscriptions() {
        List<QueuedSubscription<?>> roster = closing.roster();
        return roster == null ? directory.byAge() : roster;
    }

    BrokerStats stats(long refused) {
        State state = lifecycle.state();
        if (lifecycle.hasEnded()) {
            left.add(ring.discard());
        }
        long routed = totals.get(ROUTED);
        long unrouted = totals.get(UNROUTED);
        long stranded = totals.get(STRANDED);
        long neverTaken = left.sum();
        long accepted = totals.get(ACCEPTED) + neverTaken;
        long allRefused = refused + ring.orphans();
        return new Snapshots.BrokerSnapshot(
                state,
                state == State.FAILED ? lifecycle.failure() : null,
                accepted + allRefused,
                accepted,
                allRefused,
                routed,
                unrouted,
                stranded + neverTaken,
                subscriptions().stream().map(Subscription::stats).toList());
    }
}
