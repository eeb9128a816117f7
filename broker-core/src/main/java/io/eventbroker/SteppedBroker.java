package io.eventbroker;

import io.eventbroker.internal.Timing;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A broker without threads: its loop and its workers are stepped by the thread that opened it. */
final class SteppedBroker extends ActiveBroker implements ManualBroker {
    private static final long WHILE_PUBLISHER_FILLS = 50_000;

    private final SteppedTime time;

    /** The worker whose turn is next. */
    private int turn;

    SteppedBroker(BrokerConfig config, LoopSteps steps) {
        super(config, new SteppedTime(), steps);
        this.time = (SteppedTime) lifecycle.timing;
        time.broker = this;
    }

    @Override
    public boolean runOne() {
        return stepLoop() || stepAnyWorker();
    }

    /** One step that may make room; no other, or a worker might come to wait for one that waits below on this stack. */
    private boolean makeRoom(PushSubscription<?> full) {
        return stepLoop() || full.workers.stream().anyMatch(PushSubscription.Worker::stepAsGuest);
    }

    @Override
    public int runUntilIdle() {
        int steps = 0;
        while (runOne()) {
            steps++;
        }
        return steps;
    }

    /** One step of the loop. */
    boolean stepLoop() {
        requireOwner();
        Checks.requireStack(Checks.FRAMES); // or the loop might die of it, or a worker take what it cannot handle
        return loop.step(1) > 0;
    }

    List<PushSubscription<?>.Worker> workers() {
        return loop.directory.working.values().stream()
                .<PushSubscription<?>.Worker>flatMap(push -> push.workers.stream())
                .toList();
    }

    /** Lets time pass. */
    void advance(Duration duration) {
        requireOwner();
        time.advance(Timing.nanos(duration));
    }

    @Override
    void prepare(PushSubscription<?> push, ThreadFactory factory) {}

    /** A handler to be interrupted at its deadline is on this very stack. */
    @Override
    @Nullable Thread aside(Runnable task) {
        task.run();
        return null;
    }

    private boolean stepAnyWorker() {
        List<PushSubscription<?>.Worker> candidates = workers();
        for (int i = 0; i < candidates.size(); i++) {
            int index = (turn + i) % candidates.size();
            if (candidates.get(index).stepAsGuest()) {
                turn = index + 1;
                return true;
            }
        }
        return false;
    }

    private void requireOwner() {
        if (!time.owner.equals(Thread.currentThread())) {
            throw new IllegalStateException("a manual broker is stepped by the thread that opened it, \""
                    + time.owner.getName() + "\", not by \""
                    + Thread.currentThread().getName()
                    + "\"; any thread may publish, then step from that one");
        }
    }

    /** Time that passes when nothing can be stepped, and only for the stepping thread; others live in real time. */
    private static final class SteppedTime implements Timing {
        private final Thread owner = Thread.currentThread();
        private @Nullable SteppedBroker broker;

        /** Written by the owner. */
        private volatile long now;

        @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
        void advance(long nanos) {
            now += nanos;
        }

        @Override
        public long nanoTime() {
            return now;
        }

        @Override
        public Timing forCaller() {
            return owner.equals(Thread.currentThread()) ? this : SYSTEM;
        }

        @Override
        public void pause(Object blocker, long slice, long remaining) {
            SteppedBroker stepped = Objects.requireNonNull(broker);
            if (blocker instanceof PushSubscription<?> push ? stepped.makeRoom(push) : stepped.runOne()) {
                return;
            }
            long nanos = Math.min(remaining, stepped.loop.closing.untilNextPhase());
            if (stepped.loop.hasClaims()) {
                LockSupport.parkNanos(blocker, WHILE_PUBLISHER_FILLS);
                nanos = Math.min(nanos, WHILE_PUBLISHER_FILLS); // or a hole would outlast every deadline
            } else if (nanos == FOREVER) {
                throw new IllegalStateException("a manual broker would wait here for ever: there is nothing to step and"
                        + " no timeout; publish first, or step from elsewhere");
            }
            advance(Math.max(nanos, 1));
        }
    }
}
