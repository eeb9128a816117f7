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
import org.openjdk.jcstress.infra.results.LLL_Result;
import org.openjdk.jcstress.infra.results.LL_Result;

/**
 * A full queue from which somebody takes at that moment: each message is taken or lost, exactly once, and each gap is told
 * where it is. What was taken is told as its value and, after a +, what was missed before it; - is nothing.
 */
public class Losses {
    /** An inbox of messages with a policy and a capacity, and the ring before it. */
    static class Full {
        final ActedBroker broker = new ActedBroker();
        final Inbox<Message<Event>> inbox;

        Full(Overflow overflow, int capacity) {
            inbox = broker.subscription(Event.TOPIC)
                    .overflow(overflow)
                    .capacity(capacity)
                    .messageInbox();
            for (int i = 1; i <= capacity; i++) {
                broker.publish(Event.TOPIC, new Event(i));
            }
            broker.ready();
            broker.publish(Event.TOPIC, new Event(capacity + 1));
        }

        /** What was lost: as the oldest, as the newest, and as the broker has it, after the last. */
        String lost() {
            ((QueuedSubscription<?>) inbox).seal(null);
            SubscriptionStats stats = inbox.stats();
            return stats.droppedOldest() + " " + stats.droppedNewest() + " " + stats.missedAtEnd();
        }
    }

    /**
     * Hazard: the loop evicts what a consumer takes, and both, or none, have it; or where the consumer has taken and not yet
     * cleared its place, the new message finds none, and is lost.
     */
    @JCStressTest
    @Description("DROP_OLDEST, capacity 1: eviction against take")
    @Outcome(id = "1, 2, 0 0 0", expect = ACCEPTABLE, desc = "the consumer was first: nothing is lost")
    @Outcome(id = "2+1, -, 1 0 0", expect = ACCEPTABLE_INTERESTING, desc = "evicted, and the next taken at once")
    @Outcome(id = "-, 2+1, 1 0 0", expect = ACCEPTABLE_INTERESTING, desc = "evicted, and the next not there yet")
    @Outcome(expect = FORBIDDEN, desc = "taken and evicted, neither, or the gap is not what was lost there")
    @State
    public static class EvictOne extends Full {
        public EvictOne() {
            super(Overflow.DROP_OLDEST, 1);
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
            r.r2 = Event.restTold(inbox);
            r.r3 = lost();
        }
    }

    /** Hazard: the same with two evictions and two takes: a gap is told twice, not at all, or at another place. */
    @JCStressTest
    @Description("DROP_OLDEST, capacity 2: two evictions against two takes")
    @Outcome(
            id = {"ok, 0", "ok, 2"},
            expect = ACCEPTABLE,
            desc = "the consumer was first, or the loop was")
    @Outcome(id = "ok, 1", expect = ACCEPTABLE_INTERESTING, desc = "one evicted, one taken")
    @Outcome(expect = FORBIDDEN, desc = "taken and evicted, neither, or the gap is not what was lost there")
    @State
    public static class EvictTwo extends Full {
        private String taken;

        public EvictTwo() {
            super(Overflow.DROP_OLDEST, 2);
            broker.publish(Event.TOPIC, new Event(4));
        }

        @Actor
        public void route() {
            broker.stepLoop();
        }

        @Actor
        public void take() {
            taken = Event.told(inbox) + " " + Event.told(inbox);
        }

        @Arbiter
        public void look(LL_Result r) {
            String all = taken + " " + Event.restTold(inbox);
            String lost = lost();
            r.r1 = verdict(all, lost, 4);
            r.r2 = inbox.stats().dropped();
        }

        /** Whether messages were taken in order, each with the gap before it, and no other was lost. */
        private static String verdict(String all, String lost, int last) {
            int before = 0;
            int gaps = 0;
            for (String told : all.replace("-", "").trim().split(" +")) {
                String[] parts = told.split("[+]", 2);
                int value = Integer.parseInt(parts[0]);
                int missed = parts.length == 1 ? 0 : Integer.parseInt(parts[1]);
                if (value != before + missed + 1) {
                    return all + " / " + lost;
                }
                before = value;
                gaps += missed;
            }
            String[] losses = lost.split(" ", 3);
            int dropped = Integer.parseInt(losses[0]) + Integer.parseInt(losses[1]);
            int atEnd = Integer.parseInt(losses[2]);
            return before + atEnd == last && gaps + atEnd == dropped ? "ok" : all + " / " + lost;
        }
    }

    /** Hazard: room comes while the loop drops; the gap belongs before the message after it. */
    @JCStressTest
    @Description("DROP_NEWEST, capacity 1: drop against take")
    @Outcome(id = "1, 2, 0 1 1", expect = ACCEPTABLE, desc = "room for the second, and then the third was dropped")
    @Outcome(id = "1, -, 0 2 2", expect = ACCEPTABLE, desc = "both were dropped")
    @Outcome(id = "1, 3+1, 0 1 0", expect = ACCEPTABLE_INTERESTING, desc = "room came in between")
    @Outcome(expect = FORBIDDEN, desc = "lost and taken, neither, or the gap is not what was lost there")
    @State
    public static class DropNewest extends Full {
        public DropNewest() {
            super(Overflow.DROP_NEWEST, 1);
            broker.publish(Event.TOPIC, new Event(3));
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
            r.r2 = Event.restTold(inbox);
            r.r3 = lost();
        }
    }

    /** Hazard: the subscription ends because it is full, while room is made: its reader loses what was put in. */
    @JCStressTest
    @Description("DISCONNECT, capacity 1: the end against take and take")
    @Outcome(id = "1, 0, 2, 0", expect = ACCEPTABLE, desc = "the consumer was first: it goes on")
    @Outcome(id = "1, 2, 0, 0", expect = ACCEPTABLE_INTERESTING, desc = "the consumer was first, and had both")
    @Outcome(id = "1, 0, 9, 1", expect = ACCEPTABLE, desc = "ended after the second take")
    @Outcome(
            id = "1, 9, 9, 1",
            expect = ACCEPTABLE_INTERESTING,
            desc = "ended, and what waited was taken before the end")
    @Outcome(expect = FORBIDDEN, desc = "what waited is lost, or the end told before it; or ended without a loss")
    @State
    public static class Disconnect {
        final ActedBroker broker = new ActedBroker();
        final Inbox<Event> inbox;

        public Disconnect() {
            inbox = broker.subscription(Event.TOPIC)
                    .overflow(Overflow.DISCONNECT)
                    .capacity(1)
                    .inbox();
            broker.publish(Event.TOPIC, new Event(1));
            broker.ready();
            broker.publish(Event.TOPIC, new Event(2));
        }

        @Actor
        public void route() {
            broker.stepLoop();
        }

        @Actor
        public void take(IIII_Result r) {
            r.r1 = Event.next(inbox);
            r.r2 = Event.next(inbox);
        }

        @Arbiter
        public void look(IIII_Result r) {
            r.r3 = Event.next(inbox);
            r.r4 = (int) inbox.stats().disconnected();
        }
    }

    /** Hazard: the loop begins an episode of drops as the consumer makes room: it is told twice, or never ends. */
    @JCStressTest
    @Description("the beginning of an episode against the relief that ends it")
    @Outcome(id = "0, 0, 0", expect = ACCEPTABLE, desc = "the consumer was first: no drop, no episode")
    @Outcome(id = "1, 1, 1", expect = ACCEPTABLE_INTERESTING, desc = "a drop, told, and its end told")
    @Outcome(expect = FORBIDDEN, desc = "a drop without an episode, or an episode that is told twice or does not end")
    @State
    public static class Episode {
        final ActedBroker broker = new ActedBroker();
        final Inbox<Event> inbox;
        final Inbox<BrokerEvent.DropsBegan> begins;
        final Inbox<BrokerEvent.DropsEnded> ends;

        public Episode() {
            begins = broker.inbox(BrokerEvent.TOPIC.only(BrokerEvent.DropsBegan.class));
            ends = broker.inbox(BrokerEvent.TOPIC.only(BrokerEvent.DropsEnded.class));
            inbox = broker.subscription(Event.TOPIC).capacity(1).inbox();
            broker.publish(Event.TOPIC, new Event(1));
            broker.ready();
            broker.publish(Event.TOPIC, new Event(2));
        }

        @Actor
        public void route() {
            broker.stepLoop();
        }

        @Actor
        public void take() {
            Event.next(inbox);
        }

        @Arbiter
        public void look(III_Result r) {
            Event.rest(inbox);
            broker.stepLoop();
            broker.stepLoop();
            r.r1 = (int) inbox.stats().dropped();
            r.r2 = (int) begins.stats().queued();
            r.r3 = (int) ends.stats().queued();
        }
    }
}
