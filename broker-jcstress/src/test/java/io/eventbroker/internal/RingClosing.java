package io.eventbroker.internal;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.atomic.LongAdder;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * The end of a ring: an offer that races with it is accepted, and then consumed or discarded exactly once; or it is
 * withdrawn, and then neither. Offers are told as 1 (accepted) or 2 (withdrawn).
 */
public class RingClosing {
    private static int code(Ring.Result result) {
        return result == Ring.Result.ACCEPTED ? 1 : result == Ring.Result.WITHDRAWN ? 2 : 0;
    }

    private static int drained(Ring<?> ring) {
        int[] events = {0};
        ring.drain(8, (address, event) -> events[0]++);
        return events[0];
    }

    /**
     * Hazard: the loop routes up to the cursor that it reads after it closed the ring; an offer that claims beyond that
     * and does not see the ring closed would be accepted and never routed.
     */
    @JCStressTest
    @Description("shared ring: offer against close, and routing up to the cursor as it was then")
    @Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "accepted, and consumed before the loop is done")
    @Outcome(id = "2, 0, 0", expect = ACCEPTABLE_INTERESTING, desc = "withdrawn")
    @Outcome(expect = FORBIDDEN, desc = "accepted beyond the last that is routed; or withdrawn and consumed")
    @State
    public static class SharedClose {
        private final Ring.Shared<Object> ring = new Ring.Shared<>(4, new LongAdder());

        @Actor
        public void publish(III_Result r) {
            r.r1 = code(ring.offer("to", "event"));
        }

        @Actor
        public void close(III_Result r) {
            ring.close();
            long last = ring.claimed();
            while (ring.consumed() < last) {
                r.r2 += drained(ring);
                Thread.onSpinWait();
            }
        }

        @Arbiter
        public void rest(III_Result r) {
            r.r3 = drained(ring);
        }
    }

    /**
     * Hazard: the lane's owner issues no fence, so its store may land after the loop has looked; the owner then reads
     * "not closed" and believes that the event was accepted. That is allowed for a moment, which the loop waits out.
     */
    @JCStressTest
    @Description("lane: offer against close and drain")
    @Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "accepted and consumed")
    @Outcome(id = "1, 0, 1", expect = ACCEPTABLE_INTERESTING, desc = "accepted, lands in the grace period")
    @Outcome(id = "2, 0, 0", expect = ACCEPTABLE_INTERESTING, desc = "withdrawn")
    @Outcome(expect = FORBIDDEN, desc = "accepted and lost or consumed twice; withdrawn and consumed")
    @State
    public static class LaneClose {
        private final Ring.Lone<Object> ring = new Ring.Lone<>(4, "to", new LongAdder());

        @Actor
        public void publish(III_Result r) {
            r.r1 = code(ring.offer("event"));
        }

        @Actor
        public void close(III_Result r) {
            ring.close();
            for (int i = 0; i < 8; i++) {
                r.r2 += drained(ring);
            }
        }

        @Arbiter
        public void rest(III_Result r) {
            r.r3 = drained(ring);
        }
    }

    /** What may come of an offer into a ring that is closed and emptied. */
    @Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "accepted and counted as discarded")
    @Outcome(
            id = "1, 0, 1",
            expect = ACCEPTABLE_INTERESTING,
            desc = "accepted, comes late, is counted by the next look")
    @Outcome(id = "2, 0, 0", expect = ACCEPTABLE_INTERESTING, desc = "withdrawn")
    @Outcome(expect = FORBIDDEN, desc = "accepted and not in the ledger, or twice; withdrawn and discarded")
    static final class Discard {}

    /** Hazard: the broker has failed, and what its loop leaves behind is counted while its publisher settles. */
    @JCStressTest
    @Description("lane: offer against close and discard")
    @JCStressMeta(Discard.class)
    @State
    public static class LaneDiscard {
        private final Ring.Lone<Object> ring = new Ring.Lone<>(4, "to", new LongAdder());

        @Actor
        public void publish(III_Result r) {
            r.r1 = code(ring.offer("event"));
        }

        @Actor
        public void fail(III_Result r) {
            ring.close();
            r.r2 = ring.discard();
        }

        @Arbiter
        public void rest(III_Result r) {
            r.r3 = ring.discard();
        }
    }

    /** Hazard: as in a lane; here the publisher does not look again, so what it accepted comes late. */
    @JCStressTest
    @Description("shared ring: offer against close and discard")
    @JCStressMeta(Discard.class)
    @State
    public static class SharedDiscard {
        private final Ring.Shared<Object> ring = new Ring.Shared<>(4, new LongAdder());

        @Actor
        public void publish(III_Result r) {
            r.r1 = code(ring.offer("to", "event"));
        }

        @Actor
        public void fail(III_Result r) {
            ring.close();
            r.r2 = ring.discard();
        }

        @Arbiter
        public void rest(III_Result r) {
            r.r3 = ring.discard();
        }
    }

    /** Hazard: two threads read the statistics of a broker that has ended, and both count what was left behind. */
    @JCStressTest
    @Description("what is left behind: discard against discard")
    @Outcome(id = "2, 0", expect = ACCEPTABLE, desc = "the first counted both")
    @Outcome(id = "0, 2", expect = ACCEPTABLE, desc = "the second counted both")
    @Outcome(id = "1, 1", expect = ACCEPTABLE_INTERESTING, desc = "each counted one")
    @Outcome(expect = FORBIDDEN, desc = "an event counted twice, or not at all")
    @State
    public static class TwoDiscards {
        private final Ring.Shared<Object> ring = new Ring.Shared<>(4, new LongAdder());

        public TwoDiscards() {
            ring.offer("to", "event");
            ring.offer("to", "event");
            ring.close();
        }

        @Actor
        public void first(II_Result r) {
            r.r1 = ring.discard();
        }

        @Actor
        public void second(II_Result r) {
            r.r2 = ring.discard();
        }
    }
}
