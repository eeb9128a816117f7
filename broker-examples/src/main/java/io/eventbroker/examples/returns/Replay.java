package io.eventbroker.examples.returns;

import static io.eventbroker.examples.returns.ReturnEvent.CREATED;
import static io.eventbroker.examples.returns.ReturnEvent.RETURNS;

import io.eventbroker.Broker;
import io.eventbroker.BrokerStats;
import io.eventbroker.Overflow;
import io.eventbroker.Subscription;
import io.eventbroker.SubscriptionStats;
import io.eventbroker.examples.returns.ReturnEvent.ReturnCreated;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The return system: wires the departments to a broker, publishes one event per return, and calls none of them.
 *
 * <p><b>Threads.</b> {@link #run} publishes on the thread that calls it; each department works on the thread of its own
 * subscription. What the departments know is read after the broker has closed, which makes it visible.
 */
final class Replay {
    static final String AUDIT = "audit";

    /** How many events a return causes: itself, and a decision of each department. */
    private static final int EVENTS_PER_RETURN = 1 + DepartmentName.values().length;

    private static final int DEFAULT_CAPACITY = 65_536;

    /**
     * How a replay is done.
     *
     * @param rounds how often everything is published
     * @param rate returns per second, null for as fast as it goes
     * @param capacities how many returns may wait for a department, where it is not 65,536
     * @param overflows what happens when more come, where the publisher does not wait
     * @param slowness how much longer a department takes over a return
     * @param patience how long closing waits for the departments
     */
    record Settings(
            int rounds,
            @Nullable Double rate,
            Map<DepartmentName, Integer> capacities,
            Map<DepartmentName, Overflow> overflows,
            Map<DepartmentName, Duration> slowness,
            Duration patience) {
        int capacityOf(DepartmentName name) {
            return capacities.getOrDefault(name, DEFAULT_CAPACITY);
        }

        Overflow overflowOf(DepartmentName name) {
            return overflows.getOrDefault(name, Overflow.BACKPRESSURE);
        }

        Duration slownessOf(DepartmentName name) {
            return slowness.getOrDefault(name, Duration.ZERO);
        }
    }

    /**
     * What came of a replay. The departments have stopped, and their state can be read.
     *
     * @param subscriptions the accounts of the departments and the audit, by the name of the subscription
     */
    record Result(
            Settings settings,
            long published,
            Billing billing,
            Warehouse warehouse,
            Inventory inventory,
            Outbox outbox,
            Audit audit,
            Map<String, SubscriptionStats> subscriptions,
            Ledger ledger) {}

    private final Settings settings;
    private final Billing billing = new Billing();
    private final Warehouse warehouse = new Warehouse();
    private final Inventory inventory = new Inventory();
    private final Outbox outbox;
    private final Audit audit = new Audit();
    private final Map<DepartmentName, Department> departments = new EnumMap<>(DepartmentName.class);
    private final Map<DepartmentName, Desk> desks = new EnumMap<>(DepartmentName.class);

    /** Kept, since the report of the broker's close has no subscription that ended before. */
    private final List<Subscription> subscriptions = new ArrayList<>();

    /** A replay, to be run once. */
    Replay(Settings settings, Outbox outbox) {
        this.settings = settings;
        this.outbox = outbox;
        departments.put(DepartmentName.BILLING, billing);
        departments.put(DepartmentName.WAREHOUSE, warehouse);
        departments.put(DepartmentName.INVENTORY, inventory);
        departments.put(DepartmentName.NOTIFICATIONS, new Notifications(outbox));
    }

    /**
     * Publishes the returns and waits for the departments.
     *
     * @param onlookers subscribes whoever else wants to know
     * @throws IllegalStateException if a department would not stop
     */
    Result run(List<ReturnCreated> returns, Consumer<Broker> onlookers) {
        try (Broker broker = Broker.open()) {
            departments.forEach((name, department) -> subscribe(broker, name, department));
            subscriptions.add(broker.subscription(RETURNS)
                    .named(AUDIT)
                    .capacity(DEFAULT_CAPACITY)
                    .overflow(Overflow.BACKPRESSURE)
                    .onEvent(audit));
            onlookers.accept(broker);

            long published = publish(broker, returns);
            BrokerStats stats = broker.close(settings.patience());
            return result(published, stats);
        }
    }

    /** How many events there will be if nothing is dropped: a return without a customer makes nobody a mail. */
    static long eventsOf(List<ReturnCreated> returns) {
        long mails =
                returns.stream().filter(created -> created.customer() != null).count();
        return (EVENTS_PER_RETURN - 1L) * returns.size() + mails;
    }

    private void subscribe(Broker broker, DepartmentName name, Department department) {
        Desk desk = new Desk(broker, department, settings.slownessOf(name));
        desks.put(name, desk);
        subscriptions.add(broker.subscription(CREATED)
                .named(name.toString())
                .capacity(settings.capacityOf(name))
                .overflow(settings.overflowOf(name))
                .onEvent(desk));
    }

    private long publish(Broker broker, List<ReturnCreated> returns) {
        Runnable pace = pace(settings.rate());
        long published = 0;
        for (int round = 1; round <= settings.rounds(); round++) {
            for (ReturnCreated created : returns) {
                pace.run();
                broker.publish(RETURNS, round == 1 ? created : created.withId(created.returnId() + "#" + round));
                published++;
            }
        }
        return published;
    }

    /** Waits until the next return is due. Up to 100 a second come evenly, more in up to 100 portions a second. */
    private static Runnable pace(@Nullable Double perSecond) {
        if (perSecond == null) {
            return () -> {};
        }
        int portion = (int) Math.ceil(perSecond / 100);
        Duration period = Duration.ofNanos(Math.round(portion / perSecond * 1e9));
        RateLimiter limiter = RateLimiter.of(
                "returns",
                RateLimiterConfig.custom()
                        .limitForPeriod(portion)
                        .limitRefreshPeriod(period)
                        .timeoutDuration(period.multipliedBy(2))
                        .build());
        return () -> RateLimiter.waitForPermission(limiter);
    }

    private Result result(long published, BrokerStats stats) {
        for (SubscriptionStats subscription : stats.subscriptions()) {
            if (subscription.stuck()) {
                throw new IllegalStateException(subscription.name() + " did not stop within " + settings.patience());
            }
        }
        List<SubscriptionStats> accounts =
                subscriptions.stream().map(Subscription::stats).toList();

        Map<String, Long> received = new HashMap<>();
        desks.forEach((name, desk) -> received.put(name.toString(), desk.received()));
        long decisions = desks.values().stream().mapToLong(Desk::published).sum();
        Ledger ledger = Ledger.of(stats, accounts, new Ledger.OwnCounts(published, decisions, received, audit.seen()));

        Map<String, SubscriptionStats> byName =
                accounts.stream().collect(Collectors.toMap(SubscriptionStats::name, account -> account));
        return new Result(settings, published, billing, warehouse, inventory, outbox, audit, byName, ledger);
    }
}
