package io.eventbroker;

import io.eventbroker.ReferenceEvents.Report;
import io.eventbroker.ReferenceQueue.Cell;
import io.eventbroker.ReferenceQueue.Definition;
import io.eventbroker.ReferenceQueue.Message;
import io.eventbroker.ReferenceQueue.Told;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * What a broker must do, as plainly as possible: one thread, plain queues, no dependency on the library. It is told what
 * was asked of the broker and how far the broker has gone by itself: from where it has routed a message, whose handler it
 * called, when it told what workers had reported, which phase it is in. It decides whether that was permitted, and predicts
 * everything else: who gets which message, what is lost, what each queue holds, what the broker tells, every count.
 */
final class ReferenceModel {
    enum Phase {
        OPEN,
        DRAINING,
        CLOSING,
        CLOSED,
        FAILED
    }

    /** Where messages come in, first in, first out: a lane, or without a definition the ring that all share. */
    static final class Source {
        final int size;
        final Definition definition;
        final Deque<Message> waiting = new ArrayDeque<>();

        Source(int size, Definition definition) {
            this.size = size;
            this.definition = definition;
        }
    }

    /** How long after its end a lane is still looked at. */
    static final long LANE_GRACE = 1_000_000;

    final Source ring;
    private final List<Source> sources = new ArrayList<>();
    final List<ReferenceQueue> queues = new ArrayList<>();
    final ReferenceEvents events = new ReferenceEvents(queues);
    private List<ReferenceQueue> reported = List.of();
    private final Map<Definition, Deque<Message>> retained = new LinkedHashMap<>(); // first what was so for longest
    private final int mostRetained;
    boolean hasNoticedClose;
    Phase phase = Phase.OPEN;
    Throwable cause;
    long now;
    long refused;
    long routed;
    long unrouted;
    long discarded;
    long forgotten;
    long drainEnd;
    long deadline = Long.MAX_VALUE;
    long lanesEnd;

    ReferenceModel(int ringSize, int mostRetained) {
        this.mostRetained = mostRetained;
        ring = new Source(ringSize, null);
        sources.add(ring);
    }

    static void require(boolean condition, Object... fault) {
        if (!condition) {
            throw new AssertionError(Arrays.stream(fault).map(String::valueOf).collect(Collectors.joining()));
        }
    }

    // ---- publishing

    boolean mayPublish(boolean insider) {
        return phase == Phase.OPEN || (insider && phase == Phase.DRAINING);
    }

    /** Whether the name is in use with another definition; the ring and patterns have none. */
    boolean clashes(Definition given) {
        List<Definition> inUse = new ArrayList<>();
        sources.forEach(source -> inUse.add(source.definition));
        living().forEach(queue -> inUse.add(queue.shape.definition()));
        inUse.addAll(retained.keySet());
        return inUse.stream()
                .anyMatch(known -> known != null && known.topic().equals(given.topic()) && !known.equals(given));
    }

    /** Those that have no room for what they want and must not lose. */
    List<ReferenceQueue> congested(Message message) {
        return those(queue -> queue.isCongested() && queue.wants(message));
    }

    void accept(Source source, Message message) {
        require(source.waiting.size() < source.size, "accepted into what is full");
        source.waiting.add(message);
    }

    boolean isAllRouted() {
        for (Source source : sources) {
            if (!source.waiting.isEmpty()) {
                return false;
            }
        }
        return true;
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
        require(!source.waiting.isEmpty(), "routed more than was accepted");
        Message taken = source.waiting.remove();
        Message message = new Message(taken.from(), taken.key(), taken.event(), routed + unrouted + 1);
        if (message.from().retaining() > 0 && !clashes(message.from())) {
            retain(message);
        }
        List<ReferenceQueue> wanting = those(queue -> queue.wants(message));
        wanting.forEach(queue -> events.tell(queue.offer(message)));
        routed += wanting.isEmpty() ? 0 : 1;
        unrouted += wanting.isEmpty() ? 1 : 0;
        Told lost = Told.of("Unrouted", message.from().topic(), message.event());
        boolean isToldOf = !those(queue -> queue.wants(new Message(Told.FROM, null, lost, 0)))
                .isEmpty();
        events.tell(wanting.isEmpty() && isToldOf ? lost : null);
    }

    private void retain(Message message) {
        Deque<Message> kept = retained.remove(message.from());
        kept = kept == null ? new ArrayDeque<>() : kept;
        retained.put(message.from(), kept); // now the last
        kept.removeIf(old -> old.key() != null && old.key().equals(message.key()));
        kept.add(message);
        if (kept.size() > Math.min(message.from().retaining(), mostRetained)) {
            kept.remove();
        }
        while (retained.values().stream().mapToInt(Deque::size).sum() > mostRetained) {
            forgotten += retained.remove(retained.keySet().iterator().next()).size();
        }
    }

    // ---- what the broker tells of itself

    /** The broker has told what was reported first, or, when nobody works any more, the end of any episode. */
    void hasTold(Report report) {
        boolean isLast =
                report.due() == null || (report.failure() == null && report.queue().episode > 0 && isWorkOver());
        require(isLast || events.reports.indexOf(report) == 0, "told ", report, " of ", events.reports);
        events.tell(report.due());
        events.reports.remove(report);
        report.queue().episode = report.failure() == null ? 0 : report.queue().episode;
    }

    /** Subscriptions to what the broker tells are told nothing more. */
    void hasSealedEvents() {
        require(isWorkOver(), "event subscriptions ended before the others");
        require(
                living().stream().allMatch(queue -> queue.episode == 0 || queue.episodeEnded() == null),
                "an episode never ended");
        events.sealed = true;
    }

    /** Whether no handler can report anything any more. */
    private boolean isWorkOver() {
        boolean isQuiet = queues.stream().allMatch(queue -> queue.isOfBroker() || queue.isQuiet());
        return isDeadlineOver() || (phase == Phase.CLOSING && isAllRouted() && events.reports.isEmpty() && isQuiet);
    }

    // ---- subscribing

    void subscribe(ReferenceQueue queue) {
        require(phase == Phase.OPEN && isAllRouted(), "subscribed before what was published was routed");
        events.flush();
        queues.add(queue);
        events.tell(Told.of("Subscribed", queue.name, queue.shape.source()));
        retained.values().stream()
                .flatMap(Deque::stream)
                .sorted(Comparator.comparingLong(Message::sequence))
                .filter(message -> queue.keeping.replaying() && queue.wants(message))
                .forEachOrdered(message -> events.tell(queue.offer(message)));
        queue.replayed = queue.matched;
        queue.matched = 0;
    }

    void unsubscribe(ReferenceQueue queue) {
        require(isAllRouted() || isDeadlineOver(), "unsubscribe returned before what was published was routed");
        events.flush();
        if (queue.isAlive()) {
            events.reports.remove(new Report(queue));
            events.tell(queue.episode > 0 ? queue.episodeEnded() : null);
            queue.episode = 0;
            events.tell(Told.of("Unsubscribed", queue.name, queue.shape.source()));
        }
        queue.unsubscribed = true;
    }

    List<ReferenceQueue> living() {
        return those(ReferenceQueue::isAlive);
    }

    private List<ReferenceQueue> those(Predicate<ReferenceQueue> some) {
        List<ReferenceQueue> those = new ArrayList<>();
        for (ReferenceQueue queue : queues) { // not by a stream: this is asked more often than most
            if (some.test(queue)) {
                those.add(queue);
            }
        }
        return those;
    }

    List<ReferenceQueue> listed() {
        return phase == Phase.OPEN ? living() : reported;
    }

    // ---- handlers and readers

    /** A worker of this subscription begins to handle this event, which is now in hand. */
    Cell handling(ReferenceQueue queue, Object event) {
        Cell due = queue.next(event);
        boolean isDue = due != null && due.message().event().equals(event);
        require(isDue, queue.name, " got ", event, ", should get ", due);
        require(queue.isFree(due, events.failuresOf(queue)), "more calls of ", queue.name, " than workers");
        return take(queue, due);
    }

    /** The next that is due, which its reader or a handler now has in hand. */
    Cell take(ReferenceQueue queue, Cell due) {
        queue.waiting.remove(due);
        queue.inHand.add(due);
        if (!events.over && queue.isRelieved() && !events.reports.contains(new Report(queue))) {
            events.reports.add(new Report(queue));
        }
        return due;
    }

    /** What was in hand has reached its end: the reader it was given to, or that of the handler, by this if it failed. */
    void delivered(ReferenceQueue queue, Cell cell, Throwable failure) {
        queue.inHand.remove(cell);
        queue.delivered++;
        queue.failed += failure == null ? 0 : 1;
        queue.stuck &= !queue.inHand.isEmpty();
        if (failure != null && !queue.isOfBroker() && !hasEnded()) {
            events.reports.add(new Report(queue, cell, failure));
        }
    }

    // ---- closing

    boolean hasEnded() {
        return phase.compareTo(Phase.CLOSED) >= 0;
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
        require(phase == seen, "phase is ", seen, ", should be ", phase);
    }

    private void enterNextPhase(long latest) {
        require(phase != Phase.OPEN, "closing, though nobody closed");
        if (!isDone()) {
            long end = phase == Phase.DRAINING ? drainEnd : deadline;
            require(latest >= end, phase, " ended before all was handled, and before its time");
            now = Math.max(now, end);
        }
        if (phase == Phase.DRAINING) {
            phase = Phase.CLOSING;
            lanesEnd = sources.size() > 1 ? now + LANE_GRACE : now;
            return;
        }
        now = Math.max(now, Math.min(lanesEnd, deadline));
        require(isDeadlineOver() || events.reports.isEmpty(), "closed before it told ", events.reports);
        end(Phase.CLOSED);
        those(ReferenceQueue::isPush).forEach(ReferenceQueue::abandonAll);
        queues.forEach(queue -> queue.stuck = queue.isPush() && !queue.inHand.isEmpty());
        reported = those(queue -> queue.stuck || reported.contains(queue));
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
        for (Source source : sources) {
            discarded += source.waiting.size();
            source.waiting.clear();
        }
        events.reports.clear();
        events.over = true;
    }

    /** Whether everything was routed and handled, and told. */
    boolean isDone() {
        return isAllRouted() && events.reports.isEmpty() && queues.stream().allMatch(ReferenceQueue::isQuiet);
    }
}
