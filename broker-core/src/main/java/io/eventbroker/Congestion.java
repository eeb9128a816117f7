package io.eventbroker;

import io.eventbroker.PushSubscription.Mark;
import io.eventbroker.internal.Timing;
import io.eventbroker.internal.WaitSet.Waiter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The subscriptions with backpressure that have more waiting than their capacity, and the publishers that wait for them. */
@SuppressWarnings("ReferenceEquality") // a mark is a new one each time
final class Congestion {
    /*
     * A worker that would wait without end marks for what, then looks for cycles, then whether that is still congested; it
     * takes the mark back before it looks for other reasons to wait. Who looks for cycles notes all marks, finds out who
     * is stuck by them, and then looks whether these marks are still there: each is a new object, so all of them were
     * there at that one moment. What waits for a worker that waits does not become less. So those found are stuck indeed.
     */
    /** Copied on write, by the loop; it may list some that are congested no longer. */
    private volatile QueuedSubscription<?>[] full = {};

    // ---- for the loop

    void add(QueuedSubscription<?> subscription) {
        full = Stream.concat(Arrays.stream(full), Stream.of(subscription)).toArray(QueuedSubscription<?>[]::new);
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
    void await(QueuedSubscription<?> target, Timing.Wait wait, Lifecycle lifecycle) {
        Checks.requireStack(Checks.FRAMES); // or what follows might fail halfway
        boolean isEndless = wait.remaining() == Timing.FOREVER;
        PushSubscription<?>.Worker worker = isEndless ? (PushSubscription<?>.Worker) lifecycle.worker() : null;
        Waiter waiter = new Waiter();
        int waiting = target.publishers.add(waiter);
        try {
            waiter.prepare();
            lifecycle.requireOpen(); // who closes signals
            if (worker != null) {
                worker.mark = new Mark(target);
                requireNoCycle(worker, target);
            }
            if (target.isCongested()) {
                // it is signalled, so seldom looks by itself: one of them in about a millisecond, each within a second
                wait.pause(target, Math.min(Math.max(16, waiting), 1_000));
            }
        } finally {
            if (worker != null) {
                worker.mark = null;
            }
            boolean wasSignalled = waiter.cancel();
            target.publishers.remove(waiter);
            if (!wasSignalled && !target.isCongested()) {
                target.publishers.signalAll(); // who finds out by itself tells the others
            }
        }
    }

    /**
     * Fails if the worker is stuck for good, and on a cycle. Those are stuck of which no worker can go on: the greatest set
     * in which each waits for one of the set. One look at a time, so that of a cycle only one fails.
     */
    private synchronized void requireNoCycle(PushSubscription<?>.Worker worker, QueuedSubscription<?> target) {
        Map<PushSubscription<?>.Worker, Mark> marks = new HashMap<>();
        Set<QueuedSubscription<?>> stuck = new HashSet<>();
        for (QueuedSubscription<?> subscription : full) {
            if (subscription instanceof PushSubscription<?> push) {
                stuck.add(push);
                for (PushSubscription<?>.Worker each : push.workers) {
                    marks.computeIfAbsent(each, waiting -> waiting.mark);
                }
            }
        }
        while (stuck.removeIf(subscription -> !isHeldUp((PushSubscription<?>) subscription, stuck, marks))) {
            // those that waited for one just removed go next
        }
        PushSubscription<?> start = worker.subscription();
        List<QueuedSubscription<?>> path = new ArrayList<>(List.of(start));
        boolean areMarksStill = marks.entrySet().stream()
                .allMatch(seen -> seen.getKey().mark == seen.getValue()
                        || !stuck.contains(seen.getKey().subscription()));
        if (stuck.contains(start) && areMarksStill && leads(target, start, path, stuck, marks)) {
            worker.mark = null; // before another looks
            path.add(start);
            throw new PublishCycleException("publishing would wait for ever, nothing was published: "
                    + path.stream().map(QueuedSubscription::name).collect(Collectors.joining("\" -> \"", "\"", "\""))
                    + " wait for room in each other; give one of them another overflow policy than BACKPRESSURE");
        }
    }

    /** Whether too much waits for workers that wait themselves. */
    private static boolean isHeldUp(
            PushSubscription<?> push, Set<QueuedSubscription<?>> stuck, Map<PushSubscription<?>.Worker, Mark> marks) {
        boolean hasEachItsQueue = push.queues.size() == push.workers.size();
        long held = 0;
        for (PushSubscription<?>.Worker worker : push.workers) {
            Mark mark = marks.get(worker);
            if (mark != null && stuck.contains(mark.target())) {
                held += hasEachItsQueue ? worker.queue.size() : 0;
            } else if (!hasEachItsQueue) {
                return false;
            }
        }
        return (held > push.capacity || !hasEachItsQueue) && push.isCongested();
    }

    /** Whether a way leads from one to another; if so, the path has it. Looks at each that is stuck once. */
    private static boolean leads(
            QueuedSubscription<?> from,
            PushSubscription<?> to,
            List<QueuedSubscription<?>> path,
            Set<QueuedSubscription<?>> stuck,
            Map<PushSubscription<?>.Worker, Mark> marks) {
        if (from.equals(to) || !stuck.remove(from)) {
            return from.equals(to);
        }
        path.add(from);
        for (PushSubscription<?>.Worker worker : ((PushSubscription<?>) from).workers) {
            Mark mark = marks.get(worker);
            if (mark != null && leads(mark.target(), to, path, stuck, marks)) {
                return true;
            }
        }
        path.remove(from);
        return false;
    }
}
