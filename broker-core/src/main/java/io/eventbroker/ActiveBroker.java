package io.eventbroker;

import io.eventbroker.BrokerStats.State;
import io.eventbroker.internal.Ring;
import io.eventbroker.internal.Timing;
import io.eventbroker.internal.Wait;
import io.eventbroker.internal.WorkerThreads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The broker as its users' threads see it: publishes into the ring, sends commands to the loop, waits for both. */
class ActiveBroker implements Broker {
    /** How long a closer waits for threads that have nothing left to do, in ns. */
    private static final long LAST_STEPS = 1_000_000_000;

    /** How long a closer waits beyond the deadline: for interrupted handlers, then for threads to end, in ns. */
    private static final long AFTERMATH = Closing.GRACE + LAST_STEPS;

    private static final Logger LOG = LoggerFactory.getLogger(Broker.class);

    final Lifecycle lifecycle;
    final BrokerLoop loop;

    private final BrokerConfig config;
    private final Timing timing;
    final Directory directory = new Directory();
    private final Ring<TopicDefinition> ring;
    private final LongAdder refused = new LongAdder();
    private final AtomicBoolean lossesTold = new AtomicBoolean();
    private final BooleanSupplier isOpen;
    private final BooleanSupplier isOpenToHandlers;

    /** The broker's thread; null if it is stepped. */
    private @Nullable Thread thread;

    ActiveBroker(BrokerConfig config, Timing timing) {
        this.config = Checks.requireNonNull(config, "config");
        this.timing = timing;
        this.lifecycle = new Lifecycle(config.name);
        this.ring = new Ring<>(config.ringSize);
        this.loop = new BrokerLoop(ring, lifecycle, directory, timing, this::interrupt);
        this.isOpen = lifecycle::isOpen;
        this.isOpenToHandlers = lifecycle::isOpenToHandlers;
    }

    static Broker open(BrokerConfig config) {
        ActiveBroker broker = new ActiveBroker(config, Timing.SYSTEM);
        Thread thread = new Thread(null, broker.loop, config.name, 0, false);
        thread.setDaemon(true);
        broker.thread = thread;
        thread.start();
        return broker;
    }

    // ---- publishing

    @Override
    public <T> void publish(Topic<T> topic, T event) {
        offer(topic, event, Timing.FOREVER);
    }

    @Override
    public <T> boolean tryPublish(Topic<T> topic, T event) {
        return offer(topic, event, 0);
    }

    @Override
    public <T> boolean tryPublish(Topic<T> topic, T event, Duration timeout) {
        return offer(topic, event, Timing.nanos(Checks.requireNonNull(timeout, "timeout")));
    }

    private boolean offer(Topic<?> topic, Object event, long nanos) {
        TopicDefinition definition = Checks.requireNonNull(topic, "topic").definition();
        Checks.requireNonNull(event, "event");
        Wait wait = null;
        while (true) {
            BooleanSupplier stillOpen = requireOpen();
            directory.requireSameDefinition(definition);
            Ring.Result result = ring.offer(definition, event, stillOpen);
            if (result != Ring.Result.FULL) {
                loop.wake();
                if (result == Ring.Result.ACCEPTED) {
                    return true;
                }
            } else {
                wait = wait == null ? Wait.polling(timing, this, nanos) : wait;
                if (!awaitRoom(wait)) {
                    return false;
                }
            }
        }
    }

    /** What must still hold once a slot has been claimed; throws if the calling thread may not publish any more. */
    private BooleanSupplier requireOpen() {
        if (lifecycle.isOpen()) {
            return isOpen;
        }
        if (lifecycle.isOpenToHandlers() && lifecycle.isInsideHandler()) {
            return isOpenToHandlers;
        }
        refused.increment();
        throw lifecycle.closedException();
    }

    /** Waits a little for room; returns false if the time has passed. */
    private boolean awaitRoom(Wait wait) {
        if (wait.isOver()) {
            refused.increment();
            return false;
        }
        if (Thread.currentThread().isInterrupted()) {
            refused.increment();
            throw new CancellationException("interrupted while waiting for room in the ring; nothing was published");
        }
        wait.pause();
        return true;
    }

    // ---- subscribing

    @Override
    public <T> Subscription subscribe(TopicPattern<T> from, Handler<? super T> handler) {
        return subscription(from).onEvent(handler);
    }

    @Override
    public <T> Inbox<T> inbox(TopicPattern<T> from) {
        return subscription(from).inbox();
    }

    @Override
    public <T> SubscriptionBuilder<T> subscription(TopicPattern<T> from) {
        return new SubscriptionSpec<>(from, config.defaultCapacity, new SubscriptionSpec.Opener() {
            @Override
            public <E> Subscription push(SubscriptionSpec<E> spec, Handler<? super E> handler) {
                return openPush(spec, handler);
            }

            @Override
            public <E> Inbox<E> pull(SubscriptionSpec<E> spec) {
                PullSubscription<E> inbox = new PullSubscription<>(spec, timing, loop::remove);
                loop.add(inbox);
                return inbox;
            }
        });
    }

    private <T> Subscription openPush(SubscriptionSpec<T> spec, Handler<? super T> handler) {
        PushSubscription<T> push = new PushSubscription<>(spec, handler, lifecycle, loop::remove, loop::retire);
        prepare(push);
        loop.add(push);
        start(push);
        return push;
    }

    /** Gets the workers' threads from the factory, before anything has changed. */
    void prepare(PushSubscription<?> push) {
        ThreadFactory factory = config.threadFactory == null ? WorkerThreads.defaultFactory() : config.threadFactory;
        List<Thread> threads = new ArrayList<>();
        for (PushSubscription<?>.Worker worker : push.workers()) {
            Thread made = factory.newThread(worker);
            if (made == null || made.getState() != Thread.State.NEW) {
                throw new IllegalStateException(
                        "the thread factory " + factory.getClass().getName() + " returned "
                                + (made == null ? "null" : "a thread that was started before")
                                + "; it must make a new thread");
            }
            threads.add(made);
        }
        push.setThreads(List.copyOf(threads));
    }

    /** Sets the workers of a subscription to work; if one cannot be started, undoes the subscription. */
    void start(PushSubscription<?> push) {
        List<Thread> threads = push.threads();
        int started = 0;
        try {
            for (Thread worker : threads) {
                worker.setName(threads.size() == 1 ? push.name() : push.name() + "-" + (started + 1));
                worker.start();
                started++;
            }
        } catch (Throwable e) {
            loop.remove(push);
            push.workers().subList(started, threads.size()).forEach(PushSubscription.Worker::end);
            throw e;
        }
    }

    /** Has handlers interrupted without waiting for it. */
    void interrupt(Runnable interrupts) {
        Thread interrupter = new Thread(null, interrupts, config.name + " interrupter", 0, false);
        interrupter.setDaemon(true);
        interrupter.start();
    }

    // ---- watching

    @Override
    public BrokerStats stats() {
        return loop.stats(refused.sum());
    }

    @Override
    public boolean awaitQuiescence(Duration timeout) throws InterruptedException {
        Wait wait = Wait.polling(timing, this, Timing.nanos(Checks.requireNonNull(timeout, "timeout")));
        if (lifecycle.isInsideHandler()) {
            throw new IllegalStateException("a handler of this broker waits for itself if it awaits quiescence;"
                    + " let the thread that publishes await it");
        }
        while (true) {
            if (lifecycle.state() == State.FAILED) {
                throw lifecycle.closedException();
            }
            if (loop.isQuiet()) {
                return true;
            }
            if (wait.isOver()) {
                return false;
            }
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            wait.pause();
        }
    }

    // ---- closing

    @Override
    public void close() {
        close(config.closeTimeout);
    }

    @Override
    public BrokerStats close(Duration timeout) {
        long nanos = Math.max(0, Timing.nanos(Checks.requireNonNull(timeout, "timeout")));
        boolean isFirst = lifecycle.drain(timing.nanoTime(), nanos);
        loop.wake();
        if (!lifecycle.isInsideHandler()) {
            long longest = isFirst ? nanos + Math.min(AFTERMATH, Timing.FOREVER - nanos) : nanos;
            awaitEnd(Wait.polling(timing, this, longest));
        }
        BrokerStats report = stats();
        boolean isFinal = report.state().compareTo(State.CLOSED) >= 0;
        if (isFinal && lossesTold.compareAndSet(false, true)) {
            tellLosses(report);
        }
        return report;
    }

    /** Logs what was lost, so that it is not silent even where nobody looks at the report. */
    private void tellLosses(BrokerStats report) {
        String losses = report.subscriptions().stream()
                .filter(s -> s.dropped() + s.abandoned() > 0 || s.stuck())
                .map(s -> s.name() + " dropped " + s.dropped() + ", abandoned " + s.abandoned()
                        + (s.stuck() ? ", stuck" : ""))
                .collect(Collectors.joining("; "));
        if (!losses.isEmpty() || report.discarded() > 0) {
            try {
                LOG.warn("broker \"{}\" closed with losses: discarded {}; {}", config.name, report.discarded(), losses);
            } catch (Throwable e) {
                // an appender that fails must not fail the close
            }
        }
    }

    /** Waits for the end, and for the broker's threads; an interrupt makes the end come soon. */
    private void awaitEnd(Wait longest) {
        Wait wait = longest;
        boolean ended = false;
        boolean interrupted = false;
        while (!ended || hasLiveThread()) {
            if (Thread.interrupted()) {
                interrupted = true;
                lifecycle.hurry();
                loop.wake();
                wait = Wait.polling(timing, this, Math.min(wait.remaining(), AFTERMATH));
            }
            if (wait.isOver()) {
                break;
            }
            if (!ended && lifecycle.hasEnded()) {
                ended = true;
                wait = Wait.polling(timing, this, Math.min(wait.remaining(), LAST_STEPS));
            } else {
                wait.pause();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether a thread of the broker's is alive, other than handlers that will not stop or whose broker failed. */
    private boolean hasLiveThread() {
        return (thread != null && thread.isAlive()) || (lifecycle.state() != State.FAILED && directory.hasLiveThread());
    }

    /** The broker's name and state, for log lines. */
    @Override
    public String toString() {
        return "broker \"" + config.name + "\" (" + lifecycle.state() + ")";
    }
}
