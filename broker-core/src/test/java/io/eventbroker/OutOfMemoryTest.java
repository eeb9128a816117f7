package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventbroker.BrokerEvent.HandlerFailed;
import io.eventbroker.BrokerEvent.Unrouted;
import io.eventbroker.BrokerStats.State;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real {@link OutOfMemoryError}, in a small JVM of its own: G8 if it hits the broker thread, business as usual if not. */
class OutOfMemoryTest {
    @TempDir
    Path dir;

    @Test
    void G8_theBrokerThreadThatRunsOutOfMemoryFailsTheBrokerAndReleasesAll() throws Exception {
        assertThat(runChild("broker")).contains("the broker thread was hit");
    }

    @Test
    void G3_aHandlerThatRunsOutOfMemoryFailsAloneAndAllGoesOn() throws Exception {
        assertThat(runChild("handler")).contains("the handler was hit");
    }

    private String runChild(String victim) throws Exception {
        return ChildJvm.run(dir, List.of("-Xmx24m", "-XX:+UseSerialGC"), Child.class, victim);
    }

    /** What runs out of memory. It exits with 0, or with 1 and says what was not as it should be. */
    static final class Child {
        private static final Topic<Integer> WANTED = Topic.of("wanted", Integer.class);
        private static final Topic<Integer> UNWANTED = Topic.of("unwanted", Integer.class);
        private static final Integer EVENT = 1_000_000; // made once, so that to publish makes nothing

        /** More than the heap can hold, each of 24 bytes. */
        private static final int MANY = 1 << 20;

        /**
         * How long the heap stays full, counted from the last message taken from the ring. FAILED is to be visible
         * before, unless the JDK itself waits for memory, again and again, where the broker thread unparks a virtual
         * thread.
         */
        private static final Duration LONGEST_FULL = Tests.HAS_VIRTUAL_THREADS ? Duration.ofSeconds(2) : Tests.PATIENCE;

        private Child() {}

        public static void main(String[] arguments) {
            ChildJvm.main(() -> {
                if (arguments[0].equals("broker")) {
                    hitBroker();
                } else {
                    hitHandler();
                }
            });
        }

        private static void check(boolean isSo, String what) {
            if (!isSo) {
                throw new AssertionError("not so: " + what);
            }
        }

        private static void await(String what, BooleanSupplier condition) {
            long start = System.nanoTime();
            while (!condition.getAsBoolean()) {
                check(System.nanoTime() - start < Tests.PATIENCE.toNanos(), what);
                LockSupport.parkNanos(1_000_000);
            }
        }

        /**
         * The broker thread makes an event for each message that nobody wants, and an inbox keeps them all; nobody else
         * makes anything. The heap stays full until the broker has failed, and for a while thereafter.
         */
        private static void hitBroker() throws Exception {
            ActiveBroker broker = (ActiveBroker)
                    Broker.open(BrokerConfig.defaults().withRingSize(1024).withLaneSize(16));
            Inbox<Unrouted> hoard = broker.subscription(BrokerEvent.TOPIC.only(Unrouted.class))
                    .capacity(MANY)
                    .inbox();
            Inbox<Integer> inbox = broker.inbox(WANTED);
            AtomicInteger handled = new AtomicInteger();
            Subscription push = broker.subscribe(WANTED, n -> handled.incrementAndGet());
            broker.publish(WANTED, EVENT);
            await("a message is handled", () -> handled.get() == 1 && inbox.poll() != null);
            Task<Throwable> reader = Task.call("reader", () -> endOf(inbox::take));
            Task<Throwable> iterating =
                    Task.call("for each", () -> endOf(() -> inbox.iterator().next()));
            Tests.awaitParked(reader.thread());
            Tests.awaitParked(iterating.thread());

            long accepted = 1;
            long refused = 0;
            long errors = 0;
            long kept = 0;
            long start = System.nanoTime();
            long lastAccepted = start;
            while (broker.lifecycle.isOpen()) {
                if (System.nanoTime() - lastAccepted > LONGEST_FULL.toNanos()) {
                    if (System.nanoTime() - start > Tests.PATIENCE.toNanos()) {
                        giveUp(hoard);
                    }
                    kept += drain(hoard); // if the broker thread was not hit but slow, the heap is filled again
                    lastAccepted = System.nanoTime();
                }
                try {
                    if (broker.tryPublish(UNWANTED, EVENT)) {
                        accepted++;
                        lastAccepted = System.nanoTime();
                    } else {
                        refused++;
                        LockSupport.parkNanos(100_000); // or most of what is collected would be this thread's
                    }
                } catch (BrokerClosedException e) {
                    refused++;
                } catch (OutOfMemoryError e) {
                    errors++; // neither accepted nor refused: it could not even be tried
                    LockSupport.parkNanos(1_000_000);
                }
            }
            kept += drain(hoard); // from here on there is memory again
            await("the hoard ends with the cause", () -> isByMemory(endOf(hoard::poll)));
            check(isReleased(reader.get()), "the reader is released with the cause: " + reader.get());
            check(isReleased(iterating.get()), "so is the for-each: " + iterating.get());
            BrokerStats stats = broker.close(Duration.ZERO);
            check(stats.state() == State.FAILED, "state FAILED, not " + stats.state());
            check(stats.failure() instanceof OutOfMemoryError, "the failure is " + stats.failure());
            check(isByMemory(endOf(() -> broker.subscribe(WANTED, n -> {}))), "a subscriber is told the cause");
            refused++;
            check(isByMemory(endOf(() -> broker.tryPublish(WANTED, EVENT))), "a publisher is told the cause");
            stats = broker.stats();
            String totals = stats + "; published " + accepted + ", refused " + refused + ", tried in vain " + errors
                    + "; " + kept + " kept";
            check(stats.accepted() == accepted && stats.refused() == refused, totals);
            check(stats.offered() == accepted + refused, totals);
            check(stats.routed() == 1, totals);
            check(stats.unrouted() + stats.discarded() + 1 == accepted, totals);
            check(stats.unrouted() >= kept, totals);
            check(kept > 100_000, totals);
            await("the worker has ended", () -> push.stats().queued() == 0);
            check(push.stats().handled() == 1, push.stats().toString());
            System.out.println("the broker thread was hit; " + totals);
        }

        private static long drain(Inbox<Unrouted> hoard) {
            long drained = 0;
            try {
                while (hoard.poll() != null) {
                    drained++;
                }
            } catch (SubscriptionClosedException e) {
                // all is drained
            }
            return drained;
        }

        /** With memory to say what the broker thread does instead of failing. */
        private static void giveUp(Inbox<Unrouted> hoard) {
            drain(hoard);
            Thread.getAllStackTraces().forEach((thread, stack) -> System.out.println(thread + " " + List.of(stack)));
            check(false, "the broker fails");
        }

        private static Throwable endOf(Callable<?> call) {
            try {
                return new AssertionError("returned " + call.call());
            } catch (Throwable e) {
                return e;
            }
        }

        private static boolean isByMemory(Throwable end) {
            return end instanceof IllegalStateException && end.getCause() instanceof OutOfMemoryError;
        }

        /** With the cause, if there was memory to say so. */
        private static boolean isReleased(Throwable end) {
            return isByMemory(end) || end instanceof OutOfMemoryError;
        }

        /** A handler hoards until there is no room for a block, which leaves enough for everybody who makes less. */
        private static void hitHandler() throws Exception {
            int block = 1 << 20;
            int messages = 60;
            Broker broker = Broker.open(BrokerConfig.defaults().withRingSize(16).withDefaultCapacity(messages));
            List<byte[]> hoard = new ArrayList<>(messages);
            AtomicInteger calls = new AtomicInteger();
            AtomicInteger others = new AtomicInteger();
            Subscription hoarding = broker.subscribe(WANTED, n -> {
                calls.incrementAndGet();
                hoard.add(new byte[block]);
            });
            broker.subscribe(WANTED, n -> others.incrementAndGet());
            Inbox<HandlerFailed> failures = broker.inbox(BrokerEvent.TOPIC.only(HandlerFailed.class));
            for (int i = 0; i < messages; i++) {
                broker.publish(WANTED, EVENT);
            }
            await("all are handled", () -> calls.get() == messages && others.get() == messages);
            check(broker.awaitQuiescence(Tests.PATIENCE), "it comes to rest");
            int kept = hoard.size();
            hoard.clear();
            int told = 0;
            for (HandlerFailed f = failures.poll(); f != null; f = failures.poll()) {
                check(f.cause() instanceof OutOfMemoryError, f.toString());
                told++;
            }
            SubscriptionStats stats = hoarding.stats();
            check(stats.handled() == kept && stats.failed() == messages - kept, kept + " kept; " + stats);
            check(stats.failed() > 0, "the handler is hit: " + stats);
            check(told > 0 && told <= stats.failed(), told + " failures told of " + stats);

            broker.publish(WANTED, EVENT);
            check(broker.awaitQuiescence(Tests.PATIENCE), "it goes on");
            check(calls.get() == messages + 1 && others.get() == messages + 1, calls + " and " + others + " calls");
            BrokerStats report = broker.close(Tests.PATIENCE);
            check(report.state() == State.CLOSED, report.toString());
            check(report.accepted() == messages + 1 && report.routed() == messages + 1, report.toString());
            System.out.println("the handler was hit " + (messages - kept) + " times; " + report);
        }
    }
}
