package io.eventbroker.bench.soak;

import io.eventbroker.Message;
import io.eventbroker.Overflow;
import io.eventbroker.SubscriptionStats;
import io.eventbroker.bench.soak.Violations.Kind;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What the soak knows itself of one subscription, to be compared with what the broker tells. */
final class Account {
    final Spec spec;
    final Window window;
    private final Ledger ledger;
    private final Violations violations;
    private final LongAdder received = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final AtomicInteger late = new AtomicInteger();
    private volatile boolean isUnsubscribed;

    Account(Spec spec, Window window, Positions positions, Violations violations) {
        this.spec = spec;
        this.window = window;
        this.violations = violations;
        ledger = Ledger.of(spec, window, positions, violations);
    }

    /** An event came, with its message if there is one. */
    void receive(Item item, @Nullable Message<?> message) {
        received.increment();
        if (isUnsubscribed && !spec.isPull() && late.incrementAndGet() > spec.consumers()) {
            violate(Kind.UNEXPECTED, "call " + late + " after unsubscribe has returned, with " + item);
        }
        ledger.receive(item, message);
    }

    /** A handler call is going to throw. */
    void failing() {
        failed.increment();
    }

    /** To be called when unsubscribe has returned. */
    void unsubscribed() {
        window.ended();
        isUnsubscribed = true;
    }

    long received() {
        return received.sum();
    }

    long failed() {
        return failed.sum();
    }

    long told() {
        return ledger.told();
    }

    /**
     * Compares, when nothing moves any more.
     *
     * @param discarded how many accepted messages the broker says not to have routed
     * @param isPatient whether the broker was given time enough to deliver everything
     */
    void verify(SubscriptionStats stats, long discarded, boolean isPatient) {
        window.settle(stats.disconnected() == 0);
        ledger.checkEnd();
        verifyDelivered(stats);
        verifyCauses(stats);

        long missing = stats.dropped() + stats.abandoned();
        same("matched + replayed = delivered + dropped + abandoned", received() + missing, matched(stats));
        violations.within(
                Kind.LOST,
                spec + ": received, told to be lost, or not routed",
                window.least(spec.target(), spec.numbers()) - discarded,
                received() + missing,
                window.most(spec.target(), spec.numbers()));
        verifyReplayed(stats);
        if (isPatient && !isUnsubscribed) {
            same("abandoned", 0, stats.abandoned());
        }
        if (spec.hasMessages()) {
            same("gaps told + missed at the end = dropped", told() + stats.missedAtEnd(), stats.dropped());
            if (stats.disconnected() == 0) {
                ledger.checkTail(stats.missedAtEnd() + stats.abandoned(), discarded);
            } else {
                same("missed at the end of a disconnected subscription", 1, stats.missedAtEnd());
            }
        }
    }

    private void verifyDelivered(SubscriptionStats stats) {
        same("delivered", received(), stats.delivered());
        same("failed", failed(), stats.failed());
        same("handled", spec.isPull() ? 0 : received() - failed(), stats.handled());
        same("queued, in hand or stuck", 0, stats.queued() + stats.inHand() + (stats.stuck() ? 1 : 0));
        if (spec.isPull()) {
            same("abandoned, of an inbox", 0, stats.abandoned());
        }
    }

    /** Nothing is lost by another policy than the subscription's. */
    private void verifyCauses(SubscriptionStats stats) {
        Overflow policy = spec.policy();
        boolean mayDropNewest =
                policy == Overflow.DROP_NEWEST || policy == Overflow.DROP_OLDEST || policy == Overflow.CONFLATE;
        same("dropped newest, with " + policy, 0, mayDropNewest ? 0 : stats.droppedNewest());
        same("dropped oldest, with " + policy, 0, policy == Overflow.DROP_OLDEST ? 0 : stats.droppedOldest());
        same("conflated, with " + policy, 0, policy == Overflow.CONFLATE ? 0 : stats.conflated());
        same(
                "disconnected, with " + policy,
                policy == Overflow.DISCONNECT && stats.disconnected() > 0 ? 1 : 0,
                stats.disconnected());
        same(
                "dropped = all causes",
                stats.droppedNewest() + stats.droppedOldest() + stats.conflated() + stats.disconnected(),
                stats.dropped());
        if (policy == Overflow.CONFLATE && spec.capacity() >= spec.target().places()) {
            same("dropped newest, with room for every key", 0, stats.droppedNewest());
        }
    }

    private void verifyReplayed(SubscriptionStats stats) {
        long least = 0;
        long most = 0;
        if (spec.isReplaying()) {
            for (int source : spec.target().sources) {
                int retained = Feed.of(source).retained;
                int begin = window.beginLeast(source);
                // a multiple of the step, so any so many in a row have as many of these numbers
                int all = spec.numbers().between(0, retained);
                least += begin > 0 && stats.disconnected() == 0 ? all : 0; // the retained ones alone may be too many
                most += all;
            }
        }
        violations.within(Kind.UNACCOUNTED, spec + ": replayed", least, stats.replayed(), most);
    }

    private static long matched(SubscriptionStats stats) {
        return stats.matched() + stats.replayed();
    }

    private void same(String what, long own, long told) {
        violations.same(spec + ": " + what, own, told);
    }

    private void violate(Kind kind, String what) {
        violations.add(kind, spec + ": " + what);
    }
}
