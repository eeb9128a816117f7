package io.eventbroker;

/**
 * What a topic is, apart from the handle a user holds: two topics of one name are the same topic only if their
 * definitions are equal.
 */
record TopicDefinition(String name, Class<?> type) {
    /*
     * equals and hashCode are written out because those of a record are linked at their first call: here that may be on a
     * publisher's stack, near its end, where a failing link breaks them for everybody and for good.
     */
    @Override
    public boolean equals(Object other) {
        return this == other || (other instanceof TopicDefinition that && type == that.type && name.equals(that.name));
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    @Override
    public String toString() {
        return "topic \"" + name + "\" of " + type.getName();
    }
}
