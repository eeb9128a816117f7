package io.eventbroker;

import io.eventbroker.BrokerEvent.HandlerFailed;
import io.eventbroker.internal.Counters;
import io.eventbroker.internal.Timing;
import io.eventbroker.internal.Timing.Wait;
import io.eventbroker.internal.WaitSet.Waiter;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A subscription whose workers call a handler. */
final class PushSubscription<T> extends QueuedSubscription<T> {
    private static final Logger LOG = LoggerFactory.getLogger(Broker.class);

    private static final String FAILURE = "broker \"{}\": subscription \"{}\" to broker events failed on {}";

    private static final int HANDLED = 0;
    private static final int FAILED = 1;

    private final Handler<? super T> handler;
    private final Lifecycle lifecycle;
    final List<Worker> workers;

    /** The workers' threads, where they have threads of their own. */
    List<Thread> threads = List.of();

    /** Workers that have not ended. */
    private final AtomicInteger running;

    /** Written by the loop: nothing more is dispatched. */
    private volatile boolean cut;

    /** Written by the last worker that ends, or by the loop when it gives up: nothing will be taken any more. */
    private volatile boolean over;

    /** Whether the deadline of a close has come for its handlers. Written by the loop, before it has them interrupted. */
    volatile boolean isInterrupted;

    /** Whether a failure was logged that is not told as an event; a lost update costs a log line. */
    private boolean complained;

    PushSubscription(SubscriptionSpec<T> spec, Handler<? super T> handler, Lifecycle lifecycle, Host host) {
        super(spec, host);
        this.handler = handler;
        this.lifecycle = lifecycle;
        this.running = new AtomicInteger(spec.workers);
        this.workers =
                IntStream.range(0, spec.workers).mapToObj(i -> new Worker()).toList();
        workers.forEach(worker -> consumers.add(worker.waiter));
    }

    /** Ends the subscription: what waits is abandoned. */
    @Override
    void cancel(@Nullable Throwable why) {
        cut = true;
        super.cancel(why);
    }

    /** Interrupts the handlers that are running. That may run code of theirs: it closes a channel they wait on. */
    void interrupt() {
        workers.forEach(Worker::interrupt);
    }

    /** Waits no longer for handlers that will not stop; the subscription was cancelled a grace period ago. */
    void giveUp() {
        over = true;
        boolean isEachInHand = taken() - done() == running.get();
        if (isEachInHand && turn.tryLock()) {
            // no worker is about to take: each that runs is inside its handler, and finds the subscription cut after it
            try {
                clear();
            } finally {
                turn.unlock();
            }
        }
    }

    /** Whether every message is accounted for, none is in hand, and of drops nothing is left to tell. */
    boolean isQuiet() {
        boolean ended = over;
        long done = done();
        long abandoned = ended ? abandoned() : 0;
        long dropped = dropped();
        return matched() == done + dropped + abandoned && (ended || !isRelieving());
    }

    @Override
    public SubscriptionStats stats() {
        boolean ended = over;
        long handled = sum(HANDLED);
        long failed = sum(FAILED);
        long delivered = handled + failed;
        long taken = taken();
        return snapshot(handled, failed, delivered, taken, Math.min(taken - delivered, workers.size()), ended);
    }

    /** Whether a handler is running. */
    boolean isInHand() {
        return taken() > done();
    }

    /** Whether a handler was still running when the broker's close gave up on it, and still is. */
    boolean isStuck() {
        return over && isInHand();
    }

    /** Handler calls that have ended. */
    private long done() {
        return sum(HANDLED) + sum(FAILED);
    }

    private long sum(int counter) {
        long sum = 0;
        for (Worker worker : workers) {
            sum += worker.results.get(counter);
        }
        return sum;
    }

    /** Takes events and calls the handler, one at a time: as a thread of its own, or step by step. */
    final class Worker implements Runnable {
        private final Counters results = new Counters(2);
        private final Waiter waiter = new Waiter();

        /** The thread that runs this worker now. Written by that thread. */
        private volatile @Nullable Thread runner;

        /** Only for the thread that runs this worker. */
        private boolean ended;

        /** The failure that the loop has not told yet. Only for the thread that runs this worker. */
        private @Nullable Command report;

        @Override
        public void run() {
            lifecycle.enter(this);
            runner = Thread.currentThread();
            try {
                while (!ended) {
                    if (!step()) {
                        await();
                    }
                }
            } finally {
                runner = null;
                lifecycle.enter(null);
            }
        }

        /** One step on the stack of a thread that has a life of its own; none if this worker is on that stack already. */
        boolean stepAsGuest() {
            if (runner != null) {
                return false;
            }
            boolean wasInterrupted = Thread.interrupted();
            Object outer = lifecycle.enter(this);
            runner = Thread.currentThread();
            try {
                return step();
            } finally {
                runner = null;
                lifecycle.enter(outer);
                Thread.interrupted();
                if (wasInterrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        /** Handles one event, or ends; returns whether there was something to do. */
        boolean step() {
            if (ended || isReporting()) {
                return false;
            }
            T event = takeTurn();
            noteRelief();
            if (event != null) {
                handle(event);
                return true;
            }
            if (cut || (isSealed() && isEmpty())) {
                end();
                return true;
            }
            return false;
        }

        private @Nullable T takeTurn() {
            if (workers.size() == 1) {
                return cut ? null : next();
            }
            T event;
            turn.lock();
            try {
                event = cut ? null : next();
            } finally {
                turn.unlock();
            }
            if (event != null && !isEmpty()) {
                consumers.signalOne();
            }
            return event;
        }

        private void handle(T event) {
            int result = FAILED;
            if (Thread.interrupted()
                    && isInterrupted) { // between events it is for none of them, unless it is the deadline's
                Thread.currentThread().interrupt();
            }
            try {
                handler.handle(event);
                result = HANDLED;
            } catch (Throwable e) {
                report(event, e);
            } finally {
                Thread.interrupted(); // meant for this event, or for nobody
                results.add(result, 1);
            }
        }

        /** Tells of a failure; of one with an event of the broker's own only the log, or there would be no end. */
        private void report(T event, Throwable failure) {
            try {
                if (!isOfBroker) {
                    report = host.report(new HandlerFailed(name(), source.name(), event, failure));
                    return;
                }
                String type = event.getClass().getName();
                if (complained) {
                    LOG.debug(FAILURE, lifecycle.brokerName, name(), type, failure);
                } else {
                    complained = true;
                    LOG.warn(FAILURE, lifecycle.brokerName, name(), type, failure);
                }
            } catch (Throwable e) {
                // no memory, or an appender that fails; the failure is counted all the same
            }
        }

        /** Whether the loop has yet to tell the last failure; until then nothing more is handled. */
        private boolean isReporting() {
            if (report != null && (!report.isPending() || lifecycle.hasEnded())) {
                report = null;
            }
            return report != null;
        }

        private void await() {
            if (report != null) {
                Wait wait = Wait.polling(Timing.SYSTEM, PushSubscription.this, Timing.FOREVER);
                while (isReporting()) {
                    wait.pause();
                    Thread.interrupted();
                }
                return;
            }
            waiter.prepare();
            while (waiter.isWaiting() && isEmpty() && !isSealed() && !isRelieved()) {
                LockSupport.park(PushSubscription.this);
                Thread.interrupted(); // with the status set, parking would return at once for ever
            }
            waiter.cancel();
        }

        /** Interrupts the handler if it is running; having been cut, this worker calls it no more. */
        private void interrupt() {
            Thread thread = runner;
            if (thread != null) {
                try {
                    thread.interrupt();
                } catch (Throwable e) {
                    // code of the handler's that runs on interrupt failed; the others must be interrupted all the same
                }
            }
        }

        /** Ends this worker, which may never have run. */
        void end() {
            ended = true;
            turn.lock();
            try {
                if (cut) {
                    clear();
                }
            } finally {
                turn.unlock();
            }
            if (running.decrementAndGet() == 0) {
                over = true;
                host.retire(PushSubscription.this);
            }
        }
    }
}
