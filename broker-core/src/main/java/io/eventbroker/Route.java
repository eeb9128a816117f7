package io.eventbroker;

import java.util.ArrayList;
import java.util.List;

/** Where the events of one topic go. */
final class Route {
    /** What the topic's name means while this route exists; read by publishers too. */
    final TopicDefinition definition;

    /** In the order they began. Only for the broker's loop. */
    final List<QueuedSubscription<?>> subscriptions = new ArrayList<>(1);

    /** How many lanes lead here. Only for the broker's loop. */
    int lanes;

    Route(TopicDefinition definition) {
        this.definition = definition;
    }

    boolean isUsed() {
        return lanes > 0 || !subscriptions.isEmpty();
    }
}
