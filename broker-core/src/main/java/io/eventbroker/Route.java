package io.eventbroker;

import java.util.ArrayList;
import java.util.List;

/** Where the events of one topic go. Only for the broker's loop, the definition aside. */
final class Route {
    static final QueuedSubscription<?>[] NOBODY = {};

    /** What the topic's name means while this route exists; read by publishers too. */
    final TopicDefinition definition;

    /** Those that name the topic, in the order they began. */
    final List<QueuedSubscription<?>> named = new ArrayList<>(1);

    /** Those, and those whose pattern matches, as of the directory's {@link #version}. */
    QueuedSubscription<?>[] subscriptions = NOBODY;

    /** How often patterns had changed when this was last looked up; -1 if it is to be looked up. */
    int version = -1;

    /** How many lanes lead here. */
    int lanes;

    Route(TopicDefinition definition) {
        this.definition = definition;
    }

    /** Has its subscriptions looked up anew. */
    void forget() {
        subscriptions = NOBODY;
        version = -1;
    }
}
