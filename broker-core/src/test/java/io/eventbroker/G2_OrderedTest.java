package io.eventbroker;

import static io.eventbroker.Tests.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** G2: one order for all, that of the clock where one publish returned before another began. */
class G2_OrderedTest {
    private static final Topic<Integer> NUMBERS = Topic.of("numbers", Integer.class);
    private static final Topic<Ledger.Entry> ENTRIES = Topic.of("entries", Ledger.Entry.class);

    private record Other(int publisher, int number) implements Ledger.Entry {}

    /** The ledger looks for one order that agrees with all receipts, each publisher's own order and the clock. */
    @ParameterizedTest
    @ValueSource(ints = {2, 8, 65_536})
    void allSubscriptionsSeeOneOrderWhateverTheyMiss(int ringSize) throws Exception {
        Broker broker = Broker.open(BrokerConfig.defaults().withRingSize(ringSize));
        Ledger ledger = new Ledger();
        for (int capacity : new int[] {1, 2, 3, 17, 1 << 20}) {
            LedgerSubscriber<Ledger.Entry> all = ledger.subscriber(ENTRIES);
            all.subscribe(() -> broker.subscription(ENTRIES).capacity(capacity).onEvent(all.handler()));
            LedgerSubscriber<Other> others = ledger.subscriber(ENTRIES.only(Other.class));
            others.subscribe(() -> broker.subscription(ENTRIES.only(Other.class))
                    .capacity(capacity)
                    .onEvent(others.handler()));
        }
        LedgerSubscriber<Ledger.Entry> pulled = ledger.subscriber(ENTRIES);
        pulled.inbox(() -> broker.subscription(ENTRIES).capacity(1 << 20).inbox());
        List<Task<Boolean>> publishers = new ArrayList<>();
        for (int p = 0; p < 4; p++) {
            LedgerPublisher publisher = ledger.publisher();
            publishers.add(Task.run("publisher", () -> {
                for (int i = 0; i < 5_000; i++) {
                    Ledger.Maker<Ledger.Entry> maker = i % 3 == 0 ? Other::new : Ledger.Event::new;
                    if (i % 2 == 0) {
                        publisher.publish(broker, ENTRIES, maker);
                    } else {
                        publisher.tryPublish(broker, ENTRIES, maker);
                    }
                }
            }));
        }
        for (Task<Boolean> publisher : publishers) {
            publisher.get();
        }
        ledger.verify(broker.close(PATIENCE));
    }

    @Test
    void publishersThatHandOverByAMemoryWriteKeepTheirOrder() throws Exception {
        int turns = 20_000;
        List<Integer> seen = new ArrayList<>();
        try (Broker broker = Broker.open(BrokerConfig.defaults().withRingSize(4))) {
            broker.subscription(NUMBERS).capacity(turns).onEvent(seen::add);
            AtomicInteger turn = new AtomicInteger();
            List<Task<Boolean>> publishers = new ArrayList<>();
            for (int p = 0; p < 2; p++) {
                int mine = p;
                publishers.add(Task.run("publisher", () -> {
                    for (int i = mine; i < turns; i += 2) {
                        while (turn.get() != i) {
                            Thread.yield();
                        }
                        if (i % 3 != 0 || !broker.tryPublish(NUMBERS, i)) {
                            broker.publish(NUMBERS, i);
                        }
                        turn.set(i + 1);
                    }
                }));
            }
            for (Task<Boolean> publisher : publishers) {
                publisher.get();
            }
        }
        assertInOrder(seen, turns);
    }

    @Test
    void publishersThatHandOverThroughAQueueKeepTheirOrder() throws Exception {
        int turns = 2_000;
        List<Integer> seen = new ArrayList<>();
        try (Broker broker = Broker.open()) {
            broker.subscription(NUMBERS).capacity(turns).onEvent(seen::add);
            List<SynchronousQueue<Integer>> batons =
                    List.of(new SynchronousQueue<>(), new SynchronousQueue<>(), new SynchronousQueue<>());
            List<Task<Boolean>> runners = new ArrayList<>();
            for (int r = 0; r < 3; r++) {
                SynchronousQueue<Integer> mine = batons.get(r);
                SynchronousQueue<Integer> next = batons.get((r + 1) % 3);
                runners.add(Task.run("runner", () -> {
                    int i = mine.take();
                    for (; i < turns; i = mine.take()) {
                        broker.publish(NUMBERS, i);
                        next.put(i + 1);
                    }
                    if (i < turns + 2) {
                        next.put(i + 1);
                    }
                }));
            }
            batons.get(0).put(0);
            for (Task<Boolean> runner : runners) {
                runner.get();
            }
        }
        assertInOrder(seen, turns);
    }

    @Test
    void whatAHandlerPublishesComesAfterWhatItHandled() throws Exception {
        int causes = 3_000;
        Topic<String> story = Topic.of("story", String.class);
        List<List<String>> accounts = List.of(new ArrayList<>(), new ArrayList<>());
        try (Broker broker = Broker.open(BrokerConfig.defaults()
                .withRingSize(2)
                .withDefaultCapacity(2 * causes)
                .withCloseTimeout(PATIENCE))) {
            for (List<String> account : accounts) {
                broker.subscribe(story, account::add);
            }
            broker.subscribe(story, event -> {
                if (event.startsWith("cause")) {
                    broker.publish(story, event.replace("cause", "effect"));
                }
            });
            for (int i = 0; i < causes; i++) {
                broker.publish(story, "cause " + i);
            }
        }
        assertThat(accounts.get(0)).hasSize(2 * causes).isEqualTo(accounts.get(1));
        Map<String, Integer> position = new ConcurrentHashMap<>();
        for (int i = 0; i < 2 * causes; i++) {
            position.put(accounts.get(0).get(i), i);
        }
        for (int i = 0; i < causes; i++) {
            assertThat(position.get("effect " + i)).isGreaterThan(position.get("cause " + i));
        }
    }

    @Test
    void severalWorkersEachSeeTheOrder() throws Exception {
        Map<Thread, List<Integer>> seen = new ConcurrentHashMap<>();
        try (Broker broker = Broker.open(BrokerConfig.defaults().withCloseTimeout(PATIENCE))) {
            broker.subscription(NUMBERS)
                    .capacity(20_000)
                    .concurrency(4)
                    .onEvent(n -> seen.computeIfAbsent(Thread.currentThread(), t -> new ArrayList<>())
                            .add(n));
            for (int i = 0; i < 20_000; i++) {
                broker.publish(NUMBERS, i);
            }
        }
        assertThat(seen.values()).allSatisfy(list -> assertThat(list).isSorted());
        assertThat(seen.values().stream().mapToInt(List::size).sum()).isEqualTo(20_000);
    }

    @Test
    void severalReadersOfAnInboxEachSeeTheOrder() throws Exception {
        try (Broker broker = Broker.open()) {
            Inbox<Integer> inbox = broker.subscription(NUMBERS).capacity(20_000).inbox();
            CountDownLatch reading = new CountDownLatch(3);
            List<Task<List<Integer>>> readers = new ArrayList<>();
            for (int r = 0; r < 3; r++) {
                int style = r;
                readers.add(Task.call("reader", () -> {
                    List<Integer> mine = new ArrayList<>();
                    reading.countDown();
                    try {
                        while (true) {
                            if (style == 0) {
                                mine.add(inbox.take());
                            } else if (style == 1) {
                                inbox.drainTo(mine);
                                Integer next = inbox.poll();
                                if (next != null) {
                                    mine.add(next);
                                }
                            } else {
                                Integer next = inbox.poll(Duration.ofNanos(1));
                                if (next != null) {
                                    mine.add(next);
                                }
                            }
                        }
                    } catch (SubscriptionClosedException e) {
                        return mine;
                    }
                }));
            }
            Tests.awaitLatch(reading);
            for (int i = 0; i < 20_000; i++) {
                broker.publish(NUMBERS, i);
            }
            inbox.unsubscribe();
            List<Integer> all = new ArrayList<>();
            for (Task<List<Integer>> reader : readers) {
                assertThat(reader.get()).isSorted();
                all.addAll(reader.get());
            }
            assertThat(all)
                    .containsExactlyInAnyOrderElementsOf(
                            IntStream.range(0, 20_000).boxed().toList());
        }
    }

    private static void assertInOrder(List<Integer> seen, int count) {
        assertThat(seen).hasSize(count);
        for (int i = 0; i < count; i++) {
            assertThat(seen.get(i)).isEqualTo(i);
        }
    }
}
