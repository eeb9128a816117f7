package io.eventbroker;

/**
 * What can be subscribed to: a topic, or those of its events that are of one class. Immutable and safe for use by any
 * thread.
 *
 * <pre>{@code
 * static final Topic<ReturnEvent> RETURNS = Topic.of("returns", ReturnEvent.class);
 * static final TopicPattern<ReturnCreated> CREATED = RETURNS.only(ReturnCreated.class);
 * }</pre>
 *
 * @param <T> the type of the events a subscriber receives
 */
public class TopicPattern<T> {
    private final TopicDefinition definition;
    private final Class<T> type;

    TopicPattern(TopicDefinition definition, Class<T> type) {
        this.definition = definition;
        this.type = type;
    }

    /**
     * The name of the topic.
     *
     * @return the name, never empty
     */
    public final String name() {
        return definition.name();
    }

    /**
     * The class of the events a subscriber receives.
     *
     * @return the class
     */
    public final Class<T> type() {
        return type;
    }

    /**
     * The same topic, narrowed to events of a class: a subscription to it receives the instances of that class and its
     * subclasses, and what it does not receive is not counted for it.
     *
     * @param <S> the narrower type
     * @param type the class of the events wanted
     * @return the narrowed pattern
     * @throws NullPointerException if {@code type} is null
     * @throws IllegalArgumentException if {@code type} is a primitive type, or not this pattern's type or a subtype
     */
    @CheckReturnValue
    public final <S extends T> TopicPattern<S> only(Class<S> type) {
        Checks.requireEventType(type);
        Class<?> wider = this.type;
        if (!wider.isAssignableFrom(type)) {
            throw new IllegalArgumentException("only(" + type.getName() + ") on " + this
                    + ": the class must be the pattern's own or one of its subtypes");
        }
        return new TopicPattern<>(definition, type);
    }

    final TopicDefinition definition() {
        return definition;
    }

    /** The name, and the class where it is narrower than the topic's. */
    @Override
    public String toString() {
        return type == definition.type() ? definition.toString() : definition + " only " + type.getName();
    }
}
