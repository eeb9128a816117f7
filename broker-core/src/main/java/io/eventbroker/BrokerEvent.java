package io.eventbroker;

import java.time.Duration;

/**
 * What a broker tells about itself, on a topic of its own: {@link #TOPIC}. Subscribe to what you want to know by its
 * class; more kinds of events may come in later versions.
 *
 * <p>Dead letters, for example, are two of them:
 *
 * <pre>{@code
 * broker.subscription(BrokerEvent.TOPIC.only(HandlerFailed.class)).named("parking lot").capacity(10_000)
 *     .onEvent(f -> store(f.subscription(), f.event(), f.cause()));
 * broker.subscribe(BrokerEvent.TOPIC.only(Unrouted.class), u -> log.warn("nobody wanted {}", u.event()));
 * }</pre>
 *
 * <p>A dead letter that finds its subscription full is lost; that is counted and logged, so give it room. Whoever
 * publishes a dead letter again is answered by another if it fails or goes unwanted again: limit the number of attempts.
 *
 * <p>Broker events go to their subscribers directly, not through the rings of what is published, so they arrive also
 * when those are full. They come in the order in which they were made, which says nothing about the order of other
 * events. Their subscriptions are as bounded as others, and drop when full, or end ({@link Overflow#DISCONNECT}); {@link
 * Overflow#BACKPRESSURE} and {@link Overflow#CONFLATE} are refused. No pattern matches their topic. They are the last to
 * end when the broker closes: what a handler does until then is told. Their own drops are counted and logged, but make no
 * broker events, which might be lost in turn.
 *
 * <p>A handler of broker events that fails makes no {@link HandlerFailed}, and a broker event that nobody wants no
 * {@link Unrouted}. {@link HandlerFailed}, {@link DropsBegan}, {@link DropsEnded}, {@link Disconnected} and {@link Failed} are
 * also logged, under the name of {@link Broker}: the first failure under a subscription's name at WARN, further ones at
 * DEBUG; the begin of drops at WARN, the end at INFO; a disconnected subscription at WARN; the failure of the broker at
 * ERROR. The others are not.
 */
public interface BrokerEvent {
    /** Where the events of a broker are subscribed to. It cannot be published to. */
    Topic<BrokerEvent> TOPIC = Topic.ofBroker("$broker.events", BrokerEvent.class);

    /**
     * A handler threw. A subscription's worker takes the next event when the broker has taken note of this one.
     *
     * @param subscription the subscription's name
     * @param topic the topic of the event
     * @param event the event it was called with, also where that came as a {@link Message}
     * @param cause what it threw
     */
    record HandlerFailed(String subscription, String topic, Object event, Throwable cause) implements BrokerEvent {}

    /**
     * A message was published that no subscription wanted. Made only while somebody subscribes to it.
     *
     * @param topic where it was published
     * @param event what was published
     */
    record Unrouted(String topic, Object event) implements BrokerEvent {}

    /**
     * A subscription was full, and began to drop events. The episode lasts until its queue has drained to half and the
     * broker has taken note of it.
     *
     * @param subscription the subscription's name
     * @param topic what it subscribes to
     * @param capacity its capacity
     */
    record DropsBegan(String subscription, String topic, int capacity) implements BrokerEvent {}

    /**
     * A subscription that had dropped events does so no longer: its queue has drained to half, or it has ended.
     *
     * @param subscription the subscription's name
     * @param topic what it subscribes to
     * @param dropped how many events it dropped since {@link DropsBegan}
     */
    record DropsEnded(String subscription, String topic, long dropped) implements BrokerEvent {}

    /**
     * A subscription that loses nothing has more waiting than its capacity: publishers of what it matches wait until there
     * is room; see {@link Overflow#BACKPRESSURE}. Told again when its queue has drained to half meanwhile.
     *
     * @param subscription the subscription's name
     * @param topic what it subscribes to
     * @param capacity its capacity
     */
    record PublishersWaiting(String subscription, String topic, int capacity) implements BrokerEvent {}

    /**
     * A subscription that wants no gaps was full, and the broker ended it; see {@link Overflow#DISCONNECT}.
     *
     * @param subscription the subscription's name
     * @param topic what it subscribed to
     * @param capacity its capacity
     */
    record Disconnected(String subscription, String topic, int capacity) implements BrokerEvent {}

    /**
     * A subscription began. To a subscription to these events its own begin is the first that it is told.
     *
     * @param subscription the subscription's name
     * @param topic what it subscribes to
     */
    record Subscribed(String subscription, String topic) implements BrokerEvent {}

    /**
     * A subscription was ended by its owner; the end of all when the broker closes is not told.
     *
     * @param subscription the subscription's name
     * @param topic what it subscribed to
     */
    record Unsubscribed(String subscription, String topic) implements BrokerEvent {}

    /**
     * Somebody called {@link Broker#close(Duration)}.
     *
     * @param timeout how long handlers are given
     */
    record Closing(Duration timeout) implements BrokerEvent {}

    /**
     * The broker thread died, and with it the broker. The last event there is; handlers of broker events still get it,
     * and what waited for them before it.
     *
     * @param cause what it died of
     */
    record Failed(Throwable cause) implements BrokerEvent {}
}
