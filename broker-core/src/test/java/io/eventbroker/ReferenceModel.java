package io.eventbroker;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * What a broker must do, told as plainly as possible: one thread, plain queues, no dependency on the library.
 *
 * <p>It is told what was asked of the broker and how far the broker has gone by itself: how many messages it has routed,
 * whose handler it called, which phase it is in. It decides whether that was permitted, and predicts everything else:
 * which message is routed, who gets it, what is dropped, what each queue holds, what each call answers, every count.
 */
final class ReferenceModel {
    enum Phase {
        OPEN,
        DRAINING,
        CLOSING,
        CLOSED
    }

    enum Answer {
        ACCEPTED,
        FULL,
        CLOSED,
        CLASH
    }

    record Message(String topic, Object event) {}

    /** The longest until handlers interrupted at the deadline are given up. */
    static final long LONGEST_GRACE = 1_000_000_000;

    record Shape(String name, String topic, Class<?> definition, Class<?> wanted, int capacity, int workers) {}

    /** A subscription; one without workers is an inbox. */
    static final class Queue {
        final Shape shape;
        final String name;
        final Deque<Object> waiting = new ArrayDeque<>();
        long matched;
        long dropped;
        long delivered;
        long failed;
        long abandoned;
        int inHand;
        boolean unsubscribed;
        boolean stuck;

        Queue(Shape shape) {
            this.shape = shape;
            this.name = shape.name;
        }

        boolean isPush() {
            return shape.workers > 0;
        }

        private boolean isQuiet() {
            return !isPush() || (inHand == 0 && (unsubscribed || waiting.isEmpty()));
        }
    }

    private final int ringSize;
    private final Deque<Message> ring = new ArrayDeque<>();
    private final List<Queue> queues = new ArrayList<>();
    private List<Queue> reported = List.of();

    Phase phase = Phase.OPEN;
    long now;
    long refused;
    long routed;
    long unrouted;
    long discarded;
    private long drainEnd;
    private long deadline;
    private boolean deadlineEnforced;
    private long graceEnd;

    ReferenceModel(int ringSize) {
        this.ringSize = ringSize;
    }

    Answer answer(String topic, Class<?> definition, boolean insider) {
        if (!mayPublish(insider)) {
            return Answer.CLOSED;
        }
        if (clashes(topic, definition)) {
            return Answer.CLASH;
        }
        return ring.size() == ringSize ? Answer.FULL : Answer.ACCEPTED;
    }

    boolean clashes(String topic, Class<?> definition) {
        return living().stream().anyMatch(q -> q.shape.topic.equals(topic) && q.shape.definition != definition);
    }

    boolean mayPublish(boolean insider) {
        return phase == Phase.OPEN || (insider && phase == Phase.DRAINING);
    }

    void accept(String topic, Object event) {
        require(ring.size() < ringSize, "accepted into a full ring");
        ring.add(new Message(topic, event));
    }

    // ---- subscribing

    boolean isNameTaken(String name) {
        return living().stream().anyMatch(queue -> queue.name.equals(name));
    }

    void subscribe(Queue queue) {
        require(phase == Phase.OPEN && !isNameTaken(queue.name), "subscribed " + queue.name);
        require(ring.isEmpty(), "subscribe returned before what was published was routed");
        queues.add(queue);
    }

    void unsubscribe(Queue queue) {
        if (phase != Phase.CLOSED) {
            require(ring.isEmpty() || isDeadlineOver(), "unsubscribe returned before what was published was routed");
            queue.unsubscribed = true;
        }
    }

    List<Queue> living() {
        return queues.stream().filter(queue -> !queue.unsubscribed).toList();
    }

    private boolean isReported(Queue queue) {
        return queue.stuck || reported.contains(queue);
    }

    List<Queue> listed() {
        return phase == Phase.OPEN ? living() : reported;
    }

    /** The broker has routed this much in all, and is in this phase; its clock shows this at most. */
    void observe(long passed, Phase told, long latest) {
        require(passed >= routed + unrouted, "routed total went backwards");
        while (routed + unrouted < passed) {
            route();
        }
        while (phase.compareTo(told) < 0) {
            enterNextPhase(latest);
        }
        require(phase == told, "phase is " + told + ", should be " + phase);
    }

    private void route() {
        require(!ring.isEmpty(), "routed more than was accepted");
        Message message = ring.remove();
        boolean wanted = false;
        for (Queue queue : queues) {
            if (!queue.unsubscribed
                    && queue.shape.topic.equals(message.topic)
                    && queue.shape.wanted.isInstance(message.event)) {
                wanted = true;
                queue.matched++;
                if (queue.waiting.size() < queue.shape.capacity) {
                    queue.waiting.add(message.event);
                } else {
                    queue.dropped++;
                }
            }
        }
        routed += wanted ? 1 : 0;
        unrouted += wanted ? 0 : 1;
    }

    /** A worker of this subscription begins to handle this event. */
    void handling(Queue queue, Object event) {
        require(!queue.unsubscribed, "handler of " + queue.name + " called after unsubscribe");
        require(phase != Phase.CLOSED && !deadlineEnforced, "handler of " + queue.name + " called after the deadline");
        require(queue.inHand < queue.shape.workers, "more calls of " + queue.name + " than workers");
        Object expected = queue.waiting.poll();
        require(expected == event, queue.name + " got " + event + ", should get " + expected);
        queue.inHand++;
    }

    /** What was in hand has reached its end: the handler call, or the reader it was given to. */
    void delivered(Queue queue, boolean failed) {
        queue.inHand--;
        queue.delivered++;
        queue.failed += failed ? 1 : 0;
        queue.stuck &= queue.inHand > 0;
    }

    /** The broker tells that this many were abandoned: all that waits, once nothing runs that could still take it. */
    void abandoned(Queue queue, long told) {
        if (told != queue.abandoned) {
            boolean isCut = queue.isPush() && (queue.unsubscribed || isDeadlineOver());
            require(isCut && (queue.inHand == 0 || phase == Phase.CLOSED), queue.name + " abandoned early");
            abandonAll(queue);
        }
        require(told == queue.abandoned, queue.name + " abandoned " + told + ", should be " + queue.abandoned);
    }

    private static void abandonAll(Queue queue) {
        queue.abandoned += queue.waiting.size();
        queue.waiting.clear();
    }

    /** The next event of an inbox, which its reader now has in hand. */
    Object take(Queue queue) {
        require(!queue.waiting.isEmpty(), "taken from " + queue.name + ", which is empty");
        queue.inHand++;
        return queue.waiting.remove();
    }

    boolean hasEnded(Queue queue) {
        return queue.unsubscribed || phase == Phase.CLOSED;
    }

    /** While closing, inboxes end once nothing can come any more. */
    boolean mayHaveEnded(Queue queue) {
        return hasEnded(queue) || (phase == Phase.CLOSING && (ring.isEmpty() || isDeadlineOver()));
    }

    // ---- closing

    /** Somebody calls close. */
    void close(long timeout) {
        if (phase == Phase.OPEN) {
            phase = Phase.DRAINING;
            deadline = now + timeout;
            drainEnd = deadline - timeout / 4;
            reported = living();
        }
    }

    /** An interrupted closer: the deadline is now. */
    void hurry() {
        deadline = Math.min(deadline, now);
        drainEnd = Math.min(drainEnd, now);
    }

    boolean isDeadlineOver() {
        return phase.compareTo(Phase.CLOSING) >= 0 && now >= deadline;
    }

    private void enterNextPhase(long latest) {
        require(phase != Phase.OPEN, "closing, though nobody closed");
        if (!isQuiet()) {
            long end = phase == Phase.DRAINING ? drainEnd : deadline;
            require(latest >= end, phase + " ended before all was handled, and before its time");
            now = Math.max(now, end);
        }
        phase = phase == Phase.DRAINING ? Phase.CLOSING : Phase.CLOSED;
        if (phase == Phase.CLOSED) {
            discarded += ring.size();
            ring.clear();
            queues.stream().filter(Queue::isPush).forEach(ReferenceModel::abandonAll);
            queues.forEach(queue -> queue.stuck = queue.isPush() && queue.inHand > 0);
            reported = queues.stream().filter(this::isReported).toList();
        }
    }

    boolean isQuiet() {
        return ring.isEmpty() && queues.stream().allMatch(Queue::isQuiet);
    }

    int inRing() {
        return ring.size();
    }

    /** The broker says that there is nothing to route and nothing that a worker could do. */
    void requireNothingToStep() {
        require(ring.isEmpty() || isDeadlineOver(), "idle with messages to route");
        for (Queue queue : queues) {
            if (queue.isPush() && !queue.waiting.isEmpty()) {
                boolean isForHandler = !queue.unsubscribed && queue.inHand < queue.shape.workers && !isDeadlineOver();
                boolean isToBeAbandoned = queue.unsubscribed && queue.inHand == 0;
                require(!isForHandler && !isToBeAbandoned, "idle with something waiting for " + queue.name);
            }
        }
    }

    /** The broker says that there is nothing to do at all, not even for the close. */
    void requireIdle() {
        requireNothingToStep();
        if (isDeadlineOver() && !deadlineEnforced) {
            deadlineEnforced = true;
            graceEnd = now + LONGEST_GRACE;
        }
        boolean stays = phase == Phase.OPEN
                || phase == Phase.CLOSED
                || (phase == Phase.DRAINING && !isQuiet() && now < drainEnd)
                || (phase == Phase.CLOSING && !isQuiet() && now < Math.max(deadline, graceEnd));
        require(stays, "idle in " + phase + " although it is time for the next phase");
    }

    private static void require(boolean condition, String fault) {
        if (!condition) {
            throw new AssertionError(fault);
        }
    }
}
