package io.eventbroker.examples.gallery;

import io.eventbroker.Broker;
import io.eventbroker.Inbox;
import io.eventbroker.Overflow;
import io.eventbroker.Topic;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A bridge: a stream of streams, read as one. For sources that come one after the other, such as the log files of
 * each day, whose reader should not care where one ends. The readings of a feed come in order, and all of one feed
 * before those of the next, although all are filled at the same time; it ends when the stream of feeds has ended.
 * Whichever way it ends, every feed in its inbox is unsubscribed, so that nothing holds up those who fill it. The
 * inbox of feeds needs {@code BACKPRESSURE}: a feed that it drops is read by nobody, and holds up those who fill it
 * until its owner unsubscribes it; so does one announced when the bridge has ended. It does not interleave: to have
 * what comes first, whatever the feed, subscribe to a pattern such as {@code readings.*}.
 */
final class Bridge {
    record Reading(String sensor, int value) {}

    /** An inbox is an object like any other, and may be published. */
    record Feed(String sensor, Topic<Reading> topic, Inbox<Reading> readings) {}

    static final Topic<Feed> FEEDS = Topic.of("feeds", Feed.class);

    private Bridge() {}

    /** Announces a feed. Its owner publishes to its topic, and unsubscribes its inbox after the last reading. */
    static Feed announce(Broker broker, String sensor) {
        Topic<Reading> topic = Topic.of("readings." + sensor, Reading.class);
        Inbox<Reading> readings =
                broker.subscription(topic).overflow(Overflow.BACKPRESSURE).inbox();
        Feed feed = new Feed(sensor, topic, readings);
        try {
            broker.publish(FEEDS, feed);
        } catch (Throwable e) {
            readings.close(); // nobody will read it
            throw e;
        }
        return feed;
    }

    static void bridge(Inbox<Feed> feeds, Consumer<Reading> sink) {
        try {
            for (Feed feed : feeds) {
                try (Inbox<Reading> readings = feed.readings()) {
                    readings.forEach(sink);
                }
            }
        } finally {
            feeds.close();
            List<Feed> unread = new ArrayList<>();
            feeds.drainTo(unread);
            unread.forEach(feed -> feed.readings().close());
        }
    }

    static void run(PrintWriter out) {
        try (Broker broker = Broker.open();
                Inbox<Feed> feeds = broker.subscription(FEEDS)
                        .overflow(Overflow.BACKPRESSURE)
                        .inbox()) {
            Feed roof = announce(broker, "roof");
            Feed cellar = announce(broker, "cellar");
            for (int value = 1; value <= 2; value++) {
                broker.publish(cellar.topic(), new Reading("cellar", value));
                broker.publish(roof.topic(), new Reading("roof", value));
            }
            roof.readings().unsubscribe();
            cellar.readings().unsubscribe();
            feeds.unsubscribe();
            bridge(feeds, out::println);
        }
    }
}
