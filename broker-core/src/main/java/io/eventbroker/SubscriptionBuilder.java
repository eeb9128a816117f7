package io.eventbroker;

/**
 * Settings of a subscription to come. Nothing happens until {@link #onEvent(Handler)}, {@link #onMessage(Handler)},
 * {@link #inbox()} or {@link #messageInbox()} ends the chain. For use by one thread.
 *
 * <pre>{@code
 * broker.subscription(CREATED).named("notifications").capacity(1_000).onEvent(mailer::send);
 * }</pre>
 *
 * @param <T> the type of the events
 */
public interface SubscriptionBuilder<T> {
    /** The largest capacity, in events. */
    int MAX_CAPACITY = 1 << 24;

    /** The most workers of one subscription. */
    int MAX_CONCURRENCY = 1_024;

    /**
     * Names the subscription, for statistics, threads and log lines. Without it the name is the topic's and a number, such
     * as {@code returns-1}.
     *
     * @param name 1 to 256 characters, not blank, without control characters; no living subscription of the broker may
     *     have it
     * @return this builder
     * @throws NullPointerException if {@code name} is null
     * @throws IllegalArgumentException if {@code name} is not allowed
     */
    @CheckReturnValue
    SubscriptionBuilder<T> named(String name);

    /**
     * How many events may wait, not counting those a handler has in hand. With a capacity of 10, the eleventh event
     * waiting {@linkplain #overflow(Overflow) overflows}. Without it, {@link BrokerConfig#withDefaultCapacity(int)} decides:
     * 256 unless configured.
     *
     * <p>With {@link Overflow#CONFLATE} it is the number of keys of which an event may wait, with
     * {@link Overflow#BACKPRESSURE} how many may wait before publishers do, and with {@link #orderedByKey()} it is that of
     * all workers together. Places, of about 4 bytes, are allocated as they are needed: a queue doubles until its
     * capacity and two more fit, and stays so; with {@link #orderedByKey()} each worker's does. With
     * {@link Overflow#BACKPRESSURE} it goes on in pieces of at most 1,024, which are let go of when read.
     *
     * @param events from 1 to {@value #MAX_CAPACITY}, exact
     * @return this builder
     * @throws IllegalArgumentException if {@code events} is out of range
     */
    @CheckReturnValue
    SubscriptionBuilder<T> capacity(int events);

    /**
     * What happens when the queue is full. Without it, {@link BrokerConfig#withDefaultOverflow(Overflow)} decides:
     * {@link Overflow#DROP_NEWEST} unless configured.
     *
     * @param policy what is lost, or who waits
     * @return this builder
     * @throws NullPointerException if {@code policy} is null
     */
    @CheckReturnValue
    SubscriptionBuilder<T> overflow(Overflow policy);

    /**
     * How many workers call the handler at a time; 1 unless said otherwise. Each takes one event at a time, so that with
     * several the order is that of taking. Not for an inbox: read that by several threads instead.
     *
     * @param workers from 1 to {@value #MAX_CONCURRENCY}
     * @return this builder
     * @throws IllegalArgumentException if {@code workers} is out of range
     */
    @CheckReturnValue
    SubscriptionBuilder<T> concurrency(int workers);

    /**
     * Has events with equal keys handled one after the other, in order, also with several workers: each key has its worker.
     * The {@linkplain #capacity(int) capacity} is that of all workers together. Through a pattern a key is that of one
     * topic, and all events of a topic without key have one worker. Not for an inbox, nor for a topic without key.
     *
     * <pre>{@code
     * broker.subscription(PAYMENTS).named("ledger").concurrency(8).orderedByKey().overflow(Overflow.BACKPRESSURE)
     *     .onEvent(p -> balances.merge(p.account(), p.pence(), Long::sum));
     * }</pre>
     *
     * @return this builder
     */
    @CheckReturnValue
    SubscriptionBuilder<T> orderedByKey();

    /**
     * Begins with the events that the broker {@linkplain Topic#retaining retains} of matching topics, in their order, and
     * goes on with those that are published from then on: none is missed in between, and none comes twice. Where nothing is
     * retained it changes nothing. They are put into the queue before the first of them is handled, the oldest first, so
     * its {@linkplain #capacity(int) capacity} should hold them all: what does not fit {@linkplain #overflow(Overflow)
     * overflows} like others.
     *
     * <pre>{@code
     * broker.subscription(CONFIG).replayRetained().onEvent(service::configure);
     * }</pre>
     *
     * @return this builder
     */
    @CheckReturnValue
    SubscriptionBuilder<T> replayRetained();

    /**
     * Subscribes a handler. A publish that begins after this returns is seen; one that happened before the call is not.
     *
     * @param handler called for each event, as {@link Handler} describes
     * @return the subscription
     * @throws NullPointerException if {@code handler} is null
     * @throws IllegalStateException if settings contradict what is subscribed to ({@link Overflow#CONFLATE}, also by
     *     default, or {@link #orderedByKey()} on a topic without key, {@link Overflow#BACKPRESSURE} on the broker's own
     *     events); if a living subscription has the name, if the topic's name is in use with another definition, or if the
     *     {@linkplain BrokerConfig#withThreadFactory thread factory} did not make a new thread; what that factory throws is
     *     thrown here, and nothing has changed
     * @throws BrokerClosedException if the broker is closing, closed or failed
     */
    Subscription onEvent(Handler<? super T> handler);

    /**
     * Subscribes a handler that is told more than the event, above all what it missed. Otherwise as
     * {@link #onEvent(Handler)}.
     *
     * @param handler called for each message, as {@link Handler} describes
     * @return the subscription
     * @throws NullPointerException if {@code handler} is null
     * @throws IllegalStateException as with {@link #onEvent(Handler)}
     * @throws BrokerClosedException if the broker is closing, closed or failed
     */
    Subscription onMessage(Handler<? super Message<T>> handler);

    /**
     * Subscribes an inbox. A publish that begins after this returns is seen; one that happened before the call is not.
     *
     * @return the inbox
     * @throws IllegalStateException if a living subscription has the name, if the topic's name is in use with another
     *     definition, if settings contradict what is subscribed to, as with {@link #onEvent(Handler)}, or if
     *     {@link #concurrency(int)} asked for several workers, or {@link #orderedByKey()} for anything
     * @throws BrokerClosedException if the broker is closing, closed or failed
     */
    @CheckReturnValue
    Inbox<T> inbox();

    /**
     * Subscribes an inbox that tells more than the event, above all what was missed. Otherwise as {@link #inbox()}.
     *
     * @return the inbox
     * @throws IllegalStateException as with {@link #inbox()}
     * @throws BrokerClosedException if the broker is closing, closed or failed
     */
    @CheckReturnValue
    Inbox<Message<T>> messageInbox();
}
