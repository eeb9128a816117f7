package io.eventbroker;

import io.eventbroker.ReferenceModel.Phase;
import io.eventbroker.ReferenceModel.Queue;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * One run of a manual broker beside its {@link ReferenceModel}, decided by a seed. After each action everything the
 * broker tells is compared with the model, in the middle of handlers too; at the end the {@link Ledger} audits it all.
 *
 * <p>The run drives the broker, so the model follows: what a handler is called with and how much was routed is observed,
 * and judged by the model. What an action may set going by itself is its {@link Frame}.
 */
final class Simulation {
    /** A run that went wrong. */
    static final class Failure extends AssertionError {
        private static final long serialVersionUID = 1L;

        Failure(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** What a handler throws on purpose. */
    static final class Deliberate extends Exception {
        private static final long serialVersionUID = 1L;
    }

    /** A subscription as its owner holds it. */
    static final class Member<T extends Ledger.Entry> {
        final LedgerSubscriber<T> recorder;
        Queue queue;
        Subscription handle;
        Inbox<T> inbox;
        Iterator<T> iterator;
        T upcoming;

        Member(LedgerSubscriber<T> recorder) {
            this.recorder = recorder;
        }
    }

    /** What may happen during one call of the broker: how many handler calls, and how far the clock may go. */
    private static final class Frame {
        private int handlerCalls;
        private final boolean routingFirst;
        private final long latest;

        Frame(int handlerCalls, boolean routingFirst, long latest) {
            this.handlerCalls = handlerCalls;
            this.routingFirst = routingFirst;
            this.latest = latest;
        }
    }

    static final int ANY = Integer.MAX_VALUE;
    private static final int MOST_DEPTH = 4;
    private static final int MOST_ACTIONS = 400;

    final long seed;
    final Random random;
    final Ledger ledger = new Ledger();
    final SteppedBroker broker;
    final ReferenceModel model;
    final List<Member<?>> members = new ArrayList<>();
    final Map<String, Integer> notes = new TreeMap<>();

    private final SimulationActions actions;
    private final List<LedgerPublisher> publishers = new ArrayList<>();
    private final List<Member<?>> running = new ArrayList<>();
    private final List<String> trace;
    private Frame frame = new Frame(0, true, 0);
    private Throwable failure;
    private int actionsDone;
    private int handlerCalls;
    private boolean interruptSeen;

    Simulation(long seed, boolean isTraced) {
        this.seed = seed;
        this.random = new Random(seed);
        this.trace = isTraced ? new ArrayList<>() : null;
        int ringSize = 2 << random.nextInt(4);
        this.model = new ReferenceModel(ringSize);
        this.broker = (SteppedBroker) Broker.manual(BrokerConfig.defaults().withRingSize(ringSize));
        this.actions = new SimulationActions(this);
    }

    /** Runs to the end; returns what was traced. */
    List<String> run() {
        try {
            int length = 20 + random.nextInt(130);
            for (int i = 0; i < length; i++) {
                act();
            }
            actions.finish();
            ledger.verify(broker.stats());
        } catch (Throwable e) {
            fail(e);
        } finally {
            Thread.interrupted();
        }
        if (failure != null) {
            throw new Failure("seed " + seed + ": " + failure.getMessage(), failure);
        }
        members.forEach(member -> noteTotals(member.queue));
        note("discarded", model.discarded > 0);
        return trace;
    }

    /** Does something, and looks whether the broker and the model still agree. */
    private void act() throws Exception {
        actionsDone++;
        actions.doOne();
        check();
    }

    boolean isInsideHandler() {
        return !running.isEmpty();
    }

    /** Each level of the stack publishes in an order of its own: one is in the middle of a publish while the next acts. */
    LedgerPublisher publisher() {
        while (publishers.size() <= running.size()) {
            publishers.add(ledger.publisher());
        }
        return publishers.get(running.size());
    }

    // ---- calls

    /** Calls the broker where that may neither call a handler nor move the clock. */
    <R> R calmly(Supplier<R> call) {
        return during(0, true, model.now, call);
    }

    /** Calls the broker where that may call so many handlers, and move the clock so far. */
    <R> R during(int handlerCalls, boolean routingFirst, long latest, Supplier<R> call) {
        Frame outer = frame;
        frame = new Frame(handlerCalls, routingFirst, latest);
        try {
            return call.get();
        } finally {
            observe();
            frame = outer;
        }
    }

    /** The handler of every push subscription. */
    <T extends Ledger.Entry> void handle(Member<T> member, T event) throws Exception {
        boolean isFailing = false;
        Frame outer = frame;
        try {
            begin(member, event);
            int steps = running.size() > MOST_DEPTH || actionsDone > MOST_ACTIONS ? 0 : random.nextInt(4);
            for (int i = 0; i < steps; i++) {
                act();
                lookForInterrupt();
            }
            isFailing = random.nextInt(8) == 0;
        } catch (Throwable e) {
            fail(e);
        }
        frame = outer;
        running.remove(running.size() - 1);
        model.delivered(member.queue, isFailing);
        if (isFailing) {
            member.recorder.failing();
            trace("handler of ", member.queue.name, " throws");
            throwSomething();
        }
    }

    private <T extends Ledger.Entry> void begin(Member<T> member, T event) {
        running.add(member);
        require(!Thread.currentThread().isInterrupted(), "handler begins interrupted");
        require(frame.handlerCalls-- > 0, "a handler of " + member.queue.name + " was called");
        observe();
        if (frame.routingFirst) {
            require(model.inRing() == 0, "a handler was called before everything was routed");
        }
        model.handling(member.queue, event);
        member.recorder.received(event);
        handlerCalls++;
        note("nested handler", running.size() > 1);
        note("concurrent handler calls", member.queue.inHand > 1);
        trace("handler of ", member.queue.name, " gets ", event);
        check();
    }

    private void throwSomething() throws Exception {
        switch (random.nextInt(4)) {
            case 0 -> throw new IllegalStateException("deliberate");
            case 1 -> throw new StackOverflowError("deliberate");
            case 2 -> throw new InterruptedException("deliberate");
            default -> throw new Deliberate();
        }
    }

    /** At the deadline of the close, handlers still running are interrupted, once. */
    void lookForInterrupt() {
        if (Thread.interrupted()) {
            interrupted();
        }
    }

    void interrupted() {
        require(isInsideHandler() && !interruptSeen && model.isDeadlineOver(), "interrupted");
        interruptSeen = true;
        note("interrupted at the deadline", true);
    }

    // ---- looking

    /** Lets the model catch up with what the broker has done. */
    void observe() {
        BrokerStats told = broker.stats();
        Phase phase = Phase.valueOf(told.state().name());
        if (phase != Phase.CLOSED) {
            members.forEach(this::catchUp);
        }
        model.observe(told.routed() + told.unrouted(), phase, Math.max(frame.latest, model.now));
    }

    private void catchUp(Member<?> member) {
        if (member.queue.unsubscribed) {
            model.abandoned(member.queue, member.handle.stats().abandoned());
        }
    }

    void check() {
        if (failure != null) {
            return;
        }
        observe();
        BrokerStats told = broker.stats();
        compare(told);
        if (trace != null) {
            trace("  ", told.state(), " ", counts(told));
        }
    }

    /** Compares what the broker tells with what the model says, to the last count. */
    void compare(BrokerStats told) {
        long passed = model.routed + model.unrouted + model.discarded;
        same("offered", passed + model.refused, told.offered());
        same("accepted", passed, told.accepted());
        same("refused", model.refused, told.refused());
        same("routed", model.routed, told.routed());
        same("unrouted", model.unrouted, told.unrouted());
        same("discarded", model.discarded, told.discarded());
        same("failure", null, told.failure());
        List<Queue> listed = model.listed();
        same(
                "subscriptions",
                listed.stream().map(queue -> queue.name).toList(),
                told.subscriptions().stream().map(SubscriptionStats::name).toList());
        for (int i = 0; i < told.subscriptions().size(); i++) {
            compare(listed.get(i), told.subscriptions().get(i));
        }
        members.forEach(member -> compare(member.queue, member.handle.stats()));
    }

    private static String counts(BrokerStats told) {
        StringBuilder counts = new StringBuilder("accepted " + told.accepted() + " refused " + told.refused()
                + " routed " + told.routed() + " unrouted " + told.unrouted() + " discarded " + told.discarded());
        for (SubscriptionStats one : told.subscriptions()) {
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
        same(name + "name", queue.name, told.name());
        same(name + "matched", queue.matched, told.matched());
        same(name + "dropped", queue.dropped, told.dropped());
        same(name + "queued", (long) queue.waiting.size(), told.queued());
        same(name + "in hand", (long) queue.inHand, told.inHand());
        same(name + "delivered", queue.delivered, told.delivered());
        same(name + "handled", queue.isPush() ? queue.delivered - queue.failed : 0, told.handled());
        same(name + "failed", queue.failed, told.failed());
        same(name + "stuck", queue.stuck, told.stuck());
    }

    int handlerCalls() {
        return handlerCalls;
    }

    void same(String what, Object expected, Object told) {
        if (!Objects.equals(expected, told)) {
            throw new AssertionError(what + " is " + told + ", should be " + expected);
        }
    }

    void require(boolean condition, String fault) {
        if (!condition) {
            throw new AssertionError(fault);
        }
    }

    private void fail(Throwable e) {
        failure = failure == null ? e : failure;
        trace("FAILED: ", e);
    }

    // ---- telling

    void trace(Object... parts) {
        if (trace != null) {
            StringBuilder line = new StringBuilder("  ".repeat(running.size()));
            for (Object part : parts) {
                line.append(part);
            }
            trace.add(line.toString());
        }
    }

    List<String> traced() {
        return trace;
    }

    /** Notes that a run went where a test should go. */
    void note(String what, boolean happened) {
        if (happened) {
            notes.merge(what, 1, Integer::sum);
        }
    }

    private void noteTotals(Queue queue) {
        note("dropped", queue.dropped > 0);
        note("dropped at capacity 1", queue.dropped > 0 && queue.shape.capacity() == 1);
        note("failed", queue.failed > 0);
        note("abandoned by unsubscribe", queue.unsubscribed && queue.abandoned > 0);
        note("abandoned by close", !queue.unsubscribed && queue.abandoned > 0);
    }
}
