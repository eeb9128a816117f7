package io.eventbroker;

import static io.eventbroker.Tests.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** G1: what each publisher was told, what each subscriber received and what the broker counts are the same thing. */
class G1_AccountedTest {
    private static final Topic<String> WORDS = Topic.of("words", String.class);
    private static final Topic<Object> OBJECTS = Topic.of("objects", Object.class);

    @Test
    void theEleventhOfTenIsDroppedAndCounted() throws Exception {
        try (Broker broker = Broker.open();
                Gate gate = new Gate()) {
            Subscription push = broker.subscription(WORDS).capacity(10).onEvent(w -> gate.hold());
            Inbox<String> pull = broker.subscription(WORDS).capacity(10).inbox();
            broker.publish(WORDS, "in hand");
            gate.awaitEntered();
            for (int i = 2; i <= 12; i++) {
                broker.publish(WORDS, "word " + i);
            }
            Tests.awaitTrue("routed", () -> broker.stats().routed() == 12);

            assertThat(push.stats().matched()).isEqualTo(12);
            assertThat(push.stats().inHand()).isEqualTo(1);
            assertThat(push.stats().queued()).isEqualTo(10);
            assertThat(push.stats().dropped()).isEqualTo(1);
            assertThat(pull.stats().queued()).isEqualTo(10);
            assertThat(pull.stats().dropped()).isEqualTo(2);
            gate.open();
            Tests.awaitQuiet(broker);
            assertThat(push.stats().handled()).isEqualTo(11);
            assertThat(push.stats().dropped()).isEqualTo(1);
            List<String> kept = new ArrayList<>();
            assertThat(pull.drainTo(kept)).isEqualTo(10);
            assertThat(kept).startsWith("in hand").endsWith("word 10");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 8, 9, 31, 64, 65})
    void aCapacityIsExact(int capacity) throws Exception {
        try (Broker broker = Broker.open();
                Gate gate = new Gate()) {
            Subscription one = broker.subscription(WORDS).capacity(capacity).onEvent(w -> gate.hold());
            broker.publish(WORDS, "in hand");
            gate.awaitEntered();
            Gate three = new Gate(3);
            Subscription several = broker.subscription(OBJECTS)
                    .capacity(capacity)
                    .concurrency(3)
                    .onEvent(o -> {
                        three.hold();
                        gate.hold();
                    });
            Inbox<String> inbox = broker.subscription(WORDS).capacity(capacity).inbox();
            // one by one: with a capacity of 1 or 2 the second may find the first still in the queue
            for (int i = 1; i <= 3; i++) {
                int started = i;
                broker.publish(OBJECTS, i);
                Tests.awaitTrue("in hand", () -> several.stats().inHand() == started);
            }
            three.awaitEntered();
            for (int i = 0; i < capacity + 3; i++) {
                broker.publish(WORDS, "x");
                broker.publish(OBJECTS, i);
            }
            Tests.awaitTrue("routed", () -> broker.stats().routed() == 4 + 2 * (capacity + 3));
            for (SubscriptionStats stats : List.of(one.stats(), several.stats(), inbox.stats())) {
                assertThat(stats.queued()).isEqualTo(capacity);
                assertThat(stats.dropped()).isEqualTo(3);
            }
            three.open();
        }
    }

    @Test
    void whatNobodyMatchesIsUnrouted() throws Exception {
        try (Broker broker = Broker.open()) {
            Inbox<Integer> integers = broker.inbox(OBJECTS.only(Integer.class));
            Inbox<Number> numbers = broker.inbox(OBJECTS.only(Number.class));
            broker.publish(WORDS, "nobody");
            broker.publish(OBJECTS, "not a number");
            broker.publish(OBJECTS, 1L);
            broker.publish(OBJECTS, 1);
            Tests.awaitQuiet(broker);
            assertThat(broker.stats().accepted()).isEqualTo(4);
            assertThat(broker.stats().unrouted()).isEqualTo(2);
            assertThat(broker.stats().routed()).isEqualTo(2);
            assertThat(integers.stats().matched()).isEqualTo(1);
            assertThat(numbers.stats().matched()).isEqualTo(2);
            assertThat(numbers.poll()).isEqualTo(1L);
            assertThat(numbers.poll()).isEqualTo(1);
        }
    }

    @Test
    void aRefusalIsCountedWhateverItsCause() throws Exception {
        ManualBroker broker = Broker.manual(BrokerConfig.defaults().withRingSize(2));
        broker.publish(WORDS, "1");
        broker.publish(WORDS, "2");
        assertThat(broker.tryPublish(WORDS, "full")).isFalse();
        assertThat(broker.tryPublish(WORDS, "full", Duration.ZERO)).isFalse();
        assertThat(broker.stats().refused()).isEqualTo(2);

        Task<Boolean> interrupted = Task.run("publisher", () -> broker.publish(WORDS, "interrupted"));
        Tests.awaitParked(interrupted.thread());
        interrupted.thread().interrupt();
        assertThatThrownBy(interrupted::get).hasCauseInstanceOf(CancellationException.class);
        assertThat(broker.stats().refused()).isEqualTo(3);

        Task<Boolean> late = Task.run("late publisher", () -> broker.publish(WORDS, "late"));
        Tests.awaitParked(late.thread());
        broker.close();
        assertThatThrownBy(late::get).hasCauseInstanceOf(BrokerClosedException.class);
        assertThatThrownBy(() -> broker.publish(WORDS, "closed")).isInstanceOf(BrokerClosedException.class);
        assertThatThrownBy(() -> broker.tryPublish(WORDS, "closed")).isInstanceOf(BrokerClosedException.class);
        BrokerStats stats = broker.stats();
        assertThat(stats.refused()).isEqualTo(6);
        assertThat(stats.accepted()).isEqualTo(2);
        assertThat(stats.offered()).isEqualTo(8);
        assertThat(stats.unrouted()).isEqualTo(2);
    }

    @Test
    void whatASubscriptionLeftBehindStaysInTheBrokersTotals() throws Exception {
        try (Broker broker = Broker.open();
                Gate gate = new Gate()) {
            Subscription leaver = broker.subscribe(WORDS, w -> gate.hold());
            for (int i = 0; i < 5; i++) {
                broker.publish(WORDS, "x");
            }
            gate.awaitEntered();
            leaver.unsubscribe();
            assertThat(broker.stats().subscriptions()).isEmpty();
            gate.open();
            Tests.awaitQuiet(broker);
            assertThat(leaver.stats().matched()).isEqualTo(5);
            assertThat(leaver.stats().handled()).isEqualTo(1);
            assertThat(leaver.stats().abandoned()).isEqualTo(4);
            assertThat(broker.stats().routed()).isEqualTo(5);
            broker.publish(WORDS, "y");
            assertThat(broker.close(PATIENCE).unrouted()).isEqualTo(1);
        }
    }

    /** Small ring, small queues, several classes, failing handlers, comers and goers, all ways to publish. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void everyMessageIsAccountedUnderLoad(long seed) throws Exception {
        Traffic traffic = new Traffic(seed, 2_500);
        traffic.start();
        traffic.join();
        Tests.awaitQuiet(traffic.broker());
        traffic.verify(traffic.broker().stats());
        traffic.verify(traffic.broker().close(PATIENCE));
    }

    @ParameterizedTest
    @ValueSource(longs = {5, 6, 7, 8})
    void everyMessageIsAccountedWhenTheBrokerClosesUnderLoad(long seed) throws Exception {
        Traffic traffic = new Traffic(seed, Integer.MAX_VALUE);
        traffic.start();
        Tests.awaitTrue("traffic", () -> traffic.broker().stats().accepted() > 4_000);
        BrokerStats report = traffic.broker().close(seed % 2 == 0 ? Duration.ofMillis(seed % 4) : PATIENCE);
        traffic.join();
        Tests.awaitTrue(
                "last calls ended",
                () -> traffic.broker().stats().subscriptions().stream().allMatch(s -> s.inHand() == 0));
        assertThat(report.state()).isEqualTo(BrokerStats.State.CLOSED);
        traffic.verify(traffic.broker().stats());
    }

    @Test
    void totalsNeverGoBackwardsAndNeverContradictEachOther() throws Exception {
        Traffic traffic = new Traffic(9, Integer.MAX_VALUE);
        AtomicLong snapshots = new AtomicLong();
        Task<Boolean> sampler = Task.run("sampler", () -> {
            LedgerWatch watch = new LedgerWatch();
            BrokerStats stats;
            do {
                stats = traffic.broker().stats();
                watch.observe(stats);
                watch.observe(traffic.aSubscription().stats());
                snapshots.incrementAndGet();
            } while (stats.state() != BrokerStats.State.CLOSED);
            watch.observe(traffic.broker().stats());
        });
        traffic.start();
        Tests.awaitTrue(
                "samples",
                () -> sampler.isDone()
                        || snapshots.get() > 2_000 && traffic.broker().stats().accepted() > 2_000);
        traffic.broker().close(Duration.ofSeconds(2));
        sampler.get();
        traffic.join();
    }

    /** Hazard: a consumer takes an event before it is counted as waiting, and a snapshot shows fewer than none. */
    @Test
    void aSnapshotNeverShowsFewerThanNoneNorMoreThanTheCapacityWaiting() throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        Broker broker = Broker.open();
        Subscription push = broker.subscription(WORDS).capacity(2).onEvent(n -> {});
        Inbox<String> inbox = broker.subscription(WORDS).capacity(2).inbox();
        Task<Boolean> publisher = Task.run("publisher", () -> {
            while (!over.get()) {
                broker.publish(WORDS, "w");
            }
        });
        Task<Boolean> reader = Task.run("reader", () -> {
            while (!over.get()) {
                inbox.poll();
            }
        });
        for (int i = 0; i < 100_000; i++) {
            assertThat(push.stats().queued()).isBetween(0L, 2L);
            assertThat(inbox.stats().queued()).isBetween(0L, 2L);
        }
        over.set(true);
        publisher.get();
        reader.get();
        broker.close(PATIENCE);
    }

    /** Many looks at one subscription at full speed: what is read in the wrong order shows only now and then. */
    @Test
    void aSnapshotNeverShowsMoreDeliveredThanMatched() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        try (Broker broker = Broker.open(BrokerConfig.defaults().withRingSize(64))) {
            Subscription push = broker.subscription(WORDS).capacity(4).onEvent(w -> {});
            Inbox<String> pull = broker.subscription(WORDS).capacity(4).inbox();
            Task<Boolean> publisher = Task.run("publisher", () -> {
                while (!done.get()) {
                    broker.publish(WORDS, "w");
                }
            });
            Task<Boolean> reader = Task.run("reader", () -> {
                while (!done.get()) {
                    pull.poll();
                }
            });
            LedgerWatch watch = new LedgerWatch();
            for (int i = 0; i < 200_000; i++) {
                watch.observe(push.stats());
                watch.observe(pull.stats());
            }
            done.set(true);
            publisher.get();
            reader.get();
        }
    }

    /** A reader that polls has a message before the broker thread has offered it to the forty behind it. */
    @Test
    void whoeverHasAMessageFindsItAccepted() throws Exception {
        int messages = 20_000;
        try (Broker broker = Broker.open()) {
            Inbox<String> first = broker.subscription(WORDS).capacity(messages).inbox();
            List<Inbox<String>> behind = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                behind.add(broker.subscription(WORDS).capacity(1).inbox());
            }
            Task<Integer> reader = Task.call("reader", () -> {
                int early = 0;
                for (int taken = 0; taken < messages; ) {
                    if (first.poll() != null) {
                        taken++;
                        early += broker.stats().accepted() < taken ? 1 : 0;
                    }
                }
                return early;
            });
            for (int i = 0; i < messages; i++) {
                broker.publish(WORDS, "w");
            }
            assertThat(reader.get()).isZero();
            Tests.awaitTrue(
                    "routed",
                    () -> behind.stream().allMatch(inbox -> inbox.stats().matched() == messages));
        }
    }
}
