package io.eventbroker.internal;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** One thread that parks when it has nothing to do, and the many that wake it without a fence of their own. */
public final class Sleeper {
    /*
     * Sleeper:  announce itself; full fence; look; park until FIRST has passed; look; park for long; look; …
     * Waker:    make work (release); if the sleeper has announced itself (volatile read), signal it
     *
     * The waker's read may run ahead of its own store, for as long as the store waits in the processor's store buffer:
     * then it sees nobody announced, or one who was signalled before, and the sleeper, which looked in that moment, saw no
     * work. That lasts nanoseconds, and no longer than FIRST even if the waker is preempted, since a switch of threads
     * drains the buffer. So the sleeper looks once more after FIRST, still announced: work that it does not see then is
     * stored later, by a waker that must see it announced. A signal ends the announcement; whoever was signalled and
     * finds nothing to do announces itself anew, and begins with FIRST again. So only one waker of many pays for a signal.
     */
    /** How long the first park lasts, in ns: the longest that a wake-up may come late. */
    public static final long FIRST = 200_000;

    private final WaitSet.Waiter waiter = new WaitSet.Waiter();
    private final long longest;

    /** Creates a sleeper that looks again after so many ns, although nobody woke it. */
    public Sleeper(long longest) {
        this.longest = longest;
    }

    /** Wakes the sleeper if it sleeps. The caller has stored what it is to see; it needs no fence. */
    public void wake() {
        waiter.signal();
    }

    /**
     * Parks until it is needed or the time has passed. Interrupts are swallowed: they are nobody's business, and with the
     * status set parking would return at once for ever.
     */
    public void sleep(BooleanSupplier isNeeded, long nanos) {
        waiter.prepare();
        long start = System.nanoTime();
        long announced = start;
        long now = start;
        while (now - start < nanos && !isNeeded.getAsBoolean()) {
            long first = FIRST - (now - announced); // a park may return early, with a permit left over
            LockSupport.parkNanos(this, Math.min(first > 0 ? first : longest, nanos - (now - start)));
            Thread.interrupted();
            now = System.nanoTime();
            if (!waiter.isWaiting()) {
                waiter.prepare();
                announced = System.nanoTime();
            }
        }
        waiter.cancel();
    }
}
