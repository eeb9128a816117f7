package io.eventbroker.bench.soak;

import io.eventbroker.Overflow;
import io.eventbroker.SubscriptionStats;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** What was done, and what became of it. Counted by the soak, or told by the broker and compared with that. */
final class Totals {
    /** A sum. */
    enum Sum {
        BROKERS,
        BROKERS_CLOSED_ABRUPTLY,
        SUBSCRIPTIONS,
        OFFERED,
        PUBLISHED,
        REFUSED,
        UNROUTED,
        DISCARDED,
        MATCHED,
        REPLAYED,
        RECEIVED,
        FAILED_BY_HANDLER,
        ABANDONED,
        MISSED_AS_TOLD_IN_PLACE,
        MISSED_AS_TOLD_AT_END
    }

    private final Map<Sum, Long> sums = new EnumMap<>(Sum.class);
    private final Map<Overflow, Long> dropped = new EnumMap<>(Overflow.class);

    Totals() {
        for (Sum sum : Sum.values()) {
            sums.put(sum, 0L);
        }
        for (Overflow policy : Overflow.values()) {
            dropped.put(policy, 0L);
        }
    }

    void add(Sum sum, long number) {
        sums.merge(sum, number, Long::sum);
    }

    void add(Account account, SubscriptionStats stats) {
        add(Sum.SUBSCRIPTIONS, 1);
        add(Sum.MATCHED, stats.matched());
        add(Sum.REPLAYED, stats.replayed());
        add(Sum.RECEIVED, account.received());
        add(Sum.FAILED_BY_HANDLER, account.failed());
        add(Sum.ABANDONED, stats.abandoned());
        add(Sum.MISSED_AS_TOLD_IN_PLACE, account.told());
        add(Sum.MISSED_AS_TOLD_AT_END, account.spec.hasMessages() ? stats.missedAtEnd() : 0);
        dropped.merge(account.spec.policy(), stats.dropped(), Long::sum);
    }

    void add(Totals others) {
        others.sums.forEach((sum, number) -> sums.merge(sum, number, Long::sum));
        others.dropped.forEach((policy, number) -> dropped.merge(policy, number, Long::sum));
    }

    boolean hasMovedSince(Totals before) {
        return !sums.equals(before.sums);
    }

    long of(Sum sum) {
        return sums.getOrDefault(sum, 0L);
    }

    long dropped(Overflow policy) {
        return dropped.getOrDefault(policy, 0L);
    }

    /** For JSON. */
    Map<String, Object> asMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        sums.forEach((sum, number) -> map.put(words(sum), number));
        map.put("dropped by policy", new EnumMap<>(dropped));
        return map;
    }

    private static String words(Enum<?> name) {
        return name.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
