package io.eventbroker;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts what a test offers and what its subscribers receive, event by event, and compares that with the broker's own
 * statistics. Nothing is inferred from the broker's counters: whatever the ledger did not see itself has to be
 * explained by them, to the last event.
 *
 * <pre>{@code
 * Ledger ledger = new Ledger();
 * Topic<Ledger.Event> topic = Topic.of("orders", Ledger.Event.class);
 *
 * LedgerSubscriber<Ledger.Event> billing = ledger.subscriber(topic);            // before the terminal of the builder
 * billing.subscribe(() -> broker.subscription(topic).capacity(10).onEvent(billing.handler()));
 * LedgerSubscriber<Ledger.Event> audit = ledger.subscriber(topic);
 * Inbox<Ledger.Event> inbox = audit.inbox(() -> broker.inbox(topic));
 *
 * LedgerPublisher publisher = ledger.publisher();                               // one for each publishing thread
 * publisher.publish(broker, topic, Ledger.Event::new);                          // also tryPublish; or offer + accepted
 * LedgerLane<Ledger.Event> lane = ledger.lane(broker, topic);                   // its publishes, likewise
 * lane.publish(Ledger.Event::new);
 * audit.received(inbox.take());                                                 // what was pulled, by who pulled it
 * billing.unsubscribe();                                                        // not subscription.unsubscribe()
 *
 * ledger.verify(broker.close(Duration.ofSeconds(10)));                          // or broker.stats() of a broker at rest
 * }</pre>
 *
 * <p>Rules: every subscription and every publish of the broker goes through the ledger. {@link #subscriber} is for one
 * consumer at a time (a handler with one worker, an inbox with one reader), {@link #sharedSubscriber} for several; both
 * record an event when it was taken, on the thread that took it. Own event types implement {@link Entry} and are made
 * by the publisher's {@link Maker}; for {@code only(type)} use several of them. {@code verify} needs a broker at rest
 * (quiescent or closed) and what the recording threads did to be visible (they were joined, or quiescence was awaited);
 * it drains the inboxes itself and may be called again later.
 *
 * <p>What must be 0: <em>lost</em> (accepted, matched, and nowhere), <em>unaccounted</em> (counts that do not agree, and
 * offers without an outcome), <em>duplicated</em>, <em>unexpected</em> (refused or never offered, of another topic or
 * class, from before the subscription or after it), <em>reordered</em> (there is no one order, which keeps each
 * publisher's and each lane's own, and, lanes aside, that of publishes of which one returned before the other began, that
 * all consumers agree with).
 */
final class Ledger {
    /** An event that knows who published it and its number there. */
    interface Entry {
        int publisher();

        int number();
    }

    /** The plain event for tests that need no type of their own. */
    record Event(int publisher, int number) implements Entry {}

    /** Makes the event of a publisher's next number, such as {@code Event::new}. */
    @FunctionalInterface
    interface Maker<E extends Entry> {
        E make(int publisher, int number);
    }

    /** What an event was published to, and as what. */
    record Kind(String topic, Class<?> type) {
        boolean matches(TopicPattern<?> pattern) {
            return pattern.type().isAssignableFrom(type) && ReferenceQueue.matches(pattern.name(), topic);
        }
    }

    private final List<LedgerPublisher> publishers = new CopyOnWriteArrayList<>();
    private final List<LedgerSubscriber<?>> subscribers = new CopyOnWriteArrayList<>();
    private final List<Kind> kinds = new CopyOnWriteArrayList<>();
    private final Map<Kind, Integer> kindNumbers = new ConcurrentHashMap<>();
    private final AtomicInteger clock = new AtomicInteger();

    /** A recorder of offers, for one thread at a time. */
    synchronized LedgerPublisher publisher() {
        return add(new LedgerPublisher(this, publishers.size(), true));
    }

    /**
     * A recorder of what is offered through one lane, for one thread at a time: it keeps its own order, but the clock says
     * nothing of the order among lanes and others.
     */
    synchronized LedgerPublisher lanePublisher() {
        return add(new LedgerPublisher(this, publishers.size(), false));
    }

    /** Opens a lane that records. */
    <E extends Entry> LedgerLane<E> lane(Broker broker, Topic<E> topic) {
        return new LedgerLane<>(broker.lane(topic), topic, lanePublisher());
    }

    private LedgerPublisher add(LedgerPublisher publisher) {
        publishers.add(publisher);
        return publisher;
    }

    /** A recorder of receipts, for one consumer at a time. */
    <T extends Entry> LedgerSubscriber<T> subscriber(TopicPattern<T> from) {
        return add(new LedgerSubscriber<>(this, from, false));
    }

    /** A recorder of receipts, for several consumers, each a thread. */
    <T extends Entry> LedgerSubscriber<T> sharedSubscriber(TopicPattern<T> from) {
        return add(new LedgerSubscriber<>(this, from, true));
    }

    /**
     * Compares, at rest.
     *
     * @throws AssertionError with every count and the first findings, if one thing does not agree
     */
    void verify(BrokerStats stats) {
        LedgerFindings findings = audit(stats);
        if (!findings.isClean()) {
            throw new AssertionError(findings.toString());
        }
    }

    LedgerFindings audit(BrokerStats stats) {
        return new LedgerAudit(publishers, subscribers, List.copyOf(kinds)).audit(stats);
    }

    /**
     * Moves the ledger's clock. Publishes that returned before a tick must come before those that began after it;
     * publishers tick now and then by themselves.
     */
    int tick() {
        return clock.incrementAndGet();
    }

    int now() {
        return clock.get();
    }

    int kindNumber(Kind kind) {
        Integer known = kindNumbers.get(kind);
        return known != null ? known : addKind(kind);
    }

    private synchronized int addKind(Kind kind) {
        return kindNumbers.computeIfAbsent(kind, added -> {
            kinds.add(added);
            return kinds.size() - 1;
        });
    }

    private <T extends Entry> LedgerSubscriber<T> add(LedgerSubscriber<T> subscriber) {
        subscribers.add(subscriber);
        return subscriber;
    }
}
