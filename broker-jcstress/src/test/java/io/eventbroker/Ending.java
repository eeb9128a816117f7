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
import org.openjdk.jcstress.infra.results.IIII_Result;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/** What races with the end of a broker or of a subscription happens wholly before it, or not at all. */
public class Ending {
    /**
     * A broker that is closed while somebody publishes. Its ledger: what the publisher was told (1 accepted, 0 refused),
     * what the broker counts as accepted and as refused, and 10 × what was discarded + what the inbox got.
     */
    static class Closed extends Delivery.WithInbox {
        void publish(IIII_Result r, boolean byLane) {
            try {
                r.r1 = Event.asInt(
                        byLane ? lane.tryPublish(new Event(7)) : broker.tryPublish(Event.TOPIC, new Event(7)));
            } catch (BrokerClosedException e) {
                r.r1 = 0;
            }
        }

        void look(IIII_Result r) {
            BrokerStats stats = broker.stats();
            r.r2 = (int) stats.accepted();
            r.r3 = (int) stats.refused();
            r.r4 = (int) (10 * stats.discarded() + Event.asInt(Event.next(inbox) == 7));
        }
    }

    /** Hazard (G7, G1): a publish that races with close is accepted and lost, or refused and delivered. */
    @JCStressTest
    @Description("publish against the whole of close")
    @Outcome(id = "1, 1, 0, 1", expect = ACCEPTABLE, desc = "accepted and delivered")
    @Outcome(id = "0, 0, 1, 0", expect = ACCEPTABLE_INTERESTING, desc = "refused")
    @Outcome(expect = FORBIDDEN, desc = "accepted and not delivered, refused and delivered, or not so in the ledger")
    @State
    public static class PublishOrClose extends Closed {
        public PublishOrClose() {
            broker.ready();
        }

        @Actor
        public void publish(IIII_Result r) {
            publish(r, false);
        }

        @Actor
        public void close() {
            broker.closeAndRunToEnd();
        }

        @Arbiter
        public void ledger(IIII_Result r) {
            look(r);
        }
    }

    /**
     * Hazard (G7, G1): as by publish. The actor that closes gives the lane no grace, so what lands late comes after all was
     * sealed: it must be found discarded.
     */
    @JCStressTest
    @Description("publish through a lane against the whole of close")
    @Outcome(id = "1, 1, 0, 1", expect = ACCEPTABLE, desc = "accepted and delivered")
    @Outcome(id = "0, 0, 1, 0", expect = ACCEPTABLE_INTERESTING, desc = "refused")
    @Outcome(id = "1, 1, 0, 10", expect = ACCEPTABLE_INTERESTING, desc = "accepted, landed late, counted as discarded")
    @Outcome(
            expect = FORBIDDEN,
            desc = "accepted and not accounted for, refused and delivered, or not so in the ledger")
    @State
    public static class LaneOrClose extends Closed {
        public LaneOrClose() {
            broker.ready();
        }

        @Actor
        public void publish(IIII_Result r) {
            publish(r, true);
        }

        @Actor
        public void close() {
            broker.closeAndRunToEnd();
        }

        @Arbiter
        public void ledger(IIII_Result r) {
            look(r);
        }
    }

    /** Hazard (G8, G1): the loop dies while somebody publishes: accepted, and neither released nor counted. */
    @JCStressTest
    @Description("publish against the loop's death")
    @Outcome(id = "1, 1, 0, 10", expect = ACCEPTABLE, desc = "accepted, counted as discarded")
    @Outcome(id = "0, 0, 1, 0", expect = ACCEPTABLE_INTERESTING, desc = "refused")
    @Outcome(
            expect = FORBIDDEN,
            desc = "accepted and not accounted for, refused and delivered, or not so in the ledger")
    @State
    public static class PublishOrFail extends Closed {
        public PublishOrFail() {
            broker.ready();
            broker.loop.report(null); // an event of the broker's own that cannot be told: the loop dies of it
        }

        @Actor
        public void publish(IIII_Result r) {
            publish(r, false);
        }

        @Actor
        public void fail() {
            broker.stepLoop();
        }

        @Arbiter
        public void ledger(IIII_Result r) {
            look(r);
        }
    }

    /** Hazard: a subscriber is told that it subscribed, and is not there; or that the broker is closed, and is. */
    @JCStressTest
    @Description("subscribe against the whole of close")
    @Outcome(id = "1, 1, 9", expect = ACCEPTABLE_INTERESTING, desc = "subscribed, in the report, and ended")
    @Outcome(id = "0, 0, 0", expect = ACCEPTABLE, desc = "refused")
    @Outcome(expect = FORBIDDEN, desc = "subscribed and not in the report, or never ended; refused and in the report")
    @State
    public static class SubscribeOrClose {
        final ActedBroker broker = new ActedBroker();
        Inbox<Event> inbox;

        public SubscribeOrClose() {
            broker.ready();
        }

        @Actor
        public void subscribe(III_Result r) {
            try {
                inbox = broker.inbox(Event.TOPIC);
                r.r1 = 1;
            } catch (BrokerClosedException e) {
                r.r1 = 0;
            }
        }

        @Actor
        public void close() {
            broker.idle();
            broker.closeAndRunToEnd();
        }

        @Arbiter
        public void look(III_Result r) {
            r.r2 = broker.stats().subscriptions().size();
            r.r3 = inbox == null ? 0 : Event.next(inbox);
        }
    }

    /** Hazard: two threads close, and both, or none, believe that they began it. */
    @JCStressTest
    @Description("the beginning of close against the same")
    @Outcome(
            id = {"1, 0", "0, 1"},
            expect = ACCEPTABLE,
            desc = "one of them began it")
    @Outcome(expect = FORBIDDEN, desc = "both did, or none")
    @State
    public static class TwoClosers {
        final ActedBroker broker = new ActedBroker();

        @Actor
        public void first(II_Result r) {
            r.r1 = Event.asInt(broker.beginClose());
        }

        @Actor
        public void second(II_Result r) {
            r.r2 = Event.asInt(broker.beginClose());
        }
    }

    /** Hazard: a reader is told of the end while an event, put in just before, waits: nobody would look again. */
    @JCStressTest
    @Description("the loop's offer and seal against poll and poll")
    @Outcome(id = "0, 0, 7", expect = ACCEPTABLE, desc = "nothing yet; the event and the end come later")
    @Outcome(id = "0, 7, 9", expect = ACCEPTABLE_INTERESTING, desc = "the event came between")
    @Outcome(id = "7, 0, 9", expect = ACCEPTABLE_INTERESTING, desc = "the event, not yet the end")
    @Outcome(id = "7, 9, 9", expect = ACCEPTABLE, desc = "the event, then the end")
    @Outcome(expect = FORBIDDEN, desc = "the end before the event; or the event lost or twice")
    @State
    public static class EndAfterLast extends Delivery.WithInbox {
        public EndAfterLast() {
            broker.ready();
        }

        @Actor
        public void end() {
            PullSubscription<Event> pull = (PullSubscription<Event>) inbox;
            pull.offer(new Event(7), null, Backlog.MATCHED); // alone of what the loop does, for a narrow race
            pull.seal(null);
        }

        @Actor
        public void poll(III_Result r) {
            r.r1 = Event.next(inbox);
            r.r2 = Event.next(inbox);
        }

        @Arbiter
        public void look(III_Result r) {
            r.r3 = Event.next(inbox);
        }
    }

    /** Hazard: an event that waits when its subscription is cancelled is neither handled nor abandoned, or both. */
    @JCStressTest
    @Description("the cancelling of a push subscription against its worker's step")
    @Outcome(id = "0, 3, 0", expect = ACCEPTABLE, desc = "all abandoned")
    @Outcome(id = "1, 2, 0", expect = ACCEPTABLE_INTERESTING, desc = "one call came before")
    @Outcome(id = "2, 1, 0", expect = ACCEPTABLE, desc = "two calls before, and the last is abandoned")
    @Outcome(expect = FORBIDDEN, desc = "handled + abandoned are not what was matched, or a call begins after the end")
    @State
    public static class CancelOrHandle {
        final ActedBroker broker = new ActedBroker();
        final PushSubscription<?> push;
        int handled;

        public CancelOrHandle() {
            push = (PushSubscription<?>) broker.subscribe(Event.TOPIC, event -> handled++);
            for (int i = 1; i <= 3; i++) {
                broker.publish(Event.TOPIC, new Event(i));
            }
            broker.stepLoop();
        }

        @Actor
        public void cancel() {
            push.cancel(null);
        }

        @Actor
        public void handle() {
            broker.stepWorkers();
            broker.stepWorkers();
        }

        @Arbiter
        public void look(III_Result r) {
            int before = handled;
            while (broker.stepWorkers()) {
                // to the end of the worker
            }
            SubscriptionStats stats = push.stats();
            r.r1 = (int) stats.handled();
            r.r2 = (int) stats.abandoned();
            r.r3 = handled - before + Math.abs(handled - r.r1);
        }
    }
}
