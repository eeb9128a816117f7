package io.eventbroker;

import io.eventbroker.internal.Counters;
import io.eventbroker.internal.Timing;
import io.eventbroker.internal.WaitSet.Waiter;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A subscription whose workers call a handler. */
final class PushSubscription<T> extends QueuedSubscription<T> {
    private static final String FAILURE = "broker \"{}\": subscription \"{}\" to broker events failed on {}";

    /** How long a thread rests that has no memory to go on, in ns. */
    static final long PAUSE = 1_000_000;

    private static final int HANDLED = 0;
    private static final int FAILED = 1;

    /** That a worker waits in a publish, for room in a subscription, without end. */
    record Mark(QueuedSubscription<?> target) {}

    private final Handler<? super T> handler;
    private final Lifecycle lifecycle;
    private final boolean isForMessages;
    final List<Worker> workers;

    /** Makes several workers one consumer; never held while one of them handles or waits. */
    private final ReentrantLock turn = new ReentrantLock();

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

    PushSubscription(SubscriptionSpec<?> spec, Handler<? super T> handler, Lifecycle lifecycle, Host host) {
        super(spec, spec.workers, host);
        this.handler = handler;
        this.lifecycle = lifecycle;
        this.isForMessages = spec.isForMessages;
        this.running = new AtomicInteger(spec.workers);
        this.workers = IntStream.range(0, spec.workers).mapToObj(Worker::new).toList();
    }

    /** Ends the subscription: what waits is abandoned. */
    @Override
    void cancel(@Nullable Throwable why) {
        cut = true;
        super.cancel(why);
    }

    /** Waits no longer for handlers that will not stop; the subscription was cancelled a grace period ago. */
    void giveUp() {
        over = true;
        if (running.get() == taken() - done() && turn.tryLock()) { // read in this order
            // no worker is about to take: each that runs is inside its handler, and finds the subscription cut after it
            try {
                queues.forEach(EventQueue::clear);
            } finally {
                turn.unlock();
            }
        }
    }

    /** Whether every message is accounted for, none is in hand, and of drops nothing is left to tell. */
    boolean isQuiet() {
        boolean ended = over;
        long accounted = done() + (ended ? waiting(taken()) : 0) + dropped(); // read before what was meant for it
        return in.get(MATCHED) + in.get(REPLAYED) == accounted && (ended || !isRelieving());
    }

    @Override
    public SubscriptionStats stats() {
        boolean ended = over;
        long handled = sum(HANDLED);
        long failed = sum(FAILED);
        return snapshot(handled, failed, handled + failed, workers.size(), ended, ended);
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
        return workers.stream().mapToLong(worker -> worker.results.get(counter)).sum();
    }

    /** What the handler is given of what was taken. */
    @SuppressWarnings("unchecked") // the loop offers what `accepts` let through
    private T open(Object content) {
        return (T) (isWrapped && !isForMessages ? ((Envelope) content).event() : content);
    }

    /** Takes events and calls the handler, one at a time: as a thread of its own, or step by step. */
    final class Worker implements Runnable {
        private final Counters results = new Counters(2);
        private final Waiter waiter = new Waiter();

        /** Where it takes from: with order by key its own, otherwise the only one. */
        final EventQueue queue;

        /** Whether no other worker takes from there. */
        private final boolean isAlone;

        /** For what it waits in a publish, if it does. Written by the thread that runs it. */
        volatile @Nullable Mark mark;

        /** The thread that runs this worker now. Written by that thread. */
        private volatile @Nullable Thread runner;

        /** Only for the thread that runs this worker. */
        private boolean ended;

        /**
         * Whether the loop has yet to tell the last failure; null if it has told all. Only for the thread that runs this
         * worker.
         */
        private @Nullable BooleanSupplier report;

        Worker(int index) {
            queue = queues.get(Math.min(index, queues.size() - 1));
            isAlone = queues.size() == running.get();
            queue.consumers.add(waiter);
        }

        PushSubscription<T> subscription() {
            return PushSubscription.this;
        }

        @Override
        public void run() {
            lifecycle.enter(this);
            runner = Thread.currentThread();
            try {
                while (!ended) {
                    try {
                        if (!step()) {
                            await();
                        }
                    } catch (Throwable e) { // no memory to wait or to end: once more
                        LockSupport.parkNanos(this, PAUSE);
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
            Object content = takeTurn();
            noteRelief();
            if (content != null) {
                handle(content);
            } else if (cut || (sealed && queue.isEmpty())) {
                end();
            } else {
                return false;
            }
            return true;
        }

        private @Nullable Object takeTurn() {
            if (isAlone) {
                return cut ? null : queue.take();
            }
            if (queue.size() > 1) {
                queue.consumers.signalOne(); // there will be one left
            }
            turn.lock();
            try {
                return cut ? null : queue.take();
            } finally {
                turn.unlock();
            }
        }

        private void handle(Object content) {
            int result = FAILED;
            // between events it is for none of them, unless it is the deadline's
            if (Thread.interrupted() && isInterrupted) {
                Thread.currentThread().interrupt();
            }
            try {
                handler.handle(open(content));
                result = HANDLED;
            } catch (Throwable e) {
                report(content, e);
            } finally {
                Thread.interrupted(); // meant for this event, or for nobody
                results.add(result, 1);
            }
        }

        /** Tells of a failure; of one with an event of the broker's own only the log, or there would be no end. */
        private void report(Object content, Throwable failure) {
            try {
                Envelope envelope = isWrapped ? (Envelope) content : null;
                Object event = envelope == null ? content : envelope.event();
                if (!isOfBroker) {
                    String topic = envelope == null ? source.name() : envelope.topic();
                    report = host.report(new BrokerEvent.HandlerFailed(name(), topic, event, failure));
                    return;
                }
                String type = event.getClass().getName();
                BrokerLog.complain(!complained, failure, FAILURE, lifecycle.brokerName, name(), type);
                complained = true;
            } catch (Throwable e) {
                // no memory, or an appender that fails; the failure is counted all the same
            }
        }

        /** Whether the loop has yet to tell the last failure; until then nothing more is handled. */
        private boolean isReporting() {
            if (report != null && (!report.getAsBoolean() || lifecycle.hasEnded())) {
                report = null;
            }
            return report != null;
        }

        private void await() {
            if (report != null) {
                Timing.Wait wait = Timing.Wait.polling(Timing.SYSTEM, PushSubscription.this, Timing.FOREVER);
                while (isReporting()) {
                    wait.pause();
                    Thread.interrupted();
                }
                return;
            }
            waiter.prepare();
            while (waiter.isWaiting() && queue.isEmpty() && !sealed && !isRelieved()) {
                LockSupport.park(PushSubscription.this);
                Thread.interrupted(); // with the status set, parking would return at once for ever
            }
            waiter.cancel();
        }

        /**
         * Interrupts the handler if it is running; having been cut, this worker calls it no more. That may run code of the
         * handler's: it closes a channel it waits on.
         */
        void interrupt() {
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
            turn.lock();
            try {
                if (cut) {
                    queue.clear();
                }
            } finally {
                turn.unlock();
            }
            if (over || running.decrementAndGet() == 0) { // over: there was no memory to tell of it
                over = true;
                host.retire(PushSubscription.this);
            }
            ended = true;
        }
    }
}
