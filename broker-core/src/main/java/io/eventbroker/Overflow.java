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
     * latest. Should a consumer be stopped in the very moment of taking a message, and its place be needed, the new one is
     * dropped.
     */
    DROP_OLDEST,

    /**
     * The subscription ends: for subscribers who would rather have nothing than a gap. The message that did not fit is
     * lost; those that wait are still handled, or can be taken, and then a reader gets a
     * {@link SubscriptionClosedException} whose cause tells why. It is told as {@link BrokerEvent.Disconnected}.
     */
    DISCONNECT
}
