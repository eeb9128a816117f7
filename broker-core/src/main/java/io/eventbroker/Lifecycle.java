package io.eventbroker;

import io.eventbroker.BrokerStats.State;
import io.eventbroker.internal.Timing;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Where a broker is in its life, and who may publish there. */
final class Lifecycle {
    /*
     * OPEN → DRAINING by the first closer; every other transition by whoever runs the broker's loop. Only forward, under
     * this object's monitor, and only here; read without it.
     */
    volatile State state = State.OPEN;

    /** When closing began, and how long it may take. Written before the state becomes DRAINING. */
    long closeStart;

    long closeNanos;

    /** Set by an interrupted closer: the deadline is now. */
    volatile boolean hurried;

    /** Written before the state becomes FAILED. */
    volatile @Nullable Throwable failure;

    /** The worker whose handler is running on this thread. Per broker: a handler of one may step another. */
    @SuppressWarnings("ThreadLocalUsage")
    private final ThreadLocal<Object> handling = new ThreadLocal<>();

    /** Messages that were not taken. Added to by publishers, and by whoever finds a slot its publisher could not fill. */
    final LongAdder refused = new LongAdder();

    final String brokerName;
    final Timing timing;
    final LoopSteps steps;

    Lifecycle(String brokerName, Timing timing, LoopSteps steps) {
        this.brokerName = brokerName;
        this.timing = timing;
        this.steps = steps;
    }

    boolean isOpen() {
        return state == State.OPEN;
    }

    /** Whether nothing will be routed any more. */
    boolean hasEnded() {
        return state.compareTo(State.CLOSED) >= 0;
    }

    /** Begins to close; returns false if that has begun before. */
    synchronized boolean drain(long now, long timeoutNanos) {
        if (state != State.OPEN) {
            return false;
        }
        closeStart = now;
        closeNanos = timeoutNanos;
        state = State.DRAINING;
        return true;
    }

    /** Goes on to a later state, unless the broker has failed. */
    synchronized void advance(State next) {
        if (state.compareTo(next) < 0) {
            state = next;
        }
    }

    synchronized void fail(Throwable cause) {
        if (!hasEnded()) {
            failure = cause;
            state = State.FAILED;
        }
    }

    /** Tells whose handler the calling thread runs from here on; returns whose it ran before. */
    @Nullable Object enter(@Nullable Object worker) {
        Object outer = handling.get();
        if (worker == null) {
            handling.remove();
        } else {
            handling.set(worker);
        }
        return outer;
    }

    /** Who calls: the thread, or where that is shared, the worker whose handler is on its stack. */
    @SuppressWarnings("ReferenceEquality")
    Object caller() {
        Object worker = timing == Timing.SYSTEM ? null : worker();
        return worker == null ? Thread.currentThread() : worker;
    }

    /** Throws if the calling thread may not publish any more. */
    void requireOpen() {
        if (state != State.OPEN && !(state == State.DRAINING && worker() != null)) {
            throw closedException();
        }
    }

    /** The worker whose handler the calling thread runs; null if it runs none. */
    @Nullable Object worker() {
        return handling.get();
    }

    BrokerClosedException closedException() {
        Throwable cause = failure;
        String how = cause != null ? "failed" : state == State.CLOSED ? "closed" : "closing";
        return new BrokerClosedException("broker \"" + brokerName + "\" is " + how, cause);
    }
}
