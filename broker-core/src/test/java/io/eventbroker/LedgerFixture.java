package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventbroker.LedgerFakes.FakeStats;
import io.eventbroker.LedgerFakes.FakeSubscription;
import io.eventbroker.LedgerFindings.Fault;

/** A ledger, and statistics set by hand that agree with it until a test makes them differ. */
abstract class LedgerFixture {
    static final Topic<Ledger.Entry> TOPIC = Topic.of("topic", Ledger.Entry.class);
    static final Topic<Ledger.Entry> OTHER = Topic.of("other", Ledger.Entry.class);

    record Special(int publisher, int number) implements Ledger.Entry {}

    final Ledger ledger = new Ledger();
    final LedgerPublisher publisher = ledger.publisher();
    final FakeStats stats = new FakeStats();

    void assertFault(Fault fault, long count) {
        LedgerFindings findings = ledger.audit(stats);
        assertThat(findings.count(fault)).as("%s", findings).isEqualTo(count);
        assertThatThrownBy(() -> ledger.verify(stats)).isInstanceOf(AssertionError.class);
    }

    <T extends Ledger.Entry> LedgerSubscriber<T> subscriber(TopicPattern<T> from, String name) {
        LedgerSubscriber<T> subscriber = ledger.subscriber(from);
        subscriber.subscribe(() -> new FakeSubscription(name));
        return subscriber;
    }

    static FakeSubscription fake(LedgerSubscriber<?> subscriber) {
        return (FakeSubscription) subscriber.subscription();
    }

    <T extends Ledger.Entry> void handled(LedgerSubscriber<T> subscriber, T event) {
        subscriber.received(event);
        FakeSubscription told = fake(subscriber);
        told.matched++;
        told.delivered++;
        told.handled++;
    }

    Ledger.Entry offer(Topic<Ledger.Entry> topic, Ledger.Maker<Ledger.Entry> maker) {
        return publisher.offer(topic, maker);
    }

    Ledger.Entry routed() {
        stats.routed++;
        return accepted(TOPIC, Ledger.Event::new);
    }

    Ledger.Entry routed(LedgerPublisher by) {
        stats.routed++;
        stats.offered++;
        stats.accepted++;
        Ledger.Entry event = by.offer(TOPIC, Ledger.Event::new);
        by.accepted(event);
        return event;
    }

    Ledger.Entry accepted(Topic<Ledger.Entry> topic, Ledger.Maker<Ledger.Entry> maker) {
        stats.offered++;
        stats.accepted++;
        Ledger.Entry event = offer(topic, maker);
        publisher.accepted(event);
        return event;
    }
}
