package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventbroker.LedgerFakes.FakeInbox;
import io.eventbroker.LedgerFakes.FakeStats;
import io.eventbroker.LedgerFakes.FakeSubscription;
import io.eventbroker.LedgerFindings.Fault;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A net that cannot fail is worthless: each kind of miscount, fed by hand, is caught, and a clean run is clean. */
class LedgerTest extends LedgerFixture {
    @Test
    void aFaultlessRunIsClean() {
        LedgerSubscriber<Ledger.Entry> all = subscriber(TOPIC, "all");
        LedgerSubscriber<Special> special = subscriber(TOPIC.only(Special.class), "special");
        for (int i = 0; i < 100; i++) {
            Ledger.Entry event = accepted(TOPIC, i % 3 == 0 ? Special::new : Ledger.Event::new);
            stats.routed++;
            handled(all, event);
            if (event instanceof Special s) {
                handled(special, s);
            }
        }
        accepted(OTHER, Ledger.Event::new);
        stats.unrouted++;
        publisher.refused(offer(TOPIC, Ledger.Event::new));
        stats.refused++;
        stats.offered++;
        publisher.withdrawn(offer(TOPIC, Ledger.Event::new));

        assertThat(ledger.audit(stats).isClean()).as("%s", ledger.audit(stats)).isTrue();
        ledger.verify(stats);
    }

    @Test
    void G1_catchesALostEvent() {
        LedgerSubscriber<Ledger.Entry> subscriber = subscriber(TOPIC, "s");
        Ledger.Entry lost = routed();
        handled(subscriber, routed());
        fake(subscriber).matched++;

        assertFault(Fault.LOST, 1);
        assertThat(lost.number()).isZero();
    }

    @Test
    void G1_catchesALostEventThatTheBrokerNeverCounted() {
        LedgerSubscriber<Ledger.Entry> subscriber = subscriber(TOPIC, "s");
        handled(subscriber, routed());
        routed();

        assertFault(Fault.LOST, 1);
    }

    @Test
    void G1_catchesADropThatIsToldOfWhatArrived() {
        LedgerSubscriber<Ledger.Entry> subscriber = subscriber(TOPIC, "s");
        handled(subscriber, routed());
        fake(subscriber).matched++;
        fake(subscriber).dropped++;

        assertFault(Fault.UNACCOUNTED, 2);
    }

    @Test
    void G1_acceptsADropThatIsTold() {
        LedgerSubscriber<Ledger.Entry> subscriber = subscriber(TOPIC, "s");
        routed();
        fake(subscriber).matched++;
        fake(subscriber).dropped++;

        ledger.verify(stats);
    }

    @Test
    void G1_catchesEachCountThatDoesNotAgree() {
        LedgerSubscriber<Ledger.Entry> subscriber = subscriber(TOPIC, "s");
        handled(subscriber, routed());
        FakeSubscription told = fake(subscriber);
        List<Runnable> faults = List.of(
                () -> stats.offered++,
                () -> stats.accepted++,
                () -> stats.refused++,
                () -> stats.routed++,
                () -> stats.routed--,
                () -> stats.unrouted++,
                () -> stats.discarded++,
                () -> told.matched++,
                () -> told.delivered++,
                () -> told.delivered--,
                () -> told.handled++,
                () -> told.failed++,
                () -> told.dropped++,
                () -> told.abandoned++,
                () -> told.queued++,
                () -> told.inHand++);
        for (Runnable fault : faults) {
            FakeStats before = stats.copy();
            FakeSubscription toldBefore = told.copy();
            fault.run();
            assertThat(ledger.audit(stats).count(Fault.UNACCOUNTED)).isPositive();
            stats.set(before);
            told.set(toldBefore);
        }
        ledger.verify(stats);
    }

    @Test
    void G1_catchesAListThatContradictsTheHandle() {
        LedgerSubscriber<Ledger.Entry> subscriber = subscriber(TOPIC, "s");
        handled(subscriber, routed());
        FakeSubscription listed = fake(subscriber).copy();
        listed.matched++;
        listed.dropped++;
        stats.subscriptions = List.of(listed);

        assertFault(Fault.UNACCOUNTED, 2);
    }

    /** One that left, but whose handler would not stop, is listed beside the living one that has its name. */
    @Test
    void G1_tellsTwoOfOneNameApart() {
        LedgerSubscriber<Ledger.Entry> subscriber = subscriber(TOPIC, "s");
        handled(subscriber, routed());
        FakeSubscription itself = fake(subscriber).copy();
        stats.subscriptions = List.of(new FakeSubscription("s"), itself);
        ledger.verify(stats);

        itself.matched++;
        assertThat(ledger.audit(stats).count(Fault.UNACCOUNTED)).isPositive();
    }

    @Test
    void G1_catchesAnOfferWithoutAnOutcome() {
        offer(TOPIC, Ledger.Event::new);
        stats.offered++;

        assertFault(Fault.UNACCOUNTED, 1);
    }

    @Test
    void G1_catchesAFailureThatIsToldAsHandled() {
        LedgerSubscriber<Ledger.Entry> subscriber = subscriber(TOPIC, "s");
        handled(subscriber, routed());
        subscriber.failing();

        assertFault(Fault.UNACCOUNTED, 2);
    }

    @Test
    void G1_countsFailuresOfARecordingHandler() {
        LedgerSubscriber<Ledger.Entry> subscriber = subscriber(TOPIC, "s");
        Ledger.Entry event = routed();
        Handler<Ledger.Entry> handler = subscriber.handler(e -> {
            throw new java.io.IOException("wanted");
        });
        assertThatThrownBy(() -> handler.handle(event)).hasMessage("wanted");
        fake(subscriber).matched++;
        fake(subscriber).delivered++;
        fake(subscriber).failed++;

        ledger.verify(stats);
    }

    @Test
    void G1_catchesADuplicate() {
        LedgerSubscriber<Ledger.Entry> subscriber = subscriber(TOPIC, "s");
        Ledger.Entry event = routed();
        handled(subscriber, event);
        handled(subscriber, event);

        assertThat(ledger.audit(stats).count(Fault.DUPLICATED)).isEqualTo(1);
    }

    @Test
    void G1_catchesADuplicateInPlaceOfALostEvent() {
        LedgerSubscriber<Ledger.Entry> subscriber = subscriber(TOPIC, "s");
        Ledger.Entry event = routed();
        routed();
        handled(subscriber, event);
        handled(subscriber, event);

        assertThat(ledger.audit(stats).count(Fault.DUPLICATED)).isEqualTo(1);
        assertFault(Fault.LOST, 1);
    }

    @Test
    void G1_catchesADuplicateAcrossTheConsumersOfOneSubscription() throws InterruptedException {
        LedgerSubscriber<Ledger.Entry> subscriber = ledger.sharedSubscriber(TOPIC);
        subscriber.subscribe(() -> new FakeSubscription("s"));
        Ledger.Entry event = routed();
        handled(subscriber, event);
        Thread second = new Thread(() -> handled(subscriber, event));
        second.start();
        second.join();

        assertThat(ledger.audit(stats).count(Fault.DUPLICATED)).isEqualTo(1);
    }

    @Test
    void G1_catchesARefusedEventThatArrives() {
        LedgerSubscriber<Ledger.Entry> subscriber = subscriber(TOPIC, "s");
        Ledger.Entry event = offer(TOPIC, Ledger.Event::new);
        publisher.refused(event);
        stats.offered++;
        stats.refused++;
        handled(subscriber, event);

        assertThat(ledger.audit(stats).count(Fault.UNEXPECTED)).isEqualTo(1);
    }

    @Test
    void catchesEventsNobodyOffered() {
        LedgerSubscriber<Ledger.Entry> subscriber = subscriber(TOPIC, "s");
        handled(subscriber, new Ledger.Event(7, 0));
        handled(subscriber, new Ledger.Event(0, 7));

        assertThat(ledger.audit(stats).count(Fault.UNEXPECTED)).isEqualTo(2);
    }

    @Test
    void catchesAnEventOfAnotherTopicAndOfAnotherClass() {
        LedgerSubscriber<Ledger.Entry> subscriber = subscriber(TOPIC, "s");
        LedgerSubscriber<Special> special = subscriber(TOPIC.only(Special.class), "special");
        handled(subscriber, accepted(OTHER, Ledger.Event::new));
        Ledger.Entry plain = routed();
        handled(subscriber, plain);
        @SuppressWarnings("unchecked")
        LedgerSubscriber<Ledger.Entry> heapPolluted = (LedgerSubscriber<Ledger.Entry>) (LedgerSubscriber<?>) special;
        handled(heapPolluted, plain);

        assertThat(ledger.audit(stats).count(Fault.UNEXPECTED)).isEqualTo(2);
    }

    @Test
    void drainsInboxesItselfAndCountsWhatItFinds() {
        LedgerSubscriber<Ledger.Entry> reader = ledger.subscriber(TOPIC);
        FakeInbox inbox = new FakeInbox("inbox");
        reader.inbox(() -> inbox);
        inbox.put(routed());
        inbox.put(routed());
        ledger.verify(stats);
        assertThat(inbox.delivered).isEqualTo(2);

        inbox.put(routed());
        inbox.phantoms = 1;
        assertThat(ledger.audit(stats).count(Fault.UNACCOUNTED)).isPositive();
    }

    @Test
    void theMessageListsEachCount() {
        LedgerSubscriber<Ledger.Entry> subscriber = subscriber(TOPIC, "mine");
        routed();
        fake(subscriber).matched++;

        assertThatThrownBy(() -> ledger.verify(stats))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("LOST=1")
                .hasMessageContaining("UNACCOUNTED=1")
                .hasMessageContaining("DUPLICATED=0")
                .hasMessageContaining("UNEXPECTED=0")
                .hasMessageContaining("REORDERED=0")
                .hasMessageContaining("accepted 1")
                .hasMessageContaining("mine: received 0");
    }

    @Test
    void G2_eachLaneHasItsOwnOrderAndAllSubscribersOneAmongLanes() {
        LedgerPublisher lane = ledger.lanePublisher();
        LedgerSubscriber<Ledger.Entry> subscriber = subscriber(TOPIC, "s");
        Ledger.Entry early = routed(lane);
        Ledger.Entry next = routed(lane);
        ledger.tick();
        Ledger.Entry late = routed();
        handled(subscriber, late); // the clock says nothing of a lane
        handled(subscriber, early);
        handled(subscriber, next);
        ledger.verify(stats);

        LedgerSubscriber<Ledger.Entry> other = subscriber(TOPIC, "other");
        ledger.tick();
        Ledger.Entry third = routed(lane);
        Ledger.Entry fourth = routed(lane);
        handled(subscriber, fourth);
        handled(other, fourth);
        handled(subscriber, third);
        handled(other, third);

        assertThat(ledger.audit(stats).count(Fault.REORDERED)).isPositive();
    }

    @Test
    void G2_catchesTwoSubscribersThatSeeLanesInDifferentOrders() {
        LedgerPublisher left = ledger.lanePublisher();
        LedgerPublisher right = ledger.lanePublisher();
        LedgerSubscriber<Ledger.Entry> first = subscriber(TOPIC, "first");
        LedgerSubscriber<Ledger.Entry> second = subscriber(TOPIC, "second");
        Ledger.Entry one = routed(left);
        Ledger.Entry two = routed(right);
        handled(first, one);
        handled(first, two);
        handled(second, two);
        handled(second, one);

        assertThat(ledger.audit(stats).count(Fault.REORDERED)).isPositive();
    }
}
