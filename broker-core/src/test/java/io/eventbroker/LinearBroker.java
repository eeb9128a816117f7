package io.eventbroker;

import io.eventbroker.internal.Timing;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jspecify.annotations.Nullable;

/**
 * A stepped broker as {@link LinearizabilityTest} drives it: one thread does what the broker's thread does, and what waits
 * for that; another publishes, by turns to an inbox and to a handler; any thread reads the inbox. There is one publisher,
 * because what was claimed and not yet filled holds up what others published since, and each topic has one subscriber,
 * because all do not get a message in one moment.
 */
public final class LinearBroker {
    private static final Topic<Integer> NORTH = Topic.of("north", Integer.class);
    private static final Topic<Integer> SOUTH = Topic.of("south", Integer.class);
    private static final int CAPACITY = 2;

    private final SteppedBroker broker =
            new SteppedBroker(BrokerConfig.defaults().withRingSize(16), new LoopSteps());
    private final PushSubscription<?> handling;
    private volatile @Nullable Inbox<Integer> inbox;
    private int last;
    private @Nullable Integer handled;

    public LinearBroker() {
        ownedByWhoeverSteps(broker.lifecycle.timing);
        handling = (PushSubscription<?>)
                broker.subscription(SOUTH).capacity(CAPACITY).onEvent(number -> handled = number);
    }

    /** Lincheck chooses the thread that steps, and makes the broker on another one. */
    private static void ownedByWhoeverSteps(Timing time) {
        try {
            Field owner = time.getClass().getDeclaredField("owner");
            owner.setAccessible(true);
            owner.set(time, new Anybody());
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    private static final class Anybody extends Thread {
        @Override
        public boolean equals(Object other) {
            return other instanceof Thread;
        }

        @Override
        public int hashCode() {
            return 0;
        }
    }

    @Operation(nonParallelGroup = "loop")
    public void step() {
        broker.stepLoop();
    }

    @Operation(nonParallelGroup = "loop")
    public @Nullable Integer stepWorker() {
        handled = null;
        handling.workers.get(0).stepAsGuest();
        return handled;
    }

    @Operation(nonParallelGroup = "loop")
    public String subscribe() {
        if (inbox != null) {
            return "before";
        }
        try {
            inbox = broker.subscription(NORTH).capacity(CAPACITY).inbox();
            return "subscribed";
        } catch (BrokerClosedException e) {
            return "closed";
        }
    }

    @Operation(nonParallelGroup = "loop")
    public void unsubscribe() {
        Inbox<Integer> known = inbox;
        if (known != null) {
            known.unsubscribe();
        }
    }

    @Operation(nonParallelGroup = "loop", runOnce = true)
    public String close() {
        BrokerStats report = broker.close(Duration.ofSeconds(1));
        return report.state() + " accepted " + report.accepted() + " unrouted " + report.unrouted() + " discarded "
                + report.discarded() + " handled " + handling.stats().handled() + " dropped "
                + handling.stats().dropped();
    }

    @Operation(nonParallelGroup = "publisher")
    public String publish() {
        int number = ++last;
        try {
            return broker.tryPublish(number % 2 == 0 ? SOUTH : NORTH, number) ? "accepted" : "full";
        } catch (BrokerClosedException e) {
            return "closed";
        }
    }

    /** Nothing at the end, too: while closing, inboxes end some time after the first was refused. */
    @Operation
    public @Nullable Integer poll() {
        Inbox<Integer> known = inbox;
        try {
            return known == null ? null : known.poll();
        } catch (SubscriptionClosedException e) {
            return null;
        }
    }

    /** The same in the plainest way. */
    public static final class Specification {
        private final Deque<Integer> ring = new ArrayDeque<>();
        private final Deque<Integer> toRead = new ArrayDeque<>();
        private final Deque<Integer> toHandle = new ArrayDeque<>();
        private int last;
        private int accepted;
        private int unrouted;
        private int handled;
        private int dropped;
        private boolean hasInbox;
        private boolean hasEnded;
        private boolean isClosed;

        public void step() {
            Integer number = ring.poll();
            if (number == null) {
                return;
            }
            if (number % 2 == 0) {
                dropped += toHandle.size() == CAPACITY ? 1 : 0;
                put(number, toHandle);
            } else if (hasInbox && !hasEnded) {
                put(number, toRead);
            } else {
                unrouted++;
            }
        }

        private static void put(Integer number, Deque<Integer> queue) {
            if (queue.size() < CAPACITY) {
                queue.add(number);
            }
        }

        private void stepAll() {
            while (!ring.isEmpty()) {
                step();
            }
        }

        public @Nullable Integer stepWorker() {
            handled += toHandle.isEmpty() ? 0 : 1;
            return toHandle.poll();
        }

        public String subscribe() {
            if (hasInbox) {
                return "before";
            }
            if (isClosed) {
                return "closed";
            }
            stepAll();
            hasInbox = true;
            return "subscribed";
        }

        public void unsubscribe() {
            if (hasInbox) {
                stepAll();
                hasEnded = true;
            }
        }

        public String close() {
            stepAll();
            while (stepWorker() != null) {}
            isClosed = true;
            hasEnded = hasInbox;
            return "CLOSED accepted " + accepted + " unrouted " + unrouted + " discarded 0 handled " + handled
                    + " dropped " + dropped;
        }

        public String publish() {
            int number = ++last;
            if (isClosed) {
                return "closed";
            }
            accepted++;
            ring.add(number);
            return "accepted";
        }

        public @Nullable Integer poll() {
            return toRead.poll();
        }
    }
}
