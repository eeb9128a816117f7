package io.eventbroker.examples.gallery;

import static io.eventbroker.examples.gallery.Contention.PATIENCE;
import static io.eventbroker.examples.gallery.Contention.awaitLatch;
import static io.eventbroker.examples.gallery.Contention.together;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.eventbroker.Broker;
import io.eventbroker.BrokerConfig;
import io.eventbroker.BrokerStats;
import io.eventbroker.Inbox;
import io.eventbroker.Overflow;
import io.eventbroker.Topic;
import io.eventbroker.examples.gallery.Bridge.Feed;
import io.eventbroker.examples.gallery.Bridge.Reading;
import io.eventbroker.examples.gallery.Generator.Page;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The examples that read: one source twice, several one after the other, by batches and by pages. */
class StreamsTest {
    private static final Topic<Integer> NORTH = Topic.of("north", Integer.class);

    @Test
    void bothSidesOfATeeGetAllInOneOrderAndTheSlowerSetsThePace() throws Exception {
        int each = 1_000;
        int ring = 8;
        int capacity = 4;
        int publishers = 3;
        List<Integer> left = new ArrayList<>();
        List<Integer> right = new ArrayList<>();
        AtomicInteger publishedCalls = new AtomicInteger();
        AtomicInteger ahead = new AtomicInteger();
        AtomicInteger rightRead = new AtomicInteger();
        try (Broker broker = Broker.open(BrokerConfig.defaults().withRingSize(ring))) {
            Tee<Integer> tee = new Tee<>(broker, NORTH, capacity);
            CountDownLatch allPublished = new CountDownLatch(publishers);
            together(publishers + 2, index -> {
                if (index < publishers) {
                    for (int i = 0; i < each; i++) {
                        broker.publish(NORTH, index * each + i);
                        ahead.accumulateAndGet(publishedCalls.incrementAndGet() - rightRead.get(), Math::max);
                    }
                    allPublished.countDown();
                    if (index == 0) {
                        awaitLatch(allPublished);
                        tee.close();
                    }
                } else if (index == publishers) {
                    tee.left.forEach(left::add);
                } else {
                    for (Integer event : tee.right) {
                        right.add(event);
                        rightRead.incrementAndGet();
                        Thread.yield();
                    }
                }
            });
        }
        assertThat(left).containsExactlyInAnyOrderElementsOf(range(0, publishers * each));
        assertThat(right).isEqualTo(left);
        // the queue and what went into it beyond, the ring, one for each publisher, and what is taken but not yet
        // counted
        assertThat(ahead.get()).isLessThanOrEqualTo(capacity + 2 * ring + publishers + 2);
    }

    @Test
    void bridgeReadsFeedAfterFeedThoughAllAreFilledAtOnce() throws Exception {
        int feeds = 4;
        int each = 1_000;
        List<Reading> read = new ArrayList<>();
        List<String> announced = new ArrayList<>();
        try (Broker broker = Broker.open();
                Inbox<Feed> inbox = broker.subscription(Bridge.FEEDS)
                        .overflow(Overflow.BACKPRESSURE)
                        .inbox()) {
            List<Feed> all = new ArrayList<>();
            for (int i = 0; i < feeds; i++) {
                all.add(Bridge.announce(broker, "sensor-" + i));
                announced.add("sensor-" + i);
            }
            inbox.unsubscribe();
            together(feeds + 1, index -> {
                if (index == feeds) {
                    Bridge.bridge(inbox, read::add);
                } else {
                    Feed feed = all.get(index);
                    IntStream.range(0, each).forEach(i -> broker.publish(feed.topic(), new Reading(feed.sensor(), i)));
                    feed.readings().unsubscribe();
                }
            });
        }
        List<Reading> expected = new ArrayList<>();
        announced.forEach(sensor -> range(0, each).forEach(i -> expected.add(new Reading(sensor, i))));
        assertThat(read).isEqualTo(expected);
    }

    @Test
    void aBridgeThatFailsHoldsUpNobody() {
        try (Broker broker = Broker.open();
                Inbox<Feed> inbox = broker.inbox(Bridge.FEEDS)) {
            Feed first = Bridge.announce(broker, "first");
            Feed second = Bridge.announce(broker, "second");
            broker.publish(first.topic(), new Reading("first", 1));
            assertThatExceptionOfType(IllegalStateException.class)
                    .isThrownBy(() -> Bridge.bridge(inbox, reading -> {
                        throw new IllegalStateException("cannot store " + reading);
                    }));
            assertThat(broker.stats().subscriptions()).as("subscriptions left").isEmpty();
            assertThat(broker.tryPublish(second.topic(), new Reading("second", 1)))
                    .isTrue();
        }
    }

    @Test
    void aFeedThatCannotBeAnnouncedIsNotLeftBehind() {
        try (Broker broker = Broker.open();
                Inbox<Feed> inbox = broker.subscription(Bridge.FEEDS)
                        .capacity(1)
                        .overflow(Overflow.BACKPRESSURE)
                        .inbox()) {
            List<Feed> announced = new ArrayList<>();
            Thread.currentThread().interrupt(); // so that nobody waits for room
            assertThatExceptionOfType(CancellationException.class).isThrownBy(() -> {
                while (true) {
                    announced.add(Bridge.announce(broker, "sensor-" + announced.size()));
                }
            });
            assertThat(announced).isNotEmpty();
            assertThat(broker.stats().subscriptions())
                    .as("the inbox of feeds, and the feeds in it")
                    .hasSize(1 + announced.size());
            assertThat(inbox.stats().dropped()).isZero();
        } finally {
            assertThat(Thread.interrupted()).isTrue(); // for the other tests
        }
    }

    @Test
    void batchesAreNeitherEmptyNorTooLargeAndHoldEachEventOnce() throws Exception {
        int each = 1_000;
        int most = 7;
        List<Integer> read = new ArrayList<>();
        List<Integer> sizes = new ArrayList<>();
        try (Broker broker = Broker.open();
                Inbox<Integer> inbox = broker.subscription(NORTH)
                        .overflow(Overflow.BACKPRESSURE)
                        .inbox()) {
            CountDownLatch published = new CountDownLatch(3);
            together(4, index -> {
                if (index < 3) {
                    IntStream.range(index * each, (index + 1) * each).forEach(i -> broker.publish(NORTH, i));
                    published.countDown();
                    if (index == 0) {
                        awaitLatch(published);
                        inbox.unsubscribe();
                    }
                } else {
                    for (List<Integer> batch = Batching.next(inbox, most, Duration.ofMillis(1));
                            !batch.isEmpty();
                            batch = Batching.next(inbox, most, Duration.ofMillis(1))) {
                        sizes.add(batch.size());
                        read.addAll(batch);
                    }
                }
            });
        }
        assertThat(sizes).allSatisfy(size -> assertThat(size).isBetween(1, most));
        assertThat(read).containsExactlyInAnyOrderElementsOf(range(0, 3 * each));
        for (int publisher = 0; publisher < 3; publisher++) {
            int own = publisher;
            assertThat(read.stream().filter(i -> i / each == own))
                    .containsExactlyElementsOf(range(own * each, (own + 1) * each));
        }
    }

    @Test
    void aBatchDoesNotWaitForMoreThanItsPatience() throws Exception {
        try (Broker broker = Broker.open();
                Inbox<Integer> inbox = broker.inbox(NORTH)) {
            broker.publish(NORTH, 1);
            assertThat(Batching.next(inbox, 100, Duration.ofMillis(20))).containsExactly(1);
            BrokerStats report = broker.close(PATIENCE);
            assertThat(report.accepted()).isEqualTo(1);
            assertThat(Batching.next(inbox, 100, PATIENCE)).isEmpty();
        }
    }

    @Test
    void aBatchThatIsInterruptedIsNotLost() throws Exception {
        try (Broker broker = Broker.open();
                Inbox<Integer> inbox = broker.inbox(NORTH)) {
            broker.publish(NORTH, 1);
            broker.publish(NORTH, 2);
            broker.inbox(NORTH).close(); // returns when what was published has been routed
            Thread.currentThread().interrupt();
            assertThat(Batching.next(inbox, 100, PATIENCE)).containsExactly(1, 2);
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
            assertThatExceptionOfType(InterruptedException.class).isThrownBy(() -> Batching.next(inbox, 100, PATIENCE));
        } finally {
            Thread.interrupted(); // for the other tests
        }
    }

    @Test
    void generatorFetchesAPageWhenItIsReadAndNoneAhead() {
        AtomicInteger fetched = new AtomicInteger();
        Generator.Source source = token -> {
            int page = fetched.getAndIncrement();
            assertThat(token).isEqualTo(page == 0 ? null : Integer.toString(page));
            return switch (page) {
                case 0 -> new Page(List.of("a", "b"), "1");
                case 1 -> new Page(List.of(), "2"); // empty, and not the last
                default -> new Page(List.of("c"), null);
            };
        };
        var keys = Generator.keysOf(source).iterator();
        assertThat(fetched).hasValue(0);
        assertThat(keys.next()).isEqualTo("a");
        assertThat(keys.next()).isEqualTo("b");
        assertThat(fetched).hasValue(1);
        assertThat(keys.next()).isEqualTo("c");
        assertThat(keys.hasNext()).isFalse();
        assertThat(fetched).hasValue(3);
    }

    @Test
    void eachLoopOverAGeneratorIsItsOwn() throws Exception {
        SampleStore store = new SampleStore(1_050, 0);
        Iterable<String> keys = Generator.keysOf(store::page);
        together(4, index -> assertThat(keys).containsExactlyElementsOf(store.keys()));
        assertThat(store.keys()).hasSize(1_050);
        Iterable<String> broken = Generator.keysOf(token -> {
            throw new IOException("gone");
        });
        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> broken.iterator().hasNext())
                .withMessageContaining("cannot list the keys");
    }

    private static List<Integer> range(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }
}
