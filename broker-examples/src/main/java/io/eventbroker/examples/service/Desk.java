package io.eventbroker.examples.service;

import static io.eventbroker.examples.service.model.ReturnEvent.RETURNS;

import io.eventbroker.Broker;
import io.eventbroker.BrokerClosedException;
import io.eventbroker.Handler;
import io.eventbroker.Overflow;
import io.eventbroker.Subscription;
import io.eventbroker.SubscriptionStats;
import io.eventbroker.examples.service.Duty.Task;
import io.eventbroker.examples.service.model.ReturnEvent;
import io.eventbroker.examples.service.store.Database;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Where a department meets the broker: does what events ask for, publishes what came of it once that is committed, and
 * now and then does what the tables say is still to do.
 *
 * <p><b>Threads.</b> Events are handled by the subscription's worker, catching up is done by the thread that calls
 * {@link #catchUp()}; both may come upon the same return, of which only one has an effect. Settings may be changed by any
 * thread.
 *
 * <p><b>Failure.</b> A task that throws is not repeated by the broker, and an event that is dropped never comes again:
 * both are found in the tables by the next {@code catchUp}.
 */
final class Desk<E extends ReturnEvent> {
    /** How many events may wait: few, so that a slow department is soon seen to overflow. */
    static final int CAPACITY = 50;

    private static final int BATCH = 100;

    /** The key under which log lines have the id of the return they are about. */
    static final String RETURN = "return";

    private static final Logger LOG = LoggerFactory.getLogger(Desk.class);

    private final Broker broker;
    private final Duty<E> duty;
    private final Lock catchingUp = new ReentrantLock();

    /** Returns whose task itself has failed and not succeeded since, so that a line tells it once. */
    private final Set<UUID> failing = ConcurrentHashMap.newKeySet();

    private volatile Duration delay = Duration.ZERO;
    private volatile Overflow overflow = Overflow.BACKPRESSURE;
    private volatile Subscription subscription;

    Desk(Broker broker, Duty<E> duty) {
        this.broker = broker;
        this.duty = duty;
        this.subscription = subscribe(broker, duty, overflow, this::handle);
    }

    private static <E extends ReturnEvent> Subscription subscribe(
            Broker broker, Duty<E> duty, Overflow overflow, Handler<E> handler) {
        return broker.subscription(duty.reactsTo())
                .named(duty.name())
                .capacity(CAPACITY)
                .overflow(overflow)
                .onEvent(handler);
    }

    String name() {
        return duty.name();
    }

    Overflow overflow() {
        return overflow;
    }

    Duration delay() {
        return delay;
    }

    /** How much longer each task takes from now on. */
    void delay(Duration longer) {
        this.delay = longer;
    }

    /**
     * Subscribes anew, with another policy. What waited is abandoned, and what is published until the new subscription
     * has begun is not seen: {@link #catchUp()} finds both.
     */
    synchronized void overflow(Overflow policy) {
        subscription.unsubscribe();
        overflow = policy;
        subscription = subscribe(broker, duty, policy, this::handle);
    }

    /** As {@link #overflow(Overflow)}, with the policy that there is by then. */
    private synchronized void subscribeAgainIfDisconnected() {
        if (subscription.stats().disconnected() > 0) {
            overflow(overflow);
        }
    }

    private void handle(E event) throws InterruptedException {
        perform(duty.taskOf().apply(event));
    }

    /**
     * Does what is still to do according to the tables, unless events are waiting, which tell the same with less work.
     * A task that fails holds up no other, but where it is the database that cannot be reached, all are left to the next
     * time. A subscription that was disconnected is replaced. Returns at once if another thread is at it.
     */
    void catchUp() throws InterruptedException {
        subscribeAgainIfDisconnected();
        if (isBusy() || !catchingUp.tryLock()) {
            return;
        }
        try {
            Set<UUID> failed = new HashSet<>();
            boolean isMore;
            do {
                int atMost = BATCH + failed.size();
                List<Task> tasks = duty.outstanding().apply(atMost);
                isMore = tasks.size() == atMost;
                for (Task task : tasks) {
                    if (!failed.contains(task.returnId()) && !succeeds(task)) {
                        failed.add(task.returnId());
                    }
                }
            } while (isMore && !isBusy());
        } finally {
            catchingUp.unlock();
        }
    }

    private boolean succeeds(Task task) throws InterruptedException {
        try {
            perform(task);
            return true;
        } catch (RuntimeException | Error e) {
            if (Database.isUnreachable(e) || Thread.currentThread().isInterrupted()) {
                throw e;
            }
            return false;
        }
    }

    private boolean isBusy() {
        SubscriptionStats stats = subscription.stats();
        return stats.queued() + stats.inHand() > 0;
    }

    private void perform(Task task) throws InterruptedException {
        MDC.put(RETURN, task.returnId().toString());
        try {
            TimeUnit.NANOSECONDS.sleep(delay.toNanos());
            ReturnEvent done = task.work().get().orElse(null);
            if (done != null) {
                LOG.debug("{}: {}, {}", duty.name(), done.kind(), done.detail());
                tell(done);
            }
            failing.remove(task.returnId());
        } catch (RuntimeException | Error e) {
            if (!Database.isUnreachable(e) && failing.add(task.returnId())) {
                LOG.warn("{} failed, and tries again until it succeeds: {}", duty.name(), String.valueOf(e));
            }
            throw e;
        } finally {
            MDC.remove(RETURN);
        }
    }

    /** After the commit: who misses the event finds what it tells in the tables. */
    private void tell(ReturnEvent done) {
        try {
            broker.publish(RETURNS, done);
        } catch (BrokerClosedException e) {
            LOG.info("{} is recorded, but was not told: the broker is closing", done.kind());
        }
    }
}
