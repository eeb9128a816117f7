package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventbroker.BrokerEvent.DropsBegan;
import io.eventbroker.BrokerEvent.DropsEnded;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Loss is told in episodes: begun once, ended once with the exact count, when the queue has drained to half. */
class DropEpisodesTest {
    private static final Topic<Integer> NUMBERS = Topic.of("numbers", Integer.class);

    private Runnable beforeRouting = () -> {};

    private final SteppedBroker broker = new SteppedBroker(BrokerConfig.defaults(), new LoopSteps() {
        @Override
        void at(Step step) {
            if (step == Step.ROUTE) {
                Runnable todo = beforeRouting;
                beforeRouting = () -> {};
                todo.run();
            }
        }
    });
    private final Inbox<BrokerEvent> events =
            broker.subscription(BrokerEvent.TOPIC).capacity(1_000_000).inbox();

    @AfterEach
    void close() {
        broker.close(Duration.ZERO);
    }

    private void route() {
        while (broker.stepLoop()) {
            // workers are stepped by hand
        }
    }

    private void publish(int count) {
        for (int i = 0; i < count; i++) {
            broker.publish(NUMBERS, i);
        }
        route();
    }

    /** What was told of drops since the last call. */
    private List<BrokerEvent> told() {
        route();
        List<BrokerEvent> told = new ArrayList<>();
        events.drainTo(told);
        return episodesOf(told);
    }

    static List<BrokerEvent> episodesOf(List<BrokerEvent> told) {
        return told.stream()
                .filter(e -> e instanceof DropsBegan || e instanceof DropsEnded)
                .toList();
    }

    static long lost(List<BrokerEvent> told) {
        return told.stream()
                .mapToLong(e -> e instanceof DropsEnded ended ? ended.dropped() : 0)
                .sum();
    }

    static DropsBegan began(int capacity) {
        return new DropsBegan("s", "numbers", capacity);
    }

    static DropsEnded ended(long dropped) {
        return new DropsEnded("s", "numbers", dropped);
    }

    // ---- step by step

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 10})
    void anInboxHasRoomAgainWhenReadersTookHalf(int capacity) {
        Inbox<Integer> inbox =
                broker.subscription(NUMBERS).named("s").capacity(capacity).inbox();
        for (int extra : new int[] {5, 1, 3}) {
            publish(capacity);
            assertThat(told()).as("full is no loss").isEmpty();
            publish(extra);
            assertThat(told()).containsExactly(began(capacity));
            for (int left = capacity - 1; left >= 0; left--) {
                assertThat(inbox.poll()).isNotNull();
                boolean isRelief = 2 * left <= capacity && 2 * (left + 1) > capacity;
                assertThat(told())
                        .as("%d left of %d", left, capacity)
                        .isEqualTo(isRelief ? List.of(ended(extra)) : List.of());
            }
            assertThat(inbox.poll()).isNull();
            assertThat(told()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"1,1", "2,1", "3,1", "10,1", "1,3", "2,3", "3,3", "10,3"})
    void aHandlerHasRoomAgainWhenWorkersTookHalf(int capacity, int workers) {
        AtomicInteger handled = new AtomicInteger();
        broker.subscription(NUMBERS)
                .named("s")
                .capacity(capacity)
                .concurrency(workers)
                .onEvent(n -> handled.incrementAndGet());
        for (int extra : new int[] {5, 1, 3}) {
            handled.set(0);
            publish(capacity + extra);
            assertThat(told()).containsExactly(began(capacity));
            for (int left = capacity - 1; left >= 0; left--) {
                assertThat(broker.workers().get(left % workers).stepAsGuest()).isTrue();
                boolean isRelief = 2 * left <= capacity && 2 * (left + 1) > capacity;
                assertThat(told())
                        .as("%d left of %d", left, capacity)
                        .isEqualTo(isRelief ? List.of(ended(extra)) : List.of());
            }
            assertThat(handled).hasValue(capacity);
            assertThat(told()).isEmpty();
        }
    }

    /** The reason for hysteresis: at the brink of full, each event taken and each dropped would be told. */
    @Test
    void dropsBeforeTheQueueHasDrainedToHalfAreOneEpisode() {
        Inbox<Integer> inbox =
                broker.subscription(NUMBERS).named("s").capacity(10).inbox();
        publish(10);
        int dropped = 0;
        for (int i = 0; i < 20; i++) {
            publish(3);
            dropped += i == 0 ? 3 : 2;
            assertThat(inbox.poll()).isNotNull();
        }
        for (int i = 0; i < 3; i++) {
            assertThat(inbox.poll()).isNotNull(); // 6 left
        }
        publish(6);
        dropped += 2;
        assertThat(told()).containsExactly(began(10));
        assertThat(inbox.drainTo(new ArrayList<>())).isEqualTo(10);
        assertThat(told()).containsExactly(ended(dropped));
        assertThat(inbox.stats().dropped()).isEqualTo(dropped);
    }

    /** A reader is as fast as it can be: it takes half while the loop goes on to route, and to drop. */
    @Test
    void whatIsDroppedBeforeTheLoopNotesTheReliefCountsToo() {
        Inbox<Integer> inbox =
                broker.subscription(NUMBERS).named("s").capacity(1).inbox();
        publish(3);
        assertThat(told()).containsExactly(began(1));
        for (int i = 10; i < 14; i++) {
            broker.publish(NUMBERS, i);
        }
        beforeRouting = () -> assertThat(inbox.poll()).isEqualTo(0);
        assertThat(broker.loop.step(100)).isEqualTo(4);
        assertThat(told()).containsExactly(ended(2 + 3));
        assertThat(inbox.poll()).isEqualTo(10);
        assertThat(told()).as("that ended it").isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void unsubscribingEndsAnEpisode(boolean isPush) {
        SubscriptionBuilder<Integer> builder =
                broker.subscription(NUMBERS).named("s").capacity(2);
        Subscription s = isPush ? builder.onEvent(n -> {}) : builder.inbox();
        publish(6);
        assertThat(told()).containsExactly(began(2));
        s.unsubscribe();
        assertThat(told()).containsExactly(ended(4));
        broker.runUntilIdle();
        if (s instanceof Inbox<?> inbox) {
            assertThat(inbox.drainTo(new ArrayList<>())).isEqualTo(2);
        }
        assertThat(told()).as("ended once").isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"true, 0", "true, 10", "false, 0", "false, 10"})
    void closingEndsAnEpisode(boolean isPush, int seconds) {
        SubscriptionBuilder<Integer> builder =
                broker.subscription(NUMBERS).named("s").capacity(2);
        Subscription s = isPush ? builder.onEvent(n -> {}) : builder.inbox();
        publish(6);
        broker.close(Duration.ofSeconds(seconds));
        assertThat(told()).containsExactly(began(2), ended(4));
        assertThat(s.stats().dropped()).isEqualTo(4);
    }

    /** By subscription, begin and end alternate. */
    static void assertPaired(List<BrokerEvent> told) {
        List<String> dropping = new ArrayList<>();
        for (BrokerEvent event : told) {
            if (event instanceof DropsBegan began) {
                assertThat(dropping).as("%s", told).doesNotContain(began.subscription());
                dropping.add(began.subscription());
            } else if (event instanceof DropsEnded ended) {
                assertThat(dropping.remove(ended.subscription()))
                        .as("%s in %s", ended, told)
                        .isTrue();
                assertThat(ended.dropped()).isPositive();
            }
        }
        assertThat(dropping).as("never ended, in %s", told).isEmpty();
    }
}
