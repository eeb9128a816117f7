package io.eventbroker;

import io.eventbroker.BrokerEvent.Failed;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The last thing a dying loop does: it ends all subscriptions, those to the broker's own events after they were told.
 * Perhaps there is no memory for that at once.
 */
final class Failure {
    /** How long it is tried before the broker is FAILED all the same, in ns; an attempt may cost a garbage collection. */
    private static final long LONGEST = 1_000_000_000;

    private static final long PAUSE = 1_000_000;

    private final Router router;
    private @Nullable Throwable cause;
    private boolean isTold;
    private boolean isOver;

    Failure(Router router) {
        this.router = router;
    }

    void begin(Throwable cause) {
        this.cause = cause;
        long start = System.nanoTime();
        while (!attempt(cause) && System.nanoTime() - start < LONGEST) {
            pause();
        }
    }

    /** Does what {@link #begin}, if it was called, had no memory for, however long that takes. */
    void finish() {
        while (cause != null && !isOver && !attempt(cause)) {
            pause();
        }
    }

    private static void pause() {
        Thread.interrupted(); // with the status set, parking would return at once
        LockSupport.parkNanos(PAUSE);
    }

    private boolean attempt(Throwable cause) {
        try {
            if (!isTold) {
                router.tell(new Failed(cause));
                isTold = true;
            }
            router.flush();
            isOver = endAll(cause);
        } catch (Throwable e) {
            // once more
        }
        return isOver;
    }

    private boolean endAll(Throwable cause) {
        boolean haveAllEnded = true;
        for (QueuedSubscription<?> subscription : router.directory.working()) {
            haveAllEnded &= end(subscription, cause);
        }
        for (QueuedSubscription<?> subscription : router.directory.living()) {
            haveAllEnded &= end(subscription, cause);
        }
        return haveAllEnded;
    }

    /** Ends a subscription, the others all the same if that fails; broker events that wait are still handled. */
    private static boolean end(QueuedSubscription<?> subscription, Throwable cause) {
        try {
            if (subscription.isOfBroker) {
                subscription.seal(cause);
            } else {
                subscription.cancel(cause);
            }
            return true;
        } catch (Throwable e) {
            return false;
        }
    }
}
