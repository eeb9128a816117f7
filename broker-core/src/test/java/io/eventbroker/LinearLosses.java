package io.eventbroker;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;

/**
 * Inboxes that lose what waits, as {@link LinearizabilityTest} drives them. Which event is lost when a reader and the loop
 * are after the same one is left open, so no sequence of whole operations explains it; but the end must add up: what was
 * offered was taken once, waits, or is counted as lost.
 */
final class LinearLosses {
    private LinearLosses() {}

    /** Nothing is answered, so nothing is to be explained. */
    public static final class Specification {
        public void offer() {}

        public void poll() {}
    }

    abstract static class Losing {
        private static final int MOST = 64;

        private final LinearInbox.Messages inbox;
        private final int capacity;

        /** By number, how often each was taken. */
        private final AtomicIntegerArray taken = new AtomicIntegerArray(MOST);

        private final AtomicInteger missed = new AtomicInteger();
        private final AtomicInteger unordered = new AtomicInteger();
        private int offered;

        /** The last that was taken of either key, or of all. */
        private final ThreadLocal<int[]> lastTaken = ThreadLocal.withInitial(() -> new int[2]);

        private final int keys;

        Losing(Overflow overflow, int capacity) {
            this.inbox = new LinearInbox.Messages(overflow, capacity) {};
            this.capacity = capacity;
            this.keys = overflow == Overflow.CONFLATE ? 2 : 1; // in order of keys only
        }

        @Operation(nonParallelGroup = "loop")
        public void offer() {
            inbox.offer();
            offered++;
        }

        @Operation
        public void poll() {
            take();
        }

        private boolean take() {
            Message<Integer> next = inbox.inbox.poll();
            if (next == null) {
                return false;
            }
            int number = next.event();
            taken.incrementAndGet(number);
            missed.addAndGet((int) next.missedBefore());
            int[] last = lastTaken.get();
            unordered.addAndGet(last[number % keys] < number ? 0 : 1);
            last[number % keys] = number;
            return true;
        }

        final void requireSum() {
            int waiting = 0;
            while (take()) {
                waiting++;
            }
            int received = 0;
            int twice = 0;
            for (int i = 0; i < MOST; i++) {
                received += taken.get(i);
                twice += taken.get(i) > 1 ? 1 : 0;
            }
            long told = inbox.inbox.dropped();
            inbox.inbox.seal(null);
            long missedInAll = missed.get() + inbox.inbox.stats().missedAtEnd();
            boolean isSum = offered == received + told && missedInAll == told;
            if (!isSum || twice > 0 || unordered.get() > 0 || waiting > capacity) {
                throw new AssertionError("offered " + offered + ", received " + received + " of which twice " + twice
                        + " and out of order " + unordered + ", waiting " + waiting + ", told " + told + ", missed "
                        + missedInAll);
            }
        }
    }

    public static final class DropOldest extends Losing {
        public DropOldest() {
            super(Overflow.DROP_OLDEST, 1);
        }

        @Validate
        public void addsUp() {
            requireSum();
        }
    }

    /** Two keys and room for one of them. */
    public static final class Conflate extends Losing {
        public Conflate() {
            super(Overflow.CONFLATE, 1);
        }

        @Validate
        public void addsUp() {
            requireSum();
        }
    }
}
