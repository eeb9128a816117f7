package io.eventbroker;

import io.eventbroker.internal.Counters;
import io.eventbroker.internal.Sleeper;
import io.eventbroker.internal.Timing;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** What the broker's loop is asked to do; in a queue of its own, since the rings may be full. */
final class Commands {
    /** What to do; returns null, or what the caller is to throw because nothing was changed. */
    @FunctionalInterface
    interface Action {
        @Nullable RuntimeException apply();

        /** An action that nobody objects to. */
        static Action of(Runnable task) {
            return () -> {
                task.run();
                return null;
            };
        }
    }

    private static final int PENDING = 0;
    private static final int APPLIED = 1;
    private static final int REFUSED = 2;

    private static final class Command {
        /** Whether everything published before is to be routed first. */
        final boolean isOrdered;

        final Action action;

        /** Unparked when the command ends, if there is one. */
        final @Nullable Thread caller;

        /** Whether the loop has noted how much is to be routed first. Only for the loop. */
        boolean isMarked;

        /** From PENDING once: by the loop, or by the caller when the loop has ended. */
        final AtomicInteger status = new AtomicInteger(PENDING);

        /** Why the command changed nothing. Written by the loop before the status; to be read after it was applied. */
        @Nullable RuntimeException objection;

        Command(boolean isOrdered, Action action, @Nullable Thread caller) {
            this.isOrdered = isOrdered;
            this.action = action;
            this.caller = caller;
        }

        boolean isPending() {
            return status.get() == PENDING;
        }

        void end(int last) {
            if (status.compareAndSet(PENDING, last)) {
                LockSupport.unpark(caller);
            }
        }
    }

    /*
     * An ordered command (subscribe, unsubscribe, a lane's begin and end) is applied when everything has been routed that
     * was published when the loop first saw it, all at once with those behind it. What its caller published before is part
     * of that: what was published before a subscribe is not seen by it, what was published before an unsubscribe is.
     */
    private final Queue<Command> queue = new ConcurrentLinkedQueue<>();

    /** How many commands were added; written before, by their callers. */
    final AtomicLong asked = new AtomicLong();

    /** How many of those have been applied. Written by the loop. */
    final Counters applied = new Counters(1);

    private final Lifecycle lifecycle;
    private final Sleeper loop;

    Commands(Lifecycle lifecycle, Sleeper loop) {
        this.lifecycle = lifecycle;
        this.loop = loop;
    }

    // ---- for the loop

    /** Whether the next command is there, and its time has come. */
    boolean isNextReady(Inflow inflow, boolean isRoutingOver) {
        Command next = queue.peek();
        if (next == null || !next.isOrdered || isRoutingOver) {
            return next != null;
        }
        if (!next.isMarked) {
            queue.forEach(command -> command.isMarked = true);
            inflow.mark(); // after that: what was published before the last of them was added
        }
        return inflow.isMarkReached();
    }

    /** Applies the next command. */
    void applyNext() {
        Command command = queue.remove();
        if (command.isPending()) {
            command.objection = command.action.apply();
        }
        applied.add(0, 1);
        command.end(APPLIED);
    }

    /** Lets go of everybody who waits, the loop having ended. */
    void refuseAll() {
        for (Command command = queue.poll(); command != null; command = queue.poll()) {
            command.end(REFUSED);
        }
    }

    // ---- for anybody

    /**
     * Waits until the loop has done it, whatever interrupts come; returns false if the broker ended first. The caller has
     * probed for stack, before it linked the action, or something might be done of which nobody learns.
     */
    boolean execute(Action action) {
        Timing.Wait wait = Timing.Wait.polling(lifecycle.timing, this, Timing.FOREVER);
        Command command = new Command(true, action, Thread.currentThread());
        BooleanSupplier isOver = () -> !command.isPending() || lifecycle.hasEnded(); // no memory, no command
        submit(command);
        try {
            wait.until(isOver);
        } finally { // also if a stepped broker would wait for ever
            command.end(REFUSED); // does nothing if it was applied
        }
        if (command.objection != null) {
            throw (RuntimeException) command.objection.fillInStackTrace(); // the loop made it
        }
        return command.status.get() == APPLIED;
    }

    /** Has the loop do it soon, without waiting; returns whether it is yet to be done, of which a caller is told. */
    BooleanSupplier submit(Runnable task, @Nullable Thread caller) {
        Command command = new Command(false, Action.of(task), caller);
        BooleanSupplier isPending = command::isPending; // first: there may be no memory for it later
        submit(command);
        return isPending;
    }

    /** Gives a command to the loop, or refuses it if that has ended. */
    private void submit(Command command) {
        if (lifecycle.hasEnded()) {
            command.end(REFUSED);
            return;
        }
        asked.incrementAndGet();
        try {
            queue.add(command);
        } catch (Throwable e) { // no memory, or no stack
            asked.decrementAndGet();
            throw e;
        }
        loop.wake();
    }
}
