package io.eventbroker;

/**
 * What a push subscription does with an event.
 *
 * <p><b>Threads.</b> A subscription with one worker (the default) calls its handler for one event at a time, in order,
 * and one call happens-before the next. With {@link SubscriptionBuilder#concurrency(int) several workers} the handler
 * must be safe for use by several threads.
 *
 * <p><b>Failure.</b> Whatever is thrown, an {@link Error} included, is caught, counted as
 * {@link SubscriptionStats#failed() failed}, told as {@link BrokerEvent.HandlerFailed} and logged (logger
 * {@code io.eventbroker.Broker}: the first failure under a subscription's name at WARN, further ones at DEBUG);
 * the next event is handled as usual and no other subscription notices.
 *
 * <p><b>Waiting.</b> A handler may block: it delays its own subscription only, and where that asked for
 * {@link Overflow#BACKPRESSURE}, the publishers of what it matches. It may publish, which fails with a
 * {@link PublishCycleException} where it would wait for itself, subscribe, unsubscribe and close; once the broker is
 * closing it may no longer subscribe or open a lane, and publish only for a while, as
 * {@link Broker#close(java.time.Duration)} tells. Work that it hands to another thread is nobody's handler: close does not
 * wait for it, and it is refused like any outsider once closing has begun. When {@link Broker#close(java.time.Duration)}
 * reaches its deadline, a handler still running is interrupted once. The interrupt status is cleared after each call.
 *
 * @param <T> the type of the events
 */
@FunctionalInterface
public interface Handler<T> {
    /**
     * Handles one event.
     *
     * @param event the event, never null
     * @throws Exception if the event could not be handled; it is counted and logged, not rethrown
     */
    void handle(T event) throws Exception;
}
