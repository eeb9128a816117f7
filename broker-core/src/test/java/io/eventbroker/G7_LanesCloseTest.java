package io.eventbroker;

import static io.eventbroker.Tests.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventbroker.BrokerStats.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** G7: what a lane accepted survives its close and the broker's, what it refused is never seen, and nobody hangs. */
class G7_LanesCloseTest {
    private static final Topic<Integer> NUMBERS = Topic.of("numbers", Integer.class);
    private static final Topic<String> WORDS = Topic.of("words", String.class);
    private static final List<Topic<Integer>> STAGES = IntStream.rangeClosed(0, 3)
            .mapToObj(i -> Topic.of("stage." + i, Integer.class))
            .toList();

    private static final Duration HOUR = Duration.ofHours(1);
    private static final int STAGGER = 4_000;

    /** So many are published at most before the close has begun; queues hold them all. */
    private static final int MOST = 20_000;

    private static final BrokerConfig SMALL =
            BrokerConfig.defaults().withLaneSize(8).withDefaultCapacity(1 << 15).withCloseTimeout(PATIENCE);

    private static List<Integer> upTo(int count) {
        return IntStream.range(0, count).boxed().toList();
    }

    private enum Ending {
        CUT_SHORT,
        THROWN
    }

    /** Publishes 0, 1, 2 … in all ways until it is refused for good, and keeps its own books. */
    private static final class Publisher {
        final List<Integer> accepted = new ArrayList<>();
        int refused;

        /** Whether a batch was cut short, which counts its next event as refused if it was the broker that closed. */
        Ending ending = Ending.THROWN;

        void publishUntilRefused(Lane<Integer> lane, BooleanSupplier closeHasBegun) {
            Random random = ThreadLocalRandom.current();
            try {
                while (true) {
                    if (accepted.size() >= MOST) {
                        Tests.awaitTrue("close begun", closeHasBegun::getAsBoolean);
                    }
                    publish(lane, random.nextInt(30));
                }
            } catch (BrokerClosedException e) {
                refused++;
            } catch (IllegalStateException e) {
                assertThat(e).isExactlyInstanceOf(IllegalStateException.class).hasMessageContaining("is closed");
            }
        }

        private void publish(Lane<Integer> lane, int way) {
            int next = accepted.size();
            if (way == 0) {
                lane.publish(next);
                accepted.add(next);
            } else if (way == 1) {
                if (lane.tryPublish(next)) {
                    accepted.add(next);
                } else {
                    refused++;
                }
            } else {
                List<Integer> batch = IntStream.range(next, next + way).boxed().toList();
                int taken = lane.publishAll(batch);
                assertThat(taken).isBetween(1, way);
                accepted.addAll(batch.subList(0, taken));
                ending = taken < way ? Ending.CUT_SHORT : Ending.THROWN;
            }
        }
    }

    // ---- the lane

    /**
     * Hazard: the closer and the publisher, who issues no fence, both believe they have an event, or neither does;
     * forbidden: an accepted event is not delivered, a refused one is, or one twice.
     */
    @Test
    void whatRacesWithTheCloseOfALaneIsAcceptedAndDeliveredOrRefused() throws Exception {
        try (Broker broker = Broker.open(SMALL)) {
            long[] sum = new long[2];
            Tests.race("lane close against publish", Ending.class, 150, () -> {
                Inbox<Integer> seen = broker.inbox(NUMBERS);
                Lane<Integer> lane = broker.lane(NUMBERS);
                CyclicBarrier start = new CyclicBarrier(2);
                Publisher publisher = new Publisher();
                Task<Boolean> owner = Task.run("owner", () -> {
                    Tests.meet(start);
                    publisher.publishUntilRefused(lane, ((RingLane<?>) lane).ring::isClosed);
                });
                Tests.meet(start);
                Tests.stagger(ThreadLocalRandom.current(), STAGGER);
                lane.close();
                seen.unsubscribe(); // so that what comes out of the lane after its close is missing
                owner.get();
                List<Integer> received = new ArrayList<>();
                seen.forEach(received::add);
                assertThat(received).isEqualTo(publisher.accepted);
                sum[0] += publisher.accepted.size();
                sum[1] += publisher.refused;
                assertThat(broker.stats().accepted()).isEqualTo(sum[0]);
                assertThat(broker.stats().refused()).isEqualTo(sum[1]);
                return publisher.ending;
            });
        }
    }

    @Test
    void allMayCloseALaneAtOnceAndEachReturnsWhenItIsDone() throws Exception {
        try (Broker broker = Broker.open(SMALL)) {
            Tests.repeat(40, () -> {
                long before = broker.stats().accepted();
                Lane<Integer> lane = broker.lane(NUMBERS);
                CyclicBarrier start = new CyclicBarrier(3);
                List<Task<Boolean>> closers = new ArrayList<>();
                for (int i = 0; i < 2; i++) {
                    closers.add(Task.run("closer", () -> {
                        Tests.meet(start);
                        lane.close();
                        assertThat(broker.stats().accepted()).isEqualTo(before + 8);
                    }));
                }
                assertThat(lane.publishAll(upTo(8))).isEqualTo(8);
                Tests.meet(start);
                lane.close();
                assertThat(broker.stats().accepted()).isEqualTo(before + 8);
                for (Task<Boolean> closer : closers) {
                    closer.get();
                }
            });
        }
    }

    @Test
    void anInterruptDoesNotEndTheCloseOfALaneAndIsKept() throws Exception {
        try (Broker broker = Broker.open(SMALL)) {
            Inbox<Integer> seen = broker.inbox(NUMBERS);
            Lane<Integer> lane = broker.lane(NUMBERS);
            lane.publish(1);
            Task.run("interrupted", () -> {
                        Thread.currentThread().interrupt();
                        lane.close();
                        assertThat(Thread.currentThread().isInterrupted()).isTrue();
                        assertThat(seen.stats().queued()).isEqualTo(1);
                    })
                    .get();
        }
    }

    // ---- the broker

    /**
     * Hazard: an event is stored in a lane after the closing loop has looked there for the last time; forbidden: it was
     * accepted and is in no total, a refused one is seen, or a publisher or a closer hangs.
     */
    @ParameterizedTest
    @CsvSource({"true, false", "true, true", "false, false", "false, true"})
    void whatRacesWithTheCloseOfTheBrokerIsAcceptedAndAccountedOrRefused(boolean patient, boolean lanesToo)
            throws Exception {
        String name = "broker close against lanes, patient " + patient + ", lanes closed too " + lanesToo;
        Tests.race(name, Ending.class, 60, () -> {
            Broker broker = Broker.open(SMALL);
            CyclicBarrier start = new CyclicBarrier(lanesToo ? 4 : 3);
            List<Integer> received = new ArrayList<>();
            Subscription all = broker.subscribe(NUMBERS, received::add);
            Lane<Integer> heard = broker.lane(NUMBERS);
            Lane<Integer> unheard = broker.lane(Topic.of("unheard", Integer.class));
            List<Publisher> publishers = List.of(new Publisher(), new Publisher());
            List<Task<Boolean>> others = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                Publisher publisher = publishers.get(i);
                Lane<Integer> lane = i == 0 ? heard : unheard;
                others.add(Task.run("owner", () -> {
                    Tests.meet(start);
                    publisher.publishUntilRefused(
                            lane,
                            () -> ((RingLane<?>) lane).ring.isClosed()
                                    || broker.stats().state() != State.OPEN);
                }));
            }
            if (lanesToo) {
                others.add(Task.run("closer of lanes", () -> {
                    Tests.meet(start);
                    Tests.stagger(ThreadLocalRandom.current(), 2 * STAGGER);
                    heard.close();
                    unheard.close();
                }));
            }
            Tests.meet(start);
            Tests.stagger(ThreadLocalRandom.current(), STAGGER);
            broker.close(patient ? PATIENCE : Duration.ZERO);
            for (Task<Boolean> other : others) {
                other.get();
            }
            Publisher wanted = publishers.get(0);
            int accepted = wanted.accepted.size() + publishers.get(1).accepted.size();
            BrokerStats stats = broker.stats();
            assertThat(stats.state()).isEqualTo(State.CLOSED);
            assertThat(stats.accepted()).as("accepted").isEqualTo(accepted);
            long refused = wanted.refused + publishers.get(1).refused;
            long cut = publishers.stream()
                    .filter(p -> p.ending == Ending.CUT_SHORT)
                    .count();
            assertThat(stats.refused()).as("refused").isBetween(lanesToo ? refused : refused + cut, refused + cut);
            assertThat(stats.offered()).isEqualTo(stats.accepted() + stats.refused());
            assertThat(stats.routed() + stats.unrouted() + stats.discarded()).isEqualTo(accepted);
            assertThat(all.stats().matched()).isEqualTo(stats.routed());
            assertThat(received.size() + all.stats().abandoned() + all.stats().dropped())
                    .isEqualTo(stats.routed());
            if (patient) {
                assertThat(stats.discarded()).isZero();
                assertThat(received).isEqualTo(wanted.accepted);
            } else {
                assertThat(received).isEqualTo(wanted.accepted.subList(0, received.size()));
            }
            return wanted.ending;
        });
    }

    private enum Opening {
        OPENED,
        REFUSED
    }

    @Test
    void aLaneOpenedWhileTheBrokerClosesIsOpenedAndServedOrRefused() throws Exception {
        Tests.race("broker close against lane", Opening.class, 100, () -> {
            Broker broker = Broker.open(SMALL);
            CyclicBarrier start = new CyclicBarrier(2);
            AtomicReference<Opening> opening = new AtomicReference<>(Opening.REFUSED);
            Publisher publisher = new Publisher();
            Task<Boolean> owner = Task.run("owner", () -> {
                Tests.meet(start);
                Tests.stagger(ThreadLocalRandom.current(), STAGGER);
                try {
                    Lane<Integer> lane = broker.lane(NUMBERS);
                    opening.set(Opening.OPENED);
                    publisher.publishUntilRefused(lane, () -> broker.stats().state() != State.OPEN);
                    lane.close();
                } catch (BrokerClosedException e) {
                    assertThat(broker.stats().state()).isNotEqualTo(State.OPEN);
                }
            });
            Tests.meet(start);
            Tests.stagger(ThreadLocalRandom.current(), STAGGER);
            broker.close(PATIENCE);
            owner.get();
            assertThat(broker.stats().accepted()).isEqualTo(publisher.accepted.size());
            assertThat(broker.stats().refused())
                    .isEqualTo(publisher.refused + (publisher.ending == Ending.CUT_SHORT ? 1 : 0));
            return opening.get();
        });
    }

    // ---- handlers

    @ParameterizedTest
    @ValueSource(ints = {2, 64})
    void aChainOfHandlersWithLanesLosesNothingWhenTheBrokerCloses(int laneSize) throws Exception {
        BrokerConfig config = SMALL.withLaneSize(laneSize);
        Tests.repeat(40, () -> {
            List<Integer> arrived = new ArrayList<>();
            try (Broker broker = Broker.open(config)) {
                for (int i = 0; i < 3; i++) {
                    Lane<Integer> next = broker.lane(STAGES.get(i + 1));
                    broker.subscribe(STAGES.get(i), next::publish);
                }
                broker.subscribe(STAGES.get(3), arrived::add);
                Lane<Integer> first = broker.lane(STAGES.get(0));
                assertThat(first.publishAll(upTo(50))).isEqualTo(50);
            }
            assertThat(arrived).isEqualTo(upTo(50));
        });
    }

    @Test
    void whileDrainingLanesOfHandlersAreOpenAndThoseOfOthersRefuse() throws Exception {
        List<String> words = new ArrayList<>();
        try (Broker broker = Broker.open(SMALL);
                Gate gate = new Gate()) {
            Lane<String> own = broker.lane(WORDS);
            Lane<String> outside = broker.lane(WORDS);
            AtomicReference<Throwable> opening = new AtomicReference<>();
            broker.subscribe(WORDS, words::add);
            broker.subscribe(NUMBERS, n -> {
                gate.hold();
                own.publish("one");
                assertThat(own.tryPublish("two")).isTrue();
                assertThat(own.publishAll(List.of("three", "four"))).isEqualTo(2);
                try {
                    broker.lane(WORDS).close();
                } catch (BrokerClosedException e) {
                    opening.set(e);
                }
                own.close();
            });
            broker.publish(NUMBERS, 1);
            gate.awaitEntered();
            Task<BrokerStats> closer = Task.call("closer", () -> broker.close(HOUR));
            Tests.awaitState(broker, State.DRAINING);
            assertThatThrownBy(() -> outside.publish("x")).isInstanceOf(BrokerClosedException.class);
            assertThatThrownBy(() -> outside.tryPublish("x")).isInstanceOf(BrokerClosedException.class);
            assertThatThrownBy(() -> outside.publishAll(List.of("x", "y"))).isInstanceOf(BrokerClosedException.class);
            assertThatThrownBy(() -> broker.lane(WORDS)).isInstanceOf(BrokerClosedException.class);
            outside.close();
            gate.open();
            BrokerStats report = closer.get();
            assertThat(words).containsExactly("one", "two", "three", "four");
            assertThat(opening.get()).as("a lane opened while draining").isNotNull();
            assertThat(report.refused()).isEqualTo(3);
            assertThat(report.accepted()).isEqualTo(5);
        }
    }

    @Test
    void whatALaneHoldsWhenHandlersAreRefusedTooIsStillRouted() {
        SteppedBroker broker = (SteppedBroker) Broker.manual();
        Lane<Integer> lane = broker.lane(NUMBERS);
        Inbox<Integer> seen = broker.inbox(NUMBERS);
        Subscription closing = broker.subscribe(WORDS, w -> {
            assertThat(lane.publishAll(upTo(20))).isEqualTo(20);
            broker.close(Duration.ofSeconds(4));
            broker.advance(Duration.ofSeconds(3));
            assertThat(broker.stepLoop()).isTrue();
            assertThat(broker.stats().state()).isEqualTo(State.CLOSING);
            assertThatThrownBy(() -> lane.publish(20)).isInstanceOf(BrokerClosedException.class);
        });
        broker.publish(WORDS, "close");
        broker.runUntilIdle();
        BrokerStats report = broker.close(HOUR);
        assertThat(closing.stats().handled()).isEqualTo(1);
        assertThat(seen).containsExactlyElementsOf(upTo(20));
        assertThat(report.discarded()).isZero();
        assertThat(report.refused()).isEqualTo(1);
    }

    /** Hazard: the lane is removed, and with it events that are not routed any more but have to be counted. */
    @Test
    void whatIsLeftInALaneWhenRoutingIsOverIsCountedAlsoIfTheLaneIsClosedThen() {
        SteppedBroker broker = (SteppedBroker) Broker.manual();
        Lane<Integer> lane = broker.lane(NUMBERS);
        Subscription closing = broker.subscribe(WORDS, w -> {
            assertThat(lane.publishAll(upTo(20))).isEqualTo(20);
            broker.close(Duration.ZERO);
            while (broker.loop.hasClaims()) { // one event is routed in each step, until the deadline is noticed
                broker.stepLoop();
            }
            lane.close();
        });
        broker.publish(WORDS, "close");
        broker.runUntilIdle();
        BrokerStats report = broker.close(HOUR);
        assertThat(closing.stats().handled()).isEqualTo(1);
        assertThat(report.state()).isEqualTo(State.CLOSED);
        assertThat(report.routed() + report.unrouted()).as("routed in time").isLessThan(21);
        assertThat(report.accepted()).isEqualTo(1 + 20);
        assertThat(report.routed() + report.unrouted() + report.discarded()).isEqualTo(1 + 20);
    }
}
