package io.eventbroker.examples.returns;

import io.eventbroker.BrokerStats;
import io.eventbroker.SubscriptionStats;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * The accounts of a closed broker, checked: whether they add up, and whether they agree with what the replay counted
 * itself. Immutable.
 *
 * @param summary the accounts
 * @param differences what does not add up or agree, empty if all is well
 * @param complete whether everything was handled that was not dropped, and everybody was there for it
 */
record Ledger(String summary, List<String> differences, boolean complete) {
    /**
     * What the replay and its handlers counted, without asking the broker.
     *
     * @param returns returns published
     * @param decisions decisions published by the departments
     * @param received how many returns reached each department
     * @param audited how many events reached the audit
     */
    record OwnCounts(long returns, long decisions, Map<String, Long> received, long audited) {
        long published() {
            return returns + decisions;
        }

        long receivedByAll() {
            return sum(received.values(), Long::longValue) + audited;
        }
    }

    /** Checks a broker's accounts, and those of the departments and of the audit. */
    static Ledger of(BrokerStats broker, List<SubscriptionStats> all, OwnCounts own) {
        Checks checks = new Checks();
        checks.equal("offered = accepted + refused", broker.offered(), broker.accepted() + broker.refused());
        checks.equal(
                "accepted = routed + unrouted + discarded",
                broker.accepted(),
                broker.routed() + broker.unrouted() + broker.discarded());
        checks.equal("accepted = published", broker.accepted(), own.published());
        all.forEach(subscription -> checks.subscription(subscription, broker, own));

        boolean complete = broker.discarded() == 0
                && sum(all, SubscriptionStats::failed) == 0
                && sum(all, SubscriptionStats::disconnected) == 0
                && sum(all, SubscriptionStats::abandoned) == 0;
        return new Ledger(summary(broker, all, own), List.copyOf(checks.differences), complete);
    }

    private static String summary(BrokerStats broker, List<SubscriptionStats> all, OwnCounts own) {
        return String.format(
                Locale.ROOT,
                "offered %d = accepted %d + refused %d; accepted = routed %d + unrouted %d + discarded %d;"
                        + " matched %d = handled %d + failed %s + dropped %s + abandoned %s;"
                        + " counted without the broker: published %d, received %d",
                broker.offered(),
                broker.accepted(),
                broker.refused(),
                broker.routed(),
                broker.unrouted(),
                broker.discarded(),
                sum(all, SubscriptionStats::matched),
                sum(all, SubscriptionStats::handled),
                withNames(all, SubscriptionStats::failed),
                dropped(all),
                withNames(all, SubscriptionStats::abandoned),
                own.published(),
                own.receivedByAll());
    }

    private static <T> long sum(Collection<T> all, ToLongFunction<? super T> account) {
        return all.stream().mapToLong(account).sum();
    }

    /** The sum, and who has a part in it. */
    private static String withNames(List<SubscriptionStats> all, ToLongFunction<SubscriptionStats> account) {
        List<String> names = all.stream()
                .filter(subscription -> account.applyAsLong(subscription) > 0)
                .map(subscription -> subscription.name() + " " + account.applyAsLong(subscription))
                .toList();
        return sum(all, account) + inBrackets(names);
    }

    /** The sum, and who has a part in it by which policy. */
    private static String dropped(List<SubscriptionStats> all) {
        Map<String, ToLongFunction<SubscriptionStats>> causes = new LinkedHashMap<>();
        causes.put("newest", SubscriptionStats::droppedNewest);
        causes.put("oldest", SubscriptionStats::droppedOldest);
        causes.put("conflated", SubscriptionStats::conflated);
        causes.put("disconnected", SubscriptionStats::disconnected);
        List<String> parts = new ArrayList<>();
        for (SubscriptionStats subscription : all) {
            causes.forEach((cause, account) -> {
                long count = account.applyAsLong(subscription);
                if (count > 0) {
                    parts.add(subscription.name() + " " + count + " " + cause);
                }
            });
        }
        return sum(all, SubscriptionStats::dropped) + inBrackets(parts);
    }

    private static String inBrackets(List<String> parts) {
        return parts.isEmpty() ? "" : " (" + String.join(", ", parts) + ")";
    }

    boolean balances() {
        return differences.isEmpty();
    }

    /** The accounts and the verdict, in one line. */
    @Override
    public String toString() {
        return summary + "; " + (balances() ? "balances" : "DOES NOT BALANCE: " + String.join("; ", differences));
    }

    private static final class Checks {
        private final List<String> differences = new ArrayList<>();

        void subscription(SubscriptionStats subscription, BrokerStats broker, OwnCounts own) {
            String name = subscription.name();
            long reached = subscription.handled() + subscription.failed();
            equal(
                    name + ": matched = handled + failed + dropped + abandoned",
                    subscription.matched(),
                    reached + subscription.dropped() + subscription.abandoned());

            if (name.equals(Replay.AUDIT)) {
                equal(name + ": handled + failed = received", reached, own.audited());
                equal(name + ": matched = routed", subscription.matched(), broker.routed());
                return;
            }
            equal(
                    name + ": handled + failed = received",
                    reached,
                    own.received().getOrDefault(name, 0L));
            if (broker.discarded() == 0 && subscription.disconnected() == 0) {
                equal(name + ": matched = returns", subscription.matched(), own.returns());
            }
        }

        void equal(String law, long left, long right) {
            if (left != right) {
                differences.add(law + ", but " + left + " is not " + right);
            }
        }
    }
}
