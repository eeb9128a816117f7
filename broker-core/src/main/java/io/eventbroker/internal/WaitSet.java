package io.eventbroker.internal;

/**
 * The threads that wait for one thing, of which each signal is for one of them. Signalling takes no lock and allocates
 * nothing, so the broker thread may do it.
 */
public final class WaitSet {
    /** Copied on write, under this object's monitor; read by signallers. */
    private volatile Waiter[] waiters = {};

    /** Adds a waiter; it must not announce itself before this. */
    public synchronized void add(Waiter waiter) {
        Waiter[] grown = new Waiter[waiters.length + 1];
        System.arraycopy(waiters, 0, grown, 0, waiters.length);
        grown[waiters.length] = waiter;
        waiters = grown;
    }

    /** Removes a waiter that was added. */
    public synchronized void remove(Waiter waiter) {
        int at = 0;
        while (waiters[at] != waiter) {
            at++;
        }
        Waiter[] shrunk = new Waiter[waiters.length - 1];
        System.arraycopy(waiters, 0, shrunk, 0, at);
        System.arraycopy(waiters, at + 1, shrunk, at, shrunk.length - at);
        waiters = shrunk;
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
}
