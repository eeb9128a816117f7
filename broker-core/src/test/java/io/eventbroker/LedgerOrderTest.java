package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventbroker.LedgerFakes.FakeSubscription;
import io.eventbroker.LedgerFindings.Fault;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The ledger catches breaches of order, of the window of a subscription and of monotony, each fed by hand. */
class LedgerOrderTest extends LedgerFixture {
    @Test
    void G6_catchesAnEventFromBeforeTheSubscription() {
        Ledger.Entry early = accepted(TOPIC, Ledger.Event::new);
        LedgerSubscriber<Ledger.Entry> subscriber = subscriber(TOPIC, "s");
        handled(subscriber, early);

        assertThat(ledger.audit(stats).count(Fault.UNEXPECTED)).isEqualTo(1);
    }

    @Test
    void G6_catchesAnEventFromAfterTheUnsubscribe() {
        LedgerSubscriber<Ledger.Entry> subscriber = subscriber(TOPIC, "s");
        subscriber.unsubscribe();
        handled(subscriber, accepted(TOPIC, Ledger.Event::new));

        assertThat(ledger.audit(stats).count(Fault.UNEXPECTED)).isEqualTo(1);
    }

    @Test
    void G6_leavesItOpenWhetherARacingPublishIsSeen() {
        Ledger.Entry seen = offer(TOPIC, Ledger.Event::new);
        LedgerSubscriber<Ledger.Entry> subscriber = subscriber(TOPIC, "s");
        publisher.accepted(seen);
        handled(subscriber, seen);
        LedgerSubscriber<Ledger.Entry> blind = subscriber(TOPIC, "blind");
        LedgerPublisher second = ledger.publisher();
        Ledger.Entry unseen = second.offer(TOPIC, Ledger.Event::new);
        subscriber.unsubscribe();
        blind.unsubscribe();
        second.accepted(unseen);
        stats.offered += 2;
        stats.accepted += 2;
        stats.routed++;
        stats.unrouted++;

        ledger.verify(stats);
    }

    @Test
    void G2_catchesOneSubscriberThatBreaksThePublishersOrder() {
        LedgerSubscriber<Ledger.Entry> subscriber = subscriber(TOPIC, "s");
        Ledger.Entry first = routed();
        Ledger.Entry second = routed();
        handled(subscriber, second);
        handled(subscriber, first);

        assertFault(Fault.REORDERED, 1);
    }

    @Test
    void G2_catchesTwoSubscribersThatDisagree() {
        LedgerSubscriber<Ledger.Entry> one = subscriber(TOPIC, "one");
        LedgerSubscriber<Ledger.Entry> two = subscriber(TOPIC, "two");
        Ledger.Entry a = routed();
        Ledger.Entry b = routed(ledger.publisher());
        handled(one, a);
        handled(one, b);
        handled(two, b);
        handled(two, a);

        assertThat(ledger.audit(stats).count(Fault.REORDERED)).isPositive();
    }

    @Test
    void G2_catchesThreeSubscribersOfWhichEachTwoAgree() {
        List<Ledger.Entry> events = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            LedgerPublisher one = ledger.publisher();
            events.add(one.offer(TOPIC, Ledger.Event::new));
        }
        int[][] views = {{0, 1}, {1, 2}, {2, 0}};
        LedgerOrder order = new LedgerOrder(events.size());
        for (int[] view : views) {
            order.add(view);
        }

        assertThat(order.breaches()).isEqualTo(1);
    }

    @Test
    void G2_catchesAnOrderAgainstTheClock() {
        LedgerSubscriber<Ledger.Entry> subscriber = subscriber(TOPIC, "s");
        Ledger.Entry earlier = routed();
        ledger.tick();
        Ledger.Entry later = routed(ledger.publisher());
        handled(subscriber, later);
        handled(subscriber, earlier);

        assertThat(ledger.audit(stats).count(Fault.REORDERED)).isPositive();
    }

    @Test
    void G2_letsConcurrentPublishersInterleave() {
        LedgerSubscriber<Ledger.Entry> subscriber = subscriber(TOPIC, "s");
        LedgerPublisher other = ledger.publisher();
        Ledger.Entry a = offer(TOPIC, Ledger.Event::new);
        Ledger.Entry b = other.offer(TOPIC, Ledger.Event::new);
        publisher.accepted(a);
        other.accepted(b);
        stats.offered += 2;
        stats.accepted += 2;
        stats.routed += 2;
        handled(subscriber, b);
        handled(subscriber, a);

        ledger.verify(stats);
    }

    @Test
    void theWatchCatchesTotalsThatGoBackwards() {
        LedgerWatch watch = new LedgerWatch();
        FakeSubscription subscription = new FakeSubscription("s");
        subscription.matched = 2;
        subscription.delivered = 2;
        stats.subscriptions = List.of(subscription);
        watch.observe(stats);
        subscription.delivered = 1;

        assertThatThrownBy(() -> watch.observe(stats)).hasMessageContaining("backwards");
    }

    @Test
    void theWatchCatchesMoreDeliveredThanMatched() {
        FakeSubscription subscription = new FakeSubscription("s");
        subscription.delivered = 1;
        stats.subscriptions = List.of(subscription);

        assertThatThrownBy(() -> new LedgerWatch().observe(stats)).hasMessageContaining("more than matched");
    }
}
