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
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/** A subscription with BACKPRESSURE whose consumer makes room while publishers look whether there is any. */
public class Pressure {
    /** An inbox with room for one, and more waiting than that. */
    static class Congested {
        final ActedBroker broker = new ActedBroker();
        final Inbox<Event> inbox;
        final PullSubscription<Event> pull;

        Congested() {
            inbox = broker.subscription(Event.TOPIC)
                    .overflow(Overflow.BACKPRESSURE)
                    .capacity(1)
                    .inbox();
            pull = (PullSubscription<Event>) inbox;
            for (int i = 1; i <= 3; i++) {
                broker.publish(Event.TOPIC, new Event(i));
            }
        }
    }

    /**
     * Hazard: the consumer, which makes room, ends a congestion that the loop has begun anew. Told: how many were taken,
     * how many wait, and whether publishers find the subscription full; its capacity is 1.
     */
    @JCStressTest
    @Description("BACKPRESSURE: the loop puts in one too many against the poll that makes room")
    @Outcome(id = "1, 2, 1", expect = ACCEPTABLE, desc = "too much waits, and publishers find it full")
    @Outcome(expect = FORBIDDEN, desc = "too much waits, and publishers do not wait; or anything is lost")
    @State
    public static class CongestOrRelieve extends Congested {
        public CongestOrRelieve() {
            broker.loop.step(1);
            broker.loop.step(1);
        }

        @Actor
        public void put() {
            pull.offer(new Event(3), null, Backlog.MATCHED); // alone of what the loop does, for a narrow race
        }

        @Actor
        public void take(III_Result r) {
            r.r1 = Event.asInt(Event.next(inbox) != 0);
        }

        @Arbiter
        public void look(III_Result r) {
            r.r2 = (int) inbox.stats().queued();
            r.r3 = Event.asInt(broker.loop.congestion.find(Event.TOPIC.definition(), new Event(5)) != null);
        }
    }

    /** Hazard: a publisher that does not wait is told "full" and its event is in, or "accepted" and it is not. */
    @JCStressTest
    @Description("BACKPRESSURE: tryPublish against poll, poll and poll")
    @Outcome(id = "0, 123", expect = ACCEPTABLE, desc = "full")
    @Outcome(id = "1, 1234", expect = ACCEPTABLE_INTERESTING, desc = "there was room just then")
    @Outcome(expect = FORBIDDEN, desc = "what the publisher was told is not what came of it, or anything is lost")
    @State
    public static class TryPublishOrRelief extends Congested {
        public TryPublishOrRelief() {
            broker.ready();
        }

        @Actor
        public void publish(II_Result r) {
            r.r1 = Event.asInt(broker.tryPublish(Event.TOPIC, new Event(4)));
        }

        @Actor
        public void take(II_Result r) {
            r.r2 = 10 * Event.next(inbox) + Event.next(inbox);
        }

        @Arbiter
        public void look(II_Result r) {
            broker.stepLoop();
            for (int next = Event.next(inbox); next != 0; next = Event.next(inbox)) {
                r.r2 = 10 * r.r2 + next;
            }
        }
    }

    /**
     * Hazard: a publisher begins to wait for room in the moment in which it comes. It may miss that, as the consumer issues
     * no fence, and then looks again by itself soon; never may it wait for ever.
     */
    @JCStressTest
    @Description("BACKPRESSURE: publish, which waits, against poll and poll")
    @Outcome(id = "1234, 1", expect = ACCEPTABLE, desc = "accepted when there was room")
    @Outcome(expect = FORBIDDEN, desc = "anything is lost; a publisher that waits for ever is a timeout")
    @State
    public static class PublishWaits extends Congested {
        public PublishWaits() {
            broker.ready();
        }

        @Actor
        public void publish(II_Result r) {
            broker.publish(Event.TOPIC, new Event(4));
            r.r2 = 1;
        }

        @Actor
        public void take(II_Result r) {
            r.r1 = 10 * Event.next(inbox) + Event.next(inbox);
        }

        @Arbiter
        public void look(II_Result r) {
            broker.stepLoop();
            for (int next = Event.next(inbox); next != 0; next = Event.next(inbox)) {
                r.r1 = 10 * r.r1 + next;
            }
        }
    }

    /** Hazard: the end of a subscription does not release the publishers that wait for it, or releases too few. */
    @JCStressTest
    @Description("BACKPRESSURE: publish, which waits, against the loop's part of unsubscribe")
    @Outcome(id = "1, 123", expect = ACCEPTABLE, desc = "accepted, and not for the one that left")
    @Outcome(expect = FORBIDDEN, desc = "not accepted, or what waited is lost; waiting for ever is a timeout")
    @State
    public static class UnsubscribeReleases extends Congested {
        private volatile boolean isDone;

        public UnsubscribeReleases() {
            broker.ready();
        }

        @Actor
        public void publish(II_Result r) {
            broker.publish(Event.TOPIC, new Event(4));
            r.r1 = 1;
            isDone = true;
        }

        @Actor
        public void leave() {
            broker.loop.directory.remove(pull); // what the loop does when it applies the command
            pull.cancel(null);
            while (!isDone) {
                broker.stepLoop();
                Thread.onSpinWait();
            }
        }

        @Arbiter
        public void look(II_Result r) {
            broker.stepLoop();
            r.r2 = Event.rest(inbox);
        }
    }
}
