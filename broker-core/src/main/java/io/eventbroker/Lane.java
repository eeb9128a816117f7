package io.eventbroker;

import java.util.Collection;

/**
 * The fast path of one thread to one topic: publishing without contention and, unless the topic is {@linkplain
 * Topic#keyedBy keyed}, without allocation.
 *
 * <p><b>Threads.</b> A lane belongs to the first thread that calls one of its publishing methods, for good; another gets
 * an {@link IllegalStateException}. Give each publishing thread a lane of its own; the handler of a subscription with
 * {@linkplain SubscriptionBuilder#concurrency(int) several workers} runs on as many threads. It may be opened and closed
 * by any thread. (On a manual broker, whose handlers all run on one thread, it belongs to the worker whose handler first
 * published through it, or to the thread outside handlers.)
 *
 * <p><b>Ordering.</b> A lane is first in, first out. Between lanes, and between a lane and {@link Broker#publish}, even
 * by one thread, there is an order, one and the same for all subscribers, but it need not be that of the clock: if the
 * order between two events matters, publish them through the same lane. A subscription made by the thread that
 * publishes sees exactly what it publishes afterwards, as without a lane.
 *
 * <p><b>Visibility.</b> What the thread did before publishing happens-before what a handler does with the event.
 *
 * <p><b>Full.</b> A lane buffers up to {@link BrokerConfig#withLaneSize(int)} events that the broker thread has not
 * routed yet; then {@code publish} waits and {@code tryPublish} returns false. So they do while a subscription with {@link
 * Overflow#BACKPRESSURE} is full that matches the event. The broker thread serves all lanes in turn: a busy one does not
 * hold up the others.
 *
 * <p><b>Closing.</b> What a lane accepted is routed, also if the lane or the broker is closed afterwards. Close a lane
 * that is no longer needed: until then it is looked at in each round of the broker thread, and its topic's name keeps
 * its definition.
 *
 * <pre>{@code
 * try (Lane<Price> lane = broker.lane(PRICES)) {
 *   while (feed.hasNext()) {
 *     lane.publish(feed.next());
 *   }
 * }
 * }</pre>
 *
 * @param <T> the type of the topic's events
 */
public interface Lane<T> extends AutoCloseable {
    /**
     * Publishes an event, waiting while the lane, or a subscription with {@link Overflow#BACKPRESSURE} that matches the
     * event, is full. A publish that need not wait ignores (and keeps) the interrupt status.
     *
     * @param event what to publish; not copied, so it should be immutable or left alone
     * @throws NullPointerException if {@code event} is null
     * @throws IllegalArgumentException if the topic's {@linkplain Topic#keyedBy key function} returns what cannot be a
     *     key; what that function throws is thrown here, too; nothing was published
     * @throws IllegalStateException if another thread owns the lane, or the lane is closed; nothing was published
     * @throws BrokerClosedException if the broker is closing (handlers may publish for a while, as
     *     {@link Broker#close(java.time.Duration)} tells), closed or failed; nothing was published
     * @throws java.util.concurrent.CancellationException if interrupted while waiting (the status is kept); nothing was
     *     published
     * @throws PublishCycleException if the caller is a handler that would wait for itself, directly or by way of others;
     *     nothing was published
     */
    void publish(T event);

    /**
     * Publishes an event if there is room now, as {@link #publish} describes. It never waits, so no interrupt concerns it,
     * and no cycle.
     *
     * @param event what to publish
     * @return true if accepted; false if the lane, or a subscription with {@link Overflow#BACKPRESSURE} that matches the
     *     event, is full: then nothing was published
     * @throws NullPointerException if {@code event} is null
     * @throws IllegalArgumentException if the topic's {@linkplain Topic#keyedBy key function} returns what cannot be a
     *     key; what that function throws is thrown here, too; nothing was published
     * @throws IllegalStateException if another thread owns the lane, or the lane is closed; nothing was published
     * @throws BrokerClosedException if the broker is closing (handlers may publish for a while, as
     *     {@link Broker#close(java.time.Duration)} tells), closed or failed; nothing was published
     */
    @CheckReturnValue
    boolean tryPublish(T event);

    /**
     * Publishes events one after the other, each waiting as {@link #publish} does; there may be more of them than the lane
     * holds. They are in the order of the collection's iterator, with nothing of this lane between them. The collection is
     * copied, and the topic's key function called for each event, before the first is published.
     *
     * <p>If a close, a failure of the broker, an interrupt or a cycle ends it after some were accepted, their number is
     * returned, and nothing after the one that was refused is offered: so compare the result with the size. After a close
     * or a failure the next call throws. After an interrupt, whose status is kept, or a cycle the next call throws only if
     * it must wait again.
     *
     * @param events what to publish; may be empty
     * @return how many were accepted: always the first so many
     * @throws NullPointerException if {@code events} or one of them is null; nothing was published
     * @throws IllegalArgumentException if the topic's {@linkplain Topic#keyedBy key function} returns what cannot be a
     *     key; what that function throws is thrown here, too; nothing was published
     * @throws IllegalStateException if another thread owns the lane, or the lane is closed; nothing was published
     * @throws BrokerClosedException if the broker is closing, closed or failed; nothing was published
     * @throws java.util.concurrent.CancellationException if interrupted while waiting (the status is kept); nothing was
     *     published
     * @throws PublishCycleException if the caller is a handler that would wait for itself, directly or by way of others;
     *     nothing was published
     */
    int publishAll(Collection<? extends T> events);

    /**
     * Closes the lane, and returns when all it accepted has been routed: a lane opened afterwards comes after it. Called
     * by another thread than the owner it races with what the owner is publishing, which is accepted, or refused by an
     * exception and counted nowhere, and it takes a millisecond. Waits for the broker thread, whatever interrupts come
     * (the status is kept). Does nothing if the lane is closed, or the broker has ended.
     */
    @Override
    void close();
}
