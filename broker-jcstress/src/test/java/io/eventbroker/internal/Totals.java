package io.eventbroker.internal;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Totals with one writer, which any thread reads without a lock. */
public class Totals {
    /** Hazard: a reader finds something counted, and not what its writer did before it counted. */
    @JCStressTest
    @Description("counters: add against get")
    @Outcome(
            id = {"0, 0", "0, 1"},
            expect = ACCEPTABLE,
            desc = "not counted yet")
    @Outcome(id = "1, 1", expect = ACCEPTABLE_INTERESTING, desc = "counted, and there")
    @Outcome(expect = FORBIDDEN, desc = "counted, and not there")
    @State
    public static class CountedIsDone {
        private final Counters counters = new Counters(1);
        private int done;

        @Actor
        public void count() {
            done = 1;
            counters.add(0, 1);
        }

        @Actor
        public void read(II_Result r) {
            r.r1 = (int) counters.get(0);
            r.r2 = done;
        }
    }

    /** Hazard: a snapshot, which reads what is counted first last, shows more delivered than matched. */
    @JCStressTest
    @Description("counters: matched, delivered against get of delivered, matched")
    @Outcome(
            id = {"0, 0", "0, 1", "0, 2", "1, 2", "1, 1"},
            expect = ACCEPTABLE,
            desc = "no more delivered than matched")
    @Outcome(id = "2, 2", expect = ACCEPTABLE_INTERESTING, desc = "all of it")
    @Outcome(expect = FORBIDDEN, desc = "more delivered than matched")
    @State
    public static class NoMoreDeliveredThanMatched {
        private final Counters counters = new Counters(2);

        @Actor
        public void count() {
            counters.add(0, 1);
            counters.add(1, 1);
            counters.add(0, 1);
            counters.add(1, 1);
        }

        @Actor
        public void read(II_Result r) {
            r.r1 = (int) counters.get(1);
            r.r2 = (int) counters.get(0);
        }
    }

    /** Hazard: of two reads of a total the second shows less. */
    @JCStressTest
    @Description("counters: add against get and get")
    @Outcome(
            id = {"0, 0", "1, 1", "2, 2", "0, 2"},
            expect = ACCEPTABLE,
            desc = "no less")
    @Outcome(
            id = {"0, 1", "1, 2"},
            expect = ACCEPTABLE_INTERESTING,
            desc = "more, as it was counted in between")
    @Outcome(expect = FORBIDDEN, desc = "a total went backwards")
    @State
    public static class NeverBackwards {
        private final Counters counters = new Counters(1);

        @Actor
        public void count() {
            counters.add(0, 1);
            counters.add(0, 1);
        }

        @Actor
        public void read(II_Result r) {
            r.r1 = (int) counters.get(0);
            r.r2 = (int) counters.get(0);
        }
    }
}
