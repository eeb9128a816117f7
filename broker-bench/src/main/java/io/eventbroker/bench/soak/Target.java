package io.eventbroker.bench.soak;

import io.eventbroker.TopicPattern;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What can be subscribed to. Which topics a pattern matches is said here, not asked of the broker. */
@SuppressWarnings("ImmutableEnumChecker") // nobody changes the set, and the list cannot be
enum Target {
    ALL("soak.>", Feed.A, Feed.B, Feed.X, Feed.Y, Feed.R, Feed.K),
    SHARED("soak.shared.>", Feed.A, Feed.B),
    LANES("soak.lane.*", Feed.X, Feed.Y),
    ANY_A("soak.*.a", Feed.A),
    A(null, Feed.A),
    B(null, Feed.B),
    X(null, Feed.X),
    Y(null, Feed.Y),
    R(null, Feed.R),
    K(null, Feed.K);

    final Set<Feed> feeds;
    final List<Integer> sources;
    private final @Nullable String pattern;

    Target(@Nullable String pattern, Feed first, Feed... others) {
        this.pattern = pattern;
        this.feeds = EnumSet.of(first, others);
        this.sources = feeds.stream().flatMap(feed -> feed.sources.stream()).toList();
    }

    TopicPattern<Item> items() {
        return pattern == null ? feeds.iterator().next().topic : TopicPattern.of(pattern, Item.class);
    }

    TopicPattern<Item.Special> specials() {
        return pattern == null
                ? feeds.iterator().next().topic.only(Item.Special.class)
                : TopicPattern.of(pattern, Item.Special.class);
    }

    /** How many events may wait at most with CONFLATE. */
    int places() {
        return feeds.stream().mapToInt(Feed::places).sum();
    }
}
