package io.eventbroker;

import io.eventbroker.internal.Ring;
import io.eventbroker.internal.Sleeper;
import io.eventbroker.internal.Timing;
import java.util.concurrent.CancellationException;

/** A way into the broker, used by publishers: the ring they all share, or a lane. */
abstract class Entrance {
    final Lifecycle lifecycle;

    /** Who is to be woken when something has come in. */
    final Sleeper sleeper;

    final Congestion congestion;

    Entrance(Lifecycle lifecycle, Sleeper sleeper, Congestion congestion) {
        this.lifecycle = lifecycle;
        this.sleeper = sleeper;
        this.congestion = congestion;
    }

    /** Throws if an offer is no use, whether or not there is room. */
    abstract void require(TopicDefinition topic);

    /** Offers what there is to put in once, without waiting. */
    abstract Ring.Result attempt(TopicDefinition topic, Object content);

    /** Offers what there is to put in, and while there is no room again for so many ns; returns whether it was accepted. */
    final boolean offer(TopicDefinition topic, Object content, long nanos) {
        Timing.Wait wait = null;
        try {
            while (true) {
                lifecycle.requireOpen();
                require(topic);
                QueuedSubscription<?> full = congestion.find(topic, content);
                Ring.Result result = full == null ? attempt(topic, content) : Ring.Result.FULL;
                if (result != Ring.Result.FULL) {
                    try {
                        sleeper.wake();
                    } catch (Throwable e) {
                        // it is in all the same: the loop finds it when it looks by itself
                    }
                    if (result == Ring.Result.ACCEPTED) {
                        return true;
                    }
                } else {
                    wait = wait == null ? Timing.Wait.polling(lifecycle.timing, this, nanos) : wait;
                    if (wait.isOver()) {
                        lifecycle.refused.increment();
                        return false;
                    }
                    if (Thread.currentThread().isInterrupted()) {
                        throw new CancellationException("interrupted while waiting for room; nothing was published");
                    }
                    if (full == null) {
                        wait.pause();
                    } else {
                        congestion.await(full, wait, lifecycle);
                    }
                }
            }
        } catch (BrokerClosedException | CancellationException | PublishCycleException e) {
            lifecycle.refused.increment();
            throw e;
        }
    }
}
