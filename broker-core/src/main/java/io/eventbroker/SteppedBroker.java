package io.eventbroker;

import io.eventbroker.internal.Timing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A broker without threads: its loop and its workers are stepped by the thread that opened it. */
final class SteppedBroker extends ActiveBroker implements ManualBroker {
    private static final long WHILE_PUBLISHER_FILLS = 50_000;

    private final SteppedTime time;

    /** The workers as they were after so many changes of the directory. */
    private List<PushSubscription<?>.Worker> workers = List.of();

    private long seenChanges;

    /** The worker whose turn is next. */
    private int turn;

    SteppedBroker(BrokerConfig config) {
        this(config, new LoopSteps());
    }

    SteppedBroker(BrokerConfig config, LoopSteps steps) {
        this(config, new SteppedTime(), steps);
    }

    private SteppedBroker(BrokerConfig config, SteppedTime time, LoopSteps steps) {
        super(config, time, steps);
        this.time = time;
        time.broker = this;
    }

    @Override
    public boolean runOne() {
        requireOwner();
        return stepLoop() || stepAnyWorker();
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
        return loop.step(1) > 0;
    }

    /** How many workers there are. */
    int workers() {
        return lookUpWorkers().size();
    }

    /** One step of a worker. */
    boolean stepWorker(int index) {
        requireOwner();
        return lookUpWorkers().get(index).stepAsGuest();
    }

    private List<PushSubscription<?>.Worker> lookUpWorkers() {
        if (seenChanges != loop.directory.changes()) {
            seenChanges = loop.directory.changes();
            List<PushSubscription<?>.Worker> found = new ArrayList<>();
            loop.directory.working().forEach(push -> found.addAll(push.workers));
            workers = found;
        }
        return workers;
    }

    /** Lets time pass. */
    void advance(Duration duration) {
        requireOwner();
        time.advance(Timing.nanos(duration));
    }

    @Override
    void prepare(PushSubscription<?> push, ThreadFactory factory) {}

    @Override
    void start(PushSubscription<?> push) {}

    /** A handler to be interrupted at its deadline is on this very stack. */
    @Override
    @Nullable Thread aside(Runnable task) {
        task.run();
        return null;
    }

    private boolean stepAnyWorker() {
        List<PushSubscription<?>.Worker> candidates = lookUpWorkers();
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
        if (!time.isOwner()) {
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

        boolean isOwner() {
            return owner.equals(Thread.currentThread());
        }

        @Override
        public long nanoTime() {
            return now;
        }

        @Override
        public Timing forCaller() {
            return isOwner() ? this : SYSTEM;
        }

        @Override
        public void pause(Object blocker, long slice, long remaining) {
            if (!Objects.requireNonNull(broker).runOne()) {
                pass(blocker, Math.min(remaining, broker.loop.closing.untilNextPhase()), broker.loop);
            }
        }

        private void pass(Object blocker, long nanos, BrokerLoop loop) {
            if (loop.hasClaims()) {
                LockSupport.parkNanos(blocker, WHILE_PUBLISHER_FILLS);
                advance(Math.max(Math.min(nanos, WHILE_PUBLISHER_FILLS), 1)); // or a hole would outlast every deadline
            } else if (nanos == FOREVER) {
                throw new IllegalStateException("a manual broker would wait here for ever: there is nothing to step and"
                        + " no timeout; publish first, or step from elsewhere");
            } else {
                advance(Math.max(nanos, 1));
            }
        }
    }
}
