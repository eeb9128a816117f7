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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** G7: close against publishers, subscribers, unsubscribers and other closers. */
class G7_ClosersTest {
    private static final Topic<Integer> NUMBERS = Topic.of("numbers", Integer.class);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final int STAGGER = 3_000;

    private final Random random = new Random(7);

    private enum Publish {
        ACCEPTED,
        REFUSED
    }

    @Test
    void aPublishThatRacesWithCloseIsAcceptedAndAccountedOrRefused() throws Exception {
        Tests.race("publish against close", Publish.class, 500, () -> {
            Broker broker = Broker.open(BrokerConfig.defaults().withRingSize(2));
            List<Integer> handled = new ArrayList<>();
            broker.subscribe(NUMBERS, handled::add);
            CyclicBarrier start = new CyclicBarrier(2);
            Task<Publish> publisher = Task.call("publisher", () -> {
                Tests.meet(start);
                Tests.stagger(random, STAGGER);
                return publish(broker, 1);
            });
            Tests.meet(start);
            Tests.stagger(random, 10 * STAGGER);
            BrokerStats report = broker.close(PATIENCE);
            Publish outcome = publisher.get();

            int accepted = outcome == Publish.ACCEPTED ? 1 : 0;
            assertThat(handled).as("handled when %s", outcome).hasSize(accepted);
            assertThat(report.accepted()).isEqualTo(accepted);
            assertThat(broker.stats().accepted()).isEqualTo(accepted);
            assertThat(broker.stats().refused()).isEqualTo(1 - accepted);
            assertThat(broker.stats().offered()).isEqualTo(1);
            return outcome;
        });
    }

    /** Publishers waiting for a ring of 2 must be let go; what they were told must be what the broker counts. */
    @ParameterizedTest
    @ValueSource(longs = {0, 5, 40_000})
    void publishersAtFullSpeedAreRefusedTogetherAndEachAcceptedMessageIsAccounted(long timeoutMillis) throws Exception {
        Tests.repeat(25, () -> {
            Broker broker = Broker.open(BrokerConfig.defaults().withRingSize(2));
            Subscription all = broker.subscription(NUMBERS).capacity(1 << 16).onEvent(n -> {});
            AtomicLong accepted = new AtomicLong();
            AtomicLong refused = new AtomicLong();
            CyclicBarrier start = new CyclicBarrier(4);
            List<Task<Boolean>> publishers = new ArrayList<>();
            for (int p = 0; p < 3; p++) {
                publishers.add(Task.run("publisher", () -> {
                    Tests.meet(start);
                    while (publish(broker, 1) == Publish.ACCEPTED) {
                        accepted.incrementAndGet();
                    }
                    assertThat(publish(broker, 1))
                            .as("once refused, always refused")
                            .isEqualTo(Publish.REFUSED);
                    refused.addAndGet(2);
                }));
            }
            Tests.meet(start);
            Tests.stagger(random, 10 * STAGGER);
            BrokerStats report = broker.close(Duration.ofMillis(timeoutMillis));
            for (Task<Boolean> publisher : publishers) {
                publisher.get();
            }
            BrokerStats after = broker.stats();
            assertThat(report.state()).isEqualTo(State.CLOSED);
            assertThat(after.accepted()).isEqualTo(accepted.get());
            assertThat(after.refused()).isEqualTo(refused.get());
            assertThat(after.offered()).isEqualTo(accepted.get() + refused.get());
            assertThat(after.routed() + after.discarded()).isEqualTo(accepted.get());
            Tests.awaitTrue("last call ended", () -> all.stats().inHand() == 0);
            SubscriptionStats stats = all.stats();
            assertThat(stats.matched()).isEqualTo(after.routed());
            assertThat(stats.handled() + stats.dropped() + stats.abandoned()).isEqualTo(stats.matched());
            if (timeoutMillis > 10_000) {
                assertThat(after.discarded() + stats.abandoned()).isZero();
            }
        });
    }

    @Test
    void aPublisherWaitingForAFullRingIsReleasedByClose() throws Exception {
        // a stepped broker whose owner does not step: the one way to a ring that stays full
        ManualBroker broker = Broker.manual(BrokerConfig.defaults().withRingSize(2));
        broker.publish(NUMBERS, 1);
        broker.publish(NUMBERS, 2);
        Task<Publish> forever = Task.call("publisher", () -> publish(broker, 3));
        Task<Boolean> timed = Task.call("timed publisher", () -> broker.tryPublish(NUMBERS, 4, HOUR));
        Tests.awaitParked(forever.thread());
        Tests.awaitParked(timed.thread());

        broker.close(PATIENCE);
        assertThat(forever.get()).isEqualTo(Publish.REFUSED);
        assertThatThrownBy(timed::get).hasCauseInstanceOf(BrokerClosedException.class);
        assertThat(broker.stats().accepted()).isEqualTo(2);
        assertThat(broker.stats().unrouted()).isEqualTo(2);
        assertThat(broker.stats().refused()).isEqualTo(2);
    }

    @Test
    void concurrentClosersAllGetTheFinalReport() throws Exception {
        Tests.repeat(50, () -> {
            Broker broker = Broker.open();
            broker.subscription(NUMBERS).named("sum").capacity(1_000).onEvent(n -> {});
            for (int i = 0; i < 100; i++) {
                broker.publish(NUMBERS, i);
            }
            CyclicBarrier start = new CyclicBarrier(4);
            List<Task<BrokerStats>> closers = new ArrayList<>();
            for (int c = 0; c < 4; c++) {
                closers.add(Task.call("closer", () -> {
                    Tests.meet(start);
                    return broker.close(PATIENCE);
                }));
            }
            for (Task<BrokerStats> closer : closers) {
                assertFinal(closer.get());
            }
            assertFinal(broker.close(PATIENCE));
            assertFinal(broker.close(Duration.ZERO));
            broker.close();
            assertFinal(broker.stats());
        });
    }

    private static void assertFinal(BrokerStats report) {
        assertThat(report.state()).isEqualTo(State.CLOSED);
        assertThat(report.failure()).isNull();
        assertThat(report.accepted()).isEqualTo(100);
        assertThat(report.subscriptions()).singleElement().satisfies(s -> {
            assertThat(s.name()).isEqualTo("sum");
            assertThat(s.handled()).isEqualTo(100);
        });
    }

    @Test
    void aSecondCloserWaitsAtMostItsOwnTimeoutAndDoesNotShortenTheFirst() throws Exception {
        try (Broker broker = Broker.open();
                Gate gate = new Gate()) {
            broker.subscribe(NUMBERS, n -> gate.hold());
            broker.publish(NUMBERS, 1);
            gate.awaitEntered();
            Task<BrokerStats> first = Task.call("first", () -> broker.close(HOUR));
            Tests.awaitState(broker, State.DRAINING);
            for (Duration timeout : List.of(Duration.ofMillis(50), Duration.ZERO, Duration.ofSeconds(-1))) {
                BrokerStats interim =
                        Task.call("second", () -> broker.close(timeout)).get();
                assertThat(interim.state()).isEqualTo(State.DRAINING);
                assertThat(interim.subscriptions().get(0).inHand()).isEqualTo(1);
            }
            assertThat(first.isDone()).isFalse();
            gate.open();
            assertThat(first.get().subscriptions().get(0).handled()).isEqualTo(1);
            assertThat(gate.interrupts()).isZero();
        }
    }

    @Test
    void aSecondCloserThatIsInterruptedEndsTheCloseForAll() throws Exception {
        try (Broker broker = Broker.open();
                Gate gate = new Gate()) {
            broker.subscribe(NUMBERS, n -> gate.holdStubbornly());
            broker.publish(NUMBERS, 1);
            gate.awaitEntered();
            Task<BrokerStats> first = Task.call("first", () -> broker.close(HOUR));
            Tests.awaitState(broker, State.DRAINING);
            Task<BrokerStats> second = Task.call("second", () -> broker.close(HOUR));
            Tests.awaitParked(second.thread());
            second.thread().interrupt();
            assertThat(first.get().state()).isEqualTo(State.CLOSED);
            assertThat(second.get().state()).isEqualTo(State.CLOSED);
        }
    }

    /** A handler that begets two of each would keep a drain going for ever. */
    @Test
    void aChainWithoutEndIsCutAtTheDeadline() throws Exception {
        Broker broker = Broker.open(BrokerConfig.defaults().withRingSize(4).withDefaultCapacity(1_000));
        Subscription hydra = broker.subscribe(NUMBERS, n -> {
            broker.publish(NUMBERS, n);
            broker.publish(NUMBERS, n);
        });
        broker.publish(NUMBERS, 1);
        Tests.awaitTrue("growing", () -> hydra.stats().dropped() > 1_000);
        Duration timeout = Duration.ofSeconds(1);
        BrokerStats report = Task.call("closer", () -> broker.close(timeout)).get();
        assertThat(report.state()).isEqualTo(State.CLOSED);
        SubscriptionStats stats = report.subscriptions().get(0);
        assertThat(report.accepted()).isEqualTo(report.routed() + report.discarded());
        assertThat(stats.matched())
                .isEqualTo(report.routed())
                .isEqualTo(stats.delivered() + stats.dropped() + stats.abandoned() + stats.inHand());
        assertThat(stats.stuck()).isFalse();
        assertThat(stats.failed()).as("refused at last").isPositive();
    }

    private enum Subscribe {
        SUBSCRIBED,
        REFUSED
    }

    @Test
    void aSubscribeThatRacesWithCloseSubscribesOrIsRefusedAndWhatItMadeEnds() throws Exception {
        Tests.race("subscribe against close", Subscribe.class, 300, () -> {
            AtomicInteger alive = new AtomicInteger();
            Broker broker = Broker.open(BrokerConfig.defaults().withThreadFactory(task -> {
                Thread worker = new Thread(() -> {
                    alive.incrementAndGet();
                    task.run();
                    alive.decrementAndGet();
                });
                worker.setDaemon(true);
                return worker;
            }));
            CyclicBarrier start = new CyclicBarrier(2);
            Task<Subscribe> subscriber = Task.call("subscriber", () -> {
                Tests.meet(start);
                Tests.stagger(random, STAGGER);
                try {
                    Subscription push = broker.subscribe(NUMBERS, n -> {});
                    assertThat(push.stats().matched()).isZero();
                } catch (BrokerClosedException e) {
                    assertThatThrownBy(() -> broker.inbox(NUMBERS)).isInstanceOf(BrokerClosedException.class);
                    return Subscribe.REFUSED;
                }
                return Subscribe.SUBSCRIBED;
            });
            Task<Boolean> reader = Task.run(
                    "reader",
                    () -> assertThatThrownBy(() -> broker.inbox(NUMBERS).take())
                            .isInstanceOf(IllegalStateException.class));
            Tests.meet(start);
            Tests.stagger(random, 10 * STAGGER);
            assertThat(broker.close(PATIENCE).state()).isEqualTo(State.CLOSED);
            Subscribe outcome = subscriber.get();
            reader.get();
            // a worker of a refused subscription must not linger either
            Tests.awaitTrue("workers ended", () -> alive.get() == 0);
            return outcome;
        });
    }

    private enum Unsubscribe {
        BEFORE,
        WITH_CLOSE
    }

    @Test
    void anUnsubscribeThatRacesWithCloseReturnsAndTheAccountBalances() throws Exception {
        Tests.race("unsubscribe against close", Unsubscribe.class, 300, () -> {
            Broker broker = Broker.open();
            Subscription push = broker.subscribe(NUMBERS, n -> {});
            Inbox<Integer> inbox = broker.inbox(NUMBERS);
            for (int i = 0; i < 20; i++) {
                broker.publish(NUMBERS, i);
            }
            CyclicBarrier start = new CyclicBarrier(2);
            Task<Unsubscribe> leaver = Task.call("leaver", () -> {
                Tests.meet(start);
                Tests.stagger(random, STAGGER);
                push.unsubscribe();
                inbox.unsubscribe();
                return broker.stats().state() == State.OPEN ? Unsubscribe.BEFORE : Unsubscribe.WITH_CLOSE;
            });
            Tests.meet(start);
            Tests.stagger(random, 10 * STAGGER);
            BrokerStats report = broker.close(PATIENCE);
            Unsubscribe outcome = leaver.get();

            SubscriptionStats pushed = push.stats();
            assertThat(report.accepted()).isEqualTo(20);
            assertThat(report.routed()).isEqualTo(20);
            assertThat(pushed.matched()).isEqualTo(20);
            assertThat(pushed.handled() + pushed.abandoned()).isEqualTo(20);
            assertThat(inbox.drainTo(new ArrayList<>())).isEqualTo(20);
            return outcome;
        });
    }

    private static Publish publish(Broker broker, int number) {
        try {
            broker.publish(NUMBERS, number);
            return Publish.ACCEPTED;
        } catch (BrokerClosedException e) {
            return Publish.REFUSED;
        }
    }

    /** Hazard: a subscription that was left before is no longer listed, and its handler delays the close unnamed. */
    @Test
    void theReportNamesAStuckHandlerWhoseSubscriptionWasLeftBefore() throws Exception {
        Broker broker = Broker.open();
        try (Gate gate = new Gate()) {
            Subscription left = broker.subscription(NUMBERS).named("left").onEvent(n -> gate.holdStubbornly());
            broker.publish(NUMBERS, 1);
            gate.awaitEntered();
            left.unsubscribe();
            BrokerStats report = broker.close(Duration.ofMillis(1));
            assertThat(report.subscriptions())
                    .extracting(SubscriptionStats::name)
                    .containsExactly("left");
            assertThat(report.subscriptions().get(0).stuck()).isTrue();
        }
    }

    @Test
    void aSecondCloserWithoutTimeThatIsInterruptedHurriesTheFirst() throws Exception {
        Broker broker = Broker.open();
        try (Gate gate = new Gate()) {
            broker.subscribe(NUMBERS, n -> gate.hold());
            broker.publish(NUMBERS, 1);
            gate.awaitEntered();
            Task<BrokerStats> first = Task.call("first", () -> broker.close(Duration.ofDays(1)));
            Tests.awaitState(broker, State.DRAINING);
            Task.run("second", () -> {
                        Thread.currentThread().interrupt();
                        assertThat(broker.close(Duration.ZERO)).isNotNull();
                        assertThat(Thread.currentThread().isInterrupted()).isTrue();
                    })
                    .get();
            assertThat(first.get().state()).isEqualTo(State.CLOSED);
        }
    }
}
