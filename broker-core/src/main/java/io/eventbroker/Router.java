package io.eventbroker;

import io.eventbroker.internal.Counters;
import java.lang.invoke.VarHandle;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.BiConsumer;
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

    final BiConsumer<TopicDefinition, Object> bySharedRing;
    final BiConsumer<RingLane<?>, Object> byLane;

    final Directory directory;

    /** Who logs what the broker tells; it subscribes to nothing, so it is in no list and wants no message. */
    final PushSubscription<BrokerEvent> log;

    private final Congestion congestion;
    final Counters totals = new Counters(5);

    /** The topic last looked up, and who subscribes to it: nobody comes or goes before the next flush. */
    private @Nullable TopicDefinition lastTopic;

    private QueuedSubscription<?>[] lastSubscribers = Route.NOBODY;

    /** When the first message of this step was routed of which somebody needs to know that. */
    private @Nullable Instant stepTime;

    /** The last of those who were given something since they were last woken; each knows the one before. */
    private @Nullable QueuedSubscription<?> touched;

    /** What came up while something else was being routed. */
    private final Queue<BrokerEvent> untold = new ArrayDeque<>();

    Router(Directory directory, Congestion congestion, PushSubscription<BrokerEvent> log) {
        this.directory = directory;
        this.congestion = congestion;
        this.log = log;
        bySharedRing = this::deliver;
        byLane = (lane, content) -> deliver(lane.topic, content);
    }

    private void deliver(TopicDefinition topic, Object content) {
        totals.add(ACCEPTED, 1); // first: whoever has a message finds it counted
        if (!topic.equals(lastTopic)) {
            lastSubscribers = directory.subscribers(topic);
            lastTopic = topic;
        }
        Object event = topic.eventOf(content);
        Envelope envelope = null;
        if (topic.retained() > 0) {
            envelope = describe(topic, content, totals.get(ACCEPTED));
            directory.retain(envelope);
        }
        boolean isWanted = false;
        for (QueuedSubscription<?> subscription : lastSubscribers) {
            if (subscription.accepts(event)) {
                isWanted = true;
                if (envelope == null && !subscription.isPlain) {
                    envelope = describe(topic, content, totals.get(ACCEPTED));
                }
                offer(subscription, event, envelope, Backlog.MATCHED);
            }
        }
        totals.add(isWanted ? ROUTED : UNROUTED, 1);
        if (!isWanted && directory.isWanted(BrokerEvent.Unrouted.class)) {
            tell(new BrokerEvent.Unrouted(topic.name(), event));
        }
    }

    private Envelope describe(TopicDefinition topic, Object content, long sequence) {
        stepTime = stepTime == null ? Instant.now() : stepTime;
        return new Envelope(topic, topic.keyOf(content), topic.eventOf(content), sequence, stepTime, 0, 0);
    }

    /** Gives a new subscription what is retained for it, if it asked for that. */
    void replay(QueuedSubscription<?> subscription) {
        if (subscription.isToReplay) {
            for (Envelope retained : directory.retention.matching(subscription.source)) {
                if (subscription.accepts(retained.event())) {
                    offer(subscription, retained.event(), retained, Backlog.REPLAYED);
                }
            }
        }
    }

    private void offerUnlessSealed(QueuedSubscription<?> subscription, BrokerEvent event) {
        if (!subscription.sealed) {
            Envelope envelope = describe(BrokerEvent.TOPIC.definition(), event, totals.get(TOLD) + 1);
            offer(subscription, event, envelope, Backlog.MATCHED);
        }
    }

    private void offer(QueuedSubscription<?> subscription, Object event, @Nullable Envelope envelope, int total) {
        tellOf(subscription, subscription.offer(event, envelope, total));
        if (!subscription.isTouched) {
            subscription.isTouched = true;
            subscription.touchedBefore = touched;
            touched = subscription;
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
     * Tells what became of a subscription that was full, if there is something to tell; of one to broker events only the
     * log, or the losses of several would feed each other for ever.
     */
    private void tellOf(QueuedSubscription<?> subscription, @Nullable BrokerEvent drops) {
        if (drops != null && subscription.isOfBroker) {
            offerUnlessSealed(log, drops);
        } else if (drops != null) {
            tell(drops);
        }
    }

    /** Tells what came up, wakes whoever was given something, and ends those who were full and want no gaps. */
    void flush() {
        for (BrokerEvent event = untold.poll(); event != null; event = untold.poll()) {
            for (QueuedSubscription<?> subscription : directory.events.named) {
                if (subscription.accepts(event)) {
                    offerUnlessSealed(subscription, event);
                }
            }
            if (BrokerLog.isLogged(event, log)) {
                offerUnlessSealed(log, event);
            }
            totals.add(TOLD, 1);
        }
        if (touched != null) {
            VarHandle.fullFence();
            while (touched != null) {
                QueuedSubscription<?> subscription = touched;
                // if it is empty by now, too: there may be relief to tell
                subscription.queues.forEach(queue -> queue.consumers.signalOne());
                if (subscription.isDisconnected) {
                    subscription.seal(new IllegalStateException(subscription + " was full with " + subscription.capacity
                            + " events, and its overflow policy is DISCONNECT"));
                    directory.remove(subscription);
                }
                touched = subscription.touchedBefore; // last: if anything fails, it is done again
                subscription.touchedBefore = null;
                subscription.isTouched = false;
            }
        }
        congestion.forget();
        stepTime = null;
        lastTopic = null;
        lastSubscribers = Route.NOBODY;
    }

    // ---- for anybody

    /** Whether nothing that came up before this call is untold. */
    boolean isAllTold() {
        long toTell = totals.get(TO_TELL);
        return totals.get(TOLD) >= toTell;
    }
}
