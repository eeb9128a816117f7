package io.eventbroker;

import java.util.Collection;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The last thing a dying loop does: it ends all subscriptions, those to the broker's own events after they were told.
 * Perhaps there is no memory for that at once.
 */
final class Failure {
    /** How long it is tried before the broker is FAILED all the same, in ns; an attempt may cost a garbage collection. */
    private static final long LONGEST = 1_000_000_000;

    private final Router router;

    /** What the loop died of; null if it lives, or all is done. */
    private @Nullable Throwable cause;

    private boolean isTold;

    Failure(Router router) {
        this.router = router;
    }

    void begin(Throwable cause) {
        this.cause = cause;
        persist(LONGEST);
    }

    /** Tries for so many ns at most to do what {@link #begin}, if it was called, had no memory for. */
    void persist(long longest) {
        long start = System.nanoTime();
        while (cause != null && !attempt(cause) && System.nanoTime() - start < longest) {
            Thread.interrupted(); // with the status set, parking would return at once
            LockSupport.parkNanos(PushSubscription.PAUSE);
        }
    }

    private boolean attempt(Throwable why) {
        try {
            if (!isTold) {
                router.tell(new BrokerEvent.Failed(why));
                isTold = true;
            }
            router.flush();
            boolean haveWorkersEnded = endAll(router.directory.working.values(), why);
            cause = endAll(router.directory.living.values(), why) && haveWorkersEnded ? null : why;
        } catch (Throwable e) {
            // once more
        }
        return cause == null;
    }

    /** Ends subscriptions, each all the same if another fails; broker events that wait are still handled. */
    private static boolean endAll(Collection<? extends QueuedSubscription<?>> some, Throwable why) {
        boolean haveAllEnded = true;
        for (QueuedSubscription<?> subscription : some) {
            try {
                if (subscription.isOfBroker) {
                    subscription.seal(why);
                } else {
                    subscription.cancel(why);
                }
            } catch (Throwable e) {
                haveAllEnded = false;
            }
        }
        return haveAllEnded;
    }
}
