package io.eventbroker;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/** The way of an event through a whole broker, from the publisher's thread over the loop's to the subscriber's. */
public class Delivery {
    /** A broker with an inbox and a lane. */
    static class WithInbox {
        final ActedBroker broker = new ActedBroker();
        final Inbox<Event> inbox = broker.inbox(Event.TOPIC);
        final Lane<Event> lane = broker.lane(Event.TOPIC);

        void poll(II_Result r) {
            broker.stepLoop();
            r.r1 = Event.next(inbox);
        }

        void rest(II_Result r) {
            broker.stepLoop();
            r.r2 = Event.rest(inbox);
        }
    }

    /** What may come of one event that is published. */
    @Outcome(id = "0, 7", expect = ACCEPTABLE, desc = "not there yet; delivered later")
    @Outcome(id = "7, 0", expect = ACCEPTABLE_INTERESTING, desc = "delivered, whole")
    @Outcome(expect = FORBIDDEN, desc = "not whole, lost or twice")
    static final class OfOne {}

    /** Hazard (G9): what the publisher did before it published is not there for the subscriber. */
    @JCStressTest
    @Description("publish against the loop's step and the subscriber's poll")
    @JCStressMeta(OfOne.class)
    @State
    public static class Publish extends WithInbox {
        public Publish() {
            broker.ready();
        }

        @Actor
        public void publish() {
            broker.publish(Event.TOPIC, new Event(7));
        }

        @Actor
        public void deliver(II_Result r) {
            poll(r);
        }

        @Arbiter
        public void look(II_Result r) {
            rest(r);
        }
    }

    /** Hazard (G9): as by publish, but from a lane. */
    @JCStressTest
    @Description("publish through a lane against the loop's step and the subscriber's poll")
    @JCStressMeta(OfOne.class)
    @State
    public static class PublishByLane extends WithInbox {
        public PublishByLane() {
            broker.ready();
        }

        @Actor
        public void publish() {
            lane.publish(new Event(7));
        }

        @Actor
        public void deliver(II_Result r) {
            poll(r);
        }

        @Arbiter
        public void look(II_Result r) {
            rest(r);
        }
    }

    /** Hazard: a queue grows while it is read, and its reader goes on in a piece that it cannot see yet. */
    @JCStressTest
    @Description("a queue that grows twice against take")
    @Outcome(id = "0, 123456", expect = ACCEPTABLE, desc = "not there yet; delivered later")
    @Outcome(
            id = {"1, 23456", "12, 3456", "123, 456", "1234, 56", "12345, 6", "123456, 0"},
            expect = ACCEPTABLE_INTERESTING,
            desc = "some were there, and then the others")
    @Outcome(expect = FORBIDDEN, desc = "not whole, out of order, lost or twice")
    @State
    public static class Grow {
        final EventQueue queue = new EventQueue(Overflow.BACKPRESSURE, 1, false, false);

        @Actor
        public void put() {
            for (int i = 1; i <= 6; i++) {
                queue.put(new Event(i));
            }
        }

        @Actor
        public void take(II_Result r) {
            for (int i = 0; i < 6; i++) {
                int next = Event.value((Event) queue.take());
                r.r1 = next == 0 ? r.r1 : 10 * r.r1 + next;
            }
        }

        @Arbiter
        public void look(II_Result r) {
            for (int next = 1; next > 0; ) {
                next = Event.value((Event) queue.take());
                r.r2 = next == 0 ? r.r2 : 10 * r.r2 + next;
            }
        }
    }

    /** Hazard (G2): the subscriber finds the second event before the first, or one of them half put in. */
    @JCStressTest
    @Description("the loop's step against the subscriber's poll")
    @Outcome(id = "0, 12", expect = ACCEPTABLE, desc = "not there yet; delivered later")
    @Outcome(id = "1, 2", expect = ACCEPTABLE_INTERESTING, desc = "the first was there, and then the second")
    @Outcome(expect = FORBIDDEN, desc = "not whole, out of order, lost or twice")
    @State
    public static class Take extends WithInbox {
        public Take() {
            broker.ready();
            broker.publish(Event.TOPIC, new Event(1));
            broker.publish(Event.TOPIC, new Event(2));
        }

        @Actor
        public void route() {
            broker.stepLoop();
        }

        @Actor
        public void take(II_Result r) {
            r.r1 = Event.next(inbox);
        }

        @Arbiter
        public void look(II_Result r) {
            r.r2 = Event.rest(inbox);
        }
    }

    /**
     * Hazard (G9): a handler misses what the publisher did, or what the call before it did on another thread. It adds to a
     * plain field: an update that is lost shows in the sum.
     */
    @JCStressTest
    @Description("the loop's step against a worker's steps")
    @Outcome(id = "0, 12", expect = ACCEPTABLE, desc = "not there yet; handled later, by another thread")
    @Outcome(id = "1, 12", expect = ACCEPTABLE_INTERESTING, desc = "the first was handled at once, the second later")
    @Outcome(id = "12, 12", expect = ACCEPTABLE, desc = "both were handled at once")
    @Outcome(expect = FORBIDDEN, desc = "not whole, out of order, lost or twice; or a handler missed the one before")
    @State
    public static class Handle {
        final ActedBroker broker = new ActedBroker();
        int sum;

        public Handle() {
            broker.subscribe(Event.TOPIC, event -> sum = 10 * sum + event.value);
            broker.ready();
            broker.publish(Event.TOPIC, new Event(1));
            broker.publish(Event.TOPIC, new Event(2));
        }

        @Actor
        public void route() {
            broker.loop.step(1);
            broker.loop.step(1);
        }

        @Actor
        public void handle(II_Result r) {
            broker.stepWorkers();
            broker.stepWorkers();
            r.r1 = sum;
        }

        @Arbiter
        public void look(II_Result r) {
            broker.runUntilIdle();
            r.r2 = sum;
        }
    }

    /** Hazard: two threads that publish through a lane for the first time both believe that it is theirs. */
    @JCStressTest
    @Description("publish through a new lane against the same by another thread")
    @Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "it is the first one's")
    @Outcome(id = "0, 1, 2", expect = ACCEPTABLE_INTERESTING, desc = "it is the second one's")
    @Outcome(expect = FORBIDDEN, desc = "it is nobody's, or of both; or what was accepted is not what is there")
    @State
    public static class LaneOwner extends WithInbox {
        public LaneOwner() {
            broker.ready();
        }

        private int publish(int value) {
            try {
                return Event.asInt(lane.tryPublish(new Event(value)));
            } catch (IllegalStateException e) {
                return 0;
            }
        }

        @Actor
        public void first(III_Result r) {
            r.r1 = publish(1);
        }

        @Actor
        public void second(III_Result r) {
            r.r2 = publish(2);
        }

        @Arbiter
        public void look(III_Result r) {
            broker.stepLoop();
            r.r3 = Event.rest(inbox);
        }
    }

    /** Hazard: two readers of an inbox are given the same event, or one of them loses it. */
    @JCStressTest
    @Description("poll against poll of one inbox")
    @Outcome(id = "1, 2", expect = ACCEPTABLE, desc = "the first reader was first")
    @Outcome(id = "2, 1", expect = ACCEPTABLE_INTERESTING, desc = "the second reader was first")
    @Outcome(expect = FORBIDDEN, desc = "the same to both, or none to one")
    @State
    public static class TwoReaders extends WithInbox {
        public TwoReaders() {
            broker.publish(Event.TOPIC, new Event(1));
            broker.publish(Event.TOPIC, new Event(2));
            broker.ready();
        }

        @Actor
        public void first(II_Result r) {
            r.r1 = Event.next(inbox);
        }

        @Actor
        public void second(II_Result r) {
            r.r2 = Event.next(inbox);
        }
    }
}
