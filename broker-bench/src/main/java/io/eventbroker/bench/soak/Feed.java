package io.eventbroker.bench.soak;

import io.eventbroker.Topic;
import java.util.List;

/** A topic of the soak and the sources of its events. */
@SuppressWarnings("ImmutableEnumChecker") // topics and List.of are
enum Feed {
    /** By two publishers through the shared ring. */
    A("soak.shared.a", true, 0, 0, 1),
    B("soak.shared.b", false, 0, 2),
    /** Through lanes. */
    X("soak.lane.x", false, 0, 3),
    Y("soak.lane.y", true, 0, 4),
    /** By a handler. */
    R("soak.relay.r", false, 0, 5),
    /** Retained: always the latest, since their keys differ. */
    K("soak.kept.k", true, 8, 6),
    /** Wanted by nobody. */
    V("void.v", false, 0, 7);

    /** How many sources there are. */
    static final int SOURCES = 8;

    final Topic<Item> topic;
    final boolean isKeyed;
    final int retained;
    final List<Integer> sources;

    Feed(String name, boolean isKeyed, int retained, Integer... sources) {
        Topic<Item> plain = Topic.of(name, Item.class);
        Topic<Item> maybeKeyed = isKeyed ? Item.keyed(plain) : plain;
        this.topic = retained > 0 ? maybeKeyed.retaining(retained) : maybeKeyed;
        this.isKeyed = isKeyed;
        this.retained = retained;
        this.sources = List.of(sources);
    }

    /** The one that a source publishes to. */
    static Feed of(int source) {
        for (Feed feed : values()) {
            if (feed.sources.contains(source)) {
                return feed;
            }
        }
        throw new IllegalArgumentException("there is no source " + source);
    }

    /** How many of its events have a place each with CONFLATE. */
    int places() {
        return isKeyed ? sources.size() * Item.KEYS : 1;
    }
}
