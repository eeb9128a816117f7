package io.eventbroker;

import static io.eventbroker.ReferenceParts.require;

import io.eventbroker.ReferenceParts.Message;
import io.eventbroker.ReferenceParts.Queue;
import io.eventbroker.ReferenceParts.Source;
import io.eventbroker.ReferenceParts.Told;
import java.util.ArrayList;
import java.util.List;

/**
 * What a broker must do, told as plainly as possible: one thread, plain queues, no dependency on the library.
 *
 * <p>It is told what was asked of the broker and how far the broker has gone by itself: from where it has routed a
 * message, whose handler it called, when it told what workers had reported, which phase it is in. It decides whether that
 * was permitted, and predicts everything else: which message is routed, who gets it, what is dropped, what each queue
 * holds, what the broker tells of itself, what each call answers, every count.
 */
final class ReferenceModel {
    enum Phase {
        OPEN,
        DRAINING,
        CLOSING,
        CLOSED,
        FAILED
    }

    enum Answer {
        ACCEPTED,
        FULL,
        CLOSED,
        CLASH,
        CANCELLED
    }

    /** The longest until handlers interrupted at the deadline are given up. */
    static final long LONGEST_GRACE = 1_000_000_000;

    /** One for handlers, and one for those of broker events. */
    private static final int GRACES = 2;

    /** How long after its end a lane is still looked at. */
    static final long LANE_GRACE = 1_000_000;

    final Source ring;
    private final List<Source> sources = new ArrayList<>();
    private final List<Queue> queues = new ArrayList<>();
    final ReferenceEvents events = new ReferenceEvents(queues);
    private List<Queue> reported = List.of();
    boolean hasNoticedClose;

    /** Who is being unsubscribed. */
    Queue leaving;

    Phase phase = Phase.OPEN;
    Throwable cause;
    long now;
    long refused;
    long routed;
    long unrouted;
    long discarded;
    private long drainEnd;
    private long deadline = Long.MAX_VALUE;
    private long lanesEnd;

    /** How many have begun. */
    private int graces;

    private long graceEnd;

    ReferenceModel(int ringSize) {
        ring = new Source(ringSize, null, null);
        sources.add(ring);
    }

    // ---- publishing

    Answer answer(Source source, String topic, Class<?> definition, boolean insider) {
        if (!mayPublish(insider)) {
            return Answer.CLOSED;
        }
        if (source == ring && clashes(topic, definition)) {
            return Answer.CLASH;
        }
        return source.waiting.size() == source.size ? Answer.FULL : Answer.ACCEPTED;
    }

    boolean clashes(String topic, Class<?> definition) {
        return living().stream().anyMatch(q -> q.shape.topic().equals(topic) && q.shape.definition() != definition)
                || sources.stream().anyMatch(lane -> topic.equals(lane.topic) && lane.definition != definition);
    }

    boolean mayPublish(boolean insider) {
        return phase == Phase.OPEN || (insider && phase == Phase.DRAINING);
    }

    void accept(Source source, String topic, Object event) {
        require(source.waiting.size() < source.size, "accepted into what is full");
        source.waiting.add(new Message(topic, event));
    }

    boolean isAllRouted() {
        return waitingToBeRouted() == 0;
    }

    int waitingToBeRouted() {
        return sources.stream().mapToInt(source -> source.waiting.size()).sum();
    }

    void open(Source lane) {
        require(phase == Phase.OPEN && isAllRouted(), "lane opened before what was published was routed");
        sources.add(lane);
    }

    /** A call that closes a lane has returned. */
    void close(Source lane) {
        if (!hasEnded()) {
            require(lane.waiting.isEmpty() || isDeadlineOver(), "lane closed before what it accepted was routed");
            sources.removeIf(source -> source == lane && lane.waiting.isEmpty()); // else it is to be discarded
        }
    }

    /** The broker has taken a message from here. */
    void route(Source source) {
        if (source.waiting.isEmpty() && !source.underWay.isEmpty()) {
            source.waiting.add(source.underWay.remove());
        }
        require(!source.waiting.isEmpty(), "routed more than was accepted");
        Message message = source.waiting.remove();
        source.passedOver = 0;
        for (Source other : sources) {
            other.passedOver += other == source || other.waiting.isEmpty() ? 0 : 1;
            require(other.passedOver <= 2 * sources.size() + 2, "a lane or the ring waits while others are served");
        }
        boolean wanted = false;
        for (Queue queue : queues) {
            if (queue.isAlive()
                    && queue.shape.topic().equals(message.topic())
                    && queue.shape.wanted().test(message.event())) {
                wanted = true;
                events.offer(queue, message.event());
            }
        }
        routed += wanted ? 1 : 0;
        unrouted += wanted ? 0 : 1;
        Told lost = Told.of("Unrouted", message.topic(), message.event());
        if (!wanted && events.isWanted(lost)) {
            events.tell(lost);
        }
    }

    // ---- what the broker tells of itself

    /** The broker has told this, of which only the moment is its own choice; null if nobody could see what it was. */
    void hasTold(Told seen) {
        Object first = events.reports.isEmpty() ? null : events.reports.get(0);
        Told due = first instanceof Queue queue ? queue.ended() : (Told) first;
        if (leaving != null && !events.ending && isOfLeaving(seen, due)) {
            unsubscribe(leaving);
            return;
        }
        Object source = first == null || events.ending ? lastEpisode(seen) : first;
        source = source == null ? first : source;
        events.reports.remove(source);
        Told event = source instanceof Queue queue ? queue.ended() : (Told) source;
        require(event != null && (seen == null || seen.equals(event)), "told " + seen + ", should be " + event);
        if (source instanceof Queue queue) {
            queue.episode = 0;
        }
        events.tell(event);
    }

    private boolean isOfLeaving(Told seen, Told due) {
        return seen == null
                ? due == null
                : !seen.equals(due) && seen.parts().get(0).equals(leaving.name);
    }

    /** When nobody works any more, the broker tells the end of all episodes, in whatever order, before what was reported. */
    private Queue lastEpisode(Told seen) {
        require(isWorkOver(), "told " + seen + ", though nothing happened");
        return living().stream()
                .filter(queue -> queue.episode > 0 && (seen == null || seen.equals(queue.ended())))
                .findFirst()
                .orElse(null);
    }

    /** Subscriptions to what the broker tells are told nothing more. */
    void hasSealedEvents() {
        require(isWorkOver(), "event subscriptions ended before the others");
        require(living().stream().allMatch(queue -> queue.episode == 0), "an episode never ended");
        events.sealed = true;
    }

    /** Whether no handler can report anything any more. */
    private boolean isWorkOver() {
        boolean isQuiet = queues.stream().allMatch(queue -> queue.isOfBroker() || queue.isQuiet());
        return isDeadlineOver() || (phase == Phase.CLOSING && isAllRouted() && events.reports.isEmpty() && isQuiet);
    }

    // ---- subscribing

    boolean isNameTaken(String name) {
        return living().stream().anyMatch(queue -> queue.name.equals(name));
    }

    void subscribe(Queue queue) {
        require(phase == Phase.OPEN && !isNameTaken(queue.name), "subscribed " + queue.name);
        require(isAllRouted(), "subscribe returned before what was published was routed");
        events.flush();
        queues.add(queue);
        events.tell(Told.of("Subscribed", queue.name, queue.shape.topic()));
    }

    void unsubscribe(Queue queue) {
        require(isAllRouted() || isDeadlineOver(), "unsubscribe returned before what was published was routed");
        events.flush();
        boolean wasAlive = queue.isAlive();
        queue.unsubscribed = true;
        leaving = null;
        if (!wasAlive) {
            return;
        }
        if (queue.episode > 0) {
            Told ended = queue.ended();
            queue.episode = 0;
            events.reports.remove(queue);
            events.tell(ended);
        }
        events.tell(Told.of("Unsubscribed", queue.name, queue.shape.topic()));
    }

    List<Queue> living() {
        return queues.stream().filter(Queue::isAlive).toList();
    }

    List<Queue> listed() {
        return phase == Phase.OPEN ? living() : reported;
    }

    // ---- handlers and readers

    /** A worker of this subscription begins to handle this event. */
    void handling(Queue queue, Object event) {
        require(!queue.unsubscribed, "handler of " + queue.name + " called after unsubscribe");
        boolean isCut = phase == Phase.CLOSED || (graces > 0 && !queue.isOfBroker());
        require(!isCut, "handler of " + queue.name + " called after the deadline");
        require(phase != Phase.FAILED || queue.isOfBroker(), "handler of " + queue.name + " called by a failed broker");
        int busy = queue.inHand + (int) events.failuresOf(queue);
        require(busy < queue.shape.workers(), "more calls of " + queue.name + " than workers");
        Object expected = queue.waiting.poll();
        require(ReferenceParts.isSame(expected, event), queue.name + " got " + event + ", should get " + expected);
        queue.inHand++;
        events.noteRelief(queue);
    }

    /** What was in hand has reached its end: the reader it was given to, or that of the handler, by this if it failed. */
    void delivered(Queue queue, Object event, Throwable failure) {
        queue.inHand--;
        queue.delivered++;
        queue.failed += failure == null ? 0 : 1;
        queue.stuck &= queue.inHand > 0;
        if (failure != null && !queue.isOfBroker() && !hasEnded()) {
            events.reports.add(Told.of("HandlerFailed", queue.name, queue.shape.topic(), event, failure));
        }
    }

    /** The broker tells that this many were abandoned: all that waits, once nothing runs that could still take it. */
    void abandoned(Queue queue, long toldSo) {
        if (toldSo != queue.abandoned) {
            boolean isCut = queue.isPush()
                    && (queue.unsubscribed || isDeadlineOver() || (phase == Phase.FAILED && !queue.isOfBroker()));
            require(isCut && (queue.inHand == 0 || hasEnded() || isDeadlineOver()), queue.name + " abandoned early");
            abandonAll(queue);
        }
        require(toldSo == queue.abandoned, queue.name + " abandoned " + toldSo + ", should be " + queue.abandoned);
    }

    private static void abandonAll(Queue queue) {
        queue.abandoned += queue.waiting.size();
        queue.waiting.clear();
    }

    /** The next event of an inbox, which its reader now has in hand. */
    Object take(Queue queue) {
        require(!queue.waiting.isEmpty(), "taken from " + queue.name + ", which is empty");
        queue.inHand++;
        Object taken = queue.waiting.remove();
        events.noteRelief(queue);
        return taken;
    }

    boolean hasEnded() {
        return phase.compareTo(Phase.CLOSED) >= 0;
    }

    boolean hasEnded(Queue queue) {
        return !queue.isAlive() || hasEnded();
    }

    /** While closing, inboxes end once nothing can come any more. */
    boolean mayHaveEnded(Queue queue) {
        boolean isOver = queue.isOfBroker() ? events.sealed : isAllRouted() || isDeadlineOver();
        return hasEnded(queue) || (phase == Phase.CLOSING && isOver);
    }

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

    /** The broker abandons what waits; its clock shows this at most. */
    void cancel(long latest) {
        require(latest >= deadline, "cancelled before the deadline");
        now = Math.max(now, deadline);
    }

    boolean isDeadlineOver() {
        return phase.compareTo(Phase.CLOSING) >= 0 && now >= deadline;
    }

    /** The broker is in this phase; its clock shows this at most. */
    void observe(Phase seen, long latest) {
        while (phase.compareTo(seen) < 0 && seen != Phase.FAILED) {
            enterNextPhase(latest);
        }
        require(phase == seen, "phase is " + seen + ", should be " + phase);
    }

    private void enterNextPhase(long latest) {
        require(phase != Phase.OPEN, "closing, though nobody closed");
        if (!isDone()) {
            long end = phase == Phase.DRAINING ? drainEnd : deadline;
            require(latest >= end, phase + " ended before all was handled, and before its time");
            now = Math.max(now, end);
        }
        if (phase == Phase.DRAINING) {
            phase = Phase.CLOSING;
            lanesEnd = sources.size() > 1 ? now + LANE_GRACE : now;
            return;
        }
        now = Math.max(now, Math.min(lanesEnd, deadline));
        require(isDeadlineOver() || events.reports.isEmpty(), "closed before it told " + events.reports);
        end(Phase.CLOSED);
        queues.stream().filter(Queue::isPush).forEach(ReferenceModel::abandonAll);
        queues.forEach(queue -> queue.stuck = queue.isPush() && queue.inHand > 0);
        reported = queues.stream().filter(q -> q.stuck || reported.contains(q)).toList();
    }

    /** The loop has died. */
    void fail(Throwable failure) {
        events.tell(Told.of("Failed", failure));
        events.flush();
        reported = hasNoticedClose ? reported : living(); // that may have been too much for some
        cause = failure;
        end(Phase.FAILED);
    }

    private void end(Phase last) {
        phase = last;
        discarded += waitingToBeRouted();
        sources.forEach(source -> source.waiting.clear());
        events.reports.clear();
        events.over = true;
    }

    /** Whether everything was routed and handled, and told. */
    boolean isDone() {
        return isAllRouted() && events.reports.isEmpty() && queues.stream().allMatch(Queue::isQuiet);
    }

    /** The broker says that there is nothing to route and nothing that a worker could do. */
    void requireNothingToStep() {
        require(isAllRouted() || isDeadlineOver(), "idle with messages to route");
        require(events.reports.isEmpty(), "idle with something to tell");
        require(events.log.isEmpty() || events.wasLogLong || isDeadlineOver(), "idle with something to log");
        for (Queue queue : queues) {
            if (queue.isPush() && !queue.waiting.isEmpty()) {
                boolean isCut = queue.unsubscribed || (hasEnded() && !queue.isOfBroker());
                boolean isForHandler = !isCut && queue.inHand < queue.shape.workers() && !isDeadlineOver();
                boolean isToBeAbandoned = hasEnded(queue) && queue.inHand == 0;
                require(!isForHandler && !isToBeAbandoned, "idle with something waiting for " + queue.name);
            }
        }
    }

    /** The broker says that there is nothing to do at all, not even for the close. */
    void requireIdle() {
        requireNothingToStep();
        if (isDeadlineOver() && now >= graceEnd && graces < GRACES) {
            graces++; // each may begin late, if time passed while nobody stepped
            graceEnd = now + LONGEST_GRACE;
        }
        boolean stays = phase == Phase.OPEN
                || hasEnded()
                || (phase == Phase.DRAINING && !isDone() && now < drainEnd)
                || (phase == Phase.CLOSING && !isDone() && now < Math.max(deadline, graceEnd))
                || (phase == Phase.CLOSING && now < lanesEnd);
        require(stays, "idle in " + phase + " although it is time for the next phase");
    }
}
