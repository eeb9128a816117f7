package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventbroker.BrokerStats.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A manual broker does what a threaded one does, one step at a time, without a thread of its own. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class ManualBrokerTest {
    private static final Topic<Integer> NUMBERS = Topic.of("numbers", Integer.class);
    private static final Topic<String> WORDS = Topic.of("words", String.class);

    private final ManualBroker broker = Broker.manual();

    @Test
    void startsNoThreadAndUsesNoThreadFactory() {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        ManualBroker quiet = Broker.manual(BrokerConfig.defaults().withThreadFactory(task -> {
            throw new AssertionError("a manual broker needs no thread");
        }));
        List<Thread> handlers = new ArrayList<>();
        quiet.subscription(NUMBERS).concurrency(3).onEvent(event -> handlers.add(Thread.currentThread()));
        assertThat(quiet.inbox(NUMBERS).poll()).isNull();
        quiet.publish(NUMBERS, 1);
        quiet.publish(NUMBERS, 2);
        quiet.close();

        assertThat(handlers).hasSize(2).containsOnly(Thread.currentThread());
        assertThat(Thread.getAllStackTraces().keySet()).isSubsetOf(before);
    }

    /** The program of the documentation: a component tested deterministically. */
    @Test
    void aComponentIsTestedByPublishingSteppingAndReading() {
        Topic<String> ordered = Topic.of("ordered", String.class);
        Topic<String> shipped = Topic.of("shipped", String.class);
        try (ManualBroker shop = Broker.manual()) {
            shop.subscribe(ordered, id -> shop.publish(shipped, "parcel for " + id));
            Inbox<String> parcels = shop.inbox(shipped);
            shop.publish(ordered, "1");
            assertThat(parcels.poll()).isNull();

            shop.runUntilIdle();
            assertThat(parcels.poll()).isEqualTo("parcel for 1");
            assertThat(parcels.poll()).isNull();
        }
    }

    // ---- stepping

    @Test
    void nothingToDoIsToldAtOnce() {
        assertThat(broker.runOne()).isFalse();
        assertThat(broker.runUntilIdle()).isZero();
    }

    @Test
    void runOneDoesOneThingAndRoutesBeforeItHandles() {
        List<Integer> handled = new ArrayList<>();
        Subscription subscription = broker.subscribe(NUMBERS, handled::add);
        broker.publish(NUMBERS, 1);
        broker.publish(NUMBERS, 2);
        assertThat(broker.stats().routed()).isZero();

        assertThat(broker.runOne()).isTrue();
        assertThat(broker.stats().routed()).isEqualTo(1);
        assertThat(broker.runOne()).isTrue();
        assertThat(broker.stats().routed()).isEqualTo(2);
        assertThat(subscription.stats().queued()).isEqualTo(2);
        assertThat(handled).isEmpty();

        assertThat(broker.runOne()).isTrue();
        assertThat(handled).containsExactly(1);
        assertThat(broker.runOne()).isTrue();
        assertThat(handled).containsExactly(1, 2);
        assertThat(broker.runOne()).isFalse();
    }

    @Test
    void G3_subscriptionsTakeTurns() {
        List<String> order = new ArrayList<>();
        broker.subscribe(NUMBERS, n -> order.add("a" + n));
        broker.subscribe(NUMBERS, n -> order.add("b" + n));
        broker.subscribe(NUMBERS, n -> order.add("c" + n));
        broker.publish(NUMBERS, 1);
        broker.publish(NUMBERS, 2);
        broker.runUntilIdle();

        assertThat(order).containsExactly("a1", "b1", "c1", "a2", "b2", "c2");
    }

    @Test
    void runUntilIdleCountsWhatItDidWithAllThatFollowed() {
        broker.subscribe(NUMBERS, n -> {
            if (n > 0) {
                broker.publish(NUMBERS, n - 1);
            }
        });
        broker.publish(NUMBERS, 3);

        assertThat(broker.runUntilIdle()).as("4 routed, 4 handled").isEqualTo(8);
        assertThat(broker.runUntilIdle()).isZero();
    }

    @Test
    void G1_dropsExactlyWhatDoesNotFit() {
        Inbox<Integer> inbox = broker.subscription(NUMBERS).capacity(10).inbox();
        for (int i = 1; i <= 11; i++) {
            broker.publish(NUMBERS, i);
        }
        broker.runUntilIdle();

        assertThat(inbox.stats().queued()).isEqualTo(10);
        assertThat(inbox.stats().dropped()).isEqualTo(1);
        List<Integer> read = new ArrayList<>();
        inbox.drainTo(read);
        assertThat(read).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    }

    // ---- waits that step

    @Test
    void aPublishToAFullRingRoutesUntilThereIsRoom() {
        ManualBroker small = Broker.manual(BrokerConfig.defaults().withRingSize(2));
        Inbox<Integer> inbox = small.inbox(NUMBERS);
        small.publish(NUMBERS, 1);
        small.publish(NUMBERS, 2);
        small.publish(NUMBERS, 3);
        assertThat(small.stats().routed()).isEqualTo(1);
        assertThat(small.tryPublish(NUMBERS, 4, Duration.ofSeconds(1))).isTrue();
        assertThat(small.stats().routed()).isEqualTo(2);

        small.runUntilIdle();
        List<Integer> read = new ArrayList<>();
        inbox.drainTo(read);
        assertThat(read).containsExactly(1, 2, 3, 4);
    }

    @Test
    void aPublishThatMayNotWaitDoesNotStep() {
        ManualBroker small = Broker.manual(BrokerConfig.defaults().withRingSize(2));
        small.publish(NUMBERS, 1);
        small.publish(NUMBERS, 2);

        assertThat(small.tryPublish(NUMBERS, 3)).isFalse();
        assertThat(small.tryPublish(NUMBERS, 3, Duration.ZERO)).isFalse();
        assertThat(small.tryPublish(NUMBERS, 3, Duration.ofSeconds(-1))).isFalse();
        assertThat(small.stats().routed() + small.stats().unrouted()).isZero();
        assertThat(small.stats().refused()).isEqualTo(3);
    }

    @Test
    void G12_aHandlerMayPublishMoreThanTheRingHolds() {
        ManualBroker small = Broker.manual(BrokerConfig.defaults().withRingSize(2));
        Inbox<String> words = small.inbox(WORDS);
        small.subscribe(NUMBERS, n -> {
            for (int i = 0; i < 100; i++) {
                small.publish(WORDS, n + "." + i);
            }
        });
        small.publish(NUMBERS, 1);
        small.runUntilIdle();

        assertThat(words.stats().queued()).isEqualTo(100);
    }

    @Test
    void G6_G12_aHandlerMaySubscribeAndUnsubscribe() {
        List<String> seen = new ArrayList<>();
        List<Subscription> own = new ArrayList<>();
        own.add(broker.subscribe(NUMBERS, n -> {
            seen.add("first " + n);
            own.get(0).unsubscribe();
            broker.subscribe(NUMBERS, m -> seen.add("second " + m));
        }));
        broker.publish(NUMBERS, 1);
        broker.publish(NUMBERS, 2);
        broker.runUntilIdle();
        broker.publish(NUMBERS, 3);
        broker.runUntilIdle();

        assertThat(seen).containsExactly("first 1", "second 3");
        SubscriptionStats first = own.get(0).stats();
        assertThat(first.matched()).isEqualTo(2);
        assertThat(first.abandoned()).isEqualTo(1);
    }

    @Test
    void subscribingRoutesWhatWasPublishedBeforeAndCallsNoHandler() {
        List<Integer> handled = new ArrayList<>();
        Subscription early = broker.subscribe(NUMBERS, handled::add);
        broker.publish(NUMBERS, 1);
        Inbox<Integer> late = broker.inbox(NUMBERS);

        assertThat(early.stats().queued()).isEqualTo(1);
        assertThat(handled).isEmpty();
        assertThat(late.poll()).isNull();
        assertThat(late.stats().matched()).isZero();
    }

    @Test
    void takeStepsUntilAnEventComes() throws InterruptedException {
        Inbox<String> words = broker.inbox(WORDS);
        broker.subscribe(NUMBERS, n -> broker.publish(WORDS, "word " + n));
        broker.publish(NUMBERS, 1);

        assertThat(words.take()).isEqualTo("word 1");
    }

    @Test
    void forEachStepsUntilAnEventComes() {
        Inbox<String> words = broker.inbox(WORDS);
        List<String> read = new ArrayList<>();
        broker.subscribe(NUMBERS, n -> {
            broker.publish(WORDS, "word " + n);
            if (n == 2) {
                words.close();
            }
        });
        broker.publish(NUMBERS, 1);
        broker.publish(NUMBERS, 2);
        for (String word : words) {
            read.add(word);
        }

        assertThat(read).containsExactly("word 1", "word 2");
    }

    @Test
    void aTimedPollTakesNoRealTime() throws InterruptedException {
        Inbox<Integer> inbox = broker.inbox(NUMBERS);
        long start = System.nanoTime();
        assertThat(inbox.poll(Duration.ofDays(365))).isNull();
        assertThat(inbox.poll(Duration.ofSeconds(-1))).isNull();

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
        broker.publish(NUMBERS, 1);
        assertThat(inbox.poll(Duration.ZERO)).isNull();
        assertThat(inbox.poll(Duration.ofNanos(1))).isEqualTo(1);
    }

    @Test
    void awaitQuiescenceSteps() throws InterruptedException {
        List<Integer> handled = new ArrayList<>();
        broker.subscribe(NUMBERS, handled::add);
        broker.publish(NUMBERS, 1);
        assertThat(broker.awaitQuiescence(Duration.ZERO)).isFalse();
        assertThat(handled).isEmpty();

        assertThat(broker.awaitQuiescence(Duration.ofSeconds(1))).isTrue();
        assertThat(handled).containsExactly(1);
        assertThat(broker.awaitQuiescence(Duration.ZERO)).isTrue();
    }

    @Test
    void G7_closeSteps() {
        List<String> seen = new ArrayList<>();
        broker.subscribe(NUMBERS, n -> broker.publish(WORDS, "word " + n));
        broker.subscribe(WORDS, seen::add);
        broker.publish(NUMBERS, 1);
        BrokerStats report = broker.close(Duration.ofSeconds(1));

        assertThat(seen).containsExactly("word 1");
        assertThat(report.state()).isEqualTo(State.CLOSED);
        assertThat(report.subscriptions()).hasSize(2).allMatch(one -> one.handled() == 1 && !one.stuck());
        assertThatThrownBy(() -> broker.publish(NUMBERS, 2)).isInstanceOf(BrokerClosedException.class);
        assertThat(broker.runOne()).isFalse();
    }

    // ---- waits that nothing ends

    @Test
    void aTakeThatWouldWaitForEverSaysSo() throws InterruptedException {
        Inbox<Integer> inbox = broker.inbox(NUMBERS);
        assertThatThrownBy(inbox::take)
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessageContaining("for ever");
        assertThatThrownBy(() -> inbox.iterator().hasNext()).isExactlyInstanceOf(IllegalStateException.class);

        broker.publish(NUMBERS, 1);
        assertThat(inbox.poll(Duration.ofSeconds(1)))
                .as("the failed waits left nothing behind")
                .isEqualTo(1);
    }

    @Test
    void aTakeByAHandlerThatWaitsForItsOwnEventsSaysSo() {
        List<Throwable> thrown = new ArrayList<>();
        Inbox<String> words = broker.inbox(WORDS);
        Subscription asking = broker.subscribe(NUMBERS, n -> {
            try {
                words.take();
            } catch (IllegalStateException e) {
                thrown.add(e);
            }
        });
        broker.subscribe(NUMBERS, n -> {});
        broker.publish(NUMBERS, 1);
        broker.publish(NUMBERS, 2);
        broker.runUntilIdle();

        assertThat(thrown).hasSize(2).allMatch(e -> e.getClass() == IllegalStateException.class);
        assertThat(asking.stats().handled()).isEqualTo(2);
    }

    @Test
    void awaitQuiescenceByAHandlerIsRefused() {
        List<Throwable> thrown = new ArrayList<>();
        broker.subscribe(NUMBERS, n -> {
            try {
                broker.awaitQuiescence(Duration.ofDays(1));
            } catch (IllegalStateException e) {
                thrown.add(e);
            }
        });
        broker.publish(NUMBERS, 1);
        broker.runUntilIdle();

        assertThat(thrown).hasSize(1);
    }
}
