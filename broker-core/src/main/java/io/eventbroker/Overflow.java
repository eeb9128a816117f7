package io.eventbroker;

/**
 * What happens to a message that a subscription wants when its queue is full. Every loss is
 * {@linkplain SubscriptionStats counted} by its cause.
 *
 * <pre>{@code
 * broker.subscription(CREATED).named("screen").capacity(1_000).overflow(Overflow.DROP_OLDEST).onEvent(screen::show);
 * }</pre>
 */
public enum Overflow {
    /**
     * The new message is dropped, and what waits stays: with a capacity of 10, the eleventh message waiting is dropped. The
     * default.
     */
    DROP_NEWEST,

    /**
     * The message that has waited longest is dropped, and the new one takes its place: for subscribers who care for the
     * latest.
     */
    DROP_OLDEST,

    /**
     * The message takes the place of one with its {@linkplain Topic#keyedBy key} that waits, which is lost: for subscribers
     * who care for the latest of each. With a capacity of 10, a message with an eleventh key is dropped. Equal keys keep
     * their order, different ones need not. Through a pattern a key is that of one topic, and what has no key is the same
     * if its topic is. Subscribing to a topic without key is refused.
     *
     * <pre>{@code
     * static final Topic<Price> PRICES = Topic.of("prices", Price.class).keyedBy(Price::symbol);
     *
     * broker.subscription(PRICES).named("screen").capacity(500).overflow(Overflow.CONFLATE).onEvent(screen::show);
     * }</pre>
     */
    CONFLATE,

    /**
     * Nothing is dropped: publishers wait. When more waits than the capacity, then until there is room again publishing
     * what the subscription matches, by topic and by class of event, waits, or finds the broker full ({@code tryPublish}
     * returns false). Other publishers notice nothing. Who waits goes on when there is room, or when the subscription ends.
     * What had been published is put into the queue all the same, and so is what is {@linkplain
     * SubscriptionBuilder#replayRetained() replayed}. So the queue holds at most its capacity, what the ring and all
     * open lanes hold, one more for each publishing thread, and what was replayed. The broker's own events cannot be
     * subscribed to so.
     *
     * <p>A handler that publishes what its own subscription matches, or what leads back to it by others that have
     * asked for this, may come to wait for itself. That fails with a {@link PublishCycleException}, unless a
     * timeout ends the wait. A cycle through pull loops or other threads cannot be seen: there {@code close}, interrupts and
     * timeouts end the wait.
     *
     * <pre>{@code
     * broker.subscription(CREATED).named("billing").capacity(100).overflow(Overflow.BACKPRESSURE).onEvent(billing::refund);
     * }</pre>
     */
    BACKPRESSURE,

    /**
     * The subscription ends: for subscribers who would rather have nothing than a gap. The message that did not fit is
     * lost; those that wait are still handled, or can be taken, and then a reader gets a
     * {@link SubscriptionClosedException} whose cause tells why. It is told as {@link BrokerEvent.Disconnected}; a
     * handler learns it in no other way.
     *
     * <pre>{@code
     * Inbox<Message<Price>> replica = broker.subscription(PRICES).overflow(Overflow.DISCONNECT).messageInbox();
     * }</pre>
     */
    DISCONNECT
}
