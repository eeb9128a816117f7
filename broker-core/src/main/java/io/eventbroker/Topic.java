package io.eventbroker;

/**
 * A named, typed stream of events that can be published to and subscribed to. Immutable and safe for use by any thread;
 * best held in a constant that publishers and subscribers share.
 *
 * <p><b>Checks.</b> A name is one or more tokens joined by single dots, such as {@code returns} or
 * {@code orders.eu.created}; at most {@value #MAX_NAME_LENGTH} characters, without whitespace, control characters and
 * unpaired surrogates. A token may not be {@code *} or {@code >} alone, which are reserved for patterns ({@code foo*} is an ordinary token),
 * and a name may not begin with {@code $}, which is reserved for the broker.
 *
 * <p><b>Identity.</b> Two topics are equal if their names are. While a broker has a subscription or an open lane on a name, that name
 * has one definition there: subscribing or publishing with a topic of the same name and another type is refused with an
 * {@link IllegalStateException} that names both.
 *
 * @param <T> the type of the events
 */
public final class Topic<T> extends TopicPattern<T> {
    /** The longest name, in characters ({@code char} values). */
    public static final int MAX_NAME_LENGTH = 1_024;

    private Topic(TopicDefinition definition, Class<T> type) {
        super(definition, type);
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
        return new Topic<>(new TopicDefinition(Checks.requireTopicName(name), Checks.requireEventType(type)), type);
    }

    /** A topic of the broker's own, whose name users cannot choose. */
    static <T> Topic<T> ofBroker(String name, Class<T> type) {
        return new Topic<>(new TopicDefinition(name, type), type);
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
