package io.eventbroker;

import static io.eventbroker.Tests.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** G12: handlers that wait for room in each other's subscriptions: one wait fails, naming the cycle, and all goes on. */
class G12_CyclesTest {
    private static final List<Topic<Integer>> RING = IntStream.range(0, 3)
            .mapToObj(i -> Topic.of("t" + i, Integer.class))
            .toList();

    /** An event that makes its handler publish one more, and one that does not. */
    private static final int GO_ON = 1;

    private static final int STOP = 0;

    private enum Way {
        PUBLISH,
        LANE,
        ALL
    }

    private final Queue<PublishCycleException> cycles = new ConcurrentLinkedQueue<>();
    private final AtomicInteger published = new AtomicInteger();
    private final AtomicInteger arrived = new AtomicInteger();

    private static BrokerConfig config(boolean defaultThreads) {
        BrokerConfig config = BrokerConfig.defaults().withRingSize(8).withLaneSize(8);
        return defaultThreads ? config : config.withThreadFactory(Tests.platformThreads());
    }

    private static SubscriptionBuilder<Integer> full(Broker broker, int at) {
        return broker.subscription(RING.get(at)).named("s" + at).capacity(1).overflow(Overflow.BACKPRESSURE);
    }

    /** Fills a subscription whose handlers have what they are held with. */
    private static void fill(Broker broker, Subscription subscription, int at) {
        broker.publish(RING.get(at), GO_ON);
        broker.publish(RING.get(at), GO_ON);
        Tests.awaitRouted(broker);
        assertThat(subscription.stats().queued()).isEqualTo(2);
    }

    /** What a cycle is called by the subscription that finds it. */
    private static List<String> names(int length) {
        return IntStream.range(0, length)
                .mapToObj(first -> IntStream.rangeClosed(0, length)
                        .mapToObj(i -> "\"s" + (first + i) % length + "\"")
                        .collect(Collectors.joining(" -> ")))
                .toList();
    }

    private void publish(Broker broker, Lane<Integer> lane, Topic<Integer> to, Way way) {
        try {
            switch (way) {
                case PUBLISH -> broker.publish(to, STOP);
                case LANE -> lane.publish(STOP);
                case ALL -> assertThat(lane.publishAll(List.of(STOP))).isEqualTo(1);
                default -> throw new AssertionError(way);
            }
            published.incrementAndGet();
        } catch (PublishCycleException e) {
            cycles.add(e);
        }
    }

    /** All are full and handle what makes them publish to the next: with one event less there is no deadlock. */
    @ParameterizedTest
    @CsvSource({
        "1, PUBLISH, true",
        "2, PUBLISH, true",
        "3, PUBLISH, true",
        "1, LANE, true",
        "2, LANE, true",
        "3, ALL, true",
        "1, ALL, false",
        "2, PUBLISH, false",
        "3, LANE, false"
    })
    void ofACycleOneWaitFailsAndNamesIt(int length, Way way, boolean defaultThreads) throws Exception {
        lockUp(length, way, defaultThreads);
    }

    /** Hazard: all find the cycle at once. Forbidden: that more than one of them fails. */
    @Test
    void onlyOneWaitFailsThoughAllLookAtTheSameTime() throws Exception {
        Tests.repeat(300, () -> {
            cycles.clear();
            published.set(0);
            arrived.set(0);
            lockUp(2, Way.PUBLISH, true);
        });
    }

    private void lockUp(int length, Way way, boolean defaultThreads) throws Exception {
        try (Broker broker = Broker.open(config(defaultThreads));
                Gate gate = new Gate(length)) {
            List<Subscription> all = new ArrayList<>();
            for (int at = 0; at < length; at++) {
                Topic<Integer> next = RING.get((at + 1) % length);
                Lane<Integer> lane = broker.lane(next);
                all.add(full(broker, at).onEvent(kind -> {
                    gate.hold();
                    if (kind == GO_ON) {
                        publish(broker, lane, next, way);
                    } else {
                        arrived.incrementAndGet();
                    }
                }));
                broker.publish(RING.get(at), GO_ON);
            }
            gate.awaitEntered();
            for (int at = 0; at < length; at++) {
                fill(broker, all.get(at), at);
            }
            gate.open();
            Tests.awaitQuiet(broker);

            assertThat(cycles).hasSize(1);
            assertThat(names(length)).anyMatch(cycles.element().getMessage()::contains);
            assertThat(cycles.element()).hasMessageContaining("nothing was published");
            assertThat(published.get()).isEqualTo(3 * length - 1);
            assertThat(arrived.get()).isEqualTo(published.get());
            BrokerStats stats = broker.stats();
            assertThat(stats.refused()).isEqualTo(1);
            assertThat(stats.accepted()).isEqualTo(3L * length + published.get());
            assertThat(stats.routed()).isEqualTo(stats.accepted());
            assertThat(all).allMatch(s -> s.stats().handled() == s.stats().matched());
            assertThat(all).allMatch(s -> s.stats().dropped() == 0);
        }
    }

    /** Here the stepping thread plays all parts: as soon as one has failed, nobody publishes any more. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void onAManualBrokerTheCycleIsNamedToo(int length) {
        try (ManualBroker broker = Broker.manual()) {
            List<Subscription> all = new ArrayList<>();
            for (int at = 0; at < length; at++) {
                Topic<Integer> next = RING.get((at + 1) % length);
                Lane<Integer> lane = broker.lane(next);
                all.add(full(broker, at).onEvent(kind -> {
                    if (kind == STOP) {
                        arrived.incrementAndGet();
                    } else if (cycles.isEmpty()) {
                        publish(broker, lane, next, Way.PUBLISH);
                    }
                }));
                for (int i = 0; i < 3; i++) {
                    broker.publish(RING.get(at), GO_ON);
                }
            }
            broker.runUntilIdle();

            assertThat(cycles).hasSize(1);
            assertThat(names(length)).anyMatch(cycles.element().getMessage()::contains);
            assertThat(arrived.get()).isEqualTo(published.get());
            assertThat(broker.stats().refused()).isEqualTo(1);
            assertThat(broker.stats().accepted()).isEqualTo(3L * length + published.get());
            assertThat(all).allMatch(s -> s.stats().failed() == 0);
            assertThat(all).allMatch(s -> s.stats().handled() == s.stats().matched());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void whereOneOfTwoWorkersIsBusyTheOtherWaitsWhereBothWaitOneFails(int busyCall) throws Exception {
        boolean areBothToWait = busyCall == 0;
        try (Broker broker = Broker.open(config(true));
                Gate both = new Gate(2);
                Gate busy = new Gate()) {
            Lane<Integer> lane = broker.lane(RING.get(0)); // not in the handler, where it would park
            AtomicInteger calls = new AtomicInteger();
            Queue<Thread> publishers = new ConcurrentLinkedQueue<>();
            Subscription two = full(broker, 0).concurrency(2).onEvent(kind -> {
                int call = calls.incrementAndGet();
                if (call <= 2) {
                    both.hold();
                }
                if (kind == STOP) {
                    arrived.incrementAndGet();
                } else if (call == busyCall) {
                    busy.hold();
                } else if (call <= 2) {
                    publishers.add(Thread.currentThread());
                    publish(broker, lane, RING.get(0), Way.PUBLISH);
                }
            });
            broker.publish(RING.get(0), GO_ON);
            broker.publish(RING.get(0), GO_ON);
            both.awaitEntered();
            fill(broker, two, 0);
            both.open();
            if (!areBothToWait) {
                Tests.awaitTrue("one waits", () -> publishers.size() == 1);
                Tests.awaitParked(publishers.element());
                assertThat(cycles).isEmpty();
                busy.open();
            }
            Tests.awaitQuiet(broker);
            assertThat(cycles).hasSize(areBothToWait ? 1 : 0);
            assertThat(published.get()).isEqualTo(1);
            assertThat(arrived.get()).isEqualTo(1);
            assertThat(two.stats().handled()).isEqualTo(5);
        }
    }

    /** By order of keys a worker with nothing to do cannot help one that waits. */
    @Test
    void anIdleWorkerOfAnotherKeyIsNoHelp() throws Exception {
        Topic<String> keyed = Topic.of("keyed", String.class).keyedBy(key -> key);
        try (Broker broker = Broker.open(config(true));
                Gate gate = new Gate()) {
            Subscription s = broker.subscription(keyed)
                    .named("s0")
                    .capacity(1)
                    .concurrency(2)
                    .orderedByKey()
                    .overflow(Overflow.BACKPRESSURE)
                    .onEvent(key -> {
                        gate.hold();
                        if (published.get() == 0) {
                            try {
                                broker.publish(keyed, key);
                                published.incrementAndGet();
                            } catch (PublishCycleException e) {
                                cycles.add(e);
                            }
                        }
                    });
            broker.publish(keyed, "a");
            gate.awaitEntered();
            broker.publish(keyed, "a");
            broker.publish(keyed, "a");
            Tests.awaitRouted(broker);
            assertThat(s.stats().queued()).isEqualTo(2);
            gate.open();
            Tests.awaitQuiet(broker);
            assertThat(cycles).hasSize(1);
            assertThat(cycles.element()).hasMessageContaining("\"s0\" -> \"s0\"");
            assertThat(s.stats().handled()).isEqualTo(4);
        }
    }

    @Test
    void aWorkerOfAnotherKeyThatHasSomethingToDoMayHelp() throws Exception {
        Topic<String> keyed = Topic.of("keyed", String.class).keyedBy(key -> key);
        try (Broker broker = Broker.open(config(true));
                Gate two = new Gate(2);
                Gate busy = new Gate()) {
            Queue<Thread> publishers = new ConcurrentLinkedQueue<>();
            AtomicInteger calls = new AtomicInteger();
            Subscription s = broker.subscription(keyed)
                    .capacity(1)
                    .concurrency(2)
                    .orderedByKey()
                    .overflow(Overflow.BACKPRESSURE)
                    .onEvent(key -> {
                        if (calls.incrementAndGet() > 2) {
                            return;
                        }
                        two.hold();
                        if (key.equals("b")) {
                            busy.hold();
                        } else {
                            publishers.add(Thread.currentThread());
                            broker.publish(keyed, key);
                        }
                    });
            broker.publish(keyed, "a"); // "a" and "b" are for different workers, or the second would not be entered
            broker.publish(keyed, "b");
            two.awaitEntered();
            broker.publish(keyed, "a");
            broker.publish(keyed, "b");
            Tests.awaitRouted(broker);
            assertThat(s.stats().queued()).isEqualTo(2);
            two.open();
            Tests.awaitTrue("one waits", () -> publishers.size() == 1);
            Tests.awaitParked(publishers.element());
            busy.open();
            Tests.awaitQuiet(broker);
            assertThat(s.stats().failed()).isZero();
            assertThat(s.stats().handled()).isEqualTo(5);
        }
    }

    /** Who waits for a cycle without being part of it goes on when that is broken. */
    @Test
    void whoMerelyLeadsIntoACycleDoesNotFail() throws Exception {
        Tests.repeat(100, this::leadIntoACycle);
    }

    private void leadIntoACycle() throws Exception {
        cycles.clear();
        published.set(0);
        try (Broker broker = Broker.open(config(true));
                Gate gate = new Gate(2)) {
            Lane<Integer> lane = broker.lane(RING.get(1));
            Subscription self = full(broker, 1).onEvent(kind -> {
                gate.hold();
                if (kind == GO_ON) {
                    publish(broker, lane, RING.get(1), Way.PUBLISH);
                }
            });
            Subscription leading = full(broker, 0).onEvent(kind -> {
                gate.hold();
                broker.publish(RING.get(1), STOP);
            });
            broker.publish(RING.get(0), GO_ON);
            broker.publish(RING.get(1), GO_ON);
            gate.awaitEntered();
            fill(broker, leading, 0);
            fill(broker, self, 1);
            gate.open();
            Tests.awaitQuiet(broker);
            assertThat(cycles).isNotEmpty();
            assertThat(cycles).allMatch(e -> e.getMessage().contains("\"s1\" -> \"s1\""));
            assertThat(leading.stats().failed()).isZero();
            assertThat(leading.stats().handled()).isEqualTo(3);
            assertThat(self.stats().handled()).isEqualTo(3 + 3 + published.get());
        }
    }

    @Test
    void aBatchCutShortByACycleReturnsHowManyWereAcceptedAndTheNextCallThrows() throws Exception {
        try (Broker broker = Broker.open(config(true))) {
            AtomicInteger accepted = new AtomicInteger(-1);
            AtomicInteger calls = new AtomicInteger();
            Lane<Integer> lane = broker.lane(RING.get(0));
            Subscription s = full(broker, 0).onEvent(n -> {
                if (calls.getAndIncrement() == 0) {
                    accepted.set(
                            lane.publishAll(IntStream.range(0, 10_000).boxed().toList()));
                    assertThatThrownBy(() -> lane.publish(-1)).isInstanceOf(PublishCycleException.class);
                } else {
                    assertThat(n).isEqualTo(arrived.getAndIncrement());
                }
            });
            broker.publish(RING.get(0), -1);
            Tests.awaitQuiet(broker);
            assertThat(accepted.get()).isBetween(2, 1 + 8 + 8 + 1);
            assertThat(arrived.get()).isEqualTo(accepted.get());
            assertThat(s.stats().failed()).isZero();
            assertThat(broker.stats().refused()).isEqualTo(2);
        }
    }

    /** A handler that does not catch it fails like any other, and the rest is handled. */
    @Test
    void aHandlerThatDoesNotCatchItFails() throws Exception {
        try (Broker broker = Broker.open(config(true));
                Gate gate = new Gate()) {
            Inbox<BrokerEvent.HandlerFailed> failures = broker.inbox(DeadLetters.FAILURES);
            Subscription s = full(broker, 0).onEvent(kind -> {
                gate.hold();
                if (kind == GO_ON) {
                    broker.publish(RING.get(0), STOP);
                }
            });
            broker.publish(RING.get(0), GO_ON);
            gate.awaitEntered();
            fill(broker, s, 0);
            gate.open();
            Tests.awaitQuiet(broker);
            assertThat(s.stats().failed()).isEqualTo(1);
            assertThat(s.stats().handled()).isEqualTo(4);
            assertThat(failures.poll(PATIENCE).cause()).isInstanceOf(PublishCycleException.class);
        }
    }
}
