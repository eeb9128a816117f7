package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/**
 * A lane belongs to who first publishes through it: a thread, or on a manual broker the worker whose handler it is. And
 * to an open lane belongs the meaning of its topic's name.
 */
class LaneOwnerTest {
    private static final Topic<Integer> NUMBERS = Topic.of("numbers", Integer.class);
    private static final Topic<String> WORDS = Topic.of("words", String.class);
    private static final Topic<Integer> PRICES = Topic.of("prices", Integer.class);
    private static final Topic<String> REDEFINED = Topic.of("prices", String.class);

    private final SteppedBroker manual =
            (SteppedBroker) Broker.manual(BrokerConfig.defaults().withLaneSize(4));
    private final List<String> log = new ArrayList<>();

    /** For handlers: what they throw does not reach the test. */
    private void publish(Lane<String> lane, String word) {
        try {
            lane.publish(word);
            log.add(word + " accepted");
        } catch (IllegalStateException e) {
            assertThat(e).isExactlyInstanceOf(IllegalStateException.class);
            log.add(word + " refused");
        }
    }

    // ---- threads

    @Test
    void theFirstThreadOwnsTheLaneAndOthersAreToldTheRemedy() throws Exception {
        try (Broker broker = Broker.open()) {
            Inbox<Integer> seen = broker.inbox(NUMBERS);
            Lane<Integer> lane = broker.lane(NUMBERS);
            Task.run("first owner", () -> lane.publish(1)).get();
            List<ThrowingCallable> ways = List.of(
                    () -> lane.publish(2),
                    () -> lane.tryPublish(2),
                    () -> lane.publishAll(List.of(2, 3)),
                    () -> lane.publishAll(List.of()));
            assertThat(ways)
                    .allSatisfy(way -> assertThatThrownBy(way)
                            .isExactlyInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("numbers")
                            .hasMessageContaining("first owner")
                            .hasMessageContaining(Thread.currentThread().getName())
                            .hasMessageContaining("must open a lane of its own by broker.lane(topic)"));
            lane.close(); // which anybody may
            assertThat(broker.stats().offered()).as("misuse is no offer").isEqualTo(1);
            seen.close();
            assertThat(seen).containsExactly(1);
        }
    }

    @Test
    void neitherOpeningNorMisuseNorARefusalOfAnEventMakesAnOwner() throws Exception {
        Lane<Integer> lane = manual.lane(NUMBERS);
        assertThatThrownBy(() -> lane.publish(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> lane.publishAll(null)).isInstanceOf(NullPointerException.class);
        Task.run("owner", () -> {
                    assertThat(lane.publishAll(List.of(0, 1, 2, 3))).isEqualTo(4);
                    assertThat(lane.tryPublish(4)).isFalse();
                })
                .get();
        assertThatThrownBy(() -> lane.publish(1)).isExactlyInstanceOf(IllegalStateException.class);
    }

    private enum Owner {
        THIS,
        THAT
    }

    /** Hazard: two threads publish first at the same time; forbidden: both or neither of them own the lane. */
    @Test
    void ofTwoThreadsThatPublishFirstOneOwnsTheLane() throws Exception {
        try (Broker broker = Broker.open()) {
            Tests.race("first publish", Owner.class, 500, () -> {
                Lane<Integer> lane = broker.lane(NUMBERS);
                CyclicBarrier start = new CyclicBarrier(2);
                Task<Boolean> other = Task.call("that", () -> isOwner(lane, start));
                boolean isThis = isOwner(lane, start);
                assertThat(other.get()).isNotEqualTo(isThis);
                lane.close();
                return isThis ? Owner.THIS : Owner.THAT;
            });
        }
    }

    private static boolean isOwner(Lane<Integer> lane, CyclicBarrier start) throws InterruptedException {
        Tests.meet(start);
        int accepted = 0;
        for (int i = 0; i < 3; i++) {
            try {
                lane.publish(i);
                accepted++;
            } catch (IllegalStateException e) {
                assertThat(e).hasMessageContaining("a lane of its own");
            }
        }
        assertThat(accepted).as("all or nothing").isIn(0, 3);
        return accepted == 3;
    }

    @Test
    void eachWorkerOfAThreadedBrokerIsAThreadOfItsOwn() throws Exception {
        ConcurrentLinkedQueue<String> told = new ConcurrentLinkedQueue<>();
        try (Broker broker = Broker.open();
                Gate both = new Gate(2)) {
            Lane<String> lane = broker.lane(WORDS);
            broker.subscription(NUMBERS).concurrency(2).onEvent(n -> {
                both.hold();
                try {
                    lane.publish("word");
                    told.add("accepted");
                } catch (IllegalStateException e) {
                    told.add("refused");
                }
            });
            broker.publish(NUMBERS, 1);
            broker.publish(NUMBERS, 2);
            both.awaitEntered(); // so each worker has one
            both.open();
            Tests.awaitQuiet(broker);
        }
        assertThat(told).containsExactlyInAnyOrder("accepted", "refused");
    }

    // ---- workers of a manual broker

    @Test
    void onAManualBrokerTheWorkerOwnsTheLaneAndNobodyElseOnItsThread() {
        Lane<String> lane = manual.lane(WORDS);
        manual.subscribe(NUMBERS, n -> publish(lane, "first" + n));
        manual.subscribe(NUMBERS, n -> publish(lane, "second" + n));
        manual.publish(NUMBERS, 1);
        manual.publish(NUMBERS, 2);
        manual.runUntilIdle();
        publish(lane, "outside");

        assertThat(log)
                .containsExactly(
                        "first1 accepted", "second1 refused", "first2 accepted", "second2 refused", "outside refused");
    }

    @Test
    void onAManualBrokerAHandlerDoesNotOwnWhatTheThreadOutsideOwns() {
        Lane<String> lane = manual.lane(WORDS);
        publish(lane, "outside");
        manual.subscribe(NUMBERS, n -> publish(lane, "handler" + n));
        manual.publish(NUMBERS, 1);
        manual.runUntilIdle();
        publish(lane, "again");

        assertThat(log).containsExactly("outside accepted", "handler1 refused", "again accepted");
    }

    @Test
    void onAManualBrokerEachOfSeveralWorkersIsAnOwnerOfItsOwn() {
        Lane<String> lane = manual.lane(WORDS);
        AtomicInteger depth = new AtomicInteger();
        Inbox<String> never = manual.inbox(Topic.of("never", String.class));
        manual.subscription(NUMBERS).concurrency(2).onEvent(n -> {
            publish(lane, "at depth " + depth.incrementAndGet());
            never.poll(Duration.ofSeconds(1)); // the other worker runs upon this one
            depth.decrementAndGet();
        });
        manual.publish(NUMBERS, 1);
        manual.publish(NUMBERS, 2);
        manual.runUntilIdle();

        assertThat(log).containsExactly("at depth 1 accepted", "at depth 2 refused");
    }

    /** Were the thread the owner, the handler that is stepped while the batch waits would put its own in between. */
    @Test
    void onAManualBrokerNothingComesBetweenTheEventsOfABatchThatWaits() {
        List<String> seen = new ArrayList<>();
        Lane<String> lane = manual.lane(WORDS);
        manual.subscription(WORDS).capacity(100).onEvent(word -> {
            seen.add(word);
            if (seen.size() < 10) {
                publish(lane, "between");
            }
        });
        List<String> batch = List.of("a", "b", "c", "d", "e", "f", "g", "h", "i");
        assertThat(lane.publishAll(batch)).isEqualTo(9);
        manual.runUntilIdle();

        assertThat(seen).isEqualTo(batch);
        assertThat(log).hasSize(9).containsOnly("between refused");
    }

    @Test
    void onAManualBrokerHandlersOfOthersAreOutside() {
        ManualBroker other = Broker.manual();
        Lane<String> lane = manual.lane(WORDS);
        other.subscribe(NUMBERS, n -> publish(lane, "other's handler"));
        other.publish(NUMBERS, 1);
        other.runUntilIdle();
        publish(lane, "outside");

        assertThat(log).containsExactly("other's handler accepted", "outside accepted");
    }

    @Test
    void onAManualBrokerOtherThreadsAreOwnersToo() throws Exception {
        Lane<String> lane = manual.lane(WORDS);
        Task.run("owner", () -> lane.publish("its own")).get();
        publish(lane, "stepping thread");
        assertThat(log).containsExactly("stepping thread refused");
        lane.close();
        assertThat(manual.stats().accepted()).isEqualTo(1);
    }

    // ---- what an open lane owns: the meaning of its topic's name

    private static void assertClash(ThrowingCallable misuse) {
        assertThatThrownBy(misuse)
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessageContaining("prices")
                .hasMessageContaining("Integer")
                .hasMessageContaining("String")
                .hasMessageContaining("share the topic as a constant");
    }

    private void assertOnlyPrices() {
        assertClash(() -> manual.lane(REDEFINED));
        assertClash(() -> manual.inbox(REDEFINED));
        assertClash(() -> manual.publish(REDEFINED, "x"));
        manual.publish(PRICES, 1);
    }

    @Test
    void theBrokersOwnTopicIsRefused() {
        assertThatThrownBy(() -> manual.lane(BrokerEvent.TOPIC))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the broker's own");
        Inbox<BrokerEvent.Closing> told = manual.inbox(BrokerEvent.TOPIC.only(BrokerEvent.Closing.class));
        manual.close();
        assertThat(told.poll()).as("the topic still works").isNotNull();
    }

    @Test
    void anOpenLaneKeepsTheDefinitionOfItsName() {
        Lane<Integer> first = manual.lane(PRICES);
        Lane<Integer> second = manual.lane(Topic.of("prices", Integer.class));
        assertOnlyPrices();
        first.close();
        first.close();
        assertOnlyPrices();
        second.close();
        Lane<String> redefined = manual.lane(REDEFINED);
        assertThat(redefined.tryPublish("free")).isTrue();
        assertThatThrownBy(() -> manual.lane(PRICES)).isInstanceOf(IllegalStateException.class);
        redefined.close();
        manual.inbox(PRICES).close();
    }

    @Test
    void aSubscriptionKeepsItToo() {
        Inbox<Integer> inbox = manual.inbox(PRICES);
        assertClash(() -> manual.lane(REDEFINED));
        Lane<Integer> lane = manual.lane(PRICES);
        inbox.close();
        assertOnlyPrices();
        Inbox<Integer> next = manual.inbox(PRICES);
        lane.close();
        assertOnlyPrices();
        assertThat(next.poll()).isNull();
        manual.runUntilIdle();
        assertThat(next.poll()).isEqualTo(1);
        next.close();
        assertThat(manual.inbox(REDEFINED).poll()).isNull();
    }

    @Test
    void aRefusedLaneLeavesNothingBehind() {
        Lane<Integer> lane = manual.lane(PRICES);
        assertClash(() -> manual.lane(REDEFINED));
        lane.close();
        assertThat(manual.inbox(REDEFINED).poll()).isNull();
    }

    @Test
    void whatALanePublishesReachesThoseWhoSubscribedBeforeAndAfterItWasOpened() {
        Inbox<Integer> before = manual.inbox(PRICES);
        Lane<Integer> lane = manual.lane(PRICES);
        Inbox<Integer> after = manual.inbox(PRICES);
        Inbox<Integer> narrowed = manual.inbox(PRICES.only(Integer.class));
        Inbox<String> elsewhere = manual.inbox(Topic.of("elsewhere", String.class));
        lane.publish(5);
        lane.close();
        assertThat(before.poll()).isEqualTo(5);
        assertThat(after.poll()).isEqualTo(5);
        assertThat(narrowed.poll()).isEqualTo(5);
        assertThat(elsewhere.poll()).isNull();
    }
}
