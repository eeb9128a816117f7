package io.eventbroker;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.LL_Result;

/** What statistics and quiescence show while messages move. */
public class Snapshots {
    /** What is wrong with a snapshot of a subscription, given the one before; "ok" if nothing is. */
    private static String check(SubscriptionStats before, SubscriptionStats now) {
        long intoIt = now.matched() + now.replayed();
        if (now.delivered() + now.dropped() > intoIt) {
            return "more delivered and dropped than matched";
        }
        if (now.matched() < before.matched()
                || now.delivered() < before.delivered()
                || now.handled() < before.handled()
                || now.dropped() < before.dropped()) {
            return "a total went backwards";
        }
        return now.queued() < 0 || now.inHand() < 0 ? "a negative number" : "ok";
    }

    /** Hazard: a snapshot shows more delivered than matched, or a total goes backwards. */
    @JCStressTest
    @Description("routing, handling and dropping against stats, twice, of a push subscription")
    @Outcome(id = "0, ok", expect = ACCEPTABLE, desc = "nothing has happened yet")
    @Outcome(id = "[12], ok", expect = ACCEPTABLE_INTERESTING, desc = "some of it has been delivered")
    @Outcome(expect = FORBIDDEN, desc = "a snapshot that contradicts itself, or the one before")
    @State
    public static class OfPush {
        final ActedBroker broker = new ActedBroker();
        final Subscription push;

        public OfPush() {
            push = broker.subscription(Event.TOPIC).capacity(1).onEvent(event -> {});
            broker.ready();
            for (int i = 1; i <= 3; i++) {
                broker.publish(Event.TOPIC, new Event(i));
            }
        }

        @Actor
        public void move() {
            broker.loop.step(1);
            broker.stepWorkers();
            broker.stepLoop(); // two more, of which one is dropped
            broker.stepWorkers();
        }

        @Actor
        public void look(LL_Result r) {
            SubscriptionStats first = push.stats();
            SubscriptionStats second = push.stats();
            String ofFirst = check(first, first);
            r.r1 = second.delivered();
            r.r2 = ofFirst.equals("ok") ? check(first, second) : ofFirst;
        }
    }

    /** Hazard: as of a push subscription; here the one that takes looks itself, while the loop goes on. */
    @JCStressTest
    @Description("routing and dropping against poll and stats, twice, of an inbox")
    @Outcome(id = "0, ok", expect = ACCEPTABLE, desc = "nothing was there yet")
    @Outcome(id = "[12], ok", expect = ACCEPTABLE_INTERESTING, desc = "some of it has been delivered")
    @Outcome(expect = FORBIDDEN, desc = "a snapshot that contradicts itself, or the one before, or what was taken")
    @State
    public static class OfInbox {
        final ActedBroker broker = new ActedBroker();
        final Inbox<Event> inbox;

        public OfInbox() {
            inbox = broker.subscription(Event.TOPIC)
                    .capacity(1)
                    .overflow(Overflow.DROP_OLDEST)
                    .inbox();
            broker.ready();
            for (int i = 1; i <= 3; i++) {
                broker.publish(Event.TOPIC, new Event(i));
            }
        }

        @Actor
        public void route() {
            broker.stepLoop();
        }

        @Actor
        public void look(LL_Result r) {
            int taken = Event.asInt(Event.next(inbox) != 0);
            SubscriptionStats first = inbox.stats();
            int more = Event.asInt(Event.next(inbox) != 0);
            SubscriptionStats second = inbox.stats();
            String ofFirst = check(first, first);
            r.r1 = taken + more;
            r.r2 = first.delivered() != taken || second.delivered() != taken + more
                    ? "not what was taken"
                    : ofFirst.equals("ok") ? check(first, second) : ofFirst;
        }
    }

    /** Hazard: somebody has an event that the broker has not counted as accepted yet, or routes more than it accepted. */
    @JCStressTest
    @Description("the loop's step against poll and the broker's stats, twice")
    @Outcome(id = "0, ok", expect = ACCEPTABLE, desc = "nothing was there yet")
    @Outcome(id = "1, ok", expect = ACCEPTABLE_INTERESTING, desc = "one was there, and counted")
    @Outcome(
            expect = FORBIDDEN,
            desc = "delivered and not accepted, routed and not accepted, or a total went backwards")
    @State
    public static class OfBroker extends Delivery.WithInbox {
        public OfBroker() {
            broker.ready();
            broker.publish(Event.TOPIC, new Event(1));
            broker.publish(Event.TOPIC, new Event(2));
        }

        @Actor
        public void route() {
            broker.stepLoop();
        }

        @Actor
        public void look(LL_Result r) {
            int taken = Event.asInt(Event.next(inbox) != 0);
            BrokerStats first = broker.stats();
            BrokerStats second = broker.stats();
            r.r1 = taken;
            r.r2 = first.accepted() < taken
                    ? "delivered and not accepted"
                    : first.routed() > first.accepted() || second.routed() > second.accepted()
                            ? "routed and not accepted"
                            : second.accepted() < first.accepted() || second.routed() < first.routed()
                                    ? "a total went backwards"
                                    : "ok";
        }
    }

    /**
     * Hazard (G9): quiescence is reported while a handler's event is on its way; or who is told so does not see what
     * handlers did. The first handler publishes to the second, whose plain field tells that all is done.
     */
    @JCStressTest
    @Description("a chain of two handlers against quiescence")
    @Outcome(
            id = {"0, 0", "0, 1"},
            expect = ACCEPTABLE,
            desc = "not quiet")
    @Outcome(id = "1, 1", expect = ACCEPTABLE_INTERESTING, desc = "quiet, and all is done")
    @Outcome(expect = FORBIDDEN, desc = "quiet, and not all is done")
    @State
    public static class Quiescence {
        static final Topic<Event> SECOND = Topic.of("second", Event.class);

        final ActedBroker broker = new ActedBroker();
        int done;

        public Quiescence() {
            broker.subscribe(Event.TOPIC, event -> broker.publish(SECOND, event));
            broker.subscribe(SECOND, event -> done = 1);
            broker.ready();
            broker.publish(Event.TOPIC, new Event(1));
        }

        @Actor
        public void move() {
            broker.runUntilIdle();
        }

        @Actor
        public void look(II_Result r) {
            for (int i = 0; i < 20 && r.r1 == 0; i++) {
                r.r1 = Event.asInt(broker.loop.isQuiet());
            }
            r.r2 = done;
        }
    }
}
