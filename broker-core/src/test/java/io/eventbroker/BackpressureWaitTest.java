package io.eventbroker;

import static io.eventbroker.Tests.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventbroker.internal.WaitSet.Waiter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Publishers that wait for a subscription with backpressure, and all that ends their wait. */
class BackpressureWaitTest {
    private static final Topic<Integer> NUMBERS = Topic.of("numbers", Integer.class);
    private static final Duration HOUR = Duration.ofHours(1);

    /** What the waiting publishers publish. */
    private static final int LATE = 99;

    private enum Way {
        PUBLISH,
        TIMED,
        LANE,
        ALL;

        Object publish(Broker broker, Lane<Integer> lane) {
            switch (this) {
                case PUBLISH -> broker.publish(NUMBERS, LATE);
                case TIMED -> {
                    return broker.tryPublish(NUMBERS, LATE, HOUR);
                }
                case LANE -> lane.publish(LATE);
                case ALL -> {
                    return lane.publishAll(List.of(LATE)) == 1;
                }
                default -> throw new AssertionError(this);
            }
            return true;
        }
    }

    /** How a publish ended: with what, and with which interrupt status. */
    private record Ending(Object result, boolean isInterrupted) {}

    private final Broker broker = Broker.open();
    private Inbox<Integer> inbox;

    @BeforeEach
    void fill() {
        inbox = broker.subscription(NUMBERS)
                .named("full")
                .capacity(1)
                .overflow(Overflow.BACKPRESSURE)
                .inbox();
        broker.publish(NUMBERS, 0);
        broker.publish(NUMBERS, 1);
        Tests.awaitRouted(broker);
        assertThat(inbox.stats().queued()).isEqualTo(2);
    }

    @AfterEach
    void close() {
        broker.close(Duration.ZERO);
    }

    /** A publisher that has looked in vain, and parks. */
    private Task<Ending> waiting(Way way) {
        Lane<Integer> lane = broker.lane(NUMBERS); // opened here, since that may park, too
        Task<Ending> publisher = Task.call("publisher " + way, () -> end(way, lane));
        Tests.awaitParked(publisher.thread());
        assertThat(broker.stats().accepted()).isEqualTo(2);
        return publisher;
    }

    private Ending end(Way way, Lane<Integer> lane) {
        Object result;
        try {
            result = way.publish(broker, lane);
        } catch (RuntimeException e) {
            result = e;
        }
        return new Ending(result, Thread.currentThread().isInterrupted());
    }

    private void assertNothingCame() {
        List<Integer> rest = new ArrayList<>();
        inbox.drainTo(rest);
        assertThat(rest).containsExactly(0, 1);
    }

    @ParameterizedTest
    @EnumSource
    void itGoesOnWhenThereIsRoom(Way way) throws Exception {
        Task<Ending> publisher = waiting(way);
        assertThat(inbox.poll()).isEqualTo(0);
        assertThat(publisher.get()).isEqualTo(new Ending(true, false));
        assertThat(inbox.poll(PATIENCE)).isEqualTo(1);
        assertThat(inbox.poll(PATIENCE)).isEqualTo(LATE);
        assertThat(broker.stats().refused()).isZero();
    }

    /** It would look again a millisecond later; here it is woken at once. */
    @Test
    void whoeverTakesTheLastThatIsTooMuchSignalsThePublishers() {
        Waiter one = new Waiter();
        Waiter two = new Waiter();
        List.of(one, two).forEach(((QueuedSubscription<?>) inbox).publishers::add);
        one.prepare();
        two.prepare();
        assertThat(inbox.poll()).isEqualTo(0);
        assertThat(one.cancel() && two.cancel()).as("both were signalled").isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void allOfManyGetIn(int capacity) throws Exception {
        try (Broker crowded = Broker.open(BrokerConfig.defaults().withRingSize(2))) {
            Inbox<Integer> small = crowded.subscription(NUMBERS)
                    .capacity(capacity)
                    .overflow(Overflow.BACKPRESSURE)
                    .inbox();
            List<Task<Boolean>> publishers = IntStream.range(0, 50)
                    .mapToObj(i -> Task.run("publisher", () -> crowded.publish(NUMBERS, i)))
                    .toList();
            List<Integer> received = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                received.add(small.poll(PATIENCE));
            }
            assertThat(received)
                    .containsExactlyInAnyOrderElementsOf(
                            IntStream.range(0, 50).boxed().toList());
            for (Task<Boolean> publisher : publishers) {
                assertThat(publisher.get()).isTrue();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aTimedTrySaysNoAfterItsTime(boolean isInside) throws Exception {
        Duration timeout = Duration.ofMillis(30);
        Tests.Body attempt = () -> {
            long start = System.nanoTime();
            assertThat(broker.tryPublish(NUMBERS, LATE, timeout)).isFalse();
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(timeout.toNanos());
        };
        if (isInside) {
            Topic<Integer> orders = Topic.of("orders", Integer.class);
            Subscription trying = broker.subscribe(orders, n -> attempt.run());
            broker.publish(orders, 1);
            Tests.awaitQuiet(broker);
            assertThat(trying.stats().handled()).isEqualTo(1);
        } else {
            attempt.run();
        }
        assertThat(broker.stats().refused()).isEqualTo(1);
        assertNothingCame();
    }

    @ParameterizedTest
    @EnumSource
    void anInterruptEndsIt(Way way) throws Exception {
        Task<Ending> publisher = waiting(way);
        publisher.thread().interrupt();
        Ending ending = publisher.get();
        assertThat(ending.result()).isInstanceOf(CancellationException.class);
        assertThat(ending.isInterrupted()).as("status kept").isTrue();
        assertThat(broker.stats().refused()).isEqualTo(1);
        assertNothingCame();
    }

    @ParameterizedTest
    @EnumSource
    void interruptedBeforeItFailsOnlyIfItMustWait(Way way) throws Exception {
        for (int i = 0; i < 2; i++) {
            boolean hasRoom = i == 1;
            Lane<Integer> lane = broker.lane(NUMBERS);
            Ending ending = Task.call("interrupted", () -> {
                        Thread.currentThread().interrupt();
                        return end(way, lane);
                    })
                    .get();
            assertThat(ending.result() instanceof CancellationException).isEqualTo(!hasRoom);
            assertThat(ending.isInterrupted()).as("status kept").isTrue();
            assertThat(inbox.poll()).isNotNull();
        }
        assertThat(broker.stats().refused()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void theCloseOfTheBrokerEndsIt(Way way) throws Exception {
        Task<Ending> publisher = waiting(way);
        BrokerStats report = broker.close(PATIENCE);
        assertThat(publisher.get().result()).isInstanceOf(BrokerClosedException.class);
        assertThat(report.accepted()).isEqualTo(2);
        assertThat(broker.stats().refused()).isEqualTo(1);
        assertNothingCame();
    }

    @ParameterizedTest
    @EnumSource
    void theFailureOfTheBrokerEndsIt(Way way) throws Exception {
        Task<Ending> publisher = waiting(way);
        // no user can hand the loop a null, so this stands for a fault of the broker itself
        assertThatThrownBy(() -> ((ActiveBroker) broker).loop.add(null)).isInstanceOf(BrokerClosedException.class);
        Object result = publisher.get().result();
        if (result instanceof BrokerClosedException e) {
            assertThat(e).hasCauseInstanceOf(NullPointerException.class);
        } else {
            assertThat(result).as("let in while the broker fell").isEqualTo(true);
        }
        assertThat(broker.stats().refused()).isEqualTo(result instanceof BrokerClosedException ? 1 : 0);
        assertThat(broker.stats().refused() + broker.stats().discarded()).isEqualTo(1);
        assertNothingCame();
    }

    @ParameterizedTest
    @EnumSource
    void theEndOfTheSubscriptionEndsIt(Way way) throws Exception {
        Task<Ending> publisher = waiting(way);
        inbox.unsubscribe();
        assertThat(publisher.get()).isEqualTo(new Ending(true, false));
        Tests.awaitTrue("unrouted", () -> broker.stats().unrouted() == 1);
        assertThat(broker.stats().refused()).isZero();
        assertNothingCame();
    }

    /** A handler that is stuck, and was unsubscribed, holds up nobody any more. */
    @Test
    void theEndOfASubscriptionWhoseHandlerIsStuckEndsItToo() throws Exception {
        try (Gate gate = new Gate()) {
            Topic<Integer> orders = Topic.of("orders", Integer.class);
            Subscription stuck = broker.subscription(orders)
                    .capacity(1)
                    .overflow(Overflow.BACKPRESSURE)
                    .onEvent(n -> gate.hold());
            broker.publish(orders, 0);
            gate.awaitEntered();
            broker.publish(orders, 1);
            broker.publish(orders, 2);
            Tests.awaitRouted(broker);
            assertThat(stuck.stats().queued()).isEqualTo(2);
            Task<Boolean> publisher = Task.run("publisher", () -> broker.publish(orders, 3));
            Tests.awaitParked(publisher.thread());
            stuck.unsubscribe();
            assertThat(publisher.get()).isTrue();
            gate.open();
            Tests.awaitTrue("accounted", () -> stuck.stats().abandoned() == 2);
            assertThat(stuck.stats().handled()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aBatchCutShortReturnsHowManyWereAccepted(boolean byClose) throws Exception {
        Task<Integer> publisher = Task.call("batch", () -> {
            Lane<Integer> lane = broker.lane(NUMBERS);
            return lane.publishAll(IntStream.range(0, 100_000).boxed().toList());
        });
        assertThat(inbox.poll()).isEqualTo(0);
        assertThat(inbox.poll()).isEqualTo(1);
        Tests.awaitTrue("full", () -> inbox.stats().queued() >= 2);
        int read = 0;
        while (read < 500) {
            assertThat(inbox.poll(PATIENCE)).isEqualTo(read++);
        }
        if (byClose) {
            broker.close(PATIENCE);
        } else {
            publisher.thread().interrupt();
        }
        int accepted = publisher.get();
        broker.close(PATIENCE);
        List<Integer> rest = new ArrayList<>();
        inbox.drainTo(rest);
        assertThat(accepted).isBetween(500, 99_999);
        assertThat(rest).isEqualTo(IntStream.range(read, accepted).boxed().toList());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7})
    void whatOnePublisherPublishesArrivesInItsOrder(int capacity) throws Exception {
        int publishers = 4;
        int each = 3_000;
        Topic<Integer> orders = Topic.of("orders", Integer.class);
        try (Broker small = Broker.open(BrokerConfig.defaults().withRingSize(2).withLaneSize(2))) {
            Inbox<Integer> reader = small.subscription(orders)
                    .capacity(capacity)
                    .overflow(Overflow.BACKPRESSURE)
                    .inbox();
            List<Task<Boolean>> tasks = IntStream.range(0, publishers)
                    .mapToObj(p -> Task.run("publisher", () -> {
                        try (Lane<Integer> lane = small.lane(orders)) {
                            for (int i = 0; i < each; i++) {
                                int event = i * publishers + p;
                                if (p % 2 == 0) {
                                    small.publish(orders, event);
                                } else {
                                    lane.publish(event);
                                }
                            }
                        }
                    }))
                    .toList();
            int[] next = new int[publishers];
            for (int i = 0; i < publishers * each; i++) {
                int event = reader.poll(PATIENCE);
                assertThat(event / publishers).isEqualTo(next[event % publishers]++);
            }
            for (Task<Boolean> task : tasks) {
                assertThat(task.get()).isTrue();
            }
        }
    }
}
