package io.eventbroker;

import io.eventbroker.BrokerEvent.Unrouted;
import io.eventbroker.internal.Counters;
import io.eventbroker.internal.Ring;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** Puts each message, and each event of the broker's own, into the queues of those who want it. Only for the loop. */
final class Router {
    /** Messages of which it is decided who gets them, and the one at which that failed. */
    static final int ACCEPTED = 0;

    static final int ROUTED = 1;
    static final int UNROUTED = 2;

    /** Events of the broker's own: those that came up, and those that were told. */
    private static final int TO_TELL = 3;

    static final int TOLD = 4;

    final Ring.Sink<TopicDefinition> bySharedRing = this::route;
    final Ring.Sink<RingLane<?>> byLane = (lane, event) -> deliver(lane.topic, lane.route, event);

    final Directory directory;

    /** Who logs what the broker tells; it subscribes to nothing, so it is in no list and wants no message. */
    final PushSubscription<BrokerEvent> log;

    private final Counters totals = new Counters(5);

    /** Those who were given something since they were last woken. */
    private final List<QueuedSubscription<?>> touched = new ArrayList<>();

    /** Those who were full and want no gaps, until they are removed. */
    private final Queue<QueuedSubscription<?>> disconnected = new ArrayDeque<>();

    /** What came up while something else was being routed. */
    private final Queue<BrokerEvent> untold = new ArrayDeque<>();

    Router(Directory directory, PushSubscription<BrokerEvent> log) {
        this.directory = directory;
        this.log = log;
    }

    private void route(TopicDefinition topic, Object event) {
        Route route = directory.route(topic);
        deliver(topic, route != null && route.definition.equals(topic) ? route : null, event);
    }

    private void deliver(TopicDefinition topic, @Nullable Route route, Object event) {
        totals.add(ACCEPTED, 1);
        if (route != null && dispatch(route, event)) {
            totals.add(ROUTED, 1);
        } else {
            totals.add(UNROUTED, 1);
            if (directory.isWanted(Unrouted.class)) {
                tell(new Unrouted(topic.name(), event));
            }
        }
    }

    /** Offers an event to those who want it; returns whether anybody does. */
    private boolean dispatch(Route route, Object event) {
        List<QueuedSubscription<?>> subscriptions = route.subscriptions;
        boolean isWanted = false;
        for (int i = 0; i < subscriptions.size(); i++) {
            QueuedSubscription<?> subscription = subscriptions.get(i);
            if (subscription.accepts(event)) {
                isWanted = true;
                offer(subscription, event);
            }
        }
        return isWanted;
    }

    private void offerUnlessSealed(QueuedSubscription<?> subscription, Object event) {
        if (!subscription.isSealed()) {
            offer(subscription, event);
        }
    }

    private void offer(QueuedSubscription<?> subscription, Object event) {
        BrokerEvent loss = subscription.offer(event);
        if (loss != null) {
            tellOf(subscription, loss);
            if (subscription.isDisconnected) {
                disconnected.add(subscription);
            }
        }
        if (!subscription.isTouched) {
            subscription.isTouched = true;
            touched.add(subscription);
        }
    }

    /** Tells an event of the broker's own, after those that came up before. */
    void tell(BrokerEvent event) {
        untold.add(event);
        totals.add(TO_TELL, 1);
    }

    /** Ends the episode of a subscription, if there is one. */
    void endEpisode(QueuedSubscription<?> subscription) {
        tellOf(subscription, subscription.endEpisode());
    }

    /**
     * Tells of drops, if there is something to tell; of those of broker events only the log, or the losses of several would
     * feed each other for ever.
     */
    private void tellOf(QueuedSubscription<?> subscription, @Nullable BrokerEvent drops) {
        if (drops == null) {
            return;
        }
        if (subscription.isOfBroker) {
            offerUnlessSealed(log, drops);
        } else {
            tell(drops);
        }
    }

    /** Tells what came up, and wakes whoever was given something. */
    void flush() {
        removeDisconnected();
        for (BrokerEvent event = untold.poll(); event != null; event = untold.poll()) {
            for (QueuedSubscription<?> subscription : directory.events.subscriptions) {
                if (subscription.accepts(event)) {
                    offerUnlessSealed(subscription, event);
                }
            }
            if (BrokerLog.isLogged(event, log)) {
                offerUnlessSealed(log, event);
            }
            totals.add(TOLD, 1);
            removeDisconnected();
        }
        if (!touched.isEmpty()) {
            VarHandle.fullFence();
            for (int i = 0; i < touched.size(); i++) {
                touched.get(i).isTouched = false;
                touched.get(i).wake();
            }
            touched.clear();
        }
    }

    private void removeDisconnected() {
        for (QueuedSubscription<?> full = disconnected.poll(); full != null; full = disconnected.poll()) {
            if (directory.remove(full)) {
                full.disconnect();
            }
        }
    }

    // ---- for anybody

    /** One of the totals numbered above. */
    long total(int which) {
        return totals.get(which);
    }

    /** Whether nothing that came up before this call is untold. */
    boolean isAllTold() {
        long toTell = totals.get(TO_TELL);
        return totals.get(TOLD) >= toTell;
    }
}
