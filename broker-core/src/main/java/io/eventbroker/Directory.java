package io.eventbroker;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Who subscribes to what. Written by the broker's loop only; publishers look up routes, and statistics and quiescence
 * read the rest, at any time.
 */
final class Directory {
    private final Map<String, Route> routes = new ConcurrentHashMap<>();

    /** The living, by name. */
    private final Map<String, QueuedSubscription<?>> living = new ConcurrentHashMap<>();

    /** Push subscriptions whose workers have not all ended, oldest first; cancelled ones may be among them. */
    private final Map<Long, PushSubscription<?>> working = new ConcurrentSkipListMap<>();

    /** Threads of workers that have ended, until the loop has seen them dead. */
    private final Queue<Thread> leaving = new ConcurrentLinkedQueue<>();

    private int addedToLeaving;
    private int leftInLeaving;

    private long admitted;
    private long changes;

    /** Where the events of a topic go; null if nobody subscribes to its name. */
    @Nullable Route route(TopicDefinition topic) {
        return routes.get(topic.name());
    }

    /** Refuses a topic whose name is in use with another definition. */
    void requireSameDefinition(TopicDefinition topic) {
        Route route = routes.get(topic.name());
        if (route != null && !route.definition.equals(topic)) {
            throw clash(route.definition, topic);
        }
    }

    private static IllegalStateException clash(TopicDefinition known, TopicDefinition given) {
        return new IllegalStateException(given + " clashes with " + known
                + ", which has subscriptions: one name has one definition, so share the topic as a constant");
    }

    /** Adds a subscription and names it; changes nothing if it returns what its owner is to be told. */
    @Nullable Supplier<RuntimeException> add(QueuedSubscription<?> subscription) {
        TopicDefinition definition = subscription.source.definition();
        Route known = routes.get(definition.name());
        if (known != null && !known.definition.equals(definition)) {
            return () -> clash(known.definition, definition);
        }
        String given = subscription.givenName;
        if (given != null && living.containsKey(given)) {
            return () -> new IllegalStateException("a living subscription is named \"" + given
                    + "\" already; give each a name of its own, or unsubscribe the other first");
        }
        long number = ++admitted;
        subscription.admit(number, given == null ? freeName(definition.name()) : given);
        living.put(subscription.name(), subscription);
        if (subscription instanceof PushSubscription<?> push) {
            working.put(number, push);
            changes++;
        }
        routes.computeIfAbsent(definition.name(), name -> new Route(definition))
                .subscriptions
                .add(subscription);
        return null;
    }

    private String freeName(String topic) {
        long number = admitted;
        String name = topic + "-" + number;
        while (living.containsKey(name)) {
            name = topic + "-" + ++number;
        }
        return name;
    }

    /** Removes a subscription and cancels it; does nothing if it was removed before. */
    void remove(QueuedSubscription<?> subscription) {
        if (!living.remove(subscription.name(), subscription)) {
            return;
        }
        String topic = subscription.source.name();
        Route route = routes.get(topic);
        if (route != null) {
            route.subscriptions.remove(subscription);
            if (route.subscriptions.isEmpty()) {
                routes.remove(topic);
            }
        }
        subscription.cancel(null);
    }

    /** Forgets a push subscription whose workers have ended. */
    void retire(PushSubscription<?> push) {
        working.remove(push.number());
        changes++;
        leaving.addAll(push.threads());
        addedToLeaving += push.threads().size();
        if (addedToLeaving > leftInLeaving + 16) { // a busy loop looks, too, but not at each of many each time
            forgetDeadThreads();
        }
    }

    /** Lets go of threads that have ended, and with them of their subscriptions. */
    void forgetDeadThreads() {
        if (!leaving.isEmpty()) {
            leaving.removeIf(thread -> !thread.isAlive());
            leftInLeaving = leaving.size();
        }
        addedToLeaving = 0;
    }

    /** Grows whenever {@link #working} changes. Only for the stepping thread. */
    long changes() {
        return changes;
    }

    /** Whether the thread of a worker is alive, handlers that will not stop aside. */
    boolean hasLiveThread() {
        return leaving.stream().anyMatch(Thread::isAlive)
                || working.values().stream()
                        .filter(push -> !push.isStuck())
                        .anyMatch(push -> push.threads().stream().anyMatch(Thread::isAlive));
    }

    /** Push subscriptions whose workers have not all ended, oldest first. */
    Collection<PushSubscription<?>> working() {
        return working.values();
    }

    /** The living, in no order. */
    Collection<QueuedSubscription<?>> living() {
        return living.values();
    }

    /** The living, oldest first. */
    List<QueuedSubscription<?>> byAge() {
        return living.values().stream()
                .sorted(Comparator.comparingLong(QueuedSubscription::number))
                .toList();
    }

    /** Whether no push subscription has anything waiting or in hand. */
    boolean isQuiet() {
        for (PushSubscription<?> push : working.values()) {
            if (!push.isQuiet()) {
                return false;
            }
        }
        return true;
    }
}
