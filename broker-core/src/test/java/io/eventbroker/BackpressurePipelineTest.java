package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Chains of handlers with the smallest queues and rings lose nothing, keep the order, and see no cycle where none is. */
class BackpressurePipelineTest {
    private static final int STAGES = 4;

    /** How many events a part of the traffic has, which is given the time that must be enough. */
    private static final int PART = 5_000;

    private static final List<Topic<Integer>> TOPICS = IntStream.rangeClosed(0, STAGES)
            .mapToObj(i -> Topic.of("stage" + i, Integer.class))
            .toList();

    private static SubscriptionBuilder<Integer> stage(Broker broker, int at) {
        return broker.subscription(TOPICS.get(at))
                .named("stage " + at)
                .capacity(1)
                .overflow(Overflow.BACKPRESSURE);
    }

    @ParameterizedTest
    @CsvSource({"2, true, 1, 10000", "2, false, 1, 15000", "65536, true, 3, 50000", "65536, false, 3, 50000"})
    void fourStagesLoseNothingAndKeepTheOrder(int ringSize, boolean byLane, int publishers, int count)
            throws Exception {
        List<Integer> received = new ArrayList<>();
        List<Subscription> stages = new ArrayList<>();
        BrokerConfig config = BrokerConfig.defaults().withRingSize(ringSize).withLaneSize(Math.min(ringSize, 64));
        try (Broker broker = Broker.open(config)) {
            stages.add(stage(broker, STAGES).onEvent(received::add));
            for (int i = STAGES - 1; i >= 0; i--) {
                Topic<Integer> next = TOPICS.get(i + 1);
                Lane<Integer> lane = broker.lane(next);
                stages.add(stage(broker, i).onEvent(byLane ? lane::publish : n -> broker.publish(next, n)));
            }
            for (int from = 0; from < count; from += PART) {
                int first = from;
                List<Task<Boolean>> tasks = IntStream.range(0, publishers)
                        .mapToObj(p -> Task.run("publisher", () -> {
                            for (int i = first + p; i < first + PART; i += publishers) {
                                broker.publish(TOPICS.get(0), i);
                            }
                        }))
                        .toList();
                for (Task<Boolean> task : tasks) {
                    assertThat(task.get()).isTrue();
                }
            }
            Tests.awaitQuiet(broker);
            assertThat(broker.stats().accepted()).isEqualTo((STAGES + 1L) * count);
        }
        assertThat(stages).allMatch(s -> s.stats().failed() == 0 && s.stats().dropped() == 0);
        assertThat(received).hasSize(count);
        int[] next = IntStream.range(0, publishers).toArray();
        for (int from = 0; from < count; from += PART) {
            for (int p = 0; p < publishers; p++) {
                next[p] = from + p;
            }
            for (int n : received.subList(from, from + PART)) {
                int p = Arrays.stream(next).boxed().toList().indexOf(n);
                assertThat(p)
                        .as("%d follows the last of its publisher, of which are next %s", n, next)
                        .isNotNegative();
                next[p] += publishers;
            }
        }
    }

    /** Hazard: all stages wait at once, and each is looked at for cycles. Forbidden: that one is found. */
    @ParameterizedTest
    @CsvSource({"1, 1", "2, 1", "1, 2"})
    void aStageThatMultipliesItsEventsIsNoCycle(int workers, int capacity) throws Exception {
        AtomicInteger received = new AtomicInteger();
        List<Subscription> stages = new ArrayList<>();
        int count = 120;
        int fan = 3;
        try (Broker broker = Broker.open(BrokerConfig.defaults().withRingSize(2))) {
            stages.add(stage(broker, STAGES)
                    .capacity(capacity)
                    .concurrency(workers)
                    .onEvent(n -> received.incrementAndGet()));
            for (int i = STAGES - 1; i >= 0; i--) {
                Topic<Integer> next = TOPICS.get(i + 1);
                stages.add(stage(broker, i)
                        .capacity(capacity)
                        .concurrency(workers)
                        .onEvent(n -> {
                            for (int copy = 0; copy < fan; copy++) {
                                broker.publish(next, n);
                            }
                        }));
            }
            Task.underWatch(() -> {
                for (int i = 0; i < count; i++) {
                    broker.publish(TOPICS.get(0), i);
                }
            });
            Tests.awaitQuiet(broker);
        }
        assertThat(stages).allMatch(s -> s.stats().failed() == 0);
        assertThat(received).hasValue(count * fan * fan * fan * fan);
    }
}
