package io.eventbroker;

import static io.eventbroker.Tests.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * {@link Overflow#CONFLATE} with threads. Hazard: a message replaces another at the moment when that is taken. Forbidden:
 * both are lost, or both delivered in the wrong order; a key whose last message never comes; a count that does not match.
 */
@ExtendWith(LossesUnlogged.class)
class ConflateUnderLoadTest {
    private static final int PUBLISHERS = 2;
    private static final int KEYS_EACH = 4;
    private static final int KEYS = PUBLISHERS * KEYS_EACH;
    private static final int COUNT_EACH = 40_000;
    private static final int COUNT = PUBLISHERS * COUNT_EACH;

    /** Values of one symbol come from one publisher and increase. */
    private record Price(int symbol, int value) {}

    private static final Topic<Price> PRICES = Topic.of("prices", Price.class).keyedBy(Price::symbol);

    /** What was received, by those who receive by themselves in order: a worker or reader each, or all under one lock. */
    private final List<List<Message<Price>>> received = new ArrayList<>();

    private synchronized List<Message<Price>> newList() {
        List<Message<Price>> list = new ArrayList<>();
        received.add(list);
        return list;
    }

    /** Each publishes its symbols in turn, or at random; at the end the last value of each. */
    private static void publish(Broker broker) throws Exception {
        List<Task<Boolean>> publishers = new ArrayList<>();
        for (int p = 0; p < PUBLISHERS; p++) {
            int first = p * KEYS_EACH;
            publishers.add(Task.run("publisher", () -> {
                Random random = new Random(first);
                for (int value = 0; value < COUNT_EACH; value++) {
                    boolean isLast = value >= COUNT_EACH - KEYS_EACH;
                    int key = isLast ? COUNT_EACH - 1 - value : random.nextInt(KEYS_EACH);
                    broker.publish(PRICES, new Price(first + key, value));
                    if (random.nextInt(32) == 0) {
                        Tests.stagger(random, 2_000);
                    }
                }
            }));
        }
        for (Task<Boolean> publisher : publishers) {
            assertThat(publisher.get()).isTrue();
        }
    }

    private static boolean isLast(Price price) {
        return price.value() == COUNT_EACH - 1 - price.symbol() % KEYS_EACH;
    }

    private static SubscriptionBuilder<Price> conflating(Broker broker, int capacity) {
        return broker.subscription(PRICES).capacity(capacity).overflow(Overflow.CONFLATE);
    }

    private static Broker open() {
        return Broker.open(BrokerConfig.defaults().withRingSize(64));
    }

    @ParameterizedTest
    @CsvSource({"1,1", "3,1", "8,1", "9,1", "8,3", "100,3"})
    void workersGetTheLatestOfEachKeyInOrder(int capacity, int workers) throws Exception {
        Subscription subscription;
        try (Broker broker = open()) {
            ThreadLocal<List<Message<Price>>> own = ThreadLocal.withInitial(this::newList);
            subscription = conflating(broker, capacity)
                    .concurrency(workers)
                    .orderedByKey()
                    .onMessage(message -> own.get().add(message));
            publish(broker);
            assertThat(broker.close(PATIENCE).accepted()).isEqualTo(COUNT);
        }
        assertEach(subscription, capacity);
    }

    @ParameterizedTest
    @CsvSource({"1,1", "8,1", "8,3", "9,2", "100,3"})
    void readersGetTheLatestOfEachKeyInTheOrderOfTaking(int capacity, int readers) throws Exception {
        Inbox<Message<Price>> inbox;
        List<Task<Boolean>> tasks = new ArrayList<>();
        try (Broker broker = open()) {
            inbox = conflating(broker, capacity).messageInbox();
            List<Message<Price>> all = newList();
            for (int i = 0; i < readers; i++) {
                tasks.add(Task.run("reader", () -> readUntilTheEnd(inbox, all)));
            }
            publish(broker);
        }
        for (Task<Boolean> task : tasks) {
            assertThat(task.get()).isTrue();
        }
        assertEach(inbox, capacity);
    }

    private static void readUntilTheEnd(Inbox<Message<Price>> inbox, List<Message<Price>> all) {
        try {
            while (true) {
                synchronized (all) {
                    Message<Price> message = inbox.poll();
                    if (message != null) {
                        all.add(message);
                        continue;
                    }
                }
                Thread.yield();
            }
        } catch (SubscriptionClosedException e) {
            assertThat(e).hasNoCause();
        }
    }

    private void assertEach(Subscription subscription, int capacity) {
        int total = 0;
        long told = 0;
        int lastOnes = 0;
        for (List<Message<Price>> list : received) {
            int[] latest = new int[KEYS];
            Arrays.fill(latest, -1);
            for (Message<Price> message : list) {
                Price price = message.event();
                assertThat(price.value())
                        .as("after %d: %s", latest[price.symbol()], price)
                        .isGreaterThan(latest[price.symbol()]);
                latest[price.symbol()] = price.value();
                told += message.missedBefore();
                lastOnes += isLast(price) ? 1 : 0;
                total++;
            }
        }
        SubscriptionStats stats = subscription.stats();
        if (capacity >= KEYS) {
            assertThat(lastOnes).as("keys whose last value came").isEqualTo(KEYS);
            assertThat(stats.droppedNewest()).isZero();
            assertThat(stats.conflated()).isEqualTo(COUNT - total);
        }
        assertThat(told + stats.missedAtEnd()).isEqualTo(COUNT - total);
        assertThat(stats.dropped()).isEqualTo(COUNT - total);
        assertThat(stats.conflated() + stats.droppedNewest()).isEqualTo(COUNT - total);
        assertThat(stats.delivered()).isEqualTo(total);
        assertThat(stats.abandoned() + stats.queued() + stats.inHand()).isZero();
    }

    /** Hazard: places are swept while consumers empty them. */
    @ParameterizedTest
    @CsvSource({"1,1", "4,1", "4,3"})
    void ofKeysThatComeOnceEachIsReceivedOrDropped(int capacity, int workers) throws Exception {
        int count = 200_000;
        Topic<Integer> numbers = Topic.of("numbers", Integer.class).keyedBy(n -> n);
        Subscription subscription;
        List<List<Integer>> lists = new ArrayList<>();
        try (Broker broker = open()) {
            ThreadLocal<List<Integer>> own = ThreadLocal.withInitial(() -> {
                List<Integer> list = new ArrayList<>();
                synchronized (lists) {
                    lists.add(list);
                }
                return list;
            });
            subscription = broker.subscription(numbers)
                    .capacity(capacity)
                    .overflow(Overflow.CONFLATE)
                    .concurrency(workers)
                    .onEvent(n -> own.get().add(n));
            for (int i = 0; i < count; i++) {
                broker.publish(numbers, i);
            }
            assertThat(broker.close(PATIENCE).accepted()).isEqualTo(count);
        }
        long total = lists.stream().mapToLong(List::size).sum();
        assertThat(lists.stream().flatMap(List::stream).distinct().count()).isEqualTo(total);
        assertThat(lists).allSatisfy(list -> assertThat(list).isSorted());
        assertThat(subscription.stats().dropped()).isEqualTo(count - total);
        assertThat(subscription.stats().conflated()).as("no key came twice").isZero();
    }
}
