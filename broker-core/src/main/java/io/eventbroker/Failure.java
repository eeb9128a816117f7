package io.eventbroker;

import io.eventbroker.BrokerEvent.Failed;
import java.util.concurrent.locks.LockSupport;

/** The last thing a dying loop does: it lets go of all who wait for it. Perhaps there is no memory for that at once. */
final class Failure {
    /** How often it is tried, 1 ms apart. */
    private static final int ATTEMPTS = 1_000;

    private static final long PAUSE = 1_000_000;

    private final Router router;
    private final Directory directory;

    Failure(Router router, Directory directory) {
        this.router = router;
        this.directory = directory;
    }

    /** Ends all subscriptions, those to the broker's own events after they were told. */
    void tell(Throwable cause) {
        boolean isTold = false;
        for (int i = 0; i < ATTEMPTS; i++) {
            try {
                if (!isTold) {
                    router.tell(new Failed(cause));
                    isTold = true;
                }
                router.flush();
                if (endAll(cause)) {
                    return;
                }
            } catch (Throwable e) {
                // once more
            }
            Thread.interrupted(); // with the status set, parking would return at once
            LockSupport.parkNanos(PAUSE);
        }
    }

    private boolean endAll(Throwable cause) {
        boolean haveAllEnded = end(router.log, cause);
        for (QueuedSubscription<?> subscription : directory.living()) {
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
