package io.eventbroker;

import org.jspecify.annotations.Nullable;

/** The settings of one subscription to come. */
final class SubscriptionSpec<T> implements SubscriptionBuilder<T> {
    /** Makes subscriptions of settings. */
    interface Opener {
        <E> Subscription push(SubscriptionSpec<?> spec, Handler<? super E> handler);

        <E> Inbox<E> pull(SubscriptionSpec<?> spec);
    }

    final TopicPattern<T> source;
    private final Opener opener;

    @Nullable String name;

    int capacity;
    Overflow overflow;
    int workers = 1;
    boolean isOrderedByKey;
    boolean isToReplay;

    /** Whether the subscriber is given messages, not events. */
    boolean isForMessages;

    SubscriptionSpec(TopicPattern<T> source, int capacity, Overflow overflow, Opener opener) {
        this.source = Checks.requireNonNull(source, "the topic or pattern to subscribe to");
        this.capacity = capacity;
        boolean isAllowed = overflow != Overflow.BACKPRESSURE && overflow != Overflow.CONFLATE;
        this.overflow = isAllowed || !isOfBroker() ? overflow : Overflow.DROP_NEWEST;
        this.opener = opener;
    }

    @Override
    public SubscriptionBuilder<T> named(String name) {
        this.name = Checks.requireLabel("subscription name", name);
        return this;
    }

    @Override
    public SubscriptionBuilder<T> capacity(int events) {
        this.capacity = Checks.requireRange("capacity", events, 1, MAX_CAPACITY);
        return this;
    }

    @Override
    public SubscriptionBuilder<T> overflow(Overflow policy) {
        this.overflow = Checks.requireNonNull(policy, "policy");
        return this;
    }

    @Override
    public SubscriptionBuilder<T> concurrency(int workers) {
        this.workers = Checks.requireRange("concurrency", workers, 1, MAX_CONCURRENCY);
        return this;
    }

    @Override
    public SubscriptionBuilder<T> orderedByKey() {
        this.isOrderedByKey = true;
        return this;
    }

    @Override
    public SubscriptionBuilder<T> replayRetained() {
        this.isToReplay = true;
        return this;
    }

    @Override
    public Subscription onEvent(Handler<? super T> handler) {
        return push(handler, false);
    }

    @Override
    public Subscription onMessage(Handler<? super Message<T>> handler) {
        return push(handler, true);
    }

    @Override
    public Inbox<T> inbox() {
        return pull(false);
    }

    @Override
    public Inbox<Message<T>> messageInbox() {
        return pull(true);
    }

    private <E> Subscription push(Handler<? super E> handler, boolean forMessages) {
        Checks.requireNonNull(handler, "handler");
        return opener.push(settled(forMessages), handler);
    }

    private <E> Inbox<E> pull(boolean forMessages) {
        if (workers > 1 || isOrderedByKey) {
            throw new IllegalStateException((isOrderedByKey ? "orderedByKey" : "concurrency " + workers)
                    + " has no meaning for an inbox; let several threads read it instead, or use onEvent");
        }
        return opener.pull(settled(forMessages));
    }

    /** These settings, now that all are known; refuses those that contradict what is subscribed to. */
    private SubscriptionSpec<T> settled(boolean forMessages) {
        TopicDefinition topic = source.definition;
        if (topic != null && topic.key() == null && (isOrderedByKey || overflow == Overflow.CONFLATE)) {
            throw new IllegalStateException((isOrderedByKey ? "orderedByKey" : "CONFLATE") + " needs a key, and "
                    + topic + " has none; define the topic with keyedBy, or choose otherwise");
        }
        if (isOfBroker() && overflow == Overflow.BACKPRESSURE) {
            throw new IllegalStateException("BACKPRESSURE on " + topic
                    + " would have the broker wait for a subscriber; choose another policy, and a larger capacity");
        }
        isForMessages = forMessages;
        return this;
    }

    boolean isOfBroker() {
        return BrokerEvent.TOPIC.definition().equals(source.definition);
    }
}
