package io.eventbroker;

import io.eventbroker.internal.Ring;
import io.eventbroker.internal.Sleeper;
import io.eventbroker.internal.Timing.Wait;
import java.util.concurrent.CancellationException;

/** A way into the broker, used by publishers: the ring they all share, or a lane. */
abstract class Entrance {
    final Lifecycle lifecycle;

    /** Who is to be woken when something has come in. */
    private final Sleeper loop;

    Entrance(Lifecycle lifecycle, Sleeper loop) {
        this.lifecycle = lifecycle;
        this.loop = loop;
    }

    /** Offers an event once, without waiting; throws if that is no use any more. */
    abstract Ring.Result attempt(TopicDefinition topic, Object event);

    /** Offers an event, and while there is no room again for so many ns; returns whether it was accepted. */
    final boolean offer(TopicDefinition topic, Object event, long nanos) {
        Wait wait = null;
        try {
            while (true) {
                lifecycle.requireOpen();
                Ring.Result result = attempt(topic, event);
                if (result != Ring.Result.FULL) {
                    loop.wake();
                    if (result == Ring.Result.ACCEPTED) {
                        return true;
                    }
                } else {
                    wait = wait == null ? Wait.polling(lifecycle.timing, this, nanos) : wait;
                    if (wait.isOver()) {
                        lifecycle.refused.increment();
                        return false;
                    }
                    if (Thread.currentThread().isInterrupted()) {
                        throw new CancellationException("interrupted while waiting for room; nothing was published");
                    }
                    wait.pause();
                }
            }
        } catch (BrokerClosedException | CancellationException e) {
            lifecycle.refused.increment();
            throw e;
        }
    }
}
