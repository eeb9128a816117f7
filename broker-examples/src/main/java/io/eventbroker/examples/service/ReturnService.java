package io.eventbroker.examples.service;

import static io.eventbroker.examples.service.model.ReturnEvent.RETURNS;

import io.eventbroker.Broker;
import io.eventbroker.BrokerClosedException;
import io.eventbroker.BrokerConfig;
import io.eventbroker.BrokerStats;
import io.eventbroker.Inbox;
import io.eventbroker.Message;
import io.eventbroker.Overflow;
import io.eventbroker.SubscriptionStats;
import io.eventbroker.examples.returns.OrderLine;
import io.eventbroker.examples.service.ServiceStats.SubscriptionView;
import io.eventbroker.examples.service.model.Department;
import io.eventbroker.examples.service.model.ReturnEvent;
import io.eventbroker.examples.service.model.ReturnEvent.ReturnCreated;
import io.eventbroker.examples.service.store.ReturnStore;
import io.eventbroker.examples.service.store.StoredReturn;
import io.eventbroker.examples.service.store.StoredReturn.Totals;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * The return system: takes returns in, stores each and then publishes it, and calls none of those who react.
 *
 * <p><b>Threads.</b> Every method may be called by any thread. Those who react have the threads of their subscriptions,
 * and one each to catch up.
 *
 * <p><b>Failure.</b> When {@link #create} returns, the return is stored, and whatever happens to the broker or to this
 * process, each department will have its effect, once. When it throws, nothing was published.
 */
final class ReturnService {
    /** The terms of those who only look on: they see the latest, and hold nobody up. */
    private static final int ONLOOKER_CAPACITY = 256;

    private static final Overflow ONLOOKER_OVERFLOW = Overflow.DROP_OLDEST;

    /** How long a client waits for room in the broker before its return is left to catching up. */
    private static final Duration PUBLISH_PATIENCE = Duration.ofSeconds(1);

    private static final Duration LONGEST_DELAY = Duration.ofSeconds(2);

    /** How old the count of returns may be that live pages see. */
    private static final Duration TOTALS_AGE = Duration.ofMillis(500);

    /** How often closing looks whether returns are left. */
    private static final Duration CLOSING_PERIOD = Duration.ofMillis(200);

    private static final Logger LOG = LoggerFactory.getLogger(ReturnService.class);

    private final ReturnStore store;
    private final Broker broker;
    private final Map<String, Desk<?>> desks = new LinkedHashMap<>();
    private final CatchUp catchUp;
    private final Recent<Totals> recentTotals = new Recent<>(this::totals, TOTALS_AGE, System::nanoTime);

    /** Held for reading while a return is taken in, so that closing knows when the last one is. */
    private final ReadWriteLock intake = new ReentrantReadWriteLock();

    private volatile boolean accepting = true;

    private ReturnService(ReturnStore store, Broker broker, List<Desk<?>> all, CatchUp catchUp) {
        this.store = store;
        this.broker = broker;
        this.catchUp = catchUp;
        all.forEach(desk -> desks.put(desk.name(), desk));
    }

    /**
     * Starts the service, which begins with what an earlier one has left undone.
     *
     * @param store where returns are kept
     * @return the service, running until it is closed
     */
    static ReturnService start(ReturnStore store) {
        Broker broker = Broker.open(BrokerConfig.defaults().withName("returns"));
        broker.subscription(RETURNS)
                .named("audit")
                .capacity(ONLOOKER_CAPACITY)
                .overflow(ONLOOKER_OVERFLOW)
                .onMessage(new AuditLog());
        List<Desk<?>> desks = new ArrayList<>();
        desks.add(new Desk<>(broker, Duty.completion(store)));
        for (Department department : Department.values()) {
            desks.add(new Desk<>(broker, Duty.of(department, store)));
        }
        return new ReturnService(store, broker, desks, CatchUp.of(desks));
    }

    /**
     * Takes a return in: stores it, and then tells everybody.
     *
     * @param order the invoice on which the goods were sold
     * @param sku their stock code
     * @param quantity how many come back
     * @return the return as it was stored
     * @throws Refusal if it cannot be right, or the service is closing
     */
    StoredReturn create(@Nullable String order, @Nullable String sku, @Nullable Integer quantity) {
        intake.readLock().lock();
        try {
            if (!accepting) {
                throw Refusal.unavailable("the service is closing and takes no more returns");
            }
            ReturnCreated created = validated(order, sku, quantity);
            MDC.put(Desk.RETURN, created.returnId().toString());
            StoredReturn stored = store.add(created);
            publish(created);
            return stored;
        } finally {
            MDC.remove(Desk.RETURN);
            intake.readLock().unlock();
        }
    }

    private ReturnCreated validated(@Nullable String order, @Nullable String sku, @Nullable Integer quantity) {
        if (order == null || sku == null || quantity == null) {
            throw Refusal.invalid("order, sku and quantity are required");
        }
        if (quantity <= 0) {
            throw Refusal.invalid("quantity must be positive, not " + quantity);
        }
        List<OrderLine> lines = isCode(order) ? store.orderLines(order) : List.of();
        if (lines.isEmpty()) {
            throw Refusal.invalid("there is no such order");
        }
        OrderLine line = lines.stream()
                .filter(candidate -> candidate.sku().equals(sku))
                .findFirst()
                .orElseThrow(() -> Refusal.invalid("order " + order + " has no such sku"));
        if (quantity > line.quantity()) {
            throw Refusal.invalid("of " + sku + " order " + order + " has only " + line.quantity());
        }
        return new ReturnCreated(
                UUID.randomUUID(), order, sku, quantity, line.unitPrice(), line.customer(), line.country());
    }

    /** Whether it can be a number of anything: a database need not be asked for what it may not even be able to store. */
    private static boolean isCode(String text) {
        return text.length() <= 32 && text.chars().allMatch(c -> c > ' ' && c < 127);
    }

    /** After the commit. Where the broker has no room in time, departments find the return in the table. */
    private void publish(ReturnCreated created) {
        try {
            if (!broker.tryPublish(RETURNS, created, PUBLISH_PATIENCE)) {
                LOG.info("it is stored, but could not be told in time");
            }
        } catch (BrokerClosedException e) {
            LOG.info("it is stored, but was not told: the broker is closed");
        }
    }

    /** Slows a desk down, or gives it another policy, or both. */
    void control(String name, @Nullable Long delayMillis, @Nullable Overflow overflow) {
        Desk<?> desk = desks.get(name);
        if (desk == null) {
            throw Refusal.invalid("department must be one of " + String.join(", ", desks.keySet()));
        }
        if (delayMillis != null) {
            if (delayMillis < 0 || delayMillis > LONGEST_DELAY.toMillis()) {
                throw Refusal.invalid("delayMillis must be from 0 to " + LONGEST_DELAY.toMillis());
            }
            desk.delay(Duration.ofMillis(delayMillis));
        }
        if (overflow != null) {
            try {
                desk.overflow(overflow);
            } catch (BrokerClosedException e) {
                throw Refusal.unavailable("the service is closing");
            }
        }
    }

    /** An inbox that sees everything from now on; the caller closes it. */
    Inbox<Message<ReturnEvent>> onlooker(String name) {
        return broker.subscription(RETURNS)
                .named(name)
                .capacity(ONLOOKER_CAPACITY)
                .overflow(ONLOOKER_OVERFLOW)
                .messageInbox();
    }

    ServiceStats stats() {
        return stats(totals());
    }

    /** The same for those who ask again and again: returns were counted a moment ago, once for all of them. */
    ServiceStats liveStats() {
        return stats(recentTotals.get());
    }

    private ServiceStats stats(@Nullable Totals totals) {
        BrokerStats stats = broker.stats();
        return new ServiceStats(
                stats.state(),
                stats.offered(),
                stats.refused(),
                totals,
                stats.subscriptions().stream().map(this::view).toList());
    }

    private @Nullable Totals totals() {
        try {
            return store.totals();
        } catch (JdbiException e) {
            return null;
        }
    }

    private SubscriptionView view(SubscriptionStats stats) {
        Desk<?> desk = desks.get(stats.name());
        return desk == null
                ? SubscriptionView.of(stats, ONLOOKER_CAPACITY, ONLOOKER_OVERFLOW, null)
                : SubscriptionView.of(
                        stats, Desk.CAPACITY, desk.overflow(), desk.delay().toMillis());
    }

    /**
     * Refuses further returns, waits until those taken in are completed, and closes the broker. What is not done in time
     * is left to the next start.
     *
     * @param timeout how long to wait, in all
     * @return the broker's report
     */
    BrokerStats close(Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        refuse(timeout);
        try {
            finish(deadline - timeout.toNanos() / 4);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        catchUp.stop(Duration.ofNanos(Math.max(0, (deadline - System.nanoTime()) / 2)));
        return broker.close(Duration.ofNanos(deadline - System.nanoTime()));
    }

    private void refuse(Duration timeout) {
        boolean locked = false;
        try {
            locked = intake.writeLock().tryLock(timeout.toMillis() / 4, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        accepting = false;
        if (locked) {
            intake.writeLock().unlock();
        }
    }

    /** Desks work on, by event and by catching up; this only looks at what is left. */
    private void finish(long deadline) throws InterruptedException {
        Totals totals = totals();
        while ((totals == null || totals.open() > 0) && System.nanoTime() < deadline) {
            TimeUnit.NANOSECONDS.sleep(Math.min(CLOSING_PERIOD.toNanos(), deadline - System.nanoTime()));
            totals = totals();
        }
        if (totals == null) {
            LOG.warn("cannot tell whether all returns are completed: the database cannot be reached");
        } else if (totals.open() > 0) {
            LOG.warn("{} returns are not completed: the next start goes on with them", totals.open());
        }
    }
}
