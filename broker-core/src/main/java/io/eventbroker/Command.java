package io.eventbroker;

import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Something the broker's loop is to do. */
final class Command {
    /** What to do; returns null, or what the caller is to throw because nothing was changed. */
    @FunctionalInterface
    interface Action {
        @Nullable Supplier<RuntimeException> apply();

        /** An action that nobody objects to. */
        static Action of(Runnable task) {
            return () -> {
                task.run();
                return null;
            };
        }
    }

    private enum Status {
        PENDING,
        APPLIED,
        REFUSED
    }

    /** Whether everything published before is to be routed first. */
    final boolean isOrdered;

    /** Whether the loop has noted how much that is. Only for the loop. */
    boolean isMarked;

    private final Action action;
    private final @Nullable Thread caller;

    /** From PENDING once: by the loop, or by the caller when the loop has ended. */
    private final AtomicReference<Status> status = new AtomicReference<>(Status.PENDING);

    /** Why the command changed nothing. Written by the loop before the status; to be read after it was applied. */
    @Nullable Supplier<RuntimeException> objection;

    /** A command whose caller, if there is one, is unparked when it ends. */
    Command(boolean isOrdered, Action action, @Nullable Thread caller) {
        this.isOrdered = isOrdered;
        this.action = action;
        this.caller = caller;
    }

    /** Does what there is to do; the caller learns of it by {@link #complete}. */
    void apply() {
        objection = action.apply();
    }

    void complete() {
        end(Status.APPLIED);
    }

    void refuse() {
        end(Status.REFUSED);
    }

    private void end(Status last) {
        if (status.compareAndSet(Status.PENDING, last)) {
            LockSupport.unpark(caller);
        }
    }

    boolean isPending() {
        return status.get() == Status.PENDING;
    }

    boolean wasApplied() {
        return status.get() == Status.APPLIED;
    }
}
