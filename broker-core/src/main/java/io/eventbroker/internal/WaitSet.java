package io.eventbroker.internal;

import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The threads that wait for one thing, of which each signal is for one of them. Signalling takes no lock and allocates
 * nothing, so the broker thread may do it.
 */
public final class WaitSet {
    /** Copied on write, under this object's monitor; read by signallers. */
    private volatile Waiter[] waiters = {};

    /** Adds a waiter, which must not announce itself before this; returns how many there are now. */
    public synchronized int add(Waiter waiter) {
        Waiter[] more = Arrays.copyOf(waiters, waiters.length + 1);
        more[waiters.length] = waiter;
        waiters = more;
        return more.length;
    }

    /** Removes a waiter, once if it was added several times. */
    public synchronized void remove(Waiter waiter) {
        try {
            int index = Arrays.asList(waiters).indexOf(waiter);
            if (index >= 0) {
                Waiter[] fewer = Arrays.copyOf(waiters, waiters.length - 1);
                System.arraycopy(waiters, index + 1, fewer, index, fewer.length - index);
                waiters = fewer;
            }
        } catch (OutOfMemoryError e) {
            // it stays, and being cancelled takes no signal; its thread must not lose what it waited for
        }
    }

    /** Signals one that waits, if any does. The caller has issued a full fence after making true what they wait for. */
    public void signalOne() {
        for (Waiter waiter : waiters) {
            if (waiter.signal()) {
                return;
            }
        }
    }

    /** Signals all that wait. The caller has issued a full fence after making true what they wait for. */
    public void signalAll() {
        for (Waiter waiter : waiters) {
            waiter.signal();
        }
    }

    /**
     * A thread that waits until somebody signals it; for one thread at a time.
     *
     * <pre>{@code
     * waiter.prepare();                              // waiting side
     * while (nothing there && waiter.isWaiting()) park;
     * waiter.cancel();
     *
     * put something there; VarHandle.fullFence(); waiter.signal();      // signalling side
     * }</pre>
     */
    public static final class Waiter {
        /*
         * No wake-up is lost, by Dekker's argument: the waiting side writes WAITING, then reads what it waits for; the
         * signalling side writes what is waited for, then reads the state; a full fence stands between write and read on
         * both sides, so at least one of them sees the other's write. Only one signaller wins the CAS, and a signal stays
         * (SIGNALLED) until the waiting side takes it by cancel: a thread that leaves for another reason learns from cancel
         * that it took a signal meant for "somebody", and must pass it on.
         */
        private static final AtomicIntegerFieldUpdater<Waiter> STATE =
                AtomicIntegerFieldUpdater.newUpdater(Waiter.class, "state");

        private static final int RUNNING = 0;
        private static final int WAITING = 1;
        private static final int SIGNALLED = 2;

        /** Written by the waiting thread before the state becomes WAITING; read by signallers after they saw that. */
        private @Nullable Thread thread;

        /** Written by the waiting thread, and by the one signaller whose CAS succeeds. */
        private volatile int state;

        /** Announces the calling thread. It must look at what it waits for after this, and before parking. */
        public void prepare() {
            thread = Thread.currentThread();
            state = WAITING;
            VarHandle.fullFence();
        }

        /** Whether the calling thread, having announced itself, was not signalled yet. */
        public boolean isWaiting() {
            return state == WAITING;
        }

        /** Ends the wait; returns whether a signal had come. */
        public boolean cancel() {
            return STATE.getAndSet(this, RUNNING) == SIGNALLED;
        }

        /**
         * Signals the thread if it waits; returns whether this call did. The caller has issued a full fence before, unless it
         * goes by the rules of {@link Sleeper}.
         */
        public boolean signal() {
            if (state == WAITING && STATE.compareAndSet(this, WAITING, SIGNALLED)) {
                try {
                    LockSupport.unpark(thread);
                } catch (Throwable e) {
                    // the signaller's stack is at its end: leave the signal to others, without a call
                    if (state == SIGNALLED) {
                        state = WAITING;
                    }
                    throw e;
                }
                return true;
            }
            return false;
        }
    }
}
