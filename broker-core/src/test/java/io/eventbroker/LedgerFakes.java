package io.eventbroker;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;

/** Statistics that a test of the {@link Ledger} sets by hand. */
final class LedgerFakes {
    private LedgerFakes() {}

    static final class FakeStats implements BrokerStats {
        long offered;
        long accepted;
        long refused;
        long routed;
        long unrouted;
        long discarded;
        List<SubscriptionStats> subscriptions = List.of();

        FakeStats copy() {
            FakeStats copy = new FakeStats();
            copy.set(this);
            return copy;
        }

        void set(FakeStats other) {
            offered = other.offered;
            accepted = other.accepted;
            refused = other.refused;
            routed = other.routed;
            unrouted = other.unrouted;
            discarded = other.discarded;
            subscriptions = other.subscriptions;
        }

        @Override
        public State state() {
            return State.OPEN;
        }

        @Override
        public Throwable failure() {
            return null;
        }

        @Override
        public long events() {
            return 0;
        }

        @Override
        public long forgotten() {
            return 0;
        }

        @Override
        public long offered() {
            return offered;
        }

        @Override
        public long accepted() {
            return accepted;
        }

        @Override
        public long refused() {
            return refused;
        }

        @Override
        public long routed() {
            return routed;
        }

        @Override
        public long unrouted() {
            return unrouted;
        }

        @Override
        public long discarded() {
            return discarded;
        }

        @Override
        public List<SubscriptionStats> subscriptions() {
            return subscriptions;
        }
    }

    /** A subscription that is its own statistics. */
    static class FakeSubscription implements Subscription, SubscriptionStats {
        private final String name;
        long matched;
        long delivered;
        long handled;
        long failed;
        long dropped;
        long abandoned;
        long queued;
        long inHand;

        FakeSubscription(String name) {
            this.name = name;
        }

        FakeSubscription copy() {
            FakeSubscription copy = new FakeSubscription(name);
            copy.set(this);
            return copy;
        }

        void set(FakeSubscription other) {
            matched = other.matched;
            delivered = other.delivered;
            handled = other.handled;
            failed = other.failed;
            dropped = other.dropped;
            abandoned = other.abandoned;
            queued = other.queued;
            inHand = other.inHand;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public long replayed() {
            return 0;
        }

        @Override
        public long conflated() {
            return 0;
        }

        @Override
        public long missedAtEnd() {
            return 0;
        }

        @Override
        public SubscriptionStats stats() {
            return copy();
        }

        @Override
        public void unsubscribe() {}

        @Override
        public long matched() {
            return matched;
        }

        @Override
        public long delivered() {
            return delivered;
        }

        @Override
        public long handled() {
            return handled;
        }

        @Override
        public long failed() {
            return failed;
        }

        @Override
        public long dropped() {
            return dropped;
        }

        @Override
        public long droppedNewest() {
            return dropped;
        }

        @Override
        public long droppedOldest() {
            return 0;
        }

        @Override
        public long disconnected() {
            return 0;
        }

        @Override
        public long abandoned() {
            return abandoned;
        }

        @Override
        public long queued() {
            return queued;
        }

        @Override
        public long inHand() {
            return inHand;
        }

        @Override
        public boolean stuck() {
            return false;
        }
    }

    /** An inbox that counts as it should, phantoms aside: events it says are queued and that nobody can take. */
    static final class FakeInbox extends FakeSubscription implements Inbox<Ledger.Entry> {
        private final Queue<Ledger.Entry> queue = new ArrayDeque<>();
        int phantoms;

        FakeInbox(String name) {
            super(name);
        }

        void put(Ledger.Entry event) {
            matched++;
            queue.add(event);
        }

        @Override
        public long replayed() {
            return 0;
        }

        @Override
        public long conflated() {
            return 0;
        }

        @Override
        public long missedAtEnd() {
            return 0;
        }

        @Override
        public SubscriptionStats stats() {
            queued = queue.size() + phantoms;
            return super.stats();
        }

        @Override
        public int drainTo(Collection<? super Ledger.Entry> sink) {
            List<Ledger.Entry> drained = new ArrayList<>(queue);
            queue.clear();
            delivered += drained.size();
            sink.addAll(drained);
            return drained.size();
        }

        @Override
        public Ledger.Entry take() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Ledger.Entry poll() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Ledger.Entry poll(Duration timeout) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Iterator<Ledger.Entry> iterator() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
    }
}
