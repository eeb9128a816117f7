package io.eventbroker;

/**
 * A snapshot of what became of the messages a subscription matched. Immutable.
 *
 * <p>When the subscription is at rest, every message is accounted for:
 *
 * <pre>{@code
 * matched + replayed = delivered + dropped + abandoned + queued + inHand
 * delivered = handled + failed                                     // push subscriptions
 * }</pre>
 *
 * <p>While messages are moving, the terms are read one after the other: no total ever goes backwards, and a snapshot
 * never shows more delivered than was matched and replayed.
 */
public interface SubscriptionStats {
    /**
     * The subscription's name.
     *
     * @return the name
     */
    String name();

    /**
     * Messages that were for this subscription, whatever became of them.
     *
     * @return a count since the subscription began
     */
    long matched();

    /**
     * Messages that had been retained and were for this subscription when it began, whatever became of them; see
     * {@link SubscriptionBuilder#replayRetained()}.
     *
     * @return a count
     */
    long replayed();

    /**
     * Messages that reached their end at the subscriber: for push, handler calls that ended; for an inbox, events a
     * reader was given.
     *
     * @return a count since the subscription began
     */
    long delivered();

    /**
     * Handler calls that returned normally; 0 for an inbox.
     *
     * @return a count since the subscription began
     */
    long handled();

    /**
     * Handler calls that threw, also those that did so on account of the interrupt at a close's deadline; 0 for an inbox.
     *
     * @return a count since the subscription began
     */
    long failed();

    /**
     * Messages lost by the {@link Overflow} policy: {@code droppedNewest + droppedOldest + conflated + disconnected}.
     *
     * @return a count since the subscription began
     */
    long dropped();

    /**
     * New messages that found the queue full and were dropped; see {@link Overflow#DROP_NEWEST}.
     *
     * @return a count since the subscription began
     */
    long droppedNewest();

    /**
     * Messages that had waited longest and made room; see {@link Overflow#DROP_OLDEST}.
     *
     * @return a count since the subscription began
     */
    long droppedOldest();

    /**
     * Messages that others of the same key have replaced while they waited; see {@link Overflow#CONFLATE}.
     *
     * @return a count since the subscription began
     */
    long conflated();

    /**
     * Messages that found the queue full and ended the subscription: one at most; see {@link Overflow#DISCONNECT}.
     *
     * @return a count since the subscription began
     */
    long disconnected();

    /**
     * Messages that were waiting when a push subscription was unsubscribed, the broker's close reached its deadline or the
     * broker failed; 0 for an inbox, whose waiting messages can still be taken. What waits behind a handler call that is
     * still running is abandoned when that call ends, or when the broker has closed.
     *
     * @return a count since the subscription began
     */
    long abandoned();

    /**
     * Messages waiting now.
     *
     * @return from 0 to the subscription's capacity, or with {@link Overflow#BACKPRESSURE} also more
     */
    long queued();

    /**
     * Messages taken and not yet delivered: handler calls running, and events that an inbox iterator's {@code hasNext}
     * has taken and {@code next} has not given.
     *
     * @return a number now
     */
    long inHand();

    /**
     * Messages lost after the last that was taken or still can be taken: what no {@link Message#missedBefore()} has
     * told. What was abandoned is not in it. (Of a push subscription that did not ask for messages, those lost after
     * the last that was put in: where its losses lie among what was abandoned it does not know.)
     *
     * @return 0 while the subscription runs; at its end, a number
     */
    long missedAtEnd();

    /**
     * Whether a handler call was still running when the broker's close gave up on it. False once that call has ended.
     *
     * @return whether a handler would not stop
     */
    boolean stuck();
}
