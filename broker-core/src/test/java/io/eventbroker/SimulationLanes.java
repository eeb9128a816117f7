package io.eventbroker;

import io.eventbroker.ReferenceModel.Source;
import io.eventbroker.ReferenceQueue.Definition;
import io.eventbroker.ReferenceQueue.Message;
import io.eventbroker.SimulationPublishing.Answer;
import io.eventbroker.SimulationPublishing.Offer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;

/** The lanes of a {@link Simulation}: opened, used and closed at random, from outside and inside of handlers. */
final class SimulationLanes {
    private static final int MOST = 5;

    /** A lane as the run knows it. */
    private static final class Known<E extends Ledger.Entry> {
        final Topic<E> topic;
        final Ledger.Maker<? extends E> maker;
        final Lane<E> lane;
        final Source source;
        final LedgerPublisher publisher;
        boolean isOwned;

        /** The handler call that published first; null if that was outside. */
        SimulationHandlers.Call owner;

        boolean isClosed;
        long seen;

        /** How often others were served while it had something. */
        int passedOver;

        /** What one call offers, which takes it in as there is room. */
        final Deque<Message> underWay = new ArrayDeque<>();

        Known(Topic<E> topic, Ledger.Maker<? extends E> maker, Lane<E> lane, int size, LedgerPublisher publisher) {
            this.topic = topic;
            this.maker = maker;
            this.lane = lane;
            this.source = new Source(size, SimulationTopics.definition(topic));
            this.publisher = publisher;
        }
    }

    /** Whose a lane is. */
    private enum Owner {
        CALLER,
        ANOTHER,
        /** It may be another worker of the same subscription. */
        UNKNOWN
    }

    private final Simulation run;
    private final Random random;
    private final ReferenceModel model;
    private final int size;
    private final List<Known<?>> lanes = new ArrayList<>();
    private long seenOfRing;
    private int ringPassedOver;

    SimulationLanes(Simulation run, int size) {
        this.run = run;
        this.random = run.random;
        this.model = run.model;
        this.size = size;
    }

    /** Lets the model catch up with what was routed, one message a step, and from where. */
    void observe() {
        long passed = run.broker.loop.inflow.shared.consumed() + 1;
        int moved = 0;
        for (; seenOfRing < passed; seenOfRing++, moved++) {
            route(model.ring);
        }
        for (Known<?> known : lanes) {
            long passedHere = ((RingLane<?>) known.lane).ring.consumed() + 1;
            for (; known.seen < passedHere; known.seen++, moved++) {
                if (known.source.waiting.isEmpty() && !known.underWay.isEmpty()) {
                    model.accept(known.source, known.underWay.remove());
                }
                route(known.source);
            }
        }
        run.require(moved <= 1, "routed ", moved, " messages in one step");
    }

    private void route(Source source) {
        model.route(source);
        ringPassedOver = passedOver(ringPassedOver, model.ring, source);
        lanes.forEach(known -> known.passedOver = passedOver(known.passedOver, known.source, source));
    }

    private int passedOver(int before, Source one, Source served) {
        int passedOver = one == served ? 0 : before + (one.waiting.isEmpty() ? 0 : 1);
        long open = lanes.stream()
                .filter(known -> !known.isClosed || !known.source.waiting.isEmpty())
                .count();
        run.require(passedOver <= 2 * open + 4, "a lane or the ring waits while others are served");
        return passedOver;
    }

    void act() {
        long open = lanes.stream().filter(known -> !known.isClosed).count();
        if (open == 0 || (open < MOST && random.nextInt(6) == 0)) {
            open(run.topics.anyTarget());
            return;
        }
        // mostly one that is open and the caller's
        Known<?> known = lanes.get(random.nextInt(lanes.size()));
        for (int i = 0; i < 4 && (known.isClosed || (known.isOwned && ownerOf(known) == Owner.ANOTHER)); i++) {
            known = lanes.get(random.nextInt(lanes.size()));
        }
        switch (random.nextInt(12)) {
            case 0 -> close(known);
            case 1, 2, 3 -> publishAll(known);
            default -> {
                int burst = random.nextInt(3) == 0 ? 1 + random.nextInt(10) : 1;
                for (int i = 0; i < burst; i++) {
                    publish(known);
                }
            }
        }
    }

    // ---- opening and closing

    @SuppressWarnings("unchecked") // a topic of what its maker makes
    private <E extends Ledger.Entry> void open(SimulationTopics.Target<E> target) {
        Topic<E> topic = (Topic<E>) target.topic();
        Definition definition = SimulationTopics.definition(topic);
        boolean isOpen = model.phase == ReferenceModel.Phase.OPEN;
        boolean clashes = model.clashes(definition);
        try {
            run.perhapsInterrupted(() -> run.calmly(() -> {
                Lane<E> lane = run.broker.lane(topic);
                // who was in the way may have been disconnected by what was routed first
                run.require(isOpen && !(clashes && model.clashes(definition)), "lane was not refused");
                Known<E> known = new Known<>(topic, target.maker(), lane, size, run.ledger.lanePublisher());
                model.open(known.source);
                return lanes.add(known);
            }));
            run.trace("open lane ", lanes.size() - 1, " to ", topic);
        } catch (IllegalStateException e) {
            run.trace("open lane to ", topic, ": ", e);
            boolean hasDied = model.phase == ReferenceModel.Phase.FAILED;
            boolean clashed = clashes || model.clashes(definition); // with what was retained meanwhile
            run.require(!isOpen || clashed || hasDied, "lane refused: ", e);
            boolean isEither = hasDied && clashed;
            run.require(isEither || (!isOpen || hasDied) == (e instanceof BrokerClosedException), "refused by ", e);
            run.requireCause(e);
            run.note(isOpen ? "lane refused, in use" : "lane refused, closed", true);
        }
    }

    private void close(Known<?> known) {
        Owner owner = known.isOwned ? ownerOf(known) : Owner.ANOTHER;
        if (owner == Owner.UNKNOWN) {
            return; // it is not known whether time passes
        }
        run.trace("close lane ", lanes.indexOf(known));
        known.isClosed = true;
        long until = owner == Owner.CALLER ? model.now : model.now + ReferenceModel.LANE_GRACE;
        int calls = owner == Owner.CALLER ? 0 : Simulation.ANY;
        run.perhapsInterrupted(() -> run.during(calls, true, until, () -> {
            known.lane.close();
            return null;
        }));
        model.now = Math.max(model.now, until);
        model.close(known.source);
        run.note("lane closed by " + (owner == Owner.CALLER ? "its owner" : "another"), true);
    }

    // ---- publishing

    /** Whose a lane with an owner is, as seen from here. */
    private Owner ownerOf(Known<?> known) {
        SimulationHandlers.Call caller = run.handlers.caller();
        SimulationHandlers.Call owner = known.owner;
        if (owner == null || caller == null) {
            return owner == caller ? Owner.CALLER : Owner.ANOTHER;
        }
        if (owner.member != caller.member) {
            return Owner.ANOTHER;
        }
        if (owner == caller || owner.member.queue.shape.workers() == 1) {
            return Owner.CALLER;
        }
        return run.handlers.isRunning(owner) ? Owner.ANOTHER : Owner.UNKNOWN;
    }

    /** Whether this was misuse, and may have been. */
    private boolean isMisuse(Known<?> known, Owner owner, RuntimeException end) {
        boolean mayBe = owner != Owner.CALLER || known.isClosed;
        boolean mustBe = model.mayPublish(run.isInsideHandler()) && (owner == Owner.ANOTHER || known.isClosed);
        boolean is = end != null && run.publishing.answer(end) == Answer.CLASH;
        run.require(!is || mayBe, "lane refused: ", end);
        run.require(is || !mustBe || model.phase == ReferenceModel.Phase.FAILED, "lane not refused, ", owner);
        run.note("lane misused, " + (known.isClosed ? "closed" : owner), is);
        return is;
    }

    private Owner own(Known<?> known) {
        if (!known.isOwned) {
            known.isOwned = true;
            known.owner = run.handlers.caller();
        }
        return ownerOf(known);
    }

    private <E extends Ledger.Entry> void publish(Known<E> known) {
        E event = known.publisher.offer(known.topic, known.maker);
        Owner owner = own(known);
        if (!SimulationTopics.hasGoodKey(known.topic, event)) {
            refuseBadKey(known, owner, () -> known.lane.publish(event));
            known.publisher.withdrawn(event);
            return;
        }
        boolean mayWait = random.nextBoolean();
        Message message = SimulationTopics.message(known.topic, event);
        Offer offer = run.publishing.new Offer(known.source, message, mayWait ? Long.MAX_VALUE : 0);
        RuntimeException[] end = new RuntimeException[1];
        Answer answer = offer.make(() -> {
            try {
                if (mayWait) {
                    known.lane.publish(event);
                    return Answer.ACCEPTED;
                }
                return known.lane.tryPublish(event) ? Answer.ACCEPTED : Answer.FULL;
            } catch (RuntimeException e) {
                end[0] = e;
                return run.publishing.answer(e);
            }
        });
        run.trace("lane ", lanes.indexOf(known), ": ", event, mayWait ? ", waiting: " : ": ", answer);
        if (isMisuse(known, owner, end[0])) {
            known.publisher.withdrawn(event);
            return;
        }
        run.note("lane " + answer, true);
        run.note("lane waited", offer.waits());
        run.note("lane in a handler", run.isInsideHandler() && answer == Answer.ACCEPTED);
        offer.judge(answer);
        run.publishing.record(known.publisher, offer, event, answer);
    }

    /** Makes a call with a bad key, of which nothing is accepted. */
    private void refuseBadKey(Known<?> known, Owner owner, Runnable call) {
        boolean[] isMisuse = new boolean[1];
        boolean isRefused = run.calmly(() -> run.publishing.isRefused(() -> {
            try {
                call.run();
            } catch (IllegalStateException e) {
                isMisuse[0] = true;
            }
        }));
        run.require(isRefused != isMisuse[0], "a bad key in a lane was not refused");
        run.require(owner == Owner.UNKNOWN || isRefused == (owner == Owner.CALLER), "a bad key in a lane of ", owner);
        run.trace("lane ", lanes.indexOf(known), ": a bad key");
    }

    private <E extends Ledger.Entry> void publishAll(Known<E> known) {
        if (!known.underWay.isEmpty()) {
            return; // by a handler that was called while another one waits
        }
        if (random.nextInt(16) == 0) {
            run.publishing.publishWithoutMemory(known.lane);
            return;
        }
        List<E> all = new ArrayList<>();
        int count = random.nextInt(13);
        for (int i = 0; i < count; i++) {
            all.add(known.publisher.offer(known.topic, known.maker));
        }
        Owner owner = own(known);
        if (!all.stream().allMatch(event -> SimulationTopics.hasGoodKey(known.topic, event))) {
            refuseBadKey(known, owner, () -> known.lane.publishAll(all));
            all.forEach(known.publisher::withdrawn);
            return;
        }
        boolean isInterrupted = random.nextInt(8) == 0;
        all.forEach(event -> known.underWay.add(SimulationTopics.message(known.topic, event)));
        boolean mayPublish = model.mayPublish(run.isInsideHandler());
        int atOnce = mayPublish ? room(known) : 0;
        RuntimeException[] end = new RuntimeException[1];
        int calls = isInterrupted || !mayPublish ? 0 : Simulation.ANY;
        int accepted = run.waits.during(
                known.underWay,
                () -> run.during(
                        calls,
                        true,
                        Long.MAX_VALUE,
                        () -> run.publishing.interruptedly(isInterrupted, () -> {
                            int number = 0;
                            try {
                                number = known.lane.publishAll(all);
                            } catch (RuntimeException e) {
                                end[0] = e;
                            }
                            // now, for the broker may have died since
                            accepted(known, number - (count - known.underWay.size()));
                            return number;
                        })));
        run.trace(
                "lane ",
                lanes.indexOf(known),
                ": all of ",
                all,
                ": ",
                accepted,
                " ",
                end[0] == null ? "" : end[0].getClass());
        all.subList(0, accepted).forEach(known.publisher::accepted);
        List<E> rest = all.subList(accepted, count);
        if (count > 0 && accepted == 0 && isMisuse(known, owner, end[0])) {
            rest.forEach(known.publisher::withdrawn);
            return;
        }
        if (rest.isEmpty()) {
            run.require(count == 0 || mayPublish, "publishAll was not refused");
            run.require(!isInterrupted || count <= atOnce, "an interrupted publishAll waited");
        } else {
            run.require((end[0] == null) == accepted > 0, "publishAll: ", accepted, ", ", end[0]);
            run.require(!isInterrupted || accepted == atOnce, "publishAll interrupted");
            boolean isOffer = judgeCut(known, rest.get(0), end[0], isInterrupted && mayPublish);
            if (isOffer) {
                known.publisher.refused(rest.get(0));
                model.refused++;
            } else {
                known.publisher.withdrawn(rest.get(0));
            }
            rest.subList(1, rest.size()).forEach(known.publisher::withdrawn);
        }
        run.note("published all, waiting", rest.isEmpty() && count > atOnce);
        run.note("publishAll cut short", accepted > 0 && !rest.isEmpty());
    }

    /** How much of what is under way is taken in without waiting. */
    private int room(Known<?> known) {
        int room = 0;
        for (Message next : known.underWay) {
            boolean hasRoom = room < known.source.size - known.source.waiting.size();
            if (!hasRoom || !model.congested(next).isEmpty()) {
                break;
            }
            room++;
        }
        return room;
    }

    /** Judges why a publishAll ended before this; returns whether that was a refusal of an offer. */
    private boolean judgeCut(Known<?> known, Ledger.Entry first, RuntimeException end, boolean isInterrupted) {
        Message message = SimulationTopics.message(known.topic, first);
        Answer answer = end == null ? null : run.publishing.answer(end);
        boolean isClosed = !model.mayPublish(run.isInsideHandler());
        if (isClosed || isInterrupted) {
            Answer due = isClosed ? Answer.CLOSED : Answer.CANCELLED;
            run.same("publishAll cut short", answer == null ? null : due, answer);
            return true;
        }
        if (known.isClosed) {
            return false;
        }
        boolean isRefused = run.broker.stats().refused() > model.refused;
        boolean mayBe = isRefused ? run.waits.mayBeCycle(List.of(message)) : !run.waits.mustBeCycle(message);
        run.require(mayBe && !model.congested(message).isEmpty(), "publishAll cut short");
        run.require(answer == null || isRefused == (answer == Answer.CYCLE), "publishAll cut short by ", end);
        if (!isRefused) {
            run.checks.requireNoRoomToMake(message);
        }
        return isRefused;
    }

    /** A call that offered what is under way has returned, with so many more accepted. */
    private void accepted(Known<?> known, int more) {
        run.require(more >= 0, "routed more than was accepted");
        for (int i = 0; i < more; i++) {
            model.accept(known.source, known.underWay.remove());
        }
        known.underWay.clear();
    }
}
