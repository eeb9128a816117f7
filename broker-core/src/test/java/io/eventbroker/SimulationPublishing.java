package io.eventbroker;

import io.eventbroker.ReferenceModel.Phase;
import io.eventbroker.ReferenceModel.Source;
import java.time.Duration;
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
        CANCELLED
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
        E event = run.publisher().offer(target.topic(), target.maker());
        Topic<? super E> topic = target.topic();
        if (!SimulationTopics.hasGoodKey(topic, event)) {
            publishBadKey(topic, event);
            run.publisher().withdrawn(event);
            return;
        }
        Answer expected = expected(model.ring, topic, event);
        if (expected == Answer.CLASH && model.phase != Phase.OPEN) {
            run.publisher().withdrawn(event);
            return; // which of the two refusals comes first is left open
        }
        Duration timeout = UNIT.multipliedBy(random.nextInt(4) - 1);
        int mode = random.nextInt(3);
        boolean mayWait = mode == 0 || (mode == 1 && timeout.compareTo(Duration.ZERO) > 0);
        boolean isInterrupted = random.nextInt(8) == 0;
        long before = model.routed + model.unrouted;
        Answer answer = run.calmly(() -> interruptedly(isInterrupted, () -> answer(mode, topic, event, timeout)));
        long routed = model.routed + model.unrouted - before;
        run.trace("publish ", event, " to ", topic, mayWait ? ", waiting: " : ": ", answer);
        run.note("publish " + answer, true);
        judge(
                model.ring,
                model.clashes(SimulationTopics.definition(topic)),
                expected,
                answer,
                mayWait,
                isInterrupted,
                routed);
        record(run.publisher(), model.ring, event, topic, answer);
    }

    /** The key is looked at before all else, and misuse is no offer. */
    private <T> void publishBadKey(Topic<T> topic, T event) {
        run.same("a bad key is refused", true, run.calmly(() -> isRefused(() -> broker.tryPublish(topic, event))));
        run.note("bad key", true);
    }

    /** Whether a call is refused for a bad key. */
    boolean isRefused(Runnable call) {
        try {
            call.run();
            return false;
        } catch (IllegalArgumentException | SimulationTopics.BadKey e) {
            return true;
        }
    }

    /** What an offer is answered that does not wait. */
    Answer expected(Source to, Topic<?> topic, Ledger.Entry event) {
        if (!model.mayPublish(run.isInsideHandler())) {
            return Answer.CLOSED;
        }
        if (to == model.ring && model.clashes(SimulationTopics.definition(topic))) {
            return Answer.CLASH;
        }
        return model.isFull(to, SimulationTopics.message(topic, event)) ? Answer.FULL : Answer.ACCEPTED;
    }

    /** Whether a publish that expected this, and may have waited, may have ended so. */
    void judge(
            Source to,
            boolean clashes,
            Answer expected,
            Answer answer,
            boolean mayWait,
            boolean isInterrupted,
            long routed) {
        if (expected == Answer.FULL && mayWait && !isInterrupted) {
            run.note(to == model.ring ? "publish waited" : "lane waited", true);
            boolean isClosed = answer == Answer.CLOSED && !model.mayPublish(run.isInsideHandler());
            if (answer == Answer.CLASH && clashes) {
                return; // with what was retained meanwhile
            }
            run.require(isClosed || answer == Answer.ACCEPTED, "publish to what is full: " + answer);
            boolean hasRoom = isClosed || to.waiting.size() == to.size - 1;
            run.require(hasRoom, "made more room than was needed, or none, by routing " + routed);
        } else {
            run.same("messages routed by a publish that need not wait", 0L, routed);
            run.same("answer of publish", expected == Answer.FULL && mayWait ? Answer.CANCELLED : expected, answer);
        }
    }

    /** Notes the outcome of an offer. */
    void record(LedgerPublisher publisher, Source to, Ledger.Entry event, Topic<?> topic, Answer answer) {
        switch (answer) {
            case ACCEPTED -> {
                model.accept(to, SimulationTopics.message(topic, event));
                publisher.accepted(event);
            }
            case CLASH -> publisher.withdrawn(event);
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
        run.require(refusal instanceof IllegalStateException, "thrown by a publish: " + refusal);
        return refusal instanceof CancellationException ? Answer.CANCELLED : Answer.CLASH;
    }
}
