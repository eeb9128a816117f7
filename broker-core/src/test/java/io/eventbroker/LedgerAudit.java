package io.eventbroker;

import io.eventbroker.LedgerFindings.Fault;
import java.util.Arrays;
import java.util.List;

/** One comparison of a {@link Ledger} with what the broker tells. */
final class LedgerAudit {
    private final List<LedgerPublisher> publishers;
    private final List<LedgerSubscriber<?>> subscribers;
    private final List<Ledger.Kind> kinds;
    private final LedgerFindings findings = new LedgerFindings();

    /** Events are numbered through, publisher after publisher: the first number of each. */
    private final int[] base;

    private final int events;
    private final byte[] surelyRouted;
    private final byte[] perhapsRouted;
    private final LedgerOrder order;

    LedgerAudit(List<LedgerPublisher> publishers, List<LedgerSubscriber<?>> subscribers, List<Ledger.Kind> kinds) {
        this.publishers = publishers;
        this.subscribers = subscribers;
        this.kinds = kinds;
        base = new int[publishers.size()];
        int next = 0;
        for (LedgerPublisher publisher : publishers) {
            base[publisher.id()] = next;
            next += publisher.size();
        }
        events = next;
        surelyRouted = new byte[events];
        perhapsRouted = new byte[events];
        order = new LedgerOrder(events);
    }

    LedgerFindings audit(BrokerStats stats) {
        long accepted = auditOffers(stats);
        for (LedgerSubscriber<?> subscriber : subscribers) {
            auditSubscriber(subscriber, stats);
        }
        auditRouting(stats, accepted);
        findings.add(
                Fault.REORDERED, order.breaches(), "no one order; first out of place " + name(order.firstBreach()));
        return findings;
    }

    private long auditOffers(BrokerStats stats) {
        long accepted = 0;
        long refused = 0;
        long pending = 0;
        for (LedgerPublisher publisher : publishers) {
            accepted += publisher.count(LedgerPublisher.ACCEPTED);
            refused += publisher.count(LedgerPublisher.REFUSED);
            pending += publisher.count(LedgerPublisher.PENDING);
            order.add(acceptedOf(publisher));
        }
        findings.figure("broker: accepted " + accepted + ", refused " + refused + ", without outcome " + pending
                + "; told: offered " + stats.offered() + ", accepted " + stats.accepted() + ", refused "
                + stats.refused() + ", routed " + stats.routed() + ", unrouted " + stats.unrouted() + ", discarded "
                + stats.discarded() + ", " + stats.state());
        findings.add(Fault.UNACCOUNTED, pending, "offers without an outcome");
        findings.same("offered", accepted + refused + pending, stats.offered());
        findings.same("accepted", accepted, stats.accepted());
        findings.same("refused", refused, stats.refused());
        findings.same(
                "accepted = routed + unrouted + discarded",
                accepted,
                stats.routed() + stats.unrouted() + stats.discarded());
        return accepted;
    }

    private void auditRouting(BrokerStats stats, long accepted) {
        long least = sum(surelyRouted);
        long most = sum(perhapsRouted);
        findings.between("routed", least - stats.discarded(), stats.routed(), most);
        findings.between("unrouted", accepted - most - stats.discarded(), stats.unrouted(), accepted - least);
    }

    private void auditSubscriber(LedgerSubscriber<?> subscriber, BrokerStats stats) {
        Subscription subscription = subscriber.subscription();
        long discarded = stats.discarded();
        if (subscription == null) {
            subscriber.logs().forEach(log -> findings.add(Fault.UNEXPECTED, log.size(), "received, never subscribed"));
            return;
        }
        String name = subscription.name();
        if (subscriber.isInbox()) {
            long queued = subscription.stats().queued();
            findings.same(name + ": drained", subscriber.drain(), queued);
        }
        SubscriptionStats told = subscription.stats();
        int[] receipts = receipts(subscriber, name);
        auditReceipts(name, subscriber, told, receipts);
        auditLosses(name, subscriber, told, receipts, discarded);
        if (!subscriber.isUnsubscribed() && told.disconnected() == 0) {
            auditListing(told, stats);
        }
    }

    /** How often each event was received; the orders in which that happened go into the common order. */
    private int[] receipts(LedgerSubscriber<?> subscriber, String name) {
        int[] receipts = new int[events];
        for (LedgerSubscriber.Log log : subscriber.logs()) {
            int[] sequence = new int[log.size()];
            int length = 0;
            int latestBegin = Integer.MIN_VALUE;
            for (int i = 0; i < log.size(); i++) {
                String why = whyUnexpected(subscriber, log.publisher(i), log.number(i));
                if (why != null) {
                    findings.add(Fault.UNEXPECTED, 1, name + " " + log.publisher(i) + "#" + log.number(i) + " " + why);
                    continue;
                }
                int event = base[log.publisher(i)] + log.number(i);
                if (receipts[event]++ > 0) {
                    findings.add(Fault.DUPLICATED, 1, name + " " + name(event));
                    continue;
                }
                LedgerPublisher publisher = publishers.get(log.publisher(i));
                if (publisher.isByClock()) {
                    if (publisher.ended(log.number(i)) < latestBegin) {
                        findings.add(Fault.REORDERED, 1, name + " " + name(event) + " after a later publish");
                    }
                    latestBegin = Math.max(latestBegin, publisher.began(log.number(i)));
                }
                perhapsRouted[event] = 1;
                sequence[length++] = event;
            }
            order.add(Arrays.copyOf(sequence, length));
        }
        return receipts;
    }

    private String whyUnexpected(LedgerSubscriber<?> subscriber, int publisherId, int number) {
        if (publisherId < 0 || publisherId >= publishers.size()) {
            return "of an unknown publisher";
        }
        LedgerPublisher publisher = publishers.get(publisherId);
        if (number < 0 || number >= publisher.size()) {
            return "was never offered";
        }
        if (publisher.outcome(number) != LedgerPublisher.ACCEPTED) {
            return "was not accepted";
        }
        Ledger.Kind kind = kinds.get(publisher.kind(number));
        if (!kind.matches(subscriber.from())) {
            return "is of another topic or class";
        }
        return subscriber.maySee(publisher.began(number), publisher.ended(number))
                ? null
                : "was published outside of the subscription";
    }

    private void auditReceipts(String name, LedgerSubscriber<?> subscriber, SubscriptionStats told, int[] receipts) {
        long received = 0;
        for (LedgerSubscriber.Log log : subscriber.logs()) {
            received += log.size();
        }
        if (subscriber.isInbox()) {
            findings.same(name + ": delivered", received, told.delivered());
            findings.same(
                    name + ": handled, failed and abandoned", 0, told.handled() + told.failed() + told.abandoned());
        } else {
            findings.same(name + ": delivered + in hand", received, told.delivered() + told.inHand());
            findings.same(name + ": failed", subscriber.failures(), told.failed());
            findings.same(
                    name + ": handled + in hand", received - subscriber.failures(), told.handled() + told.inHand());
        }
        findings.same(
                name + ": matched = delivered + dropped + abandoned + queued + in hand",
                told.delivered() + told.dropped() + told.abandoned() + told.queued() + told.inHand(),
                told.matched() + told.replayed());
        findings.figure(name + ": received " + received + " ("
                + Arrays.stream(receipts).filter(n -> n > 0).count() + " different), failures " + subscriber.failures()
                + "; told: " + describe(told));
    }

    private void auditLosses(
            String name, LedgerSubscriber<?> subscriber, SubscriptionStats told, int[] receipts, long discarded) {
        long must = 0;
        long may = 0;
        long mustMissing = 0;
        long mayMissing = 0;
        boolean[] areWanted = areWanted(subscriber.from());
        for (LedgerPublisher publisher : publishers) {
            for (int number = 0; number < publisher.size(); number++) {
                int event = base[publisher.id()] + number;
                if (publisher.outcome(number) != LedgerPublisher.ACCEPTED
                        || !areWanted[publisher.kind(number)]
                        || !subscriber.maySee(publisher.began(number), publisher.ended(number))) {
                    continue;
                }
                perhapsRouted[event] = 1;
                boolean missing = receipts[event] == 0;
                if (subscriber.surelySees(publisher.began(number), publisher.ended(number))) {
                    surelyRouted[event] = 1;
                    must++;
                    mustMissing += missing ? 1 : 0;
                } else {
                    may++;
                    mayMissing += missing ? 1 : 0;
                }
            }
        }
        long explained = told.dropped() + told.abandoned() + told.queued() + (subscriber.isInbox() ? told.inHand() : 0);
        findings.add(
                Fault.LOST,
                mustMissing - explained - discarded,
                name + " missed " + mustMissing + " or more, of which told " + (explained + discarded));
        findings.add(
                Fault.UNACCOUNTED,
                explained - mustMissing - mayMissing,
                name + " was told to have lost " + explained + ", but missed only " + (mustMissing + mayMissing));
        findings.between(name + ": matched", must - discarded, told.matched() + told.replayed(), must + may);
    }

    /** Which kinds of events match. */
    private boolean[] areWanted(TopicPattern<?> pattern) {
        boolean[] areWanted = new boolean[kinds.size()];
        for (int kind = 0; kind < areWanted.length; kind++) {
            areWanted[kind] = kinds.get(kind).matches(pattern);
        }
        return areWanted;
    }

    /** The broker's own list must agree with the handle; what readers drained in between moves from queued to delivered. */
    private void auditListing(SubscriptionStats told, BrokerStats stats) {
        List<SubscriptionStats> named = stats.subscriptions().stream()
                .filter(listed -> listed.name().equals(told.name()))
                .toList();
        // one that left, but whose handler would not stop, may be listed beside a living one of its name
        boolean isFound = named.stream().anyMatch(listed -> listed.matched() == told.matched());
        for (SubscriptionStats listed : named) {
            if (!isFound || listed.matched() == told.matched()) {
                String name = told.name() + ", handle and list: ";
                findings.same(name + "matched", told.matched(), listed.matched());
                findings.same(name + "dropped", told.dropped(), listed.dropped());
                findings.same(name + "abandoned", told.abandoned(), listed.abandoned());
                findings.same(
                        name + "delivered + queued + in hand",
                        told.delivered() + told.queued() + told.inHand(),
                        listed.delivered() + listed.queued() + listed.inHand());
            }
        }
    }

    private int[] acceptedOf(LedgerPublisher publisher) {
        int[] sequence = new int[publisher.size()];
        int length = 0;
        for (int number = 0; number < publisher.size(); number++) {
            if (publisher.outcome(number) == LedgerPublisher.ACCEPTED) {
                sequence[length++] = base[publisher.id()] + number;
            }
        }
        return Arrays.copyOf(sequence, length);
    }

    private String name(int event) {
        int publisher = publishers.size() - 1;
        while (publisher > 0 && base[publisher] > event) {
            publisher--;
        }
        return event < 0 ? "none" : publisher + "#" + (event - base[publisher]);
    }

    private static long sum(byte[] flags) {
        long sum = 0;
        for (byte flag : flags) {
            sum += flag;
        }
        return sum;
    }

    private static String describe(SubscriptionStats told) {
        return "matched " + told.matched() + ", delivered " + told.delivered() + ", handled " + told.handled()
                + ", failed " + told.failed() + ", dropped " + told.dropped() + ", abandoned " + told.abandoned()
                + ", queued " + told.queued() + ", in hand " + told.inHand();
    }
}
