package io.eventbroker;

import org.jspecify.annotations.Nullable;

/** The settings of one subscription to come. */
final class SubscriptionSpec<T> implements SubscriptionBuilder<T> {
    /** Makes subscriptions of settings. */
    interface Opener {
        <T> Subscription push(SubscriptionSpec<T> spec, Handler<? super T> handler);

        <T> Inbox<T> pull(SubscriptionSpec<T> spec);
    }

    final TopicPattern<T> source;
    private final Opener opener;

    @Nullable String name;

    int capacity;
    Overflow overflow;
    int workers = 1;

    SubscriptionSpec(TopicPattern<T> source, int capacity, Overflow overflow, Opener opener) {
        this.source = Checks.requireNonNull(source, "the topic or pattern to subscribe to");
        this.capacity = capacity;
        this.overflow = overflow;
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
    public Subscription onEvent(Handler<? super T> handler) {
        return opener.push(this, Checks.requireNonNull(handler, "handler"));
    }

    @Override
    public Inbox<T> inbox() {
        if (workers > 1) {
            throw new IllegalStateException(
                    "concurrency " + workers + " has no meaning for an inbox; let that many threads read it instead");
        }
        return opener.pull(this);
    }
}
