package io.eventbroker.bench.soak;

import io.eventbroker.BrokerStats;
import io.eventbroker.SubscriptionStats;
import io.eventbroker.bench.soak.Violations.Kind;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Compares what a closed broker tells with what the soak counted: the accounting law, term by term. */
final class Audit {
    private final List<Source> sources;
    private final List<Subscriber> subscribers;
    private final DeadLetters deadLetters;
    private final boolean isPatient;
    private final Violations violations;

    /**
     * One of a closed broker, when nothing moves any more.
     *
     * @param isPatient whether it was given time enough to deliver everything
     */
    Audit(
            List<Source> sources,
            List<Subscriber> subscribers,
            DeadLetters deadLetters,
            boolean isPatient,
            Violations violations) {
        this.sources = sources;
        this.subscribers = subscribers;
        this.deadLetters = deadLetters;
        this.isPatient = isPatient;
        this.violations = violations;
    }

    /**
     * Compares.
     *
     * @param report what close returned
     * @param stats what the broker tells now
     */
    void verify(BrokerStats report, BrokerStats stats) {
        verifyBroker(report, stats);
        long failed = 0;
        long disconnected = 0;
        for (Subscriber subscriber : subscribers) {
            SubscriptionStats told = subscriber.stats();
            subscriber.account.verify(told, stats.discarded(), isPatient);
            failed += subscriber.account.failed();
            disconnected += told.disconnected();
        }
        deadLetters.verify(failed, stats.unrouted(), disconnected, isPatient, violations);
        verifyListed(report);
    }

    private void verifyBroker(BrokerStats report, BrokerStats stats) {
        if (stats.state() != BrokerStats.State.CLOSED) {
            violations.add(Kind.FAILED, "the broker is " + stats.state() + ": " + stats.failure());
        }
        long accepted = sources.stream().mapToLong(Source::accepted).sum();
        long refused = sources.stream().mapToLong(Source::refusedSoFar).sum();
        violations.same("offered", accepted + refused, stats.offered());
        violations.same("accepted", accepted, stats.accepted());
        violations.same("refused", refused, stats.refused());
        violations.same("accepted, by the report of close", accepted, report.accepted());
        violations.same(
                "accepted = routed + unrouted + discarded",
                accepted,
                stats.routed() + stats.unrouted() + stats.discarded());
        long unwanted = sources.get(Feed.V.sources.get(0)).accepted();
        violations.within(Kind.UNACCOUNTED, "unrouted", unwanted - stats.discarded(), stats.unrouted(), unwanted);
        if (isPatient) {
            violations.same("discarded", 0, stats.discarded());
        }
    }

    /** The report lists whoever was there when the close began, and says the same of each as its own handle. */
    private void verifyListed(BrokerStats report) {
        Map<String, SubscriptionStats> listed = new HashMap<>();
        report.subscriptions().forEach(stats -> listed.put(stats.name(), stats));
        for (Subscriber subscriber : subscribers) {
            String name = subscriber.spec.name();
            SubscriptionStats own = subscriber.stats();
            SubscriptionStats told = listed.remove(name);
            if (told != null) {
                violations.same(
                        name + ", matched, in the report",
                        own.matched() + own.replayed(),
                        told.matched() + told.replayed());
                violations.same(name + ", dropped, in the report", own.dropped(), told.dropped());
                violations.same(
                        name + ", the rest, in the report",
                        own.delivered() + own.abandoned(),
                        told.delivered() + told.inHand() + told.queued() + told.abandoned());
            } else if (!subscriber.hasEndedEarly()) {
                violations.add(Kind.UNACCOUNTED, name + " is not in the report of close");
            }
        }
        deadLetters.names().forEach(listed::remove);
        listed.keySet().forEach(name -> violations.add(Kind.UNEXPECTED, name + " is in the report of close"));
    }
}
