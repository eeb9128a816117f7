package io.eventbroker;

import io.eventbroker.ReferenceEvents.Report;
import io.eventbroker.ReferenceQueue.Keeping;
import io.eventbroker.ReferenceQueue.Told;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * What the broker tells of itself, as a {@link Simulation} sees it. When it tells what workers reported is its own choice:
 * spies see it, or in runs without any the number of events told.
 */
final class SimulationEvents {
    private static final int PLENTY = 1 << 12;

    private static final List<TopicPattern<? extends BrokerEvent>> SOURCES = List.of(
            BrokerEvent.TOPIC,
            BrokerEvent.TOPIC.only(BrokerEvent.HandlerFailed.class),
            BrokerEvent.TOPIC.only(BrokerEvent.Unrouted.class),
            BrokerEvent.TOPIC.only(BrokerEvent.DropsBegan.class),
            BrokerEvent.TOPIC.only(BrokerEvent.DropsEnded.class),
            BrokerEvent.TOPIC.only(BrokerEvent.PublishersWaiting.class),
            BrokerEvent.TOPIC.only(BrokerEvent.Disconnected.class),
            BrokerEvent.TOPIC.only(BrokerEvent.Subscribed.class),
            BrokerEvent.TOPIC.only(BrokerEvent.Unsubscribed.class),
            BrokerEvent.TOPIC.only(BrokerEvent.Closing.class),
            BrokerEvent.TOPIC.only(BrokerEvent.Failed.class));

    private final Simulation run;
    private final ReferenceModel model;
    private final List<SimulationMember<?>> spies = new ArrayList<>();
    private SimulationMember<?> unsubscribedSpy;

    /** Who is being unsubscribed. */
    ReferenceQueue leaving;

    /** Whether the ends of all episodes are being told. */
    boolean areEnding;

    SimulationEvents(Simulation run) {
        this.run = run;
        this.model = run.model;
    }

    boolean isSpied() {
        return !spies.isEmpty();
    }

    List<SimulationMember<?>> spies() {
        return spies;
    }

    TopicPattern<? extends BrokerEvent> anySource() {
        return SOURCES.get(run.random.nextInt(SOURCES.size()));
    }

    /** Before anybody else subscribes. */
    void spy() {
        spy(BrokerEvent.HandlerFailed.class);
        spy(BrokerEvent.DropsEnded.class);
        unsubscribedSpy = spy(BrokerEvent.Unsubscribed.class);
    }

    private <E extends BrokerEvent> SimulationMember<E> spy(Class<E> kind) {
        TopicPattern<E> source = BrokerEvent.TOPIC.only(kind);
        SimulationMember<E> spy = new SimulationMember<>(null);
        String name = "spy on " + kind.getSimpleName();
        run.calmly(() -> {
            spy.inbox =
                    run.broker.subscription(source).named(name).capacity(PLENTY).inbox();
            spy.handle = spy.inbox;
            spy.queue = new ReferenceQueue(
                    name, SimulationTopics.shape(source, new Keeping(PLENTY, "DROP_NEWEST", null, false), 0));
            model.subscribe(spy.queue);
            return spies.add(spy);
        });
        return spy;
    }

    /** Whether an unsubscribe took effect that the death of the loop may have prevented. */
    boolean hasSeenUnsubscribed() {
        return unsubscribedSpy.handle.stats().matched() > unsubscribedSpy.queue.matched;
    }

    /** Episodes of backpressure end without being told. */
    void observeSilentEnds() {
        if (model.events.reports.isEmpty()) {
            return;
        }
        for (SimulationMember<?> member : run.members) {
            Report relief = new Report(member.queue);
            boolean isOver = !((QueuedSubscription<?>) member.handle).isRelieving();
            if (relief.due() == null && isOver && model.events.reports.contains(relief)) {
                model.hasTold(relief);
                run.note("backpressure ended", true);
            }
        }
    }

    /** Lets the model catch up with what the broker has told since. */
    void observe() {
        List<List<Told>> seen =
                isSpied() ? spies.stream().map(SimulationEvents::drain).toList() : List.of();
        for (List<Told> events : seen) {
            for (Told told : events) {
                run.note("told " + told.kind(), true);
                if (!model.events.untold.contains(told)) {
                    hasTold(told);
                }
            }
        }
        boolean hasDied = run.broker.lifecycle.failure != null && model.cause == null;
        if (!isSpied() || model.events.sealed) {
            long events = run.broker.stats().events() - (hasDied ? 1 : 0);
            while (model.events.told + model.events.untold.size() < events) {
                hasTold(null);
            }
        }
        if (hasDied) {
            model.fail(run.broker.stats().failure());
        }
        model.events.flush();
        for (int i = 0; i < seen.size(); i++) {
            compare(spies.get(i).queue, seen.get(i));
        }
    }

    private static List<Told> drain(SimulationMember<?> spy) {
        List<Object> seen = new ArrayList<>();
        spy.inbox.drainTo(seen);
        return seen.stream().map(event -> (Told) plain(event)).toList();
    }

    private void compare(ReferenceQueue spy, List<Told> seen) {
        run.same(
                spy.name,
                spy.waiting.stream().map(cell -> cell.message().event()).toList(),
                seen);
        for (Told told : seen) {
            model.delivered(spy, model.take(spy, spy.next(0)), null);
        }
    }

    /** The broker has told this, of which only the moment is its own choice; null if nobody could see what it was. */
    private void hasTold(Told seen) {
        List<Report> reports = model.events.reports;
        Report first = reports.isEmpty() ? null : reports.get(0);
        if (leaving != null && !areEnding && isOfLeaving(seen, first)) {
            model.unsubscribe(leaving);
            leaving = null;
            return;
        }
        Report report = first == null || areEnding ? lastEpisode(seen, first) : first;
        run.require(report != null && (seen == null || seen.equals(report.due())), "told ", seen, ", not ", report);
        model.hasTold(report);
    }

    private boolean isOfLeaving(Told seen, Report first) {
        return seen == null
                ? first == null
                : (first == null || !seen.equals(first.due()))
                        && seen.parts().get(0).equals(leaving.name);
    }

    /** The end of an episode at the end of the broker, which it tells in whatever order, before what was reported. */
    private Report lastEpisode(Told seen, Report first) {
        return model.living().stream()
                .filter(queue -> queue.episode > 0
                        && queue.episodeEnded() != null
                        && (seen == null || seen.equals(queue.episodeEnded())))
                .findFirst()
                .map(Report::new)
                .orElse(first);
    }

    /** Which events a subscription wants, in the model's terms. */
    static Predicate<Object> wanted(TopicPattern<?> source) {
        if (source.type().equals(BrokerEvent.class)) {
            return event -> true;
        }
        String kind = source.type().getSimpleName();
        boolean isOfBroker = source.name().equals(Told.FROM.topic());
        return isOfBroker ? event -> ((Told) event).kind().equals(kind) : source.type()::isInstance;
    }

    /** An event in the model's terms. */
    static Object plain(Object given) {
        Object event = given instanceof Message<?> message ? message.event() : given;
        if (!(event instanceof BrokerEvent)) {
            return event;
        }
        List<Object> parts = new ArrayList<>();
        try {
            for (RecordComponent part : event.getClass().getRecordComponents()) {
                parts.add(part.getAccessor().invoke(event));
            }
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
        return new Told(event.getClass().getSimpleName(), parts);
    }
}
