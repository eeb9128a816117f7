package io.eventbroker;

import io.eventbroker.internal.Ring;
import io.eventbroker.internal.Timing;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The broker as its users' threads see it: publishes into the ring, sends commands to the loop, waits for both. */
class ActiveBroker implements Broker, SubscriptionSpec.Opener {
    /** How long a closer waits for threads that have nothing left to do, in ns. */
    private static final long LAST_STEPS = 1_000_000_000;

    /** How long a closer waits beyond the deadline: for interrupted handlers, then for threads to end, in ns. */
    private static final long AFTERMATH = 2 * Closing.GRACE + LAST_STEPS;

    /** How many lines the log may be behind. */
    private static final int LOG_CAPACITY = 256;

    final Lifecycle lifecycle;
    final BrokerLoop loop;

    private final BrokerConfig config;
    private final Entrance entrance;
    private final AtomicBoolean lossesTold = new AtomicBoolean();

    /** The broker's thread; null if it is stepped. */
    private @Nullable Thread thread;

    ActiveBroker(BrokerConfig config, Timing timing, LoopSteps steps) {
        Checks.requireStack(Checks.FRAMES); // or something might be linked in vain, for ever; so below
        this.config = Checks.requireNonNull(config, "config");
        this.lifecycle = new Lifecycle(config.name, timing, steps);
        SubscriptionSpec<BrokerEvent> log =
                new SubscriptionSpec<>(BrokerEvent.TOPIC, LOG_CAPACITY, Overflow.DROP_NEWEST, this);
        log.name = config.name + " log";
        this.loop = new BrokerLoop(config, lifecycle, this::aside, log);
        this.entrance = new Entrance(lifecycle, loop.sleeper, loop.congestion) {
            @Override
            void require(TopicDefinition topic) {
                loop.directory.requirePublishable(topic);
            }

            @Override
            Ring.Result attempt(TopicDefinition topic, Object content) {
                return loop.inflow.shared.offer(topic, content);
            }
        };
    }

    static ActiveBroker open(BrokerConfig config, LoopSteps steps) {
        ActiveBroker broker = new ActiveBroker(config, Timing.SYSTEM, steps);
        Thread thread = WorkerThreads.daemon(broker.loop, config.name);
        broker.thread = thread;
        broker.prepare(broker.loop.log, WorkerThreads.DEFAULT);
        thread.start();
        try {
            broker.start(broker.loop.log);
        } catch (Throwable e) {
            broker.close(Duration.ZERO);
            throw e;
        }
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
        return entrance.offer(definition, definition.contentOf(Checks.requireNonNull(event, "event")), nanos);
    }

    @Override
    public <T> Lane<T> lane(Topic<T> topic) {
        Checks.requireStack(Checks.FRAMES);
        TopicDefinition definition = Checks.requireNonNull(topic, "topic").definition();
        return loop.open(new RingLane<T>(definition, config.laneSize, entrance, loop::close));
    }

    // ---- subscribing

    @Override
    public <T> SubscriptionBuilder<T> subscription(TopicPattern<T> from) {
        return new SubscriptionSpec<>(from, config.defaultCapacity, config.defaultOverflow, this);
    }

    @Override
    public <E> Subscription push(SubscriptionSpec<?> spec, Handler<? super E> handler) {
        Checks.requireStack(Checks.FRAMES);
        PushSubscription<E> push = new PushSubscription<>(spec, handler, lifecycle, loop);
        prepare(push, config.threadFactory == null ? WorkerThreads.DEFAULT : config.threadFactory);
        loop.add(push);
        start(push);
        return push;
    }

    @Override
    public <E> Inbox<E> pull(SubscriptionSpec<?> spec) {
        Checks.requireStack(Checks.FRAMES);
        return loop.add(new PullSubscription<E>(spec, lifecycle.timing, loop));
    }

    /** Gets the workers' threads from the factory, before anything has changed. */
    void prepare(PushSubscription<?> push, ThreadFactory factory) {
        try {
            push.threads = push.workers.stream().map(w -> newThread(w, factory)).toList();
        } catch (Throwable e) {
            push.cancel(null); // a thread that the factory started ends
            throw e;
        }
    }

    private static Thread newThread(Runnable worker, ThreadFactory factory) {
        Thread made = factory.newThread(worker);
        if (made == null || made.getState() != Thread.State.NEW) {
            String what = made == null ? "null" : "a thread that was started before";
            throw new IllegalStateException("the thread factory "
                    + factory.getClass().getName() + " returned " + what + "; it must make a new thread");
        }
        return made;
    }

    /** Sets the workers of a subscription to work; if one cannot be started, undoes the subscription. */
    void start(PushSubscription<?> push) {
        int started = 0;
        try {
            for (Thread worker : push.threads) {
                worker.setName(push.threads.size() == 1 ? push.name() : push.name() + "-" + (started + 1));
                worker.start();
                started++;
            }
        } catch (Throwable e) {
            loop.remove(push);
            push.workers.subList(started, push.threads.size()).forEach(PushSubscription.Worker::end);
            throw e;
        }
    }

    /** Has something done that may run users' code, by a thread that nobody needs to wait for; null if it is done. */
    @Nullable Thread aside(Runnable task) {
        Thread helper = WorkerThreads.daemon(task, config.name + " helper");
        helper.start();
        return helper;
    }

    // ---- watching

    @Override
    public BrokerStats stats() {
        return loop.stats();
    }

    @Override
    public boolean awaitQuiescence(Duration timeout) throws InterruptedException {
        Timing.Wait wait =
                Timing.Wait.polling(lifecycle.timing, this, Timing.nanos(Checks.requireNonNull(timeout, "timeout")));
        if (lifecycle.worker() != null) {
            throw new IllegalStateException("a handler of this broker waits for itself if it awaits quiescence;"
                    + " let the thread that publishes await it");
        }
        while (true) {
            boolean isQuiet = loop.isQuiet();
            if (lifecycle.state == BrokerStats.State.FAILED) { // looked at last: after a failure all is quiet
                throw lifecycle.closedException();
            }
            if (isQuiet || wait.isOver()) {
                return isQuiet;
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
        boolean isFirst = lifecycle.drain(lifecycle.timing.nanoTime(), nanos);
        loop.sleeper.wake();
        if (lifecycle.worker() == null) {
            awaitEnd(isFirst ? nanos + Math.min(AFTERMATH, Timing.FOREVER - nanos) : nanos);
        }
        BrokerStats report = stats();
        if (report.state().compareTo(BrokerStats.State.CLOSED) >= 0 && lossesTold.compareAndSet(false, true)) {
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
                Thread teller = aside(() -> BrokerLog.LOG.warn(
                        "broker \"{}\" closed with losses: discarded {}; {}", config.name, report.discarded(), losses));
                if (teller != null) {
                    teller.join(LAST_STEPS / 1_000_000); // an appender that is stuck must not hold up the close
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (Throwable e) {
                // nor one that fails, or a thread that cannot be made
            }
        }
    }

    /** Waits for the end, and for the broker's threads; an interrupt makes the end come soon. */
    private void awaitEnd(long longest) {
        Timing.Wait wait = Timing.Wait.polling(lifecycle.timing, this, longest);
        boolean ended = false;
        boolean interrupted = false;
        while (!ended || hasLiveThread()) {
            if (Thread.interrupted()) {
                interrupted = true;
                lifecycle.hurried = true;
                loop.sleeper.wake();
                wait = Timing.Wait.polling(lifecycle.timing, this, Math.min(wait.remaining(), AFTERMATH));
            }
            if (wait.isOver()) {
                break;
            }
            if (!ended && lifecycle.hasEnded()) {
                ended = true;
                wait = Timing.Wait.polling(lifecycle.timing, this, Math.min(wait.remaining(), LAST_STEPS));
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
        return (thread != null && thread.isAlive())
                || (lifecycle.state != BrokerStats.State.FAILED
                        ? loop.directory.hasLiveThread()
                        : loop.log.threads.stream().anyMatch(Thread::isAlive));
    }

    /** The broker's name and state, for log lines. */
    @Override
    public String toString() {
        return "broker \"" + config.name + "\" (" + lifecycle.state + ")";
    }
}
