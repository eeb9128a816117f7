package io.eventbroker;

import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a topic is, apart from the handle a user holds: two topics of one name are the same topic only if their
 * definitions are equal.
 */
record TopicDefinition(
        String name, Class<?> type, @Nullable Function<Object, ? extends @Nullable Object> key, int retained) {
    /** Keys are compared on the broker thread, so their types must be known to run no user's code. */
    private static final Set<Class<?>> KEY_TYPES =
            Set.of(String.class, Long.class, Integer.class, Short.class, Byte.class, Character.class, UUID.class);

    /** What is put into a ring where there is a key. */
    private record Keyed(Object key, Object event) {}

    /*
     * equals and hashCode are written out because those of a record are linked at their first call: here that may be on a
     * publisher's stack, near its end, where a failing link breaks them for everybody and for good.
     */
    @Override
    @SuppressWarnings("ReferenceEquality") // a key function is the same only as itself
    public boolean equals(@Nullable Object other) {
        return this == other
                || (other instanceof TopicDefinition that
                        && type == that.type
                        && key == that.key
                        && retained == that.retained
                        && name.equals(that.name));
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    @Override
    public String toString() {
        return "topic \"" + name + "\" of " + type.getName()
                + (key == null ? "" : ", keyed by " + key.getClass().getName())
                + (retained == 0 ? "" : ", retaining " + retained);
    }

    /** What is put into a ring for an event: the event, and if there is one, its key. */
    Object contentOf(Object event) {
        if (key == null) {
            return event;
        }
        Object given = key.apply(event);
        if (given instanceof Enum<?> || (given != null && KEY_TYPES.contains(given.getClass()))) {
            return new Keyed(given, event);
        }
        String what =
                given == null ? "null" : "a key of type " + given.getClass().getName();
        throw new IllegalArgumentException("the key function of " + this + " returned " + what
                + " for an event of type " + event.getClass().getName()
                + "; a String, a boxed integral number, a UUID or an enum is allowed");
    }

    Object eventOf(Object content) {
        return key == null ? content : ((Keyed) content).event();
    }

    @Nullable Object keyOf(Object content) {
        return key == null ? null : ((Keyed) content).key();
    }
}
