package io.eventbroker;

import io.eventbroker.ReferenceModel.Phase;
import io.eventbroker.ReferenceQueue.Keeping;
import java.util.List;
import java.util.Random;

/** How a {@link Simulation} subscribes and unsubscribes. */
final class SimulationSubscribing {
    private final Simulation run;
    private final Random random;
    private final SteppedBroker broker;
    private final ReferenceModel model;
    private int names;

    SimulationSubscribing(Simulation run) {
        this.run = run;
        this.random = run.random;
        this.broker = run.broker;
        this.model = run.model;
    }

    <T> void subscribe(TopicPattern<T> from, boolean isOfBroker) {
        String name = random.nextInt(4) == 0 ? null : "s" + (random.nextInt(5) == 0 ? random.nextInt(4) : names++ + 4);
        int capacity = 1 + random.nextInt(random.nextBoolean() ? 2 : 8);
        int workers = Math.max(0, random.nextInt(6) - 2);
        boolean isClosed = model.phase != Phase.OPEN;
        boolean isRefused = isRefused(name, from);
        SimulationMember<T> member = new SimulationMember<>(isOfBroker ? null : run.ledger.subscriber(entries(from)));
        Overflow overflow = List.of(Overflow.DROP_NEWEST, Overflow.DROP_OLDEST, Overflow.DISCONNECT)
                .get(Math.max(0, random.nextInt(6) - 3));
        SubscriptionBuilder<T> named =
                broker.subscription(from).capacity(capacity).overflow(overflow);
        SubscriptionBuilder<T> builder = name == null ? named : named.named(name);
        Keeping keeping = new Keeping(capacity, overflow.name(), null);
        try {
            run.perhapsInterrupted(() -> run.calmly(() -> {
                Subscription handle = open(member, builder, workers);
                String made = handle.name();
                // who was in the way may have been disconnected by what was routed first
                run.require(!isRefused || !isRefused(name, from), "subscribe was not refused");
                run.require(name == null ? made.startsWith(from.name()) : name.equals(made), "the name");
                member.handle = handle;
                member.queue = new ReferenceQueue(made, SimulationTopics.shape(from, keeping, workers));
                model.subscribe(member.queue); // now, for the broker may have died since
                return run.members.add(member);
            }));
            run.trace("subscribe ", member.handle, " to ", from, ", ", keeping, ", workers ", workers);
        } catch (IllegalStateException e) {
            run.trace("subscribe ", name, " to ", from, ": ", e);
            boolean hasDied = !isClosed && model.phase == Phase.FAILED;
            run.require(isRefused || hasDied, "subscribe failed with " + e);
            boolean isEither = hasDied && isRefused;
            run.require(isEither || (isClosed || hasDied) == (e instanceof BrokerClosedException), "refused by " + e);
            run.requireCause(e);
            run.note(isClosed ? "subscribe refused, closed" : "subscribe refused, in use", !hasDied);
            run.note("subscribe died", hasDied);
        }
    }

    private boolean isRefused(String name, TopicPattern<?> from) {
        return model.phase != Phase.OPEN || model.isNameTaken(name) || model.clashes(SimulationTopics.definition(from));
    }

    @SuppressWarnings("unchecked") // all but those of the broker are of entries
    private static TopicPattern<Ledger.Entry> entries(TopicPattern<?> from) {
        return (TopicPattern<Ledger.Entry>) from;
    }

    private <T> Subscription open(SimulationMember<T> member, SubscriptionBuilder<T> builder, int workers) {
        return workers == 0
                ? member.open(builder::inbox)
                : member.subscribe(
                        () -> builder.concurrency(workers).onEvent(event -> run.handlers.handle(member, event)));
    }

    void unsubscribe() {
        if (run.members.isEmpty()) {
            return;
        }
        SimulationMember<?> member = run.members.get(random.nextInt(run.members.size()));
        run.trace("unsubscribe ", member.handle);
        boolean isFirst = !member.queue.unsubscribed && !model.hasEnded();
        boolean isTold = isFirst && member.queue.isAlive();
        run.perhapsInterrupted(() -> run.calmly(() -> {
            run.events.leaving = isTold ? member.queue : null;
            member.unsubscribe();
            boolean hasDied = broker.stats().state() == BrokerStats.State.FAILED;
            boolean isLeaving = isTold ? run.events.leaving != null : isFirst;
            if (isLeaving && (!hasDied || run.events.hasSeenUnsubscribed())) {
                model.unsubscribe(member.queue); // now, for the broker may have died since
            }
            run.events.leaving = null;
            return null;
        }));
        run.note("unsubscribe of a running handler", member.queue.isPush() && !member.queue.inHand.isEmpty());
    }
}
