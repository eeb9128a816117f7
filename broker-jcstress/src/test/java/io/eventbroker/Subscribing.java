package io.eventbroker;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** Subscribing and unsubscribing take effect between call and return (G6), whatever the loop does meanwhile. */
public class Subscribing {
    /** Who subscribes or leaves, while the other actor publishes and steps the loop until that is done. */
    static class Changing {
        final ActedBroker broker = new ActedBroker();
        private volatile boolean isDone;

        void changed() {
            isDone = true;
        }

        void publishAndRoute() {
            broker.idle();
            broker.publish(Event.TOPIC, new Event(1));
            while (!isDone) {
                broker.stepLoop();
                Thread.onSpinWait();
            }
        }
    }

    /**
     * Hazard: an event that was published after subscribe returned is not seen, or one from before is; or one that came at
     * that time is seen twice.
     */
    @JCStressTest
    @Description("publish, subscribe, publish, against publish and the loop's steps")
    @Outcome(id = "2", expect = ACCEPTABLE, desc = "what the other published was before")
    @Outcome(
            id = {"12", "21"},
            expect = ACCEPTABLE_INTERESTING,
            desc = "what the other published was after")
    @Outcome(
            expect = FORBIDDEN,
            desc = "what came after subscribe is not seen, what came before it is; or an event twice")
    @State
    public static class Subscribe extends Changing {
        private Inbox<Event> inbox;

        public Subscribe() {
            broker.ready();
        }

        @Actor
        public void subscribe() {
            broker.publish(Event.TOPIC, new Event(5));
            inbox = broker.inbox(Event.TOPIC);
            broker.publish(Event.TOPIC, new Event(2));
            changed();
        }

        @Actor
        public void other() {
            publishAndRoute();
        }

        @Arbiter
        public void look(I_Result r) {
            broker.stepLoop();
            r.r1 = Event.rest(inbox);
        }
    }

    /** Hazard: an event that was published after unsubscribe returned is put in, or one that had been is lost. */
    @JCStressTest
    @Description("publish, unsubscribe, publish, against publish and the loop's steps")
    @Outcome(id = "34, 9", expect = ACCEPTABLE, desc = "what the other published was after")
    @Outcome(
            id = {"314, 9", "341, 9"},
            expect = ACCEPTABLE_INTERESTING,
            desc = "what the other published was before")
    @Outcome(expect = FORBIDDEN, desc = "what came after unsubscribe is there, what came before it is lost, or no end")
    @State
    public static class Unsubscribe extends Changing {
        private final Inbox<Event> inbox;

        public Unsubscribe() {
            inbox = broker.inbox(Event.TOPIC);
            broker.publish(Event.TOPIC, new Event(3));
            broker.ready();
        }

        @Actor
        public void leave() {
            broker.publish(Event.TOPIC, new Event(4));
            inbox.unsubscribe();
            broker.publish(Event.TOPIC, new Event(2));
            changed();
        }

        @Actor
        public void other() {
            publishAndRoute();
        }

        @Arbiter
        public void look(II_Result r) {
            broker.stepLoop();
            r.r1 = Event.rest(inbox);
            r.r2 = Event.next(inbox);
        }
    }

    /** Hazard (G2, G6): what is retained and what is published meanwhile overlap, or leave a hole. */
    @JCStressTest
    @Description("subscribe with replay against publish of a retained topic and the loop's steps")
    @Outcome(id = "12, 1", expect = ACCEPTABLE, desc = "one replayed, then one that came")
    @Outcome(id = "12, 2", expect = ACCEPTABLE_INTERESTING, desc = "both replayed")
    @Outcome(expect = FORBIDDEN, desc = "a hole, a double, or out of order")
    @State
    public static class Replay {
        static final Topic<Event> RETAINED = Topic.of("retained", Event.class).retaining(2);

        final ActedBroker broker = new ActedBroker();
        private volatile boolean isDone;
        private Inbox<Event> inbox;

        public Replay() {
            broker.publish(RETAINED, new Event(1));
            broker.ready();
        }

        @Actor
        public void subscribe() {
            inbox = broker.subscription(RETAINED).replayRetained().inbox();
            isDone = true;
        }

        @Actor
        public void other() {
            broker.idle();
            broker.publish(RETAINED, new Event(2));
            while (!isDone) {
                broker.stepLoop();
                Thread.onSpinWait();
            }
        }

        @Arbiter
        public void look(II_Result r) {
            broker.stepLoop();
            r.r1 = Event.rest(inbox);
            r.r2 = (int) inbox.stats().replayed();
        }
    }
}
