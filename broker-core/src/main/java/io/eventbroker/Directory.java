package io.eventbroker;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who subscribes to what. Written by the broker's loop only; publishers look up routes, and statistics and quiescence
 * read the rest, at any time.
 */
final class Directory {
    /** The number of the subscription that logs: beyond all others. */
    private static final long LOG = Long.MAX_VALUE;

    /** What is known of topics' names: those that a subscription or lane names, or of which something is retained. */
    private final Map<String, Route> routes = new ConcurrentHashMap<>();

    /** As many names of topics that nobody names are remembered, with the patterns that match; then all are forgotten. */
    static final int MOST_REMEMBERED = 1_024;

    private final PatternTree patterns = new PatternTree();

    /** Grows whenever a pattern comes or goes. */
    private int version;

    /** Where the events go of topics that nobody names, by name; a miss is looked up in the tree. */
    final Map<String, Route> remembered = new HashMap<>();

    final Retention retention;

    /** Where the broker's own events go; always there. */
    final Route events = new Route(BrokerEvent.TOPIC.definition());

    /** The living, by name. */
    final Map<String, QueuedSubscription<?>> living = new ConcurrentHashMap<>();

    /** Push subscriptions whose workers have not all ended, oldest first; cancelled ones may be among them. */
    final Map<Long, PushSubscription<?>> working = new ConcurrentSkipListMap<>();

    /** Threads of workers that have ended, until the loop has seen them dead. */
    private final Queue<Thread> leaving = new ConcurrentLinkedQueue<>();

    private long admitted;

    /** Knows of the subscription that logs: it has workers that are to end, and is otherwise nobody's business. */
    Directory(int maxRetained, PushSubscription<BrokerEvent> log) {
        log.number = LOG;
        working.put(LOG, log);
        retention = new Retention(maxRetained, this::forgetIfUnused);
        routes.put(events.definition.name(), events);
    }

    /** Who subscribes to a topic. Only for the loop. */
    QueuedSubscription<?>[] subscribers(TopicDefinition topic) {
        Route named = routes.get(topic.name());
        if (named != null && named.definition.equals(topic)) {
            return subscribers(named);
        }
        if (remembered.size() >= MOST_REMEMBERED && !remembered.containsKey(topic.name())) {
            remembered.clear();
        }
        return patterns.isEmpty()
                ? Route.NOBODY
                : subscribers(remembered.computeIfAbsent(topic.name(), name -> new Route(topic)));
    }

    /** Who subscribes to the topic of a route. Only for the loop. */
    private QueuedSubscription<?>[] subscribers(Route route) {
        if (route.version != version) {
            route.subscriptions =
                    (patterns.isEmpty() ? route.named : matching(route)).toArray(QueuedSubscription<?>[]::new);
            route.version = version;
        }
        return route.subscriptions;
    }

    private List<QueuedSubscription<?>> matching(Route route) {
        List<QueuedSubscription<?>> found = new ArrayList<>(route.named);
        patterns.find(route.definition.name().split("\\.", -1), 0, found);
        return byAge(found.stream());
    }

    /** Retains a message, unless its topic's name means something else by now. */
    void retain(Envelope message) {
        if (routeFor(message.source()).definition.equals(message.source())) {
            retention.keep(message);
        }
    }

    /** Refuses a topic that is the broker's own, or whose name is in use with another definition. */
    void requirePublishable(TopicDefinition topic) {
        RuntimeException objection = objection(topic, true);
        if (objection != null) {
            throw objection;
        }
    }

    @SuppressWarnings("ReferenceEquality")
    private @Nullable RuntimeException objection(TopicDefinition topic, boolean isToPublish) {
        Route known = routes.get(topic.name());
        if (known == events && isToPublish) {
            return new IllegalArgumentException(topic + " is the broker's own; it can be subscribed to only");
        }
        return known == null || known.definition.equals(topic)
                ? null
                : new IllegalStateException(topic + " clashes with " + known.definition
                        + ", which is in use: one name has one definition, so share the topic as a constant");
    }

    private Route routeFor(TopicDefinition topic) {
        return routes.computeIfAbsent(topic.name(), name -> new Route(topic));
    }

    /** Whether anybody subscribes to broker events of a class. Only for the loop. */
    boolean isWanted(Class<? extends BrokerEvent> type) {
        for (int i = 0; i < events.named.size(); i++) {
            if (events.named.get(i).acceptsAny(type)) {
                return true;
            }
        }
        return false;
    }

    /** Opens a lane; changes nothing if it returns what its owner is to be told. */
    @Nullable RuntimeException add(RingLane<?> lane) {
        RuntimeException objection = objection(lane.topic, true);
        if (objection == null) {
            routeFor(lane.topic).lanes++;
        }
        return objection;
    }

    /** Lets go of a lane that was opened. */
    void remove(RingLane<?> lane) {
        requireNonNull(routes.get(lane.topic.name())).lanes--;
        forgetIfUnused(lane.topic);
    }

    @SuppressWarnings("ReferenceEquality")
    private void forgetIfUnused(TopicDefinition topic) {
        Route route = requireNonNull(routes.get(topic.name()));
        if (route.lanes == 0 && route.named.isEmpty() && !retention.kept.containsKey(topic.name()) && route != events) {
            routes.remove(topic.name());
        }
    }

    /** Adds a subscription and names it; changes nothing if it returns what its owner is to be told. */
    @Nullable RuntimeException add(QueuedSubscription<?> subscription) {
        TopicDefinition topic = subscription.source.definition;
        RuntimeException clash = topic == null ? null : objection(topic, false);
        if (clash != null) {
            return clash;
        }
        String given = subscription.givenName;
        if (given != null && living.containsKey(given)) {
            return new IllegalStateException("a living subscription is named \"" + given
                    + "\" already; give each a name of its own, or unsubscribe the other first");
        }
        subscription.number = ++admitted;
        subscription.name = given == null ? freeName(subscription.source.name()) : given;
        living.put(subscription.name(), subscription);
        if (subscription instanceof PushSubscription<?> push) {
            working.put(push.number, push);
        }
        if (topic == null) {
            patterns.add(subscription);
            version++;
        } else {
            Route route = routeFor(topic);
            route.forget();
            route.named.add(subscription);
        }
        return null;
    }

    private String freeName(String topic) {
        long number = admitted;
        while (living.containsKey(topic + "-" + number)) {
            number++;
        }
        return topic + "-" + number;
    }

    /** Removes a subscription, which its caller ends; returns false if it was removed before. */
    boolean remove(QueuedSubscription<?> subscription) {
        if (!living.remove(subscription.name(), subscription)) {
            return false;
        }
        TopicDefinition topic = subscription.source.definition;
        if (topic == null) {
            patterns.remove(subscription, 0);
            version++;
            remembered.clear();
            routes.values().forEach(Route::forget);
        } else {
            Route route = requireNonNull(routes.get(topic.name()));
            route.forget();
            route.named.remove(subscription);
            forgetIfUnused(topic);
        }
        return true;
    }

    /** Forgets a push subscription whose workers have ended. */
    void retire(QueuedSubscription<?> subscription) {
        PushSubscription<?> push = working.remove(subscription.number);
        leaving.addAll(push == null ? List.of() : push.threads); // null if it never began, its thread started too early
        forgetDeadThreads();
    }

    /** Lets go of threads that have ended, and with them of their subscriptions. */
    void forgetDeadThreads() {
        leaving.removeIf(thread -> !thread.isAlive());
    }

    /** Whether the thread of a worker is alive, handlers that will not stop aside. */
    boolean hasLiveThread() {
        return leaving.stream().anyMatch(Thread::isAlive)
                || working.values().stream()
                        .filter(push -> !push.isStuck())
                        .anyMatch(push -> push.threads.stream().anyMatch(Thread::isAlive));
    }

    /** Oldest first. */
    static List<QueuedSubscription<?>> byAge(Stream<QueuedSubscription<?>> some) {
        return some.sorted(Comparator.comparingLong(subscription -> subscription.number))
                .toList();
    }

    /** Whether no push subscription of a user's has anything waiting or in hand. */
    boolean isQuiet() {
        return working.values().stream().allMatch(push -> push.number == LOG || push.isQuiet());
    }
}
