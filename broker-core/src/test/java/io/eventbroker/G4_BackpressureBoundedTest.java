package io.eventbroker;

import static io.eventbroker.Tests.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** G4: a stuck subscription with backpressure holds its capacity, what rings and lanes hold, and one for each publisher. */
class G4_BackpressureBoundedTest {
    private static final Topic<Integer> A = Topic.of("a.one", Integer.class);
    private static final Topic<Integer> A2 = Topic.of("a.two", Integer.class);

    private static final int PUBLISHERS = 4;
    private static final int LANES = 3;

    /** Publishers that count what they got rid of, until there is no room any more. */
    private static final class Crowd {
        private final List<Task<Boolean>> tasks = new ArrayList<>();
        private final AtomicInteger accepted = new AtomicInteger();

        void add(Tests.Body publishOne) {
            tasks.add(Task.run("publisher " + tasks.size(), () -> {
                try {
                    while (true) {
                        publishOne.run();
                        accepted.incrementAndGet();
                    }
                } catch (BrokerClosedException e) {
                    // the test is over
                }
            }));
        }

        /** Each has looked since the subscription was full for good, and what they published has been routed. */
        void awaitStuck(Broker broker, Subscription full, int capacity) {
            Tests.awaitTrue("full", () -> full.stats().queued() > capacity);
            Tests.awaitRouted(broker);
            Tests.awaitTrue("all publishers wait", () -> {
                int before = accepted.get();
                tasks.forEach(task -> Tests.awaitParked(task.thread()));
                return accepted.get() == before && broker.stats().routed() == before;
            });
        }

        int accepted() {
            return accepted.get();
        }

        void awaitEnd() throws Exception {
            for (Task<Boolean> task : tasks) {
                assertThat(task.get()).isTrue();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1, 2, 2, true",
        "1, 2, 2, false",
        "1, 64, 2, true",
        "3, 2, 64, false",
        "100, 2, 2, true",
        "1000, 16, 8, false"
    })
    void whatAStuckSubscriptionHoldsIsBounded(int capacity, int ringSize, int laneSize, boolean isPush)
            throws Exception {
        BrokerConfig config = BrokerConfig.defaults().withRingSize(ringSize).withLaneSize(laneSize);
        Crowd crowd = new Crowd();
        try (Broker broker = Broker.open(config);
                Gate gate = new Gate()) {
            SubscriptionBuilder<Integer> builder = broker.subscription(TopicPattern.of("a.>", Integer.class))
                    .capacity(capacity)
                    .overflow(Overflow.BACKPRESSURE);
            Subscription stuck = isPush ? builder.onEvent(n -> gate.hold()) : builder.inbox();
            for (int i = 0; i < PUBLISHERS; i++) {
                crowd.add(() -> broker.publish(A, 1));
            }
            for (int i = 0; i < LANES; i++) {
                Lane<Integer> lane = broker.lane(A2);
                crowd.add(() -> lane.publish(2));
            }
            if (isPush) {
                gate.awaitEntered();
            }
            crowd.awaitStuck(broker, stuck, capacity);

            int bound = capacity + ringSize + LANES * laneSize + PUBLISHERS + LANES;
            int inHand = isPush ? 1 : 0;
            SubscriptionStats stats = stuck.stats();
            assertThat(stats.queued()).isGreaterThan(capacity).isLessThanOrEqualTo(bound);
            assertThat(crowd.accepted()).as("counted by the publishers").isEqualTo(stats.queued() + inHand);
            assertThat(broker.close(Duration.ZERO).subscriptions()).hasSize(1);
        }
        crowd.awaitEnd();
    }

    /** Room comes and goes; what waits never exceeds the bound in between, though each relief lets all publishers in. */
    @Test
    void theBoundHoldsWhileRoomComesAndGoes() throws Exception {
        int capacity = 2;
        int bound = capacity + 4 + PUBLISHERS;
        Crowd crowd = new Crowd();
        int taken = 0;
        try (Broker broker = Broker.open(BrokerConfig.defaults().withRingSize(4))) {
            Inbox<Integer> inbox = broker.subscription(A)
                    .capacity(capacity)
                    .overflow(Overflow.BACKPRESSURE)
                    .inbox();
            for (int i = 0; i < PUBLISHERS; i++) {
                crowd.add(() -> broker.publish(A, 1));
            }
            while (taken < 20_000) {
                assertThat(inbox.stats().queued()).isLessThanOrEqualTo(bound);
                if (inbox.poll(PATIENCE) != null) {
                    taken++;
                }
            }
            crowd.awaitStuck(broker, inbox, capacity);
            assertThat(crowd.accepted()).isEqualTo(taken + inbox.stats().queued());
        }
        crowd.awaitEnd();
    }

    @Test
    void manyNamesThatMatchAStuckWildcardLeaveTheHeapWhereItWas() throws Exception {
        int ringSize = 1_024;
        try (Broker broker = Broker.open(BrokerConfig.defaults().withRingSize(ringSize))) {
            Inbox<Object> stuck = broker.subscription(TopicPattern.of("a.>", Object.class))
                    .capacity(10)
                    .overflow(Overflow.BACKPRESSURE)
                    .inbox();
            int accepted = tryNames(broker, 0, 20_000);
            Tests.awaitTrue(
                    "routed", () -> broker.stats().routed() == broker.stats().accepted());
            long before = usedHeap();
            accepted += tryNames(broker, 20_000, 220_000);

            assertThat(accepted).isGreaterThan(10).isLessThanOrEqualTo(10 + ringSize + 1);
            assertThat(stuck.stats().queued()).isEqualTo(accepted);
            // a name kept costs 100 bytes or more: 20 MB together
            Tests.awaitTrue("heap where it was", () -> usedHeap() - before < 4 << 20);
            assertThat(broker.stats().refused()).isEqualTo(220_000 - accepted);
        }
    }

    private static int tryNames(Broker broker, int from, int to) {
        int accepted = 0;
        for (int i = from; i < to; i++) {
            if (broker.tryPublish(Topic.of("a.name." + i, Object.class), "x")) {
                accepted++;
            }
        }
        return accepted;
    }

    /** The list of those that are full lets go of those that are so no longer. */
    @Test
    void subscriptionsThatWereFullAndEndedAreNotHeld() throws Exception {
        try (Broker broker = Broker.open()) {
            List<WeakReference<?>> probes = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                Inbox<Integer> inbox = broker.subscription(A)
                        .capacity(1)
                        .overflow(Overflow.BACKPRESSURE)
                        .inbox();
                broker.publish(A, 1);
                broker.publish(A, 2);
                Tests.awaitRouted(broker);
                assertThat(inbox.stats().queued()).isEqualTo(2);
                inbox.unsubscribe();
                probes.add(new WeakReference<>(inbox));
            }
            Tests.awaitCollected("full subscriptions", probes.toArray(WeakReference<?>[]::new));
            assertThat(broker.tryPublish(A, 3)).isTrue();
        }
    }

    private static long usedHeap() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
