package io.eventbroker;

import io.eventbroker.ReferenceParts.Queue;
import java.util.List;

/** Compares what the broker of a {@link Simulation} tells with what the model says. */
final class SimulationChecks {
    private final Simulation run;
    private final ReferenceModel model;

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
        run.same("failure", model.cause, told.failure());
        run.same("events", model.events.told, told.events());
        List<Queue> listed = model.listed();
        run.same(
                "subscriptions",
                listed.stream().map(queue -> queue.name).toList(),
                told.subscriptions().stream().map(SubscriptionStats::name).toList());
        for (int i = 0; i < told.subscriptions().size(); i++) {
            if (!listed.get(i).name.startsWith("spy")) { // read since the snapshot was taken
                compare(listed.get(i), told.subscriptions().get(i));
            }
        }
        run.members.forEach(member -> compare(member.queue, member.handle.stats()));
        run.events.spies().forEach(spy -> compare(spy.queue, spy.handle.stats()));
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

    private void compare(Queue queue, SubscriptionStats told) {
        String name = queue.name + ": ";
        model.abandoned(queue, told.abandoned());
        run.same(name + "name", queue.name, told.name());
        run.same(name + "matched", queue.matched, told.matched());
        run.same(name + "dropped", queue.dropped, told.dropped());
        run.same(name + "dropped, oldest", queue.droppedOldest, told.droppedOldest());
        long disconnected = queue.disconnected ? 1 : 0;
        run.same(name + "disconnected", disconnected, told.disconnected());
        run.same(name + "dropped, newest", queue.dropped - queue.droppedOldest - disconnected, told.droppedNewest());
        run.same(name + "queued", (long) queue.waiting.size(), told.queued());
        run.same(name + "in hand", (long) queue.inHand, told.inHand());
        run.same(name + "delivered", queue.delivered, told.delivered());
        run.same(name + "handled", queue.isPush() ? queue.delivered - queue.failed : 0, told.handled());
        run.same(name + "failed", queue.failed, told.failed());
        // the loop may die after it gave up on a handler, or before
        boolean isEither = model.cause != null && model.isDeadlineOver() && queue.inHand > 0;
        run.same(name + "stuck", queue.stuck || (isEither && told.stuck()), told.stuck());
    }

    void noteTotals(Queue queue) {
        run.note("dropped", queue.dropped > 0);
        run.note("disconnected", queue.disconnected);
        run.note("disconnected of the broker's", queue.disconnected && queue.isOfBroker());
        run.note("dropped oldest", queue.droppedOldest > 0);
        run.note("dropped at capacity 1", queue.dropped > 0 && queue.shape.capacity() == 1);
        run.note("failed", queue.failed > 0);
        run.note("abandoned by unsubscribe", queue.unsubscribed && queue.abandoned > 0);
        run.note("abandoned by close", !queue.unsubscribed && queue.abandoned > 0);
    }
}
