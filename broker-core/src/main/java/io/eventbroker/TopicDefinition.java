package io.eventbroker;

/**
 * What a topic is, apart from the handle a user holds: two topics of one name are the same topic only if their
 * definitions are equal.
 */
record TopicDefinition(String name, Class<?> type) {
    @Override
    public String toString() {
        return "topic \"" + name + "\" of " + type.getName();
    }
}
