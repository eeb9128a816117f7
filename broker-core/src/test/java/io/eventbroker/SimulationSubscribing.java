package io.eventbroker;

import io.eventbroker.ReferenceModel.Phase;
import io.eventbroker.ReferenceQueue.Keeping;
import io.eventbroker.ReferenceQueue.Told;
import java.util.List;
import java.util.Random;
import java.util.function.ToIntFunction;

/** How a {@link Simulation} subscribes and unsubscribes. */
final class SimulationSubscribing {
    /** What to subscribe to, and how. */
    private record Wish<T>(
            TopicPattern<T> from, String name, Overflow chosen, Keeping keeping, int workers, boolean isForMessages) {
        boolean isOrdered() {
            return keeping.workerOf() != null;
        }

        /** Whether the settings contradict each other. */
        boolean isSenseless() {
            boolean isUnkeyed = from.definition != null && from.definition.key() == null;
            boolean isByKey = isOrdered() || keeping.overflow().equals("CONFLATE");
            return (isOfBroker(from) && chosen == Overflow.BACKPRESSURE)
                    || (isOrdered() && workers == 0)
                    || (isByKey && isUnkeyed);
        }

        @Override
        public String toString() {
            return "capacity " + keeping.capacity() + " " + keeping.overflow() + ", workers " + workers
                    + (isOrdered() ? " in order of keys" : "") + (keeping.replaying() ? ", replaying" : "")
                    + (isForMessages ? ", for messages" : "");
        }
    }

    private static final List<Overflow> POLICIES = List.of(
            Overflow.DROP_NEWEST,
            Overflow.DROP_NEWEST,
            Overflow.DROP_OLDEST,
            Overflow.CONFLATE,
            Overflow.BACKPRESSURE,
            Overflow.BACKPRESSURE,
            Overflow.DISCONNECT);

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
        Wish<T> wish = draw(from);
        boolean isClosed = model.phase != Phase.OPEN;
        boolean wasInUse = isInUse(wish);
        SimulationMember<T> member = new SimulationMember<>(isOfBroker ? null : run.ledger.subscriber(entries(from)));
        if (wish.keeping.replaying()) {
            member.replays();
        }
        try {
            run.perhapsInterrupted(() -> run.calmly(() -> {
                member.handle = open(member, wish);
                run.require(!wish.isSenseless() && !isClosed, "subscribe was not refused");
                return begin(member, wish);
            }));
            run.trace("subscribe ", member.handle, ", ", wish);
            run.note("subscribed " + wish.keeping.overflow(), true);
            run.note("subscribed in order of keys", wish.isOrdered() && wish.workers > 1);
            run.note("subscribed to a pattern", from.definition == null);
            run.note("replayed", member.queue.replayed > 0);
        } catch (IllegalStateException e) {
            run.trace("subscribe ", wish, ": ", e);
            boolean isForSense = wish.isSenseless();
            boolean hasDied = !isClosed && model.phase == Phase.FAILED;
            boolean isForUse = wasInUse || isInUse(wish); // by what was retained meanwhile
            boolean isForEnd = isClosed || hasDied;
            run.require(isForSense || isForUse || isForEnd, "subscribe failed with ", e);
            boolean isClosedException = e instanceof BrokerClosedException;
            boolean isEither = !isForSense && !isClosed && hasDied && isForUse;
            run.require(isEither || isClosedException == (!isForSense && isForEnd), "refused by ", e);
            run.requireCause(e);
            run.note("subscribe refused, " + (isForSense ? "senseless" : isClosed ? "closed" : "in use"), !hasDied);
            run.note("subscribe died", hasDied);
        }
    }

    private <T> Wish<T> draw(TopicPattern<T> from) {
        String name = random.nextInt(4) == 0 ? null : "s" + (random.nextInt(5) == 0 ? random.nextInt(4) : names++ + 4);
        int capacity = 1 + random.nextInt(random.nextBoolean() ? 2 : 8);
        int workers = Math.max(0, random.nextInt(6) - 2);
        Overflow chosen = random.nextInt(6) == 0 ? null : POLICIES.get(random.nextInt(POLICIES.size()));
        String overflow = (chosen == null ? defaultFor(from) : chosen).name();
        ToIntFunction<Object> workerOf = random.nextInt(3) == 0 ? workerOf(workers) : null;
        Keeping keeping = new Keeping(capacity, overflow, workerOf, random.nextInt(3) == 0);
        Wish<T> wish = new Wish<>(from, name, chosen, keeping, workers, random.nextInt(3) == 0);
        boolean isPermitted = random.nextInt(10) == 0 || !wish.isSenseless();
        Keeping plain = new Keeping(capacity, "DROP_NEWEST", null, false);
        return isPermitted ? wish : new Wish<>(from, name, Overflow.DROP_NEWEST, plain, workers, false);
    }

    /** The broker's own topic takes no default that would have the broker wait, or that needs a key. */
    private Overflow defaultFor(TopicPattern<?> from) {
        boolean isAllowed = run.defaultOverflow != Overflow.BACKPRESSURE && run.defaultOverflow != Overflow.CONFLATE;
        return isAllowed || !isOfBroker(from) ? run.defaultOverflow : Overflow.DROP_NEWEST;
    }

    private static boolean isOfBroker(TopicPattern<?> from) {
        return from.name().equals(Told.FROM.topic());
    }

    /** Which worker a key has, as the broker spreads them. */
    private static ToIntFunction<Object> workerOf(int workers) {
        return key -> Math.floorMod(key.hashCode() ^ (key.hashCode() >>> 16), workers);
    }

    private <T> boolean begin(SimulationMember<T> member, Wish<T> wish) {
        String made = member.handle.name();
        boolean isItsName = wish.name == null ? made.startsWith(wish.from.name()) : wish.name.equals(made);
        run.require(isItsName, "the name ", made);
        member.queue = new ReferenceQueue(made, SimulationTopics.shape(wish.from, wish.keeping, wish.workers));
        if (wish.isForMessages) {
            run.checks.forMessages.add(member.queue);
        }
        run.require(!isInUse(wish), "subscribed what is in use");
        model.subscribe(member.queue); // now, for the broker may have died since
        return run.members.add(member);
    }

    private boolean isInUse(Wish<?> wish) {
        boolean clashes = wish.from.definition != null && model.clashes(SimulationTopics.definition(wish.from));
        return clashes || model.living().stream().anyMatch(queue -> queue.name.equals(wish.name));
    }

    @SuppressWarnings("unchecked") // all but those of the broker are of entries
    private static TopicPattern<Ledger.Entry> entries(TopicPattern<?> from) {
        return (TopicPattern<Ledger.Entry>) from;
    }

    private <T> Subscription open(SimulationMember<T> member, Wish<T> wish) {
        SubscriptionBuilder<T> plain = broker.subscription(wish.from).capacity(wish.keeping.capacity());
        SubscriptionBuilder<T> losing = wish.chosen == null ? plain : plain.overflow(wish.chosen);
        SubscriptionBuilder<T> named = wish.name == null ? losing : losing.named(wish.name);
        SubscriptionBuilder<T> replaying = wish.keeping.replaying() ? named.replayRetained() : named;
        SubscriptionBuilder<T> builder = wish.isOrdered() ? replaying.orderedByKey() : replaying;
        if (wish.workers == 0) {
            return wish.isForMessages ? member.open(builder::messageInbox) : member.open(builder::inbox);
        }
        SubscriptionBuilder<T> several = builder.concurrency(wish.workers);
        return member.subscribe(() -> wish.isForMessages
                ? several.onMessage(message -> run.handlers.handle(member, message))
                : several.onEvent(event -> run.handlers.handle(member, event)));
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
            } else if (isFirst && hasDied) {
                member.queue.perhapsUnsubscribed = !isTold;
            }
            run.events.leaving = null;
            return null;
        }));
        run.note("unsubscribe of a running handler", member.queue.isPush() && !member.queue.inHand.isEmpty());
    }
}
