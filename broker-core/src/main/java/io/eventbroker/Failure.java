package io.eventbroker;

import io.eventbroker.BrokerEvent.Failed;
import java.util.Collection;
import java.util.concurrent.locks.LockSupport;

/** The last thing a dying loop does: it lets go of all who wait for it. Perhaps there is no memory for that at once. */
final class Failure {
    /** How often it is tried, 1 ms apart. */
    private static final int ATTEMPTS = 1_000;

    private Failure() {}

    /** Ends all subscriptions, those to the broker's own events after they were told. */
    static void tell(Throwable cause, Router router, Collection<QueuedSubscription<?>> living) {
        try {
            router.tell(new Failed(cause));
            router.flush();
        } catch (Throwable e) {
            // what is told by the state, too
        }
        for (int i = 0; i < ATTEMPTS && !endAll(cause, router.log, living); i++) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    private static boolean endAll(
            Throwable cause, QueuedSubscription<?> log, Collection<QueuedSubscription<?>> living) {
        try {
            boolean haveAllEnded = end(log, cause);
            for (QueuedSubscription<?> subscription : living) {
                haveAllEnded &= end(subscription, cause);
            }
            return haveAllEnded;
        } catch (Throwable e) {
            return false;
        }
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
