package io.eventbroker;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jspecify.annotations.Nullable;

/** The queues of subscriptions as {@link LinearizabilityTest} drives them: the loop puts, one consumer takes. */
final class LinearQueue {
    private LinearQueue() {}

    /** What a queue does, in the plainest way: first in, first out, and of an exact size. */
    public static class Specification {
        private final Deque<Integer> places = new ArrayDeque<>();
        private final int capacity;
        private int last;

        Specification(int capacity) {
            this.capacity = capacity;
        }

        public String put() {
            if (places.size() == capacity) {
                return "full";
            }
            places.add(++last);
            return "put " + last;
        }

        public boolean evict() {
            return places.poll() != null;
        }

        public @Nullable Integer take() {
            return places.poll();
        }

        public int size() {
            return places.size();
        }

        public boolean isEmpty() {
            return places.isEmpty();
        }
    }

    public static final class SpecificationOfTwo extends Specification {
        public SpecificationOfTwo() {
            super(2);
        }
    }

    public static final class SpecificationOfMany extends Specification {
        public SpecificationOfMany() {
            super(Integer.MAX_VALUE);
        }
    }

    /** An array for one consumer. */
    public static class Lone {
        private final EventQueue queue;
        private final int capacity;
        private int last;

        public Lone() {
            this(Overflow.DROP_NEWEST, 2);
        }

        Lone(Overflow overflow, int capacity) {
            this.queue = new EventQueue(overflow, 2, false, false);
            this.capacity = capacity;
        }

        /** As the loop does it, which never puts more in than the capacity. */
        @Operation(nonParallelGroup = "loop")
        public String put() {
            if (queue.size() >= capacity) {
                return "full";
            }
            queue.put(++last);
            return "put " + last;
        }

        @Operation(nonParallelGroup = "consumer")
        public @Nullable Integer take() {
            return (Integer) queue.take();
        }

        @Operation
        public int size() {
            return queue.size();
        }

        @Operation
        public boolean isEmpty() {
            return queue.isEmpty();
        }

        boolean evictOne() {
            return queue.evict();
        }
    }

    /** An array that the loop takes from, too. */
    public static final class Evicting extends Lone {
        public Evicting() {
            super(Overflow.DROP_OLDEST, 2);
        }

        @Operation(nonParallelGroup = "loop")
        public boolean evict() {
            return evictOne();
        }
    }

    /** One that grows, by chunks of two. */
    public static final class Growing extends Lone {
        public Growing() {
            super(Overflow.BACKPRESSURE, Integer.MAX_VALUE);
        }
    }
}
