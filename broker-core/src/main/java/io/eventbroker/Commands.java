package io.eventbroker;

import io.eventbroker.internal.Counters;
import io.eventbroker.internal.Sleeper;
import io.eventbroker.internal.Timing;
import io.eventbroker.internal.Timing.Wait;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/** What the broker's loop is asked to do; in a queue of its own, since the rings may be full. */
final class Commands {
    /*
     * An ordered command (subscribe, unsubscribe, a lane's end) is applied when everything has been routed that was
     * published when the loop first saw it, all at once with those behind it. What its caller published before is part of
     * that: what was published before a subscribe is not seen by it, what was published before an unsubscribe is.
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
        if (next == null) {
            return false;
        }
        if (!next.isOrdered || isRoutingOver) {
            return true;
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
            command.apply();
        }
        applied.add(0, 1);
        command.complete();
    }

    /** Lets go of everybody who waits, the loop having ended. */
    void refuseAll() {
        for (Command command = queue.poll(); command != null; command = queue.poll()) {
            command.refuse();
        }
    }

    // ---- for anybody

    /** Waits until the loop has done it, whatever interrupts come; returns false if the broker ended first. */
    boolean execute(Command.Action action) {
        Wait wait = Wait.polling(lifecycle.timing, this, Timing.FOREVER);
        Command command = submit(new Command(true, action, Thread.currentThread()));
        try {
            wait.until(() -> !command.isPending() || lifecycle.hasEnded());
        } finally { // also if a stepped broker would wait for ever
            command.refuse(); // does nothing if it was applied
        }
        if (command.objection != null) {
            throw command.objection.get();
        }
        return command.wasApplied();
    }

    /** Gives a command to the loop, or refuses it if that has ended; returns the command. */
    Command submit(Command command) {
        if (lifecycle.hasEnded()) {
            command.refuse();
            return command;
        }
        asked.incrementAndGet();
        try {
            queue.add(command);
        } catch (Throwable e) { // no memory, or no stack
            asked.decrementAndGet();
            throw e;
        }
        loop.wake();
        return command;
    }
}
