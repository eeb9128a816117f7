package io.eventbroker.internal;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import com.lmax.disruptor.InsufficientCapacityException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/** A slot of a ring: what its producer puts in is what the consumer takes out, whole, once, and in order. */
public class SlotPublication {
    /** What is published: fields that nothing but the slot's protocol makes visible. */
    static final class Plain {
        int value;

        Plain(int value) {
            this.value = value;
        }
    }

    /** What was taken, in order, as the digits of a number. */
    static final class Taken implements BiConsumer<Object, Object> {
        int digits;

        @Override
        public void accept(Object address, Object event) {
            digits = 10 * digits + ((Plain) event).value;
        }
    }

    private static int accepted(Ring.Result result) {
        return result == Ring.Result.ACCEPTED ? 1 : 0;
    }

    private static int drained(Ring<Object> ring, int limit) {
        Taken taken = new Taken();
        ring.drain(limit, taken);
        return taken.digits;
    }

    /** Hazard: the consumer sees the event cell set before the event's fields, or the address, are there. */
    @JCStressTest
    @Description("shared ring: offer against drain")
    @Outcome(id = "0, 0, 78", expect = ACCEPTABLE, desc = "not there yet; taken later")
    @Outcome(id = "7, 8, 0", expect = ACCEPTABLE_INTERESTING, desc = "the address and the event, whole")
    @Outcome(expect = FORBIDDEN, desc = "an address or an event that is null or not whole; or lost, or twice")
    @State
    public static class SharedSlot {
        private final Ring.Shared<Plain> ring = new Ring.Shared<>(2, new LongAdder());

        @Actor
        public void publish() {
            ring.offer(new Plain(7), new Plain(8));
        }

        @Actor
        public void poll(III_Result r) {
            ring.drain(1, (address, event) -> {
                r.r1 = address.value;
                r.r2 = ((Plain) event).value;
            });
        }

        @Arbiter
        public void rest(III_Result r) {
            ring.drain(1, (address, event) -> r.r3 = 10 * address.value + ((Plain) event).value);
        }
    }

    /** Hazard: as with the shared ring; here the event is stored after the cursor has moved, without a fence. */
    @JCStressTest
    @Description("lane: offer against drain")
    @Outcome(id = "0, 8", expect = ACCEPTABLE, desc = "not there yet; taken later")
    @Outcome(id = "8, 0", expect = ACCEPTABLE_INTERESTING, desc = "the event, whole")
    @Outcome(expect = FORBIDDEN, desc = "an event that is null or not whole; or lost, or twice")
    @State
    public static class LaneSlot {
        private final Ring.Lone<Object> ring = new Ring.Lone<>(2, "to", new LongAdder());

        @Actor
        public void publish() {
            ring.offer(new Plain(8));
        }

        @Actor
        public void poll(II_Result r) {
            r.r1 = drained(ring, 1);
        }

        @Arbiter
        public void rest(II_Result r) {
            r.r2 = drained(ring, 1);
        }
    }

    /** What may come of an offer into a slot that is about to be free. */
    @Outcome(id = "0, 12, 0", expect = ACCEPTABLE, desc = "still full, refused")
    @Outcome(id = "1, 12, 3", expect = ACCEPTABLE, desc = "accepted, taken later")
    @Outcome(id = "1, 123, 0", expect = ACCEPTABLE_INTERESTING, desc = "accepted and taken at once")
    @Outcome(
            expect = FORBIDDEN,
            desc = "an accepted event is lost, taken twice or out of order; or a refused one taken")
    static final class Reuse {}

    /**
     * Hazard: a producer claims a slot that the consumer has freed, and the consumer's clearing of it comes after the
     * producer's event; or the consumer finds the event of the lap before once more.
     */
    @JCStressTest
    @Description("shared ring, full: offer into the slot that drain frees")
    @JCStressMeta(Reuse.class)
    @State
    public static class SharedSlotReused {
        private final Ring.Shared<Object> ring = new Ring.Shared<>(2, new LongAdder());

        public SharedSlotReused() {
            ring.offer("to", new Plain(1));
            ring.offer("to", new Plain(2));
        }

        @Actor
        public void publish(III_Result r) {
            r.r1 = accepted(ring.offer("to", new Plain(3)));
        }

        @Actor
        public void poll(III_Result r) {
            Taken taken = new Taken();
            for (int i = 0; i < 3; i++) {
                ring.drain(1, taken);
            }
            r.r2 = taken.digits;
        }

        @Arbiter
        public void rest(III_Result r) {
            r.r3 = drained(ring, 2);
        }
    }

    /** Hazard: as with the shared ring, full. */
    @JCStressTest
    @Description("lane, full: offer into the slot that drain frees")
    @JCStressMeta(Reuse.class)
    @State
    public static class LaneSlotReused {
        private final Ring.Lone<Object> ring = new Ring.Lone<>(2, "to", new LongAdder());

        public LaneSlotReused() {
            ring.offer(new Plain(1));
            ring.offer(new Plain(2));
        }

        @Actor
        public void publish(III_Result r) {
            r.r1 = accepted(ring.offer(new Plain(3)));
        }

        @Actor
        public void poll(III_Result r) {
            Taken taken = new Taken();
            for (int i = 0; i < 3; i++) {
                ring.drain(1, taken);
            }
            r.r2 = taken.digits;
        }

        @Arbiter
        public void rest(III_Result r) {
            r.r3 = drained(ring, 2);
        }
    }

    /** Hazard: two producers claim the same slot, and one event covers the other; or both get the only free one. */
    @JCStressTest
    @Description("shared ring with one free slot: offer against offer")
    @Outcome(id = "1, 0, 91", expect = ACCEPTABLE, desc = "the first producer had the slot")
    @Outcome(id = "0, 1, 92", expect = ACCEPTABLE_INTERESTING, desc = "the second producer had the slot")
    @Outcome(expect = FORBIDDEN, desc = "both accepted, none accepted, or what was accepted is not there")
    @State
    public static class TwoProducers {
        private final Ring.Shared<Object> ring = new Ring.Shared<>(2, new LongAdder());

        public TwoProducers() {
            ring.offer("to", new Plain(9));
        }

        @Actor
        public void first(III_Result r) {
            r.r1 = accepted(ring.offer("to", new Plain(1)));
        }

        @Actor
        public void second(III_Result r) {
            r.r2 = accepted(ring.offer("to", new Plain(2)));
        }

        @Arbiter
        public void rest(III_Result r) {
            r.r3 = drained(ring, 3);
        }
    }

    /** A first slot that is claimed and not filled, before a second that is. */
    static class Hole {
        final LongAdder orphans = new LongAdder();
        final Ring.Shared<Object> ring = new Ring.Shared<>(4, orphans);
        final int cell;

        Hole() {
            try {
                cell = ring.cell(ring.sequencer.tryNext());
            } catch (InsufficientCapacityException e) {
                throw new AssertionError(e);
            }
            ring.offer("to", new Plain(2));
        }
    }

    /** Hazard: the consumer skips a slot whose publisher is slow, and takes what is behind it first. */
    @JCStressTest
    @Description("shared ring: the slow half of an offer against drain")
    @Outcome(id = "0, 12", expect = ACCEPTABLE, desc = "the hole holds up what is behind it")
    @Outcome(id = "12, 0", expect = ACCEPTABLE_INTERESTING, desc = "both, in order")
    @Outcome(expect = FORBIDDEN, desc = "out of order, lost or twice")
    @State
    public static class SlowPublisher extends Hole {
        @Actor
        public void fill() {
            ring.fill(cell, "to", new Plain(1));
        }

        @Actor
        public void poll(II_Result r) {
            r.r1 = drained(ring, 2);
        }

        @Arbiter
        public void rest(II_Result r) {
            r.r2 = drained(ring, 2);
        }
    }

    /**
     * Hazard: the mark of a publisher that an error hit between claim and fill is a plain store, without a fence; the
     * consumer takes it for an event, counts it twice, or waits at it for ever. (The store is what the publisher's
     * handler of that error does.)
     */
    @JCStressTest
    @Description("shared ring: a slot that is orphaned against drain")
    @Outcome(id = "0, 2, 1", expect = ACCEPTABLE, desc = "a hole still; skipped and counted later")
    @Outcome(id = "2, 0, 1", expect = ACCEPTABLE_INTERESTING, desc = "skipped and counted")
    @Outcome(expect = FORBIDDEN, desc = "not skipped, not counted, counted twice, or taken for an event")
    @State
    public static class OrphanedSlot extends Hole {
        @Actor
        public void fail() {
            ring.cells[cell] = Ring.ORPHANED;
        }

        @Actor
        public void poll(III_Result r) {
            r.r1 = drained(ring, 2);
        }

        @Arbiter
        public void rest(III_Result r) {
            r.r2 = drained(ring, 2);
            r.r3 = orphans.intValue();
        }
    }
}
