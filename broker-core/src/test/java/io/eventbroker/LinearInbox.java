package io.eventbroker;

import io.eventbroker.internal.Timing;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jspecify.annotations.Nullable;

/** Inboxes as {@link LinearizabilityTest} drives them: the loop offers and seals, any number of readers poll. */
final class LinearInbox {
    static final Topic<Integer> NUMBERS = Topic.of("numbers", Integer.class).keyedBy(number -> number % 2);

    private LinearInbox() {}

    /** What an inbox does, in the plainest way; as text, so that what was missed before a message is compared, too. */
    public static class Specification {
        private final Deque<String> waiting = new ArrayDeque<>();
        private final Overflow overflow;
        private final int capacity;
        private int last;
        private int missed;
        private boolean isDisconnected;
        private boolean isSealed;

        Specification(Overflow overflow, int capacity) {
            this.overflow = overflow;
            this.capacity = capacity;
        }

        public String offer() {
            if (isSealed || isDisconnected) {
                return "not wanted";
            }
            last++;
            if (overflow != Overflow.BACKPRESSURE && waiting.size() == capacity) {
                missed++;
                isDisconnected = overflow == Overflow.DISCONNECT;
                return isDisconnected ? "disconnected" : "dropped";
            }
            waiting.add(last + " after " + missed);
            missed = 0;
            return "in";
        }

        public void seal() {
            isSealed = true;
        }

        public @Nullable String poll() {
            String next = waiting.poll();
            return next == null && isSealed ? "ended" : next;
        }

        public boolean isCongested() {
            return !isSealed && waiting.size() > capacity;
        }

        public int size() {
            return waiting.size();
        }
    }

    public static final class DropNewestSpecification extends Specification {
        public DropNewestSpecification() {
            super(Overflow.DROP_NEWEST, 1);
        }
    }

    public static final class DisconnectSpecification extends Specification {
        public DisconnectSpecification() {
            super(Overflow.DISCONNECT, 2);
        }
    }

    public static final class BackpressureSpecification extends Specification {
        public BackpressureSpecification() {
            super(Overflow.BACKPRESSURE, 1);
        }
    }

    /** Two keys and room for both: each new message takes the place of the one of its key that still waits. */
    public static final class ConflateSpecification {
        private final List<int[]> waiting = new ArrayList<>(); // the number, and how many were missed before it
        private int last;
        private boolean isSealed;

        public String offer() {
            if (isSealed) {
                return "not wanted";
            }
            int number = ++last;
            for (int[] one : waiting) {
                if (one[0] % 2 == number % 2) {
                    one[0] = number;
                    one[1]++;
                    return "conflated";
                }
            }
            waiting.add(new int[] {number, 0});
            return "in";
        }

        public void seal() {
            isSealed = true;
        }

        public @Nullable String poll() {
            if (waiting.isEmpty()) {
                return isSealed ? "ended" : null;
            }
            int[] next = waiting.remove(0);
            return next[0] + " after " + next[1];
        }
    }

    /** An inbox for messages. */
    abstract static class Messages {
        final PullSubscription<Message<Integer>> inbox;
        private int last;

        Messages(Overflow overflow, int capacity) {
            SubscriptionSpec<Integer> spec = new SubscriptionSpec<>(NUMBERS, capacity, overflow, null);
            spec.isForMessages = true;
            inbox = new PullSubscription<>(spec, Timing.SYSTEM, new NoHost());
        }

        /** As the router does it. */
        @Operation(nonParallelGroup = "loop")
        public String offer() {
            if (inbox.sealed || inbox.isDisconnected) {
                return "not wanted";
            }
            Integer number = ++last;
            long droppedBefore = inbox.droppedFull();
            long conflatedBefore = inbox.in.get(Backlog.CONFLATED);
            TopicDefinition topic = NUMBERS.definition();
            Envelope envelope = new Envelope(topic, number % 2, number, number, Instant.EPOCH, 0, 0);
            BrokerEvent told = inbox.offer(number, envelope, Backlog.MATCHED);
            if (told instanceof BrokerEvent.Disconnected) {
                return "disconnected";
            }
            return inbox.droppedFull() > droppedBefore
                    ? "dropped"
                    : inbox.in.get(Backlog.CONFLATED) > conflatedBefore ? "conflated" : "in";
        }

        @Operation(nonParallelGroup = "loop", runOnce = true)
        public void seal() {
            inbox.seal(null);
        }

        @Operation
        public @Nullable String poll() {
            try {
                Message<Integer> next = inbox.poll();
                return next == null ? null : next.event() + " after " + next.missedBefore();
            } catch (SubscriptionClosedException e) {
                return "ended";
            }
        }
    }

    /** One whose size is asked, too. */
    abstract static class Counted extends Messages {
        Counted(Overflow overflow, int capacity) {
            super(overflow, capacity);
        }

        @Operation
        public int size() {
            return inbox.size();
        }
    }

    public static final class DropNewest extends Counted {
        public DropNewest() {
            super(Overflow.DROP_NEWEST, 1);
        }
    }

    public static final class Disconnect extends Counted {
        public Disconnect() {
            super(Overflow.DISCONNECT, 2);
        }
    }

    /** Publishers ask whether they have to wait. */
    public static final class Backpressure extends Messages {
        public Backpressure() {
            super(Overflow.BACKPRESSURE, 1);
        }

        @Operation
        public boolean isCongested() {
            return inbox.isCongested();
        }
    }

    /** With room for one more than there are keys. */
    public static final class Conflate extends Messages {
        public Conflate() {
            super(Overflow.CONFLATE, 3);
        }
    }

    /** There is no loop that could be told anything. */
    static final class NoHost implements QueuedSubscription.Host {
        @Override
        public void remove(QueuedSubscription<?> subscription) {}

        @Override
        public void retire(QueuedSubscription<?> push) {}

        @Override
        public void relieved(QueuedSubscription<?> subscription) {}

        @Override
        public void congested(QueuedSubscription<?> subscription) {}

        @Override
        public BooleanSupplier report(BrokerEvent event) {
            return () -> false;
        }
    }
}
