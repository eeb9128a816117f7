package io.eventbroker;

import java.time.Instant;

/**
 * An event with what the broker knows of it, for subscribers who {@linkplain SubscriptionBuilder#onMessage ask} for that.
 * Not changed once it is received.
 *
 * <p>A subscriber learns here what it missed, at the place where it missed it:
 *
 * <pre>{@code
 * broker.subscription(PRICES).named("chart").onMessage(m -> {
 *   if (m.missedBefore() > 0) chart.gap(m.missedBefore());
 *   chart.add(m.event());
 * });
 * Inbox<Message<Price>> prices = broker.subscription(PRICES).messageInbox();      // the same, to be read
 * }</pre>
 *
 * @param <T> the type of the event
 */
public interface Message<T> {
    /**
     * What was published.
     *
     * @return the event
     */
    T event();

    /**
     * Where it was published; through a pattern, the name of the event's own topic.
     *
     * @return the topic's name
     */
    String topic();

    /**
     * Its position in the one order of all messages that the broker took, from 1: the same for all subscribers, with jumps
     * where a subscriber does not match, or missed something. A message that was retained keeps its own. The broker's own
     * events have an order of their own.
     *
     * @return the position
     */
    long sequence();

    /**
     * How many messages meant for this subscription were lost between the one received before, by whichever of its
     * consumers, and this one. With {@link Overflow#CONFLATE}: how many this one has replaced, and how many were dropped
     * before it came. With {@link SubscriptionBuilder#orderedByKey()} only those count whose keys have the same worker as
     * this one's. What is lost at the end is {@link SubscriptionStats#missedAtEnd()}; all together is
     * {@link SubscriptionStats#dropped()}.
     *
     * @return a number, mostly 0
     */
    long missedBefore();

    /**
     * When the broker took it, by the system clock (on a {@link ManualBroker}, too); messages taken together have one time.
     * A message that was retained keeps its own.
     *
     * @return the time
     */
    Instant publishedAt();
}
