package io.eventbroker;

import static java.util.Objects.requireNonNull;

import java.util.function.Function;

/**
 * A named, typed stream of events that can be published to and subscribed to. Immutable and safe for use by any thread;
 * best held in a constant that publishers and subscribers share.
 *
 * <p><b>Checks.</b> A name is one or more tokens joined by single dots, such as {@code returns} or
 * {@code orders.eu.created}; at most {@value #MAX_NAME_LENGTH} characters, without whitespace, control characters and
 * unpaired surrogates. A token may not be {@code *} or {@code >} alone, which are reserved for patterns ({@code foo*} is
 * an ordinary token), and a name may not begin with {@code $}, which is reserved for the broker. Case matters.
 *
 * <p><b>Identity.</b> Two topics are equal if their names are. While a broker has a subscription or an open lane on a
 * name, or retains an event of it, that name has one definition there (type, key and retention): subscribing or
 * publishing with a topic of the same name and another definition is refused with an {@link IllegalStateException} that
 * names both.
 *
 * @param <T> the type of the events
 */
public final class Topic<T> extends TopicPattern<T> {
    /** The longest name, in characters ({@code char} values). */
    public static final int MAX_NAME_LENGTH = 1_024;

    private Topic(TopicDefinition definition, Class<T> type) {
        super(definition.name(), definition, type);
    }

    /**
     * Defines a topic.
     *
     * @param <T> the type of the events
     * @param name the name, as described above
     * @param type the class of the events; not a primitive type
     * @return the topic
     * @throws NullPointerException if an argument is null
     * @throws IllegalArgumentException if the name or the type is not allowed; the message says why
     */
    public static <T> Topic<T> of(String name, Class<T> type) {
        return ofBroker(Checks.requireName("topic name", name, false), Checks.requireEventType(type));
    }

    /**
     * The same name with a key: what its events are about, such as the symbol of a price. Subscriptions may
     * {@linkplain Overflow#CONFLATE conflate} by it or be {@linkplain SubscriptionBuilder#orderedByKey() ordered} by it,
     * and the broker may {@linkplain #retaining retain} by it.
     *
     * <pre>{@code
     * static final Topic<Price> PRICES = Topic.of("prices", Price.class).keyedBy(Price::symbol);
     * }</pre>
     *
     * @param key called once for each event that is published, by the thread that publishes it; must return a
     *     {@link String}, a boxed integral number, a {@link java.util.UUID} or an enum. If it returns null or something
     *     else, that publish throws an {@link IllegalArgumentException}, if it throws, what it throws; nothing is
     *     published then, nor counted. The very function object is part of the topic's definition
     * @return the keyed topic
     * @throws NullPointerException if {@code key} is null
     */
    @CheckReturnValue
    public Topic<T> keyedBy(Function<? super T, ?> key) {
        @SuppressWarnings("unchecked") // only events of the topic are published to it
        Function<Object, ?> function = (Function<Object, ?>) Checks.requireNonNull(key, "key function");
        return new Topic<>(
                new TopicDefinition(name(), type(), function, definition().retained()), type());
    }

    /**
     * The same name, whose latest events the broker retains for subscribers that come later and
     * {@linkplain SubscriptionBuilder#replayRetained() ask} for them, whether or not anybody subscribes when they are
     * published. On a keyed topic it retains the latest of each of up to so many keys, those published last. All topics
     * together retain no more than {@link BrokerConfig#withMaxRetained(int)}. What is retained stays until later events
     * take its place.
     *
     * <pre>{@code
     * static final Topic<Config> CONFIG = Topic.of("config", Config.class).retaining(1);
     * }</pre>
     *
     * @param events how many events, or keys; 1 or more
     * @return the retaining topic
     * @throws IllegalArgumentException if {@code events} is less than 1
     */
    @CheckReturnValue
    public Topic<T> retaining(int events) {
        Checks.requireRange("the number of events to retain", events, 1, Integer.MAX_VALUE);
        return new Topic<>(new TopicDefinition(name(), type(), definition().key(), events), type());
    }

    /** A topic of the broker's own, whose name users cannot choose. */
    static <T> Topic<T> ofBroker(String name, Class<T> type) {
        return new Topic<>(new TopicDefinition(name, type, null, 0), type);
    }

    TopicDefinition definition() {
        return requireNonNull(definition);
    }

    /**
     * Whether the other is a topic of the same name.
     *
     * @param other the other object
     * @return whether both are the same topic
     */
    @Override
    public boolean equals(Object other) {
        return other instanceof Topic<?> topic && topic.name().equals(name());
    }

    /**
     * The hash code of the name.
     *
     * @return the hash code
     */
    @Override
    public int hashCode() {
        return name().hashCode();
    }
}
