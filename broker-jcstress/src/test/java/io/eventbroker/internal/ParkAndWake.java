package io.eventbroker.internal;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * Who parks and who wakes. A publisher issues no fence between its event and its look at the sleeper: both may miss each
 * other (0, 0), which a timed first park makes good: the sleeper's second look is certain to see the event. Where a test
 * really parks, it parks for ever: a wake-up that is lost shows as a timeout of the test.
 */
public class ParkAndWake {
    private static int asInt(boolean is) {
        return is ? 1 : 0;
    }

    /** Hazard: neither sees the other, and the event is not there either when the sleeper looks once more. */
    @JCStressTest
    @Description("lane: offer and look at the sleeper, against announce and look at the lane")
    @Outcome(
            id = {"1, 0, 1", "0, 1, 1", "1, 1, 1"},
            expect = ACCEPTABLE,
            desc = "one saw the other")
    @Outcome(id = "0, 0, 1", expect = ACCEPTABLE_INTERESTING, desc = "neither did; the look after the first park does")
    @Outcome(expect = FORBIDDEN, desc = "the event is not there after the first park")
    @State
    public static class LaneWithoutFence {
        private final Ring.Lone<Object> ring = new Ring.Lone<>(4, "to", new LongAdder());
        private final WaitSet.Waiter waiter = new WaitSet.Waiter();

        @Actor
        public void publish(III_Result r) {
            ring.offer("event");
            r.r1 = asInt(waiter.signal());
        }

        @Actor
        public void sleep(III_Result r) {
            waiter.prepare();
            r.r2 = asInt(ring.hasNext());
        }

        @Arbiter
        public void lookAgain(III_Result r) {
            r.r3 = asInt(ring.hasNext());
        }
    }

    /** Hazard: as with a lane: the claim is by CAS, but the event is stored after it. */
    @JCStressTest
    @Description("shared ring: offer and look at the sleeper, against announce and look at the ring")
    @Outcome(
            id = {"1, 0, 1", "0, 1, 1", "1, 1, 1"},
            expect = ACCEPTABLE,
            desc = "one saw the other")
    @Outcome(id = "0, 0, 1", expect = ACCEPTABLE_INTERESTING, desc = "neither did; the look after the first park does")
    @Outcome(expect = FORBIDDEN, desc = "the event is not there after the first park")
    @State
    public static class SharedRingWithoutFence {
        private final Ring.Shared<Object> ring = new Ring.Shared<>(4, new LongAdder());
        private final WaitSet.Waiter waiter = new WaitSet.Waiter();

        @Actor
        public void publish(III_Result r) {
            ring.offer("to", "event");
            r.r1 = asInt(waiter.signal());
        }

        @Actor
        public void sleep(III_Result r) {
            waiter.prepare();
            r.r2 = asInt(ring.hasNext());
        }

        @Arbiter
        public void lookAgain(III_Result r) {
            r.r3 = asInt(ring.hasNext());
        }
    }

    /**
     * Hazard: a wake-up for nothing ends the announcement, and the one for the event finds nobody announced. The sleeper
     * has looked three times before there is an event: in vain, as often as it was woken.
     */
    @JCStressTest
    @Description("shared ring: wakes for nothing, then offer and wake, against a sleeper that would sleep for ever")
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "the sleeper woke and has the event")
    @Outcome(expect = FORBIDDEN, desc = "it woke without; a lost wake-up is a timeout")
    @State
    public static class WokenInVain {
        private final Ring.Shared<Object> ring = new Ring.Shared<>(4, new LongAdder());
        private final Sleeper sleeper = new Sleeper(Timing.FOREVER);
        private final AtomicInteger looks = new AtomicInteger();

        @Actor
        public void publish() {
            while (looks.get() < 3) {
                sleeper.wake();
            }
            ring.offer("to", "event");
            sleeper.wake();
        }

        @Actor
        public void sleep(I_Result r) {
            sleeper.sleep(() -> looks.incrementAndGet() > 0 && ring.hasNext(), Timing.FOREVER);
            r.r1 = ring.drain(1, (address, event) -> {});
        }
    }

    /** Hazard: two signals, meant for two waiters, both go to one. */
    @JCStressTest
    @Description("waiter: signal against signal")
    @Outcome(
            id = {"1, 0", "0, 1"},
            expect = ACCEPTABLE,
            desc = "one of them signalled it")
    @Outcome(expect = FORBIDDEN, desc = "both did, or none")
    @State
    public static class TwoSignals {
        private final WaitSet.Waiter waiter = new WaitSet.Waiter();

        public TwoSignals() {
            waiter.prepare();
        }

        @Actor
        public void first(II_Result r) {
            r.r1 = asInt(waiter.signal());
        }

        @Actor
        public void second(II_Result r) {
            r.r2 = asInt(waiter.signal());
        }
    }

    /** Hazard: a waiter leaves as a signal comes; it must know, to pass the signal on. */
    @JCStressTest
    @Description("waiter: signal against cancel")
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "it had left")
    @Outcome(id = "1, 1", expect = ACCEPTABLE_INTERESTING, desc = "it was signalled, and knows")
    @Outcome(expect = FORBIDDEN, desc = "signalled without knowing; or it believes so")
    @State
    public static class SignalOrLeave {
        private final WaitSet.Waiter waiter = new WaitSet.Waiter();

        public SignalOrLeave() {
            waiter.prepare();
        }

        @Actor
        public void signal(II_Result r) {
            r.r1 = asInt(waiter.signal());
        }

        @Actor
        public void leave(II_Result r) {
            r.r2 = asInt(waiter.cancel());
        }
    }
}
