package io.eventbroker;

import static io.eventbroker.Tests.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** G3: a subscription with backpressure slows the publishers of what it matches, by topic and by class, and nobody else. */
class G3_BackpressureTest {
    private static final Topic<Integer> A = Topic.of("a", Integer.class);
    private static final Topic<Integer> B = Topic.of("b", Integer.class);
    private static final int COUNT = 500_000;

    /** How many of them are given the time that must be enough. */
    private static final int PART = 50_000;

    private enum Stuck {
        HANDLER,
        INBOX
    }

    private sealed interface ReturnEvent {}

    private record Created(int id) implements ReturnEvent {}

    private record Refund(int id) implements ReturnEvent {}

    private static final Topic<ReturnEvent> RETURNS = Topic.of("returns", ReturnEvent.class);
    private static final TopicPattern<Created> CREATED = RETURNS.only(Created.class);

    /** Fills a subscription for ever; returns how many events that took. */
    private static int stick(Broker broker, Stuck how, int capacity, Gate gate) throws Exception {
        SubscriptionBuilder<Integer> builder =
                broker.subscription(A).named("stuck").capacity(capacity).overflow(Overflow.BACKPRESSURE);
        int published = 0;
        Subscription stuck;
        if (how == Stuck.HANDLER) {
            stuck = builder.onEvent(n -> gate.hold());
            broker.publish(A, published++);
            gate.awaitEntered();
        } else {
            stuck = builder.inbox();
        }
        while (broker.tryPublish(A, published) || stuck.stats().queued() <= capacity) {
            published++;
            Thread.yield();
        }
        return published;
    }

    /** In the smallest rings a publisher that waits would take a minute; so it tries for a while before it does. */
    @ParameterizedTest
    @CsvSource({
        "HANDLER, true, false",
        "INBOX, true, true",
        "HANDLER, false, false",
        "HANDLER, false, true",
        "INBOX, false, false",
        "INBOX, false, true"
    })
    void eventsOfAnotherTopicPassOneThatIsStuckForEver(Stuck how, boolean isSmall, boolean byLane) throws Exception {
        BrokerConfig config =
                isSmall ? BrokerConfig.defaults().withRingSize(2).withLaneSize(2) : BrokerConfig.defaults();
        int count = isSmall ? COUNT / 5 : COUNT;
        int tries = isSmall ? 1_000 : 0;
        AtomicInteger received = new AtomicInteger();
        try (Broker broker = Broker.open(config);
                Gate gate = new Gate()) {
            stick(broker, how, 1, gate);
            Subscription counting = broker.subscription(B)
                    .overflow(Overflow.BACKPRESSURE)
                    .onEvent(n -> assertThat(n).isEqualTo(received.getAndIncrement()));
            for (int i = 0; i < count; i += PART) {
                int from = i;
                Task.underWatch(() -> publishPart(broker, byLane, from, tries));
            }
            Tests.awaitTrue("all handled", () -> counting.stats().handled() == count);

            assertThat(received).hasValue(count);
            assertThat(broker.tryPublish(A, 1)).as("the stuck one is stuck").isFalse();
        }
    }

    private static void publishPart(Broker broker, boolean byLane, int from, int tries) {
        try (Lane<Integer> lane = broker.lane(B)) {
            for (int i = from; i < from + PART; i++) {
                boolean isIn = false;
                for (int left = tries; left > 0 && !isIn; left--) {
                    isIn = byLane ? lane.tryPublish(i) : broker.tryPublish(B, i);
                    if (!isIn) {
                        Thread.yield();
                    }
                }
                if (!isIn && byLane) {
                    lane.publish(i);
                } else if (!isIn) {
                    broker.publish(B, i);
                }
            }
        }
    }

    /** The stuck one holds up whoever publishes what it wants; the same thread may publish something else meanwhile. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void onlyTheTopicThatIsStuckFindsNoRoom(boolean byLane) throws Exception {
        try (Broker broker = Broker.open();
                Gate gate = new Gate();
                Lane<Integer> toA = broker.lane(A);
                Lane<Integer> toB = broker.lane(B)) {
            Inbox<Integer> b = broker.inbox(B);
            stick(broker, Stuck.HANDLER, 3, gate);
            for (int i = 0; i < 100; i++) {
                assertThat(byLane ? toA.tryPublish(i) : broker.tryPublish(A, i)).isFalse();
                assertThat(byLane ? toB.tryPublish(i) : broker.tryPublish(B, i)).isTrue();
                assertThat(b.poll(PATIENCE)).isEqualTo(i);
            }
        }
    }

    /** Subscribers of the same topic with other policies are held up with their publishers, and lose nothing by that. */
    @Test
    void aNeighbourOnTheSameTopicGetsWhatWasAccepted() throws Exception {
        try (Broker broker = Broker.open();
                Gate gate = new Gate()) {
            List<Integer> seen = new ArrayList<>();
            broker.subscription(A).capacity(1_000_000).onEvent(seen::add);
            int accepted = stick(broker, Stuck.HANDLER, 1, gate);
            Tests.awaitTrue("all routed", () -> broker.stats().routed() == accepted);
            gate.open();
            Tests.awaitQuiet(broker);
            assertThat(seen).isEqualTo(IntStream.range(0, accepted).boxed().toList());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aHandlerMayPublishAnotherClassOnItsOwnTopicThoughItIsFull(boolean byLane) throws Exception {
        int count = 2_000;
        List<Integer> refunds = new ArrayList<>();
        try (Broker broker = Broker.open(BrokerConfig.defaults().withRingSize(2).withLaneSize(2));
                Gate gate = new Gate()) {
            broker.subscription(RETURNS.only(Refund.class))
                    .overflow(Overflow.BACKPRESSURE)
                    .onEvent(refund -> refunds.add(refund.id()));
            Lane<ReturnEvent> lane = broker.lane(RETURNS);
            Subscription billing = broker.subscription(CREATED)
                    .capacity(1)
                    .overflow(Overflow.BACKPRESSURE)
                    .onEvent(created -> {
                        gate.hold();
                        if (byLane) {
                            lane.publish(new Refund(created.id()));
                        } else {
                            broker.publish(RETURNS, new Refund(created.id()));
                        }
                    });
            AtomicInteger published = new AtomicInteger();
            Task<Boolean> outsider = Task.run("outsider", () -> {
                for (int i = 0; i < count; i++) {
                    broker.publish(RETURNS, new Created(i));
                    published.incrementAndGet();
                }
            });
            gate.awaitEntered();
            Tests.awaitTrue("congested", () -> billing.stats().queued() >= 2);
            Tests.awaitTrue("no room for its class", () -> !broker.tryPublish(RETURNS, new Created(-1)));
            assertThat(broker.tryPublish(RETURNS, new Refund(-1))).isTrue();
            assertThat(published.get()).isLessThan(10);
            gate.open();
            outsider.get();
            Tests.awaitQuiet(broker);

            assertThat(byLane ? refunds : refunds.subList(0, 1)) // a lane's order is not that of the clock
                    .as("published while billing was full")
                    .contains(-1);
            refunds.removeIf(id -> id == -1); // those that were accepted before billing was full
            assertThat(refunds).isEqualTo(IntStream.range(0, count).boxed().toList());
            assertThat(billing.stats().failed()).isZero();
        }
    }

    /** The class is looked at through a wildcard, too, and so is the name. */
    @Test
    void aWildcardHoldsUpWhatItMatchesByNameAndClass() {
        try (ManualBroker broker = Broker.manual()) {
            Topic<Object> inside = Topic.of("x.one", Object.class);
            Topic<Object> insideToo = Topic.of("x.two.deep", Object.class);
            Topic<Object> outside = Topic.of("y.one", Object.class);
            Inbox<String> unread = broker.subscription(TopicPattern.of("x.>", String.class))
                    .capacity(1)
                    .overflow(Overflow.BACKPRESSURE)
                    .inbox();
            assertThat(unread.name()).startsWith("x.>");
            broker.publish(inside, "1");
            broker.publish(insideToo, "2");
            broker.runUntilIdle();

            assertThat(broker.tryPublish(inside, "3")).isFalse();
            assertThat(broker.tryPublish(insideToo, "3")).isFalse();
            assertThat(broker.tryPublish(Topic.of("x.never.seen", String.class), "3"))
                    .isFalse();
            assertThat(broker.tryPublish(inside, 3)).as("another class").isTrue();
            assertThat(broker.tryPublish(outside, "3")).as("another name").isTrue();
            assertThat(broker.tryPublish(Topic.of("x", String.class), "3"))
                    .as("not matched")
                    .isTrue();
        }
    }
}
