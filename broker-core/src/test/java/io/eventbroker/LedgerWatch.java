package io.eventbroker;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Looks at one snapshot after the other, also while messages move: no total goes backwards, and no snapshot shows more
 * routed than accepted, or more delivered than matched and replayed. For one thread.
 */
final class LedgerWatch {
    private final Map<String, long[]> latest = new HashMap<>();

    /**
     * Takes a look.
     *
     * @throws AssertionError if a total is less than it was, or two totals contradict each other
     */
    void observe(BrokerStats stats) {
        long ended = stats.routed() + stats.unrouted() + stats.discarded();
        observe("broker", stats.offered(), stats.accepted(), stats.refused(), ended, stats.routed(), stats.unrouted());
        require("broker", "routed + unrouted + discarded", ended, "accepted", stats.accepted());
        require("broker", "accepted + refused", stats.accepted() + stats.refused(), "offered", stats.offered());
        stats.subscriptions().forEach(this::observe);
    }

    /**
     * Takes a look at a subscription.
     *
     * @throws AssertionError if a total is less than it was, or two totals contradict each other
     */
    void observe(SubscriptionStats stats) {
        String name = "subscription " + stats.name();
        observe(
                name,
                stats.matched(),
                stats.replayed(),
                stats.delivered(),
                stats.handled(),
                stats.failed(),
                stats.dropped(),
                stats.abandoned());
        require(
                name,
                "delivered + dropped + abandoned",
                stats.delivered() + stats.dropped() + stats.abandoned(),
                "matched + replayed",
                stats.matched() + stats.replayed());
        require(name, "0", 0, "queued", stats.queued());
        require(name, "0", 0, "in hand", stats.inHand());
    }

    private void observe(String name, long... totals) {
        long[] before = latest.put(name, totals);
        for (int i = 0; before != null && i < totals.length; i++) {
            if (totals[i] < before[i]) {
                throw new AssertionError(name + " went backwards: " + list(before) + ", then " + list(totals));
            }
        }
    }

    private static void require(String name, String what, long less, String than, long more) {
        if (less > more) {
            throw new AssertionError(name + ": " + what + " = " + less + " is more than " + than + " = " + more);
        }
    }

    private static List<Long> list(long[] totals) {
        List<Long> list = new ArrayList<>();
        for (long total : totals) {
            list.add(total);
        }
        return list;
    }
}
