package io.eventbroker;

import io.eventbroker.ReferenceModel.Phase;
import io.eventbroker.ReferenceQueue.Cell;
import io.eventbroker.ReferenceQueue.Told;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Compares what the broker of a {@link Simulation} tells with what the model says. */
final class SimulationChecks {
    /** The longest until handlers interrupted at the deadline are given up; first those of others than broker events. */
    static final long LONGEST_GRACE = 1_000_000_000;

    private static final int GRACES = 2;

    private final Simulation run;
    private final ReferenceModel model;

    /** How many have begun. */
    private int graces;

    private long graceEnd;

    /** Those whose subscribers are told of gaps. */
    final Set<ReferenceQueue> forMessages = new HashSet<>();

    /** When messages were published, by their sequence. */
    private final Map<Long, Instant> times = new HashMap<>();

    private final Map<Long, Instant> eventTimes = new HashMap<>();

    SimulationChecks(Simulation run) {
        this.run = run;
        this.model = run.model;
    }

    /** Compares what the broker tells with what the model says, to the last count. */
    void compare(BrokerStats told) {
        long passed = model.routed + model.unrouted + model.discarded;
        run.same("offered", passed + model.refused, told.offered());
        run.same("accepted", passed, told.accepted());
        run.same("refused", model.refused, told.refused());
        run.same("routed", model.routed, told.routed());
        run.same("unrouted", model.unrouted, told.unrouted());
        run.same("discarded", model.discarded, told.discarded());
        run.same("forgotten", model.forgotten, told.forgotten());
        run.same("failure", model.cause, told.failure());
        run.same("events", model.events.told, told.events());
        run.same("state", model.phase, Simulation.phase(told.state()));
        List<ReferenceQueue> listed = model.listed();
        List<SubscriptionStats> given = told.subscriptions();
        run.same("number of subscriptions", listed.size(), given.size());
        for (int i = 0; i < given.size(); i++) {
            ReferenceQueue queue = listed.get(i);
            run.same("name of a subscription", queue.name, given.get(i).name());
            if (!queue.name.startsWith("spy")) { // read since the snapshot was taken
                compare(queue, given.get(i));
            }
        }
        for (SimulationMember<?> member : run.members) {
            if (!listed.contains(member.queue)) {
                compare(member.queue, member.handle.stats());
            }
        }
        run.events.spies().forEach(spy -> compare(spy.queue, spy.handle.stats()));
    }

    /** Compares what the subscriptions tell themselves, those that the broker lists, too. */
    void compareHandles() {
        run.members.forEach(member -> compare(member.queue, member.handle.stats()));
    }

    static String counts(BrokerStats told) {
        StringBuilder counts = new StringBuilder("accepted " + told.accepted() + " refused " + told.refused()
                + " routed " + told.routed() + " unrouted " + told.unrouted() + " discarded " + told.discarded());
        for (SubscriptionStats one : told.subscriptions()) {
            if (one.name().startsWith("spy")) {
                continue;
            }
            counts.append(", ")
                    .append(one.name())
                    .append(" ")
                    .append(one.matched())
                    .append("=")
                    .append(one.handled());
            counts.append("+")
                    .append(one.delivered() - one.handled())
                    .append("+")
                    .append(one.dropped())
                    .append("+");
            counts.append(one.abandoned())
                    .append("+")
                    .append(one.queued())
                    .append("+")
                    .append(one.inHand());
        }
        return counts.toString();
    }

    private void compare(ReferenceQueue queue, SubscriptionStats told) {
        abandoned(queue, told.abandoned());
        run.same("name", queue.name, told.name());
        same(queue, "matched", queue.matched, told.matched());
        same(queue, "replayed", queue.replayed, told.replayed());
        same(queue, "conflated", queue.conflated, told.conflated());
        same(queue, "dropped", queue.dropped(), told.dropped());
        same(queue, "dropped, oldest", queue.droppedOldest, told.droppedOldest());
        long disconnected = queue.disconnected ? 1 : 0;
        same(queue, "disconnected", disconnected, told.disconnected());
        same(queue, "dropped, newest", queue.droppedNewest, told.droppedNewest());
        same(queue, "queued", queue.waiting.size(), told.queued());
        same(queue, "in hand", queue.inHand.size(), told.inHand());
        same(queue, "delivered", queue.delivered, told.delivered());
        same(queue, "handled", queue.isPush() ? queue.delivered - queue.failed : 0, told.handled());
        same(queue, "failed", queue.failed, told.failed());
        // the loop may die after it gave up on a handler, or before
        boolean isEither = model.cause != null && model.isDeadlineOver() && !queue.inHand.isEmpty();
        long missed = queue.missedAtEnd();
        boolean mustBeOver = queue.isPush() ? model.phase == Phase.CLOSED : hasEnded(queue);
        boolean mayBeOver = mayHaveEnded(queue) && (!queue.isPush() || queue.waiting.isEmpty());
        boolean isMissed =
                told.missedAtEnd() == missed ? mayBeOver || missed == 0 : told.missedAtEnd() == 0 && !mustBeOver;
        run.require(
                isMissed || !forMessages.contains(queue),
                queue.name,
                ": missed at end ",
                told.missedAtEnd(),
                ", should be ",
                missed);
        run.note("missed at end", missed > 0 && mustBeOver);
        run.require(told.stuck() == (queue.stuck || (isEither && told.stuck())), queue.name, ": stuck ", told.stuck());
    }

    /** The broker tells that this many were abandoned: all that waits, once nothing runs that could still take it. */
    void abandoned(ReferenceQueue queue, long told) {
        if (told != queue.abandoned) {
            queue.unsubscribed |= queue.perhapsUnsubscribed;
            boolean isCut = queue.isPush()
                    && (queue.unsubscribed || model.isDeadlineOver() || (model.cause != null && !queue.isOfBroker()));
            boolean isOver = queue.inHand.isEmpty() || model.hasEnded() || model.isDeadlineOver();
            run.require(isCut && isOver, queue.name, " abandoned early");
            queue.abandonAll();
        }
        same(queue, "abandoned", queue.abandoned, told);
    }

    /** No text is made before there is a fault to tell: this is asked more often than anything else. */
    private static void same(ReferenceQueue queue, String what, long expected, long told) {
        if (expected != told) {
            throw new AssertionError(queue.name + ": " + what + " is " + told + ", should be " + expected);
        }
    }

    boolean hasEnded(ReferenceQueue queue) {
        return !queue.isAlive() || model.hasEnded();
    }

    /** While closing, inboxes end once nothing can come any more. */
    boolean mayHaveEnded(ReferenceQueue queue) {
        boolean isOver = queue.isOfBroker() ? model.events.sealed : model.isAllRouted() || model.isDeadlineOver();
        return hasEnded(queue) || (model.phase == Phase.CLOSING && isOver);
    }

    /** Compares what a subscriber was given with what was due, where that is a message. */
    void compare(Cell due, Object given) {
        if (given instanceof Message<?> message) {
            run.same("topic", due.message().from().topic(), message.topic());
            run.same("sequence", due.message().sequence(), message.sequence());
            run.require(
                    due.missed() == message.missedBefore(), "missed before ", message, ", should be ", due.missed());
            Map<Long, Instant> known = due.message().from() == Told.FROM ? eventTimes : times;
            Instant first = known.putIfAbsent(message.sequence(), message.publishedAt());
            run.require(first == null || first.equals(message.publishedAt()), "time of ", message);
            run.note("message after a gap", due.missed() > 0);
        }
    }

    /** Whether the deadline has come for handlers, those of broker events aside: they are called no more. */
    boolean isGraceOver() {
        return graces > 0;
    }

    /** The broker says that there is nothing to route and nothing that a worker could do. */
    void requireNothingToStep() {
        requireNothingForTheLoop();
        run.require(run.log.isDone() || model.isDeadlineOver(), "idle with something to log");
        for (ReferenceQueue queue : model.queues) {
            run.require(!isDue(queue), "idle with something waiting for ", queue.name);
        }
    }

    /** The broker says that nothing can be stepped that makes room for a message; it looks at one of those congested. */
    void requireNoRoomToMake(ReferenceQueue.Message message) {
        requireNothingForTheLoop();
        List<ReferenceQueue> congested = model.congested(message);
        run.require(!congested.isEmpty(), "waits for ever for nothing");
        if (congested.stream().noneMatch(queue -> queue.isPush() && !isDue(queue))) {
            requireNothingToStep();
        }
    }

    private void requireNothingForTheLoop() {
        run.require(model.isAllRouted() || model.isDeadlineOver(), "idle with messages to route");
        run.require(model.events.reports.isEmpty(), "idle with something to tell");
    }

    /** Whether a worker could be stepped. */
    private boolean isDue(ReferenceQueue queue) {
        boolean isCut = queue.unsubscribed || (model.hasEnded() && !queue.isOfBroker()) || model.isDeadlineOver();
        boolean isForHandler = !isCut && queue.waiting.stream().anyMatch(cell -> queue.isFree(cell, List.of()));
        boolean isToBeAbandoned = hasEnded(queue) && queue.inHand.isEmpty() && !queue.waiting.isEmpty();
        return queue.isPush() && (isForHandler || isToBeAbandoned);
    }

    /** The broker says that there is nothing to do at all, not even for the close. */
    void requireIdle() {
        requireNothingToStep();
        if (model.isDeadlineOver() && model.now >= graceEnd && graces < GRACES) {
            graces++; // each may begin late, if time passed while nobody stepped
            graceEnd = model.now + LONGEST_GRACE;
        }
        boolean stays = model.phase == Phase.OPEN
                || model.hasEnded()
                || (model.phase == Phase.DRAINING && !model.isDone() && model.now < model.drainEnd)
                || (model.phase == Phase.CLOSING && !model.isDone() && model.now < Math.max(model.deadline, graceEnd))
                || (model.phase == Phase.CLOSING && model.now < model.lanesEnd);
        run.require(stays, "idle in ", model.phase, " although it is time for the next phase");
    }

    void noteTotals(ReferenceQueue queue) {
        run.note("dropped", queue.dropped() > 0);
        run.note("conflated", queue.conflated > 0);
        run.note("disconnected", queue.disconnected);
        run.note("disconnected of the broker's", queue.disconnected && queue.isOfBroker());
        run.note("dropped oldest", queue.droppedOldest > 0);
        run.note("dropped at capacity 1", queue.dropped() > 0 && queue.keeping.capacity() == 1);
        run.note("failed", queue.failed > 0);
        run.note("abandoned by unsubscribe", queue.unsubscribed && queue.abandoned > 0);
        run.note("abandoned by close", !queue.unsubscribed && queue.abandoned > 0);
    }
}
