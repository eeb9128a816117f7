package io.eventbroker;

import io.eventbroker.internal.Timing.Wait;
import io.eventbroker.internal.WaitSet.Waiter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The subscriptions with backpressure that have more waiting than their capacity, and the publishers that wait for them. */
final class Congestion {
    /*
     * A worker writes what it waits for, then looks whether that is still congested, then for cycles; it takes that back
     * before it looks for other reasons to wait. So whoever reads that all workers of a subscription wait for one that
     * is congested knows that each of them will find it congested again as long as its own workers wait.
     */
    /** Copied on write, by the loop; it may list some that are congested no longer. */
    private volatile QueuedSubscription<?>[] full = {};

    // ---- for the loop

    void add(QueuedSubscription<?> subscription) {
        QueuedSubscription<?>[] more = Arrays.copyOf(full, full.length + 1);
        more[full.length] = subscription;
        full = more;
    }

    /** Forgets those that have room again. */
    void forget() {
        QueuedSubscription<?>[] some = full;
        if (some.length > 0) {
            for (QueuedSubscription<?> subscription : some) {
                subscription.isWatched = subscription.isCongested();
            }
            full = Arrays.stream(some).filter(s -> s.isWatched).toArray(QueuedSubscription<?>[]::new);
        }
    }

    // ---- for publishers

    /** One that is full and matches the event of what is to be put into a ring; null if there is none. */
    @Nullable QueuedSubscription<?> find(TopicDefinition topic, Object content) {
        for (QueuedSubscription<?> subscription : full) {
            if (subscription.source.matches(topic)
                    && subscription.accepts(topic.eventOf(content))
                    && subscription.isCongested()) {
                return subscription;
            }
        }
        return null;
    }

    /** Lets some time pass while a subscription is full; throws if a worker that waits would wait for itself. */
    void await(QueuedSubscription<?> target, Wait wait, @Nullable Object inside) {
        PushSubscription<?>.Worker worker = (PushSubscription<?>.Worker) inside;
        Waiter waiter = new Waiter();
        target.publishers.add(waiter);
        try {
            waiter.prepare();
            if (worker != null) {
                worker.waitsFor = target;
                requireNoCycle(worker, target);
            }
            if (target.isCongested()) {
                wait.pause();
            }
        } finally {
            if (worker != null) {
                worker.waitsFor = null;
            }
            waiter.cancel();
            target.publishers.remove(waiter);
        }
    }

    /**
     * Fails if the worker is stuck for good, and on a cycle. Those are stuck of which no worker can go on: the greatest set
     * in which each waits for one of the set. One look at a time, so that of a cycle only one fails.
     */
    private synchronized void requireNoCycle(PushSubscription<?>.Worker worker, QueuedSubscription<?> target) {
        Set<QueuedSubscription<?>> stuck = Arrays.stream(full)
                .filter(PushSubscription.class::isInstance)
                .collect(Collectors.toCollection(HashSet::new));
        while (stuck.removeIf(subscription -> !isHeldUp((PushSubscription<?>) subscription, stuck))) {
            // those that waited for one just removed go next
        }
        PushSubscription<?> start = worker.subscription();
        List<QueuedSubscription<?>> path = new ArrayList<>(List.of(start));
        if (stuck.contains(start) && leads(target, start, path)) {
            worker.waitsFor = null; // before another looks
            path.add(start);
            throw new PublishCycleException("publishing would wait for ever, nothing was published: "
                    + path.stream().map(QueuedSubscription::name).collect(Collectors.joining("\" -> \"", "\"", "\""))
                    + " wait for room in each other; give one of them another overflow policy than BACKPRESSURE");
        }
    }

    private static boolean isHeldUp(PushSubscription<?> push, Set<QueuedSubscription<?>> stuck) {
        for (PushSubscription<?>.Worker worker : push.workers) {
            QueuedSubscription<?> target = worker.waitsFor;
            if (target == null ? !worker.queue.isEmpty() : !stuck.contains(target)) {
                return false;
            }
        }
        return push.isCongested(); // looked at last, since a worker may just have taken its last one
    }

    /** Whether a way leads from one to another; if so, the path has it. */
    private static boolean leads(
            @Nullable QueuedSubscription<?> from, PushSubscription<?> to, List<QueuedSubscription<?>> path) {
        if (!(from instanceof PushSubscription<?> push) || path.contains(from)) {
            return to.equals(from);
        }
        path.add(from);
        for (PushSubscription<?>.Worker worker : push.workers) {
            if (leads(worker.waitsFor, to, path)) {
                return true;
            }
        }
        path.remove(from);
        return false;
    }
}
