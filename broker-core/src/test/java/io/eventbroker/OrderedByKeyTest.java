package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventbroker.BrokerEvent.Disconnected;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Order by key, step by step: each key has its worker, and the capacity is that of all workers' queues together. */
class OrderedByKeyTest {
    private record Item(Object key, int number) {}

    private static final Topic<Item> ITEMS = Topic.of("items", Item.class).keyedBy(Item::key);
    private static final int WORKERS = 3;
    private static final int CAPACITY = 3;

    private final SteppedBroker broker = new SteppedBroker(BrokerConfig.defaults(), new LoopSteps());
    private final List<Integer> handled = new ArrayList<>();

    /** One key of each worker, as {@link #learn} found. */
    private final int[] keyOf = new int[WORKERS];

    private int published;

    @AfterEach
    void close() {
        broker.close(Duration.ZERO);
    }

    private Subscription subscribe(Overflow policy) {
        Subscription subscription = broker.subscription(ITEMS)
                .named("s")
                .capacity(CAPACITY)
                .overflow(policy)
                .orderedByKey()
                .concurrency(WORKERS)
                .onEvent(item -> handled.add(item.number()));
        learn();
        return subscription;
    }

    private void learn() {
        int found = 0;
        for (int key = 0; found != (1 << WORKERS) - 1; key++) {
            assertThat(key).as("keys without finding one for each worker").isLessThan(1_000);
            broker.publish(ITEMS, new Item(key, 0));
            route();
            for (int worker = 0; worker < WORKERS; worker++) {
                if (step(worker) != null) {
                    keyOf[worker] = key;
                    found |= 1 << worker;
                }
            }
        }
        handled.clear();
    }

    private void route() {
        while (broker.stepLoop()) {}
    }

    /** Publishes the next number with a key of a worker. */
    private void publishFor(int... workers) {
        for (int worker : workers) {
            broker.publish(ITEMS, new Item(keyOf[worker], ++published));
        }
        route();
    }

    private Integer step(int worker) {
        int before = handled.size();
        broker.workers().get(worker).stepAsGuest();
        return handled.size() > before ? handled.get(before) : null;
    }

    @Test
    void eachKeyHasItsWorker() {
        Subscription s = subscribe(Overflow.DROP_NEWEST);
        publishFor(0, 1, 0);
        assertThat(step(2)).isNull();
        assertThat(step(1)).isEqualTo(2);
        assertThat(step(1)).as("not that of another").isNull();
        assertThat(step(0)).isEqualTo(1);
        assertThat(step(0)).isEqualTo(3);
        assertThat(s.stats().dropped()).isZero();
    }

    @Test
    void droppingTheNewestAnyWorkersFillTheQueueOfAll() {
        Subscription s = subscribe(Overflow.DROP_NEWEST);
        publishFor(0, 0, 0);
        assertThat(s.stats().dropped()).isZero();
        publishFor(1);
        assertThat(s.stats().droppedNewest()).isEqualTo(1);
        assertThat(step(0)).isEqualTo(1);
        publishFor(2, 1);
        assertThat(s.stats().droppedNewest()).isEqualTo(2);
        assertThat(s.stats().queued()).isEqualTo(CAPACITY);
        broker.runUntilIdle();
        assertThat(handled).containsExactlyInAnyOrder(1, 2, 3, 5);
    }

    @Test
    void droppingTheOldestItIsThatOfAllWorkers() {
        Subscription s = subscribe(Overflow.DROP_OLDEST);
        publishFor(1, 0, 2);
        assertThat(s.stats().dropped()).isZero();
        publishFor(0, 0, 0);
        assertThat(s.stats().droppedOldest()).isEqualTo(3);
        assertThat(step(1)).as("1 was the oldest").isNull();
        assertThat(step(2)).as("3 was the third").isNull();
        publishFor(2);
        assertThat(s.stats().droppedOldest()).isEqualTo(4);
        assertThat(s.stats().queued()).isEqualTo(CAPACITY);
        assertThat(step(0)).isEqualTo(5);
        publishFor(1);
        assertThat(s.stats().droppedOldest()).as("there was room").isEqualTo(4);
        broker.runUntilIdle();
        assertThat(handled).containsExactlyInAnyOrder(5, 6, 7, 8);
        assertThat(s.stats().droppedNewest()).isZero();
    }

    @Test
    void conflatingAllWorkersHaveSoManyKeys() {
        Subscription s = subscribe(Overflow.CONFLATE);
        int other = keyOf[0] + 1_000_000;
        publishFor(0, 1, 2, 1, 0);
        assertThat(s.stats().conflated()).isEqualTo(2);
        broker.publish(ITEMS, new Item(other, ++published));
        route();
        assertThat(s.stats().droppedNewest()).isEqualTo(1);
        assertThat(step(1)).isEqualTo(4);
        broker.publish(ITEMS, new Item(other, ++published));
        publishFor(1);
        assertThat(s.stats().droppedNewest()).isEqualTo(2);
        broker.runUntilIdle();
        assertThat(handled).containsExactlyInAnyOrder(4, 5, 3, 7);
        assertThat(s.stats().conflated()).isEqualTo(2);
    }

    @Test
    void withBackpressureOneMoreThanTheCapacityOfAllMakesPublishersWait() {
        Subscription s = subscribe(Overflow.BACKPRESSURE);
        publishFor(0, 1, 2);
        assertThat(broker.tryPublish(ITEMS, new Item(keyOf[1], ++published)))
                .as("not more than the capacity waits")
                .isTrue();
        route();
        for (int worker = 0; worker < WORKERS; worker++) {
            assertThat(broker.tryPublish(ITEMS, new Item(keyOf[worker], -1)))
                    .as("whosever key it is")
                    .isFalse();
        }
        assertThat(step(2)).isEqualTo(3);
        assertThat(broker.tryPublish(ITEMS, new Item(keyOf[0], ++published)))
                .as("whoever made room")
                .isTrue();
        broker.runUntilIdle();
        assertThat(handled).containsExactlyInAnyOrder(1, 2, 3, 4, 5);
        assertThat(s.stats().dropped()).isZero();
    }

    /** On a manual broker a publish that waits steps the workers. */
    @Test
    void withBackpressureNothingIsLostWhoeverIsBehind() {
        Subscription s = subscribe(Overflow.BACKPRESSURE);
        for (int i = 0; i < 1_000; i++) {
            broker.publish(ITEMS, new Item(keyOf[i % 7 == 0 ? 1 : 0], ++published));
        }
        broker.runUntilIdle();
        assertThat(handled).hasSize(1_000).doesNotHaveDuplicates();
        assertThat(s.stats().dropped()).isZero();
    }

    @Test
    void oneMoreThanTheCapacityOfAllDisconnects() {
        Inbox<Disconnected> told = broker.inbox(BrokerEvent.TOPIC.only(Disconnected.class));
        Subscription s = subscribe(Overflow.DISCONNECT);
        publishFor(0, 0, 1);
        assertThat(told.poll()).isNull();
        publishFor(2, 1);
        assertThat(told.poll()).isEqualTo(new Disconnected("s", "items", CAPACITY));
        broker.runUntilIdle();
        assertThat(handled).as("what waited is still handled").containsExactlyInAnyOrder(1, 2, 3);
        assertThat(s.stats().disconnected()).isEqualTo(1);
        assertThat(s.stats().abandoned()).isZero();
        assertThat(broker.workers()).as("those of the log are left").hasSize(1);
    }

    @Test
    void oneWorkerHasAllKeys() {
        Subscription s = broker.subscription(ITEMS)
                .capacity(2)
                .overflow(Overflow.DROP_OLDEST)
                .orderedByKey()
                .onEvent(item -> handled.add(item.number()));
        for (int i = 1; i <= 4; i++) {
            broker.publish(ITEMS, new Item(i, i));
        }
        route();
        assertThat(step(0)).isEqualTo(3);
        assertThat(step(0)).isEqualTo(4);
        assertThat(s.stats().droppedOldest()).isEqualTo(2);
    }

    /** Without keys of its own a topic has one worker; with keys these are apart from those of other topics. */
    @Test
    void throughAPatternEachTopicHasItsKeys() {
        Topic<Item> unkeyed = Topic.of("unkeyed", Item.class);
        Topic<Item> others = Topic.of("others", Item.class).keyedBy(Item::key);
        List<String> seen = new ArrayList<>();
        broker.subscription(TopicPattern.of(">", Item.class))
                .capacity(1_000)
                .concurrency(8)
                .orderedByKey()
                .onMessage(message -> seen.add(message.topic() + message.event().key() + "#"
                        + message.event().number()));
        for (int i = 0; i < 4; i++) {
            for (int key = 0; key < 20; key++) {
                broker.publish(unkeyed, new Item(key, i));
                broker.publish(ITEMS, new Item(key, i));
                broker.publish(others, new Item(key, i));
            }
        }
        route();
        int workersOfUnkeyed = 0;
        int workersOfItems = 0;
        int workersOfBoth = 0;
        for (int worker = 0; worker < 8; worker++) {
            seen.clear();
            while (broker.workers().get(worker).stepAsGuest()) {}
            for (String topic : List.of("unkeyed", "items", "others")) {
                for (int key = 0; key < 20; key++) {
                    String prefix = topic + key + "#";
                    List<String> own =
                            seen.stream().filter(s -> s.startsWith(prefix)).toList();
                    assertThat(own).as("all of a key, in order, or none").isIn(all(prefix), List.of());
                }
            }
            workersOfUnkeyed += seen.contains("unkeyed0#0") ? 1 : 0;
            workersOfItems += seen.stream().anyMatch(s -> s.startsWith("items")) ? 1 : 0;
            workersOfBoth += seen.contains("items0#0") && seen.contains("others0#0") ? 1 : 0;
            assertThat(seen.stream().filter(s -> s.startsWith("unkeyed")).count())
                    .isIn(0L, 80L);
        }
        assertThat(workersOfUnkeyed).isEqualTo(1);
        assertThat(workersOfItems).isGreaterThan(1);
        assertThat(workersOfBoth).isLessThanOrEqualTo(1);
    }

    private static List<String> all(String prefix) {
        return List.of(prefix + 0, prefix + 1, prefix + 2, prefix + 3);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatWaitsForAnyWorkerIsAbandonedAtTheEnd(boolean isClosed) {
        Subscription s = subscribe(Overflow.DROP_NEWEST);
        publishFor(0, 0, 1, 2);
        assertThat(step(0)).isEqualTo(1);
        long earlier = s.stats().handled() - 1;
        if (isClosed) {
            broker.close(Duration.ZERO);
        } else {
            s.unsubscribe();
            broker.runUntilIdle();
        }
        assertThat(handled).containsExactly(1);
        assertThat(s.stats().abandoned()).as("2 and 3").isEqualTo(2);
        assertThat(s.stats().droppedNewest()).isEqualTo(1);
        assertThat(s.stats().missedAtEnd()).as("4").isEqualTo(1);
        assertThat(s.stats().matched()).isEqualTo(earlier + 4);
    }
}
