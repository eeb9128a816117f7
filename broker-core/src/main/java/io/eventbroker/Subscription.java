package io.eventbroker;

/**
 * A subscription: who receives what. Its methods may be called by any thread, handlers included, and answer for ever,
 * also after the subscription or the broker has ended.
 *
 * <p>A subscription lasts until {@link #unsubscribe()}, until the broker closes or fails, or until it is full if it asked
 * for {@link Overflow#DISCONNECT}; letting go of this handle does not end it.
 *
 * <pre>{@code
 * Subscription mails = broker.subscribe(CREATED, mailer::send);
 * mails.unsubscribe();                                                  // what waits for the handler is abandoned
 * }</pre>
 */
public interface Subscription {
    /**
     * The name given by {@link SubscriptionBuilder#named(String)}; without it, the topic's name and a number.
     *
     * @return the name
     */
    String name();

    /**
     * What became of the messages so far.
     *
     * @return a snapshot
     */
    SubscriptionStats stats();

    /**
     * Ends the subscription. When this returns, nothing more is put into its queue.
     *
     * <p>Push: no further handler call is started, except at most one per worker that was already under way; what waits
     * is {@link SubscriptionStats#abandoned() abandoned}. Inbox: what waits, up to everything published before this
     * call, can still be taken; then the inbox ends. Publishers that wait for room in it ({@link Overflow#BACKPRESSURE}) go
     * on.
     *
     * <p>Waits until the broker thread has routed what was published before this call; never waits for a handler. An
     * interrupt does not end that wait (the status is kept). A second call does nothing, nor does one after the broker
     * closed.
     *
     * @throws IllegalStateException on a {@link ManualBroker} if nothing can be stepped to bring the end about
     */
    void unsubscribe();
}
