package io.eventbroker;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What can be subscribed to: a topic, the topics whose names match a pattern, or of their events those that are of one
 * class. Immutable and safe for use by any thread.
 *
 * <pre>{@code
 * static final Topic<ReturnEvent> RETURNS = Topic.of("returns", ReturnEvent.class);
 * static final TopicPattern<ReturnCreated> CREATED = RETURNS.only(ReturnCreated.class);
 * static final TopicPattern<OrderEvent> EU_ORDERS = TopicPattern.of("orders.eu.>", OrderEvent.class);
 * }</pre>
 *
 * @param <T> the type of the events a subscriber receives
 */
public class TopicPattern<T> {
    private final String name;

    /** What the topic is; null if this is a pattern. */
    final @Nullable TopicDefinition definition;

    private final Class<T> type;
    final List<String> tokens;

    TopicPattern(String name, @Nullable TopicDefinition definition, Class<T> type) {
        this.name = name;
        this.definition = definition;
        this.type = type;
        this.tokens = List.of(name.split("\\.", -1));
    }

    /**
     * A pattern of topic names, by the rules of NATS subjects: the token {@code *} stands for any one token, the token
     * {@code >}, which must be the last, for one or more. So {@code orders.*.new} matches {@code orders.eu.new}, and
     * {@code orders.>} matches that, too, but not {@code orders}. Names that begin with {@code $}, which are the broker's
     * own, are matched by no pattern.
     *
     * <p>Of topics that match, a subscriber receives the events of a class; so {@code TopicPattern.of(">",
     * OrderEvent.class)} subscribes by class. A pattern without wildcards matches the topic of that name, however that is
     * defined.
     *
     * @param <T> the type of the events
     * @param pattern tokens joined by single dots; otherwise as the name of a {@link Topic}
     * @param type the class of the events wanted; not a primitive type
     * @return the pattern
     * @throws NullPointerException if an argument is null
     * @throws IllegalArgumentException if the pattern or the type is not allowed; the message says why
     */
    public static <T> TopicPattern<T> of(String pattern, Class<T> type) {
        return new TopicPattern<>(Checks.requireName("pattern", pattern, true), null, Checks.requireEventType(type));
    }

    /**
     * The name of the topic, or the pattern.
     *
     * @return the name, never empty
     */
    public final String name() {
        return name;
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
     * The same, narrowed to events of a class: a subscription to it receives the instances of that class and its
     * subclasses, and what it does not receive is not counted for it. A key remains.
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
        if (!this.type.isAssignableFrom(type)) {
            throw new IllegalArgumentException("only(" + type.getName() + ") on " + this
                    + ": the class must be the pattern's own or one of its subtypes");
        }
        return new TopicPattern<>(name, definition, type);
    }

    /** The class that an event must have that was published to a matching topic; null if they all have. */
    final @Nullable Class<?> filter() {
        return type.isAssignableFrom(definition == null ? Object.class : definition.type()) ? null : type;
    }

    /** Whether the name matches, and for a topic the whole definition. */
    final boolean matches(TopicDefinition topic) {
        return definition == null ? matches(topic.name()) : definition.equals(topic);
    }

    private boolean matches(String candidate) {
        String[] given = candidate.split("\\.", -1);
        for (int i = 0; i < tokens.size(); i++) {
            String token = tokens.get(i);
            if (i == given.length || token.equals(">")) {
                return i < given.length;
            }
            if (!token.equals("*") && !token.equals(given[i])) {
                return false;
            }
        }
        return tokens.size() == given.length;
    }

    /** The name, and the class where it is narrower than the topic's. */
    @Override
    public String toString() {
        if (definition == null) {
            return "pattern \"" + name + "\" of " + type.getName();
        }
        return type == definition.type() ? definition.toString() : definition + " only " + type.getName();
    }
}
