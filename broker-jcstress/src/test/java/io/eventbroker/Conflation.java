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
import org.openjdk.jcstress.infra.results.LLL_Result;

/**
 * A place for one key, whose message the loop replaces while a consumer takes it. Messages are told as in {@link Losses};
 * after them, how many were conflated and how many dropped as the newest.
 */
public class Conflation {
    /** An inbox of messages of which the latest of each key are kept. */
    static class Places {
        final ActedBroker broker = new ActedBroker();
        final Inbox<Message<Event>> inbox;

        Places(int capacity) {
            inbox = broker.subscription(Event.KEYED)
                    .overflow(Overflow.CONFLATE)
                    .capacity(capacity)
                    .messageInbox();
            broker.publish(Event.KEYED, new Event(1));
        }

        void look(LLL_Result r) {
            broker.stepLoop();
            r.r2 = Event.restTold(inbox);
            SubscriptionStats stats = inbox.stats();
            r.r3 = stats.conflated() + " " + stats.droppedNewest();
        }
    }

    /** Hazard: the new message goes into a place that was just emptied; or the old one is taken and counted as replaced. */
    @JCStressTest
    @Description("CONFLATE: replace against take")
    @Outcome(
            id = "1, 2, 0 0",
            expect = ACCEPTABLE_INTERESTING,
            desc = "the old one was taken: the new one has a new place")
    @Outcome(id = "2+1, -, 1 0", expect = ACCEPTABLE, desc = "replaced, and the loss told")
    @Outcome(expect = FORBIDDEN, desc = "the new or both are lost, the old is taken and lost, or its loss is not told")
    @State
    public static class ReplaceOrTake extends Places {
        public ReplaceOrTake() {
            super(1);
            broker.ready();
            broker.publish(Event.KEYED, new Event(2));
        }

        @Actor
        public void route() {
            broker.stepLoop();
        }

        @Actor
        public void take(LLL_Result r) {
            r.r1 = Event.told(inbox);
        }

        @Arbiter
        public void look(LLL_Result r) {
            super.look(r);
        }
    }

    /** Hazard: what a message had replaced is forgotten when it is replaced itself, in several steps. */
    @JCStressTest
    @Description("CONFLATE: two replaces, after one before, against take and take")
    @Outcome(id = "2+1 3, 4, 1 0", expect = ACCEPTABLE_INTERESTING, desc = "each taken before the next came")
    @Outcome(id = "2+1 -, 4+1, 2 0", expect = ACCEPTABLE, desc = "the third was replaced")
    @Outcome(id = "2+1 4+1, -, 2 0", expect = ACCEPTABLE_INTERESTING, desc = "the third was replaced, the last taken")
    @Outcome(id = "3+2 4, -, 2 0", expect = ACCEPTABLE_INTERESTING, desc = "taken between the two")
    @Outcome(id = "3+2 -, 4, 2 0", expect = ACCEPTABLE_INTERESTING, desc = "taken between the two")
    @Outcome(id = "4+3 -, -, 3 0", expect = ACCEPTABLE, desc = "all were replaced by the last")
    @Outcome(expect = FORBIDDEN, desc = "a message is lost without being counted and told, or both taken and lost")
    @State
    public static class MissedIsCarried extends Places {
        public MissedIsCarried() {
            super(2);
            broker.publish(Event.KEYED, new Event(2));
            broker.ready();
            broker.publish(Event.KEYED, new Event(3));
            broker.publish(Event.KEYED, new Event(4));
        }

        @Actor
        public void route() {
            broker.stepLoop();
        }

        @Actor
        public void take(LLL_Result r) {
            r.r1 = Event.told(inbox) + " " + Event.told(inbox);
        }

        @Arbiter
        public void look(LLL_Result r) {
            super.look(r);
        }
    }

    /** Hazard: the place of the only key is emptied while another key looks for room. */
    @JCStressTest
    @Description("CONFLATE, capacity 1: another key against take")
    @Outcome(id = "1, 2, 0 0", expect = ACCEPTABLE_INTERESTING, desc = "the place was emptied in time")
    @Outcome(id = "1, -, 0 1", expect = ACCEPTABLE, desc = "no room: dropped as the newest")
    @Outcome(expect = FORBIDDEN, desc = "lost and not counted, or taken and counted as lost")
    @State
    public static class AnotherKey extends Places {
        public AnotherKey() {
            super(1);
            broker.ready();
            broker.publish(Event.KEYED, new Event(2, 1));
        }

        @Actor
        public void route() {
            broker.stepLoop();
        }

        @Actor
        public void take(LLL_Result r) {
            r.r1 = Event.told(inbox);
        }

        @Arbiter
        public void look(LLL_Result r) {
            super.look(r);
        }
    }

    /** Hazard: the room that a place leaves is counted twice: as it is emptied, and again as it is counted out. */
    @JCStressTest
    @Description("CONFLATE, capacity 1: two other keys against take")
    @Outcome(id = "1, 2, 0 1", expect = ACCEPTABLE_INTERESTING, desc = "the place was emptied in time for the first")
    @Outcome(id = "1, -, 0 2", expect = ACCEPTABLE, desc = "no room: both dropped as the newest")
    @Outcome(id = "1, 3+1, 0 1", expect = ACCEPTABLE_INTERESTING, desc = "in time for the second")
    @Outcome(expect = FORBIDDEN, desc = "lost and not counted, taken and counted as lost, or more wait than may")
    @State
    public static class TwoOtherKeys extends Places {
        public TwoOtherKeys() {
            super(1);
            broker.ready();
            broker.publish(Event.KEYED, new Event(2, 1));
            broker.publish(Event.KEYED, new Event(3, 2));
        }

        @Actor
        public void route() {
            broker.stepLoop();
        }

        @Actor
        public void take(LLL_Result r) {
            r.r1 = Event.told(inbox);
        }

        @Arbiter
        public void look(LLL_Result r) {
            super.look(r);
        }
    }
}
