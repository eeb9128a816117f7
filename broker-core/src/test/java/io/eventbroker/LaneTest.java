package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventbroker.BrokerStats.State;
import io.eventbroker.internal.Ring;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Publishing through a lane with and without room. A lane of a stepped broker stays full while its owner does not step. */
class LaneTest {
    private static final Topic<Integer> NUMBERS = Topic.of("numbers", Integer.class);
    private static final Topic<String> WORDS = Topic.of("words", String.class);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final BrokerConfig FOUR = BrokerConfig.defaults().withLaneSize(4);

    private final SteppedBroker broker = (SteppedBroker) Broker.manual(FOUR);
    private final Inbox<Integer> seen =
            broker.subscription(NUMBERS).capacity(10_000).inbox();
    private final Lane<Integer> lane = broker.lane(NUMBERS);

    private static List<Integer> upTo(int count) {
        return IntStream.range(0, count).boxed().toList();
    }

    /** In a thread of its own, as the stepping thread does not wait but steps. */
    private void fill() throws Exception {
        Task.run("filler", () -> assertThat(lane.publishAll(upTo(4))).isEqualTo(4))
                .get();
    }

    private List<Integer> received() {
        broker.runUntilIdle();
        List<Integer> received = new ArrayList<>();
        seen.drainTo(received);
        return received;
    }

    /** Exact at rest. */
    private static void assertCounted(ManualBroker broker, int accepted, int refused) {
        broker.runUntilIdle();
        BrokerStats stats = broker.stats();
        assertThat(stats.accepted()).as("accepted").isEqualTo(accepted);
        assertThat(stats.refused()).as("refused").isEqualTo(refused);
        assertThat(stats.offered()).as("offered").isEqualTo(accepted + refused);
        assertThat(stats.routed() + stats.unrouted() + stats.discarded())
                .as("became of them")
                .isEqualTo(accepted);
    }

    // ---- room

    @ParameterizedTest
    @CsvSource({"2, 2", "3, 4", "4, 4", "65, 128"})
    void aLaneHoldsExactlyItsConfiguredSizeRoundedUp(int configured, int size) {
        ManualBroker sized =
                Broker.manual(BrokerConfig.defaults().withRingSize(2).withLaneSize(configured));
        Lane<Integer> lane = sized.lane(NUMBERS);
        for (int lap = 1; lap <= 3; lap++) {
            for (int i = 0; i < size; i++) {
                assertThat(lane.tryPublish(i)).isTrue();
            }
            assertThat(lane.tryPublish(-1)).isFalse();
            assertCounted(sized, lap * size, lap);
        }
    }

    @Test
    void eachLaneHasRoomOfItsOwn() {
        Lane<Integer> other = broker.lane(NUMBERS);
        assertThat(lane.publishAll(upTo(4))).isEqualTo(4);
        assertThat(lane.tryPublish(-1)).isFalse();
        assertThat(other.tryPublish(5)).isTrue();
        assertThat(broker.tryPublish(NUMBERS, 6)).isTrue();
        assertThat(received()).containsExactlyInAnyOrder(0, 1, 2, 3, 5, 6);
        assertCounted(broker, 6, 1);
    }

    @Test
    void publishWaitsForRoom() throws Exception {
        Task<Boolean> owner = Task.run("owner", () -> upTo(9).forEach(lane::publish));
        Tests.awaitParked(owner.thread());
        assertThat(owner.isDone()).isFalse();
        Tests.awaitTrue("room taken", () -> {
            broker.runUntilIdle();
            return owner.isDone();
        });
        owner.get();
        assertThat(received()).containsExactlyElementsOf(upTo(9));
        assertCounted(broker, 9, 0);
    }

    @Test
    void theSteppingThreadStepsUntilThereIsRoom() {
        upTo(9).forEach(lane::publish);
        assertThat(lane.publishAll(upTo(100))).isEqualTo(100);
        assertThat(received()).hasSize(109);
    }

    @Test
    void whatNobodyWantsIsCounted() {
        Lane<String> unheard = broker.lane(WORDS);
        assertThat(unheard.publishAll(List.of("a", "b"))).isEqualTo(2);
        assertCounted(broker, 2, 0);
        assertThat(broker.stats().unrouted()).isEqualTo(2);
    }

    @Test
    void quietMeansThatLanesAreEmptyToo() throws Exception {
        try (Broker threaded = Broker.open(FOUR)) {
            List<Integer> handled = new ArrayList<>();
            threaded.subscription(NUMBERS).capacity(1_000).onEvent(handled::add);
            Lane<Integer> own = threaded.lane(NUMBERS);
            for (int round = 1; round <= 300; round++) {
                assertThat(own.publishAll(upTo(7))).isEqualTo(7);
                Tests.awaitQuiet(threaded);
                assertThat(handled).hasSize(7 * round);
            }
        }
    }

    @Test
    void aLaneKeepsNoEventAlive() {
        Topic<Object> objects = Topic.of("objects", Object.class);
        Inbox<Object> inbox = broker.inbox(objects);
        Lane<Object> own = broker.lane(objects);
        List<WeakReference<Object>> probes = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Object event = new Object();
            probes.add(new WeakReference<>(event));
            assertThat(i == 0 ? own.publishAll(List.of(event)) == 1 : own.tryPublish(event))
                    .isTrue();
        }
        broker.runUntilIdle();
        assertThat(inbox.drainTo(new ArrayList<>())).isEqualTo(3);
        Tests.awaitCollected("events", probes.toArray(WeakReference<?>[]::new));
        assertThat(own.tryPublish("still open")).isTrue();
    }

    // ---- batches

    @Test
    void publishAllTakesMoreThanTheLaneHoldsInOrder() throws Exception {
        Task<Integer> owner = Task.call("owner", () -> {
            lane.publish(-1);
            int accepted = lane.publishAll(upTo(1_003));
            lane.publish(1_003);
            return accepted;
        });
        Tests.awaitTrue("all taken", () -> {
            broker.runUntilIdle();
            return owner.isDone();
        });
        assertThat(owner.get()).isEqualTo(1_003);
        List<Integer> received = received();
        assertThat(received.get(0)).isEqualTo(-1);
        assertThat(received.subList(1, received.size())).containsExactlyElementsOf(upTo(1_004));
        assertCounted(broker, 1_005, 0);
    }

    @Test
    void publishAllTakesAnyCollectionInTheOrderOfItsIterator() {
        Collection<Integer> sorted = new TreeSet<>(List.of(3, 1, 2));
        assertThat(lane.publishAll(sorted)).isEqualTo(3);
        assertThat(lane.publishAll(List.of())).isZero();
        assertThat(received()).containsExactly(1, 2, 3);
        assertCounted(broker, 3, 0);
    }

    @Test
    void publishAllCopiesTheCollectionFirst() throws Exception {
        List<Integer> mine = new ArrayList<>(upTo(10));
        Task<Integer> owner = Task.call("owner", () -> lane.publishAll(mine));
        Tests.awaitParked(owner.thread());
        mine.clear();
        Tests.awaitTrue("all taken", () -> {
            broker.runUntilIdle();
            return owner.isDone();
        });
        assertThat(owner.get()).isEqualTo(10);
        assertThat(received()).containsExactlyElementsOf(upTo(10));
    }

    @Test
    void withANullElementNothingIsPublishedAndNothingCounted() {
        List<Integer> holed = Arrays.asList(0, null, 2);
        assertThatThrownBy(() -> lane.publishAll(holed))
                .isExactlyInstanceOf(NullPointerException.class)
                .hasMessageContaining("event 1 of 3");
        assertThatThrownBy(() -> lane.publishAll(null)).hasMessageContaining("events is null");
        assertThatThrownBy(() -> lane.publish(null)).hasMessageContaining("event is null");
        assertThatThrownBy(() -> lane.tryPublish(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> broker.lane(null)).hasMessageContaining("topic is null");
        assertThat(received()).isEmpty();
        assertCounted(broker, 0, 0);
    }

    // ---- interrupts

    @Test
    void anInterruptRefusesOnlyWhoHasToWaitAndIsKept() throws Exception {
        Task.run("owner", () -> {
                    Thread.currentThread().interrupt();
                    lane.publish(0);
                    assertThat(lane.tryPublish(1)).isTrue();
                    assertThat(lane.publishAll(List.of(2, 3))).isEqualTo(2);
                    assertThat(lane.tryPublish(4)).isFalse();
                    assertThatThrownBy(() -> lane.publish(5)).isInstanceOf(CancellationException.class);
                    assertThatThrownBy(() -> lane.publishAll(upTo(3))).isInstanceOf(CancellationException.class);
                    assertThat(Thread.currentThread().isInterrupted()).isTrue();
                })
                .get();
        assertThat(received()).containsExactlyElementsOf(upTo(4));
        assertCounted(broker, 4, 1 + 1 + 1);
    }

    @Test
    void anInterruptEndsTheWaitOfAPublish() throws Exception {
        Task<Boolean> owner = Task.run("owner", () -> {
            assertThat(lane.publishAll(upTo(4))).isEqualTo(4);
            assertThatThrownBy(() -> lane.publish(4)).isInstanceOf(CancellationException.class);
            assertThat(Thread.interrupted()).isTrue();
        });
        Tests.awaitParked(owner.thread());
        owner.thread().interrupt();
        owner.get();
        assertThat(received()).containsExactlyElementsOf(upTo(4));
        assertCounted(broker, 4, 1);
    }

    @Test
    void anInterruptCutsPublishAllShortAndTheNextCallThrows() throws Exception {
        Task<Boolean> owner = Task.run("owner", () -> {
            assertThat(lane.publishAll(upTo(10))).isEqualTo(4);
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
            assertThatThrownBy(() -> lane.publishAll(upTo(10))).isInstanceOf(CancellationException.class);
            assertThatThrownBy(() -> lane.publish(10)).isInstanceOf(CancellationException.class);
        });
        Tests.awaitParked(owner.thread());
        owner.thread().interrupt();
        owner.get();
        assertThat(received()).containsExactlyElementsOf(upTo(4));
        assertCounted(broker, 4, 1 + 1 + 1); // nothing after the refused one was offered
    }

    // ---- ends

    @Test
    void theEndOfTheLaneCutsPublishAllShortAndTheNextCallThrows() throws Exception {
        Task<Boolean> owner = Task.run("owner", () -> {
            assertThat(lane.publishAll(upTo(10))).isEqualTo(4);
            assertEveryWayThrows(lane, IllegalStateException.class);
        });
        Tests.awaitParked(owner.thread());
        ((RingLane<?>) lane).ring.close(); // what close does first; a step before that would make room
        owner.get();
        lane.close();
        assertThat(received()).containsExactlyElementsOf(upTo(4));
        assertCounted(broker, 4, 0); // a closed lane is misuse
    }

    @Test
    void aClosingBrokerCutsPublishAllShortAndTheNextCallThrows() throws Exception {
        broker.subscribe(WORDS, w -> broker.close(HOUR));
        broker.publish(WORDS, "close");
        assertThat(broker.stepLoop()).isTrue();
        Task<Boolean> owner = Task.run("owner", () -> {
            assertThat(lane.publishAll(upTo(10))).isEqualTo(4);
            assertEveryWayThrows(lane, BrokerClosedException.class);
        });
        Tests.awaitParked(owner.thread());
        assertThat(broker.workers().get(0).stepAsGuest()).isTrue();
        assertThat(broker.stats().state()).isEqualTo(State.DRAINING);
        owner.get();
        broker.close(HOUR);
        assertThat(received()).containsExactlyElementsOf(upTo(4));
        assertCounted(broker, 1 + 4, 1 + 3);
    }

    private static SteppedBroker failing(AtomicBoolean armed) {
        return new SteppedBroker(FOUR, new LoopSteps() {
            @Override
            void at(Step step) {
                if (armed.get() && step == Step.ROUTE) {
                    throw new IllegalStateException("on purpose");
                }
            }
        });
    }

    @Test
    void theFailureOfTheBrokerCutsPublishAllShortAndTheNextCallThrowsTheCause() throws Exception {
        AtomicBoolean armed = new AtomicBoolean();
        SteppedBroker frail = failing(armed);
        Lane<Integer> own = frail.lane(NUMBERS);
        Task<Boolean> owner = Task.run("owner", () -> {
            assertThat(own.publishAll(upTo(10))).isEqualTo(4);
            assertThatThrownBy(() -> own.publish(1))
                    .isInstanceOf(BrokerClosedException.class)
                    .hasRootCauseMessage("on purpose");
        });
        Tests.awaitParked(owner.thread());
        armed.set(true);
        frail.runOne();
        owner.get();
        assertThatThrownBy(() -> frail.lane(NUMBERS)).isInstanceOf(BrokerClosedException.class);
        assertCounted(frail, 4, 1 + 1);
        assertThat(frail.stats().discarded()).isEqualTo(4);
    }

    /** Hazard: the time of a manual broker stands still once it has failed with something left in a ring. */
    @Test
    void closingALaneOfAFailedBrokerDoesNothing() throws Exception {
        Task.underWatch(() -> {
            AtomicBoolean armed = new AtomicBoolean();
            SteppedBroker frail = failing(armed);
            Lane<Integer> own = frail.lane(NUMBERS);
            Task.run("owner", () -> own.publish(1)).get();
            armed.set(true);
            frail.runOne();
            own.close();
            assertThat(frail.stats().discarded()).isEqualTo(1);
        });
    }

    private static void assertEveryWayThrows(Lane<Integer> lane, Class<? extends Exception> expected) {
        List<ThrowingCallable> ways =
                List.of(() -> lane.publish(1), () -> lane.tryPublish(1), () -> lane.publishAll(List.of(1, 2)));
        assertThat(ways).allSatisfy(way -> assertThatThrownBy(way).isExactlyInstanceOf(expected));
    }

    @Test
    void aClosedLaneRefusesNamingTheRemedyAndCountsNothing() {
        lane.close();
        assertEveryWayThrows(lane, IllegalStateException.class);
        assertThatThrownBy(() -> lane.publish(1))
                .hasMessageContaining("numbers")
                .hasMessageContaining("is closed; open another by broker.lane(topic)");
        assertCounted(broker, 0, 0);
        broker.lane(NUMBERS).publish(2);
        assertThat(received()).containsExactly(2);
    }

    @Test
    void onAClosedBrokerEveryoneIsToldThatAndCounted() {
        Lane<Integer> closedBefore = broker.lane(NUMBERS);
        closedBefore.close();
        broker.close();
        assertEveryWayThrows(lane, BrokerClosedException.class);
        assertThat(((RingLane<?>) lane).ring.offer(1))
                .as("by a publisher that found the broker open")
                .isEqualTo(Ring.Result.WITHDRAWN);
        assertCounted(broker, 0, 3);
        assertEveryWayThrows(closedBefore, BrokerClosedException.class);
        assertThatThrownBy(() -> broker.lane(NUMBERS)).isInstanceOf(BrokerClosedException.class);
    }

    @Test
    void closeReturnsWhenAllWasRoutedWhoeverCloses() throws Exception {
        fill();
        lane.close();
        assertThat(broker.stats().routed()).isEqualTo(4);
        Lane<Integer> own = broker.lane(NUMBERS);
        assertThat(own.publishAll(upTo(4))).isEqualTo(4);
        own.close();
        assertThat(broker.stats().routed()).isEqualTo(8);
        assertThat(received()).hasSize(8);
    }

    @Test
    void closingAgainOrAfterTheBrokerDoesNothing() throws Exception {
        Lane<Integer> other = broker.lane(NUMBERS);
        fill();
        lane.close();
        lane.close();
        broker.close();
        lane.close();
        other.close();
        Task.run("closer", other::close).get();
        assertThat(received()).containsExactlyElementsOf(upTo(4));
        assertCounted(broker, 4, 0);
    }
}
