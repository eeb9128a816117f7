package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventbroker.BrokerStats.State;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;

/** What is done among {@link ShiftedClasses}, where the broker reads the {@link ShiftedClock}. */
final class ShiftedProbes {
    private static final Topic<Integer> NUMBERS = Topic.of("numbers", Integer.class);

    private ShiftedProbes() {}

    /** Runs a body that may throw. */
    private static <R> R calling(Callable<R> body) {
        try {
            return body.call();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /**
     * Each wait with a timeout, begun just before the clock overflows, on a threaded broker. It must last as long as it
     * was told, by the true clock, and not much longer than for ever. Returns of which waits the overflow fell inside.
     */
    static final class Waits implements Function<Boolean, Map<String, Integer>> {
        private static final Duration BEFORE = Duration.ofMillis(15);
        private static final Duration TIMEOUT = Duration.ofMillis(30);
        private static final int MOST_TRIES = 100;

        private final Map<String, Integer> passed = new LinkedHashMap<>();
        private boolean atZero;

        @Override
        public Map<String, Integer> apply(Boolean zero) {
            atZero = zero;
            return calling(this::all);
        }

        private Map<String, Integer> all() throws Exception {
            BrokerConfig config = BrokerConfig.defaults().withRingSize(2).withLaneSize(2);
            Topic<Integer> held = Topic.of("held", Integer.class);
            Broker broker = Broker.open(config);
            try (Gate gate = new Gate()) {
                Subscription stuck = broker.subscribe(held, n -> gate.holdStubbornly());
                broker.publish(held, 1);
                gate.awaitEntered();
                Inbox<Integer> empty = broker.inbox(Topic.of("empty", Integer.class));
                Inbox<Integer> full = broker.subscription(NUMBERS)
                        .capacity(1)
                        .overflow(Overflow.BACKPRESSURE)
                        .inbox();
                IntStream.range(0, 2).forEach(n -> broker.publish(NUMBERS, n));
                Tests.awaitRouted(broker);

                AtomicInteger refused = new AtomicInteger();
                across("tryPublish", () -> {
                    assertThat(broker.tryPublish(NUMBERS, 9, TIMEOUT)).isFalse();
                    refused.incrementAndGet();
                });
                across("poll", () -> assertThat(empty.poll(TIMEOUT)).isNull());
                across(
                        "select",
                        () -> assertThat(Select.of(empty).poll(TIMEOUT)).isNull());
                across(
                        "quiescence",
                        () -> assertThat(broker.awaitQuiescence(TIMEOUT)).isFalse());
                // waits without end must not notice
                Task<Integer> taker = across("take", TIMEOUT, () -> {
                    Task<Integer> waiting = Task.call("taker", empty::take);
                    assertThat(empty.poll(TIMEOUT)).isNull();
                    return waiting;
                });
                broker.publish(Topic.of("empty", Integer.class), 7);
                assertThat(taker.get()).isEqualTo(7);
                Task<Boolean> publisher = across("publish", TIMEOUT, () -> {
                    Task<Boolean> waiting = Task.run("publisher", () -> broker.publish(NUMBERS, 2));
                    assertThat(empty.poll(TIMEOUT)).isNull();
                    return waiting;
                });
                assertThat(publisher.isDone()).isFalse();
                assertThat(full.poll()).isEqualTo(0);
                assertThat(publisher.get()).isTrue();

                BrokerStats report = across("close", TIMEOUT, () -> broker.close(TIMEOUT));
                assertThat(report.state()).isEqualTo(State.CLOSED);
                assertThat(report.refused()).isEqualTo(refused.get());
                assertThat(stuck.stats().stuck()).isTrue();
                assertThat(gate.interrupts()).isEqualTo(1);
            }
            return passed;
        }

        /** Once more if the wait began so late that the clock had overflowed before. */
        private void across(String what, Tests.Body wait) throws Exception {
            for (int tries = 0; tries < MOST_TRIES && passed.getOrDefault(what, 0) == 0; tries++) {
                across(what, TIMEOUT, () -> {
                    wait.run();
                    return true;
                });
            }
        }

        private <R> R across(String what, Duration least, Callable<R> wait) throws Exception {
            ShiftedClock.untilOverflow(BEFORE, atZero);
            long start = System.nanoTime();
            R result = Task.call(what, wait).get(); // fails if it lasts for longer than patience has
            assertThat(System.nanoTime() - start).as(what).isGreaterThanOrEqualTo(least.toNanos());
            passed.merge(what, ShiftedClock.hasPassedTheLimit() ? 1 : 0, Integer::sum);
            return result;
        }
    }

    /** Random runs of a stepped broker beside its model, whose clocks begin just before they overflow. */
    static final class Simulations implements Function<long[], Integer> {
        private static final int LATEST_MILLIS = 1_200;

        /** Runs so many seeds from a first; returns in how many the overflow came. */
        @Override
        public Integer apply(long[] firstAndCount) {
            int passed = 0;
            try (SimulationLog log = new SimulationLog()) {
                for (long seed = firstAndCount[0]; seed < firstAndCount[0] + firstAndCount[1]; seed++) {
                    int millis = new Random(seed).nextInt(LATEST_MILLIS);
                    ShiftedClock.untilOverflow(Duration.ofHours(1), false); // forgets what was read, too
                    ShiftedClock.steppedUntilOverflow(Duration.ofMillis(millis));
                    new Simulation(seed, log, false).run();
                    passed += ShiftedClock.hasPassedTheLimit() ? 1 : 0;
                }
            }
            return passed;
        }
    }

    /** What is told of the time of day is what the clock said then, on both kinds of broker; returns how often. */
    static final class TimesOfDay implements Function<Boolean, Integer> {
        private static final int MESSAGES = 300;

        @Override
        public Integer apply(Boolean isManual) {
            return calling(() -> {
                Topic<Integer> retaining = NUMBERS.retaining(MESSAGES);
                List<Message<?>> taken = new ArrayList<>();
                try (Broker broker = isManual ? Broker.manual() : Broker.open()) {
                    Inbox<Message<BrokerEvent>> events =
                            broker.subscription(BrokerEvent.TOPIC).messageInbox();
                    Inbox<Message<Integer>> first =
                            broker.subscription(retaining).capacity(MESSAGES).messageInbox();
                    for (int n = 0; n < MESSAGES; n++) {
                        broker.publish(retaining, n);
                        if (n % 10 == 0) {
                            Tests.awaitQuiet(broker); // or all would be of one batch, which has one time
                        }
                    }
                    Tests.awaitQuiet(broker);
                    List<Message<Integer>> then = Tests.taken(first);
                    Inbox<Message<Integer>> later = broker.subscription(retaining)
                            .capacity(MESSAGES)
                            .replayRetained()
                            .messageInbox();
                    List<Instant> kept = Tests.taken(later).stream()
                            .map(Message::publishedAt)
                            .toList();
                    assertThat(kept)
                            .isEqualTo(then.stream().map(Message::publishedAt).toList());
                    taken.addAll(then);
                    taken.addAll(Tests.taken(events));
                }
                assertThat(taken).hasSizeGreaterThan(MESSAGES).allMatch(m -> ShiftedClock.hasTold(m.publishedAt()));
                assertThat(taken.stream().map(Message::publishedAt).distinct().count())
                        .isGreaterThanOrEqualTo(MESSAGES / 10);
                return taken.size();
            });
        }
    }
}
