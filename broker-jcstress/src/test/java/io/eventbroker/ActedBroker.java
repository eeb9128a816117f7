package io.eventbroker;

import io.eventbroker.internal.Timing;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * A broker whose loop and workers are stepped by an actor: the product's own code, without threads of its own. Until it
 * is {@link #ready}, whoever waits for its loop steps it; after that actors wait as users' threads do.
 */
final class ActedBroker extends ActiveBroker {
    private static final BrokerConfig CONFIG =
            BrokerConfig.defaults().withRingSize(8).withLaneSize(4);

    private final Steps time;

    ActedBroker() {
        super(CONFIG, new Steps(), new LoopSteps());
        time = (Steps) lifecycle.timing;
        time.steppedWhileWaiting = loop;
    }

    /** All is set up; from here on nobody steps but the actor that does so by the methods below. */
    void ready() {
        runUntilIdle();
        time.steppedWhileWaiting = null;
    }

    /** The loop does what there is to do; returns whether there was anything. */
    boolean stepLoop() {
        return loop.step(64) > 0;
    }

    /** Each worker takes a step; returns whether there was anything to do. */
    boolean stepWorkers() {
        boolean any = false;
        for (PushSubscription<?> push : loop.directory.working.values()) {
            for (PushSubscription<?>.Worker worker : push.workers) {
                any |= worker.stepAsGuest();
            }
        }
        return any;
    }

    void runUntilIdle() {
        while (stepLoop() || stepWorkers()) {
            // once more
        }
    }

    /** Lets a little time pass, for what another actor is about to do. */
    void idle() {
        for (int i = 0; i < 20; i++) {
            stepLoop();
        }
    }

    /** Begins to close, as {@code close} does; nobody has a deadline. */
    boolean beginClose() {
        return lifecycle.drain(lifecycle.timing.nanoTime(), Timing.FOREVER);
    }

    /**
     * Closes and steps it to its end. Time passes at once: what in a lane comes later than in no time is not waited for,
     * and must be found in the ledger all the same.
     */
    void closeAndRunToEnd() {
        beginClose();
        while (!lifecycle.hasEnded()) {
            if (!stepLoop() && !stepWorkers()) {
                time.now += RingLane.GRACE;
                Thread.onSpinWait();
            }
        }
    }

    @Override
    void prepare(PushSubscription<?> push, ThreadFactory factory) {}

    @Override
    @Nullable Thread aside(Runnable task) {
        task.run();
        return null;
    }

    /** The loop's time passes only when an actor says so; that of others is the system's. */
    private static final class Steps implements Timing {
        @Nullable BrokerLoop steppedWhileWaiting;

        /** Only for who steps the loop. */
        long now;

        @Override
        public long nanoTime() {
            return now;
        }

        @Override
        public Timing forCaller() {
            return steppedWhileWaiting == null ? SYSTEM : this;
        }

        @Override
        public void pause(Object blocker, long slice, long remaining) {
            if (steppedWhileWaiting != null) {
                steppedWhileWaiting.step(64);
            }
        }
    }
}
