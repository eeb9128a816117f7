package io.eventbroker;

import io.eventbroker.ReferenceModel.Phase;
import io.eventbroker.ReferenceModel.Source;
import io.eventbroker.ReferenceQueue.Message;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;

/** How a {@link Simulation} publishes, and what may come of that. */
final class SimulationPublishing {
    /** What came of an offer. */
    enum Answer {
        ACCEPTED,
        FULL,
        CLOSED,
        CLASH,
        CANCELLED,
        CYCLE,
        FOREVER
    }

    private static final Duration UNIT = Duration.ofMillis(100);

    private final Simulation run;
    private final Random random;
    private final SteppedBroker broker;
    private final ReferenceModel model;

    SimulationPublishing(Simulation run) {
        this.run = run;
        this.random = run.random;
        this.broker = run.broker;
        this.model = run.model;
    }

    void publish() {
        int burst = random.nextInt(3) == 0 ? 1 + random.nextInt(12) : 1;
        for (int i = 0; i < burst; i++) {
            publish(run.topics.anyTarget());
        }
    }

    private <E extends Ledger.Entry> void publish(SimulationTopics.Target<E> target) {
        LedgerPublisher publisher = run.publisher();
        E event = publisher.offer(target.topic(), target.maker());
        Topic<? super E> topic = target.topic();
        if (!SimulationTopics.hasGoodKey(topic, event)) {
            publishBadKey(topic, event);
            publisher.withdrawn(event);
            return;
        }
        Duration timeout = UNIT.multipliedBy(random.nextInt(4) - 1);
        int mode = random.nextInt(3);
        long patience = mode == 0 ? Long.MAX_VALUE : mode == 1 ? Math.max(0, timeout.toNanos()) : 0;
        Offer offer = new Offer(model.ring, SimulationTopics.message(topic, event), patience);
        if (offer.expected == Answer.CLASH && model.phase != Phase.OPEN) {
            publisher.withdrawn(event);
            return; // which of the two refusals comes first is left open
        }
        Answer answer = offer.make(() -> answer(mode, topic, event, timeout));
        run.trace("publish ", event, " to ", topic.name(), patience > 0 ? ", waiting: " : ": ", answer);
        run.note("publish " + answer, true);
        run.note("publish waited", offer.waits());
        offer.judge(answer);
        record(publisher, offer, event, answer);
    }

    /** The key is looked at before all else, and misuse is no offer. */
    private <T> void publishBadKey(Topic<T> topic, T event) {
        run.same("a bad key is refused", true, run.calmly(() -> isRefused(() -> broker.tryPublish(topic, event))));
        run.note("bad key", true);
    }

    /** There is no memory for the copy of what is to be published: that is no offer. */
    <E> void publishWithoutMemory(Lane<E> lane) {
        Collection<E> failing = new ArrayList<>() {
            private static final long serialVersionUID = 1L;

            @Override
            public Object[] toArray() {
                throw new OutOfMemoryError("of a collection");
            }
        };
        run.same("no memory", true, run.calmly(() -> isRefused(() -> lane.publishAll(failing))));
        run.note("collection failed", true);
    }

    /** Whether a call is refused for a bad key. */
    boolean isRefused(Runnable call) {
        try {
            call.run();
            return false;
        } catch (IllegalArgumentException | SimulationTopics.BadKey | OutOfMemoryError e) {
            run.note(
                    "key function failed by " + e.getClass().getSimpleName(), !(e instanceof IllegalArgumentException));
            return true;
        }
    }

    /** One offer: what is expected of it, and what came of it. */
    final class Offer {
        private final Source to;
        private final Message message;
        private final long patience;
        private final boolean isInterrupted = random.nextInt(8) == 0;
        final Answer expected;
        private final boolean mustBeCycle;
        private final long start = model.now;
        private final long routed = model.routed + model.unrouted;
        private final int calls = run.handlers.calls();
        private final int asked = SimulationTopics.asked();

        /** Of a message that may wait for room so many ns. */
        Offer(Source to, Message message, long patience) {
            this.to = to;
            this.message = message;
            this.patience = patience;
            this.expected = expected();
            this.mustBeCycle = waits() && isEndless() && run.waits.mustBeCycle(message);
        }

        /** What is answered now, without waiting. */
        private Answer expected() {
            if (!model.mayPublish(run.isInsideHandler())) {
                return Answer.CLOSED;
            }
            if (to == model.ring && model.clashes(message.from())) {
                return Answer.CLASH;
            }
            boolean isFull =
                    to.waiting.size() == to.size || !model.congested(message).isEmpty();
            return isFull ? Answer.FULL : Answer.ACCEPTED;
        }

        boolean waits() {
            return expected == Answer.FULL && patience > 0 && !isInterrupted;
        }

        Answer make(Supplier<Answer> call) {
            Supplier<Answer> whole = () -> interruptedly(isInterrupted, call);
            if (!waits()) {
                return run.calmly(whole);
            }
            Supplier<Answer> waiting = () -> run.during(Simulation.ANY, true, until(), whole);
            return isEndless() ? run.waits.during(List.of(message), waiting) : waiting.get();
        }

        private boolean isEndless() {
            return patience == Long.MAX_VALUE;
        }

        private long until() {
            return isEndless() ? patience : start + patience;
        }

        void judge(Answer answer) {
            if (!waits()) {
                int keys = SimulationTopics.isKeyedByNumber(message.from()) ? 1 : 0;
                run.same("calls of the key function", asked + keys, SimulationTopics.asked());
                run.same("messages routed without waiting", routed, model.routed + model.unrouted);
                boolean isCancelled = expected == Answer.FULL && patience > 0;
                run.same("answer of publish", isCancelled ? Answer.CANCELLED : expected, answer);
                return;
            }
            run.same("surely a cycle", mustBeCycle, answer == Answer.CYCLE && mustBeCycle);
            if (answer == Answer.CYCLE) {
                run.require(isEndless() && run.waits.mayBeCycle(List.of(message)), "no cycle");
                return;
            }
            if (answer == Answer.FOREVER || (answer == Answer.FULL && model.now < until())) {
                run.checks.requireNoRoomToMake(message);
                run.same("end of a wait that nothing ends", isEndless() ? Answer.FOREVER : Answer.FULL, answer);
                model.now = isEndless() ? model.now : until();
                return;
            }
            run.same("answer of a publish that waited", expected(), answer);
            boolean isRoomMade = calls < run.handlers.calls() || to.waiting.size() == to.size - 1;
            run.require(answer != Answer.ACCEPTED || isRoomMade, "made more room than was needed, or none");
        }
    }

    /** Notes the outcome of an offer. */
    void record(LedgerPublisher publisher, Offer offer, Ledger.Entry event, Answer answer) {
        switch (answer) {
            case ACCEPTED -> {
                model.accept(offer.to, offer.message);
                publisher.accepted(event);
            }
            case CLASH, FOREVER -> publisher.withdrawn(event);
            default -> {
                model.refused++;
                publisher.refused(event);
            }
        }
    }

    /** Calls with this interrupt status, which a publish keeps, whatever comes of it. */
    <R> R interruptedly(boolean isInterrupted, Supplier<R> call) {
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
        R result = call.get();
        run.require(!isInterrupted || Thread.interrupted(), "interrupt status was not kept");
        return result;
    }

    private <T> Answer answer(int mode, Topic<T> topic, T event, Duration timeout) {
        try {
            boolean accepted = switch (mode) {
                case 0 -> {
                    broker.publish(topic, event);
                    yield true;
                }
                case 1 -> broker.tryPublish(topic, event, timeout);
                default -> broker.tryPublish(topic, event);
            };
            return accepted ? Answer.ACCEPTED : Answer.FULL;
        } catch (RuntimeException e) {
            return answer(e);
        }
    }

    /** What a refusal says. */
    Answer answer(RuntimeException refusal) {
        if (refusal instanceof BrokerClosedException) {
            run.requireCause(refusal);
            return Answer.CLOSED;
        }
        run.require(refusal instanceof IllegalStateException, "thrown by a publish: ", refusal);
        if (refusal instanceof PublishCycleException) {
            String own = "\"" + run.handlers.caller().member.queue.name + "\"";
            String cycle = String.valueOf(refusal.getMessage());
            run.require(cycle.indexOf(own) < cycle.lastIndexOf(own), "cycle without ", own, ": ", cycle);
            return Answer.CYCLE;
        }
        boolean isForEver = String.valueOf(refusal.getMessage()).contains("would wait here for ever");
        return refusal instanceof CancellationException ? Answer.CANCELLED : isForEver ? Answer.FOREVER : Answer.CLASH;
    }
}
