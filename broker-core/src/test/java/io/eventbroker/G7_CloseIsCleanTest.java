package io.eventbroker;

import static io.eventbroker.Tests.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventbroker.BrokerStats.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** G7: close loses no tail, keeps its deadline, and tells what became of everything. */
class G7_CloseIsCleanTest {
    private static final Topic<Integer> NUMBERS = Topic.of("numbers", Integer.class);
    private static final Topic<String> WORDS = Topic.of("words", String.class);
    private static final List<Topic<Integer>> STAGES = IntStream.rangeClosed(0, 4)
            .mapToObj(i -> Topic.of("stage." + i, Integer.class))
            .toList();

    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration SHORT = Duration.ofMillis(200);
    private static final BrokerConfig PATIENT = BrokerConfig.defaults().withCloseTimeout(PATIENCE);

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void aChainOfFourHandlersLosesNothingWhenTheBrokerClosesRightAfterTheLastPublish(int workers) throws Exception {
        Tests.repeat(100, () -> {
            List<Integer> arrived = new ArrayList<>();
            try (Broker broker = Broker.open(PATIENT)) {
                for (int i = 0; i < 4; i++) {
                    Topic<Integer> next = STAGES.get(i + 1);
                    broker.subscription(STAGES.get(i))
                            .capacity(1_000)
                            .concurrency(workers)
                            .onEvent(n -> broker.publish(next, n));
                }
                broker.subscription(STAGES.get(4)).capacity(1_000).onEvent(arrived::add);
                for (int i = 0; i < 50; i++) {
                    broker.publish(STAGES.get(0), i);
                }
            }
            assertThat(arrived)
                    .containsExactlyInAnyOrderElementsOf(
                            IntStream.range(0, 50).boxed().toList());
        });
    }

    @Test
    void aHandlerThatSetsOffAnotherRoundWhileDrainingIsWaitedFor() throws Exception {
        List<Integer> seen = new ArrayList<>();
        try (Broker broker = Broker.open(PATIENT)) {
            broker.subscribe(NUMBERS, n -> {
                seen.add(n);
                if (n > 0) {
                    broker.publish(NUMBERS, n - 1);
                }
            });
            broker.publish(NUMBERS, 2_000);
        }
        assertThat(seen).hasSize(2_001).last().isEqualTo(0);
    }

    @Test
    void whileDrainingHandlersPublishAndEverybodyElseIsRefused() throws Exception {
        List<String> words = new ArrayList<>();
        try (Broker broker = Broker.open(PATIENT);
                Gate gate = new Gate()) {
            AtomicReference<Task<Boolean>> helper = new AtomicReference<>();
            broker.subscribe(WORDS, words::add);
            broker.subscribe(NUMBERS, n -> {
                gate.hold();
                broker.publish(WORDS, "from a handler");
                helper.set(Task.run("helper of a handler", () -> broker.publish(WORDS, "from its helper")));
            });
            broker.publish(NUMBERS, 1);
            gate.awaitEntered();
            Task<BrokerStats> closer = Task.call("closer", () -> broker.close(HOUR));
            Tests.awaitTrue("closing begun", () -> broker.stats().state() != State.OPEN);

            assertThat(broker.stats().state()).isEqualTo(State.DRAINING);
            assertThatThrownBy(() -> broker.publish(WORDS, "x")).isInstanceOf(BrokerClosedException.class);
            assertThatThrownBy(() -> broker.tryPublish(WORDS, "x")).isInstanceOf(BrokerClosedException.class);
            assertThatThrownBy(() -> broker.tryPublish(WORDS, "x", HOUR)).isInstanceOf(BrokerClosedException.class);
            assertThat(closer.isDone()).as("close waits for the handler").isFalse();

            gate.open();
            BrokerStats report = closer.get();
            assertThat(words).containsExactly("from a handler");
            assertThatThrownBy(() -> helper.get().get()).hasRootCauseInstanceOf(BrokerClosedException.class);
            assertThat(report.state()).isEqualTo(State.CLOSED);
            assertThat(report.accepted()).isEqualTo(2);
            assertThat(broker.stats().refused()).isEqualTo(4);
        }
    }

    @Test
    void whileDrainingNobodySubscribesNotEvenAHandler() throws Exception {
        AtomicReference<Throwable> subscribe = new AtomicReference<>();
        AtomicReference<Throwable> inbox = new AtomicReference<>();
        try (Broker broker = Broker.open(PATIENT);
                Gate gate = new Gate()) {
            broker.subscribe(NUMBERS, n -> {
                gate.hold();
                subscribe.set(thrownBy(() -> broker.subscribe(WORDS, w -> {})));
                inbox.set(thrownBy(() -> assertThat(broker.inbox(WORDS)).isNull()));
            });
            broker.publish(NUMBERS, 1);
            gate.awaitEntered();
            Task<BrokerStats> closer = Task.call("closer", () -> broker.close(HOUR));
            Tests.awaitState(broker, State.DRAINING);

            assertThatThrownBy(() -> broker.subscribe(WORDS, w -> {})).isInstanceOf(BrokerClosedException.class);
            assertThatThrownBy(() -> broker.inbox(WORDS)).isInstanceOf(BrokerClosedException.class);
            gate.open();
            assertThat(closer.get().subscriptions()).hasSize(1);
        }
        assertThat(subscribe.get()).isInstanceOf(BrokerClosedException.class);
        assertThat(inbox.get()).isInstanceOf(BrokerClosedException.class);
    }

    @Test
    void withAQuarterOfTheTimeLeftHandlersAreRefusedToo() throws Exception {
        try (Broker broker = Broker.open(PATIENT);
                Gate gate = new Gate()) {
            AtomicReference<Throwable> refusal = new AtomicReference<>();
            Subscription numbers = broker.subscribe(NUMBERS, n -> {
                gate.holdStubbornly();
                refusal.set(thrownBy(() -> broker.publish(WORDS, "too late")));
            });
            broker.publish(NUMBERS, 1);
            gate.awaitEntered();
            Task<BrokerStats> closer = Task.call("closer", () -> broker.close(Duration.ofSeconds(1)));
            Tests.awaitTrue("drained", () -> broker.stats().state().compareTo(State.DRAINING) > 0);
            gate.open();
            closer.get();
            Tests.awaitTrue("handler ended", () -> numbers.stats().delivered() == 1);
            assertThat(refusal.get()).isInstanceOf(BrokerClosedException.class);
        }
    }

    @Test
    void aHandlerThatEndsInTimeIsWaitedFor() throws Exception {
        try (Broker broker = Broker.open(PATIENT);
                Gate gate = new Gate()) {
            broker.subscribe(NUMBERS, n -> gate.hold());
            for (int i = 0; i < 10; i++) {
                broker.publish(NUMBERS, i);
            }
            gate.awaitEntered();
            Task<BrokerStats> closer = Task.call("closer", () -> broker.close(HOUR));
            Tests.awaitParked(closer.thread());
            gate.open();
            assertThat(closer.get().subscriptions()).singleElement().satisfies(s -> {
                assertThat(s.handled()).isEqualTo(10);
                assertThat(s.abandoned() + s.dropped() + s.failed() + s.queued() + s.inHand())
                        .isZero();
                assertThat(s.stuck()).isFalse();
            });
            assertThat(gate.interrupts()).isZero();
        }
    }

    @Test
    void aStuckHandlerIsInterruptedOnceReportedAndLeftBehind() throws Exception {
        try (Broker broker = Broker.open(PATIENT);
                Gate gate = new Gate()) {
            Subscription stuck = broker.subscription(NUMBERS).named("stuck").onEvent(n -> gate.holdStubbornly());
            Subscription fine = broker.subscription(NUMBERS).named("fine").onEvent(n -> {});
            for (int i = 0; i < 6; i++) {
                broker.publish(NUMBERS, i);
            }
            gate.awaitEntered();
            long start = System.nanoTime();
            BrokerStats report = Task.call("closer", () -> broker.close(SHORT)).get();

            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(SHORT);
            assertThat(report.state()).isEqualTo(State.CLOSED);
            assertThat(report.subscriptions())
                    .extracting(SubscriptionStats::name)
                    .containsExactly("stuck", "fine");
            SubscriptionStats left = report.subscriptions().get(0);
            assertThat(left.stuck()).isTrue();
            assertThat(left.inHand()).isEqualTo(1);
            assertThat(left.abandoned()).isEqualTo(5);
            assertThat(left.queued()).isZero();
            assertThat(left.delivered()).isZero();
            assertThat(report.subscriptions().get(1).handled()).isEqualTo(6);
            assertThat(fine.stats().stuck()).isFalse();

            broker.close(SHORT);
            broker.close(Duration.ZERO);
            assertThat(stuck.stats().stuck()).isTrue();
            gate.open();
            Tests.awaitTrue("counters moved", () -> stuck.stats().handled() == 1);
            assertThat(stuck.stats().stuck()).isFalse();
            assertThat(stuck.stats().inHand()).isZero();
            assertThat(stuck.stats().abandoned()).isEqualTo(5);
            assertThat(gate.interrupts()).isEqualTo(1);
        }
    }

    @Test
    void everyWorkerStillRunningIsInterruptedAndCountsAsItEnds() throws Exception {
        try (Broker broker = Broker.open(PATIENT);
                Gate gate = new Gate(3)) {
            Subscription numbers =
                    broker.subscription(NUMBERS).concurrency(3).capacity(10).onEvent(n -> gate.hold());
            for (int i = 0; i < 10; i++) {
                broker.publish(NUMBERS, i);
            }
            gate.awaitEntered();
            BrokerStats report = Task.call("closer", () -> broker.close(SHORT)).get();
            assertThat(report.state()).isEqualTo(State.CLOSED);
            Tests.awaitTrue("ended", () -> numbers.stats().failed() == 3);
            assertThat(gate.interrupts()).isEqualTo(3);
            assertThat(numbers.stats().abandoned()).isEqualTo(7);
            assertThat(numbers.stats().handled() + numbers.stats().inHand()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void withoutTimeNothingIsWaitedFor(long seconds) throws Exception {
        try (Broker broker = Broker.open(PATIENT);
                Gate gate = new Gate()) {
            Subscription numbers = broker.subscribe(NUMBERS, n -> gate.hold());
            for (int i = 0; i < 10; i++) {
                broker.publish(NUMBERS, i);
            }
            gate.awaitEntered();
            BrokerStats report = Task.call("closer", () -> broker.close(Duration.ofSeconds(seconds)))
                    .get();
            assertThat(report.state()).isEqualTo(State.CLOSED);
            assertThat(report.accepted()).isEqualTo(10);
            assertThat(report.routed() + report.unrouted() + report.discarded()).isEqualTo(10);
            Tests.awaitTrue("interrupted", () -> numbers.stats().failed() == 1);
            assertThat(numbers.stats().queued()).isZero();
            assertThat(numbers.stats().abandoned())
                    .isEqualTo(numbers.stats().matched() - 1)
                    .isEqualTo(report.routed() - 1);
        }
    }

    @Test
    void theLongestTimeoutsAreNoTrouble() throws Exception {
        for (Duration timeout : List.of(Duration.ofNanos(Long.MAX_VALUE), Duration.ofSeconds(Long.MAX_VALUE))) {
            Broker broker = Broker.open(BrokerConfig.defaults().withCloseTimeout(timeout));
            List<Integer> seen = new ArrayList<>();
            broker.subscribe(NUMBERS, seen::add);
            broker.publish(NUMBERS, 1);
            assertThat(broker.tryPublish(NUMBERS, 2, timeout)).isTrue();
            assertThat(Task.call("waiter", () -> broker.awaitQuiescence(timeout))
                            .get())
                    .isTrue();
            Task.run("closer", broker::close).get();
            assertThat(seen).containsExactly(1, 2);
        }
    }

    @Test
    void closeUsesTheConfiguredTimeout() throws Exception {
        Broker broker = Broker.open(BrokerConfig.defaults().withCloseTimeout(Duration.ZERO));
        try (Gate gate = new Gate()) {
            broker.subscribe(NUMBERS, n -> gate.holdStubbornly());
            broker.publish(NUMBERS, 1);
            gate.awaitEntered();
            Task.run("closer", broker::close).get();
            assertThat(broker.stats().state()).isEqualTo(State.CLOSED);
            assertThat(broker.stats().subscriptions().get(0).stuck()).isTrue();
        }
    }

    @Test
    void aCloserInterruptedBeforehandMovesTheDeadlineToNowAndKeepsItsStatus() throws Exception {
        try (Broker broker = Broker.open(PATIENT);
                Gate gate = new Gate()) {
            broker.subscribe(NUMBERS, n -> gate.holdStubbornly());
            broker.publish(NUMBERS, 1);
            gate.awaitEntered();
            BrokerStats report = Task.call("closer", () -> {
                        Thread.currentThread().interrupt();
                        BrokerStats stats = broker.close(HOUR);
                        assertThat(Thread.currentThread().isInterrupted()).isTrue();
                        return stats;
                    })
                    .get();
            assertThat(report.state()).isEqualTo(State.CLOSED);
            assertThat(report.subscriptions().get(0).stuck()).isTrue();
        }
    }

    @Test
    void aCloserInterruptedWhileItWaitsMovesTheDeadlineToNowAndKeepsItsStatus() throws Exception {
        try (Broker broker = Broker.open(PATIENT);
                Gate gate = new Gate()) {
            broker.subscribe(NUMBERS, n -> gate.holdStubbornly());
            broker.publish(NUMBERS, 1);
            gate.awaitEntered();
            Task<Boolean> closer = Task.call("closer", () -> {
                broker.close(HOUR);
                return Thread.currentThread().isInterrupted();
            });
            Tests.awaitState(broker, State.DRAINING);
            Tests.awaitParked(closer.thread());
            closer.thread().interrupt();
            assertThat(closer.get()).as("interrupt status").isTrue();
            assertThat(broker.stats().state()).isEqualTo(State.CLOSED);
        }
    }

    @Test
    void closeFromAHandlerDoesNotWaitAndOutsidersAreAlreadyRefused() throws Exception {
        try (Broker broker = Broker.open(PATIENT);
                Gate gate = new Gate()) {
            AtomicReference<BrokerStats> interim = new AtomicReference<>();
            List<String> words = new ArrayList<>();
            broker.subscribe(WORDS, words::add);
            Subscription numbers = broker.subscribe(NUMBERS, n -> {
                interim.set(broker.close(HOUR));
                gate.hold();
                broker.publish(WORDS, "handlers may still publish");
            });
            broker.publish(NUMBERS, 1);
            gate.awaitEntered();
            assertThat(interim.get().state()).isNotIn(State.OPEN, State.CLOSED);
            assertThatThrownBy(() -> broker.publish(NUMBERS, 2)).isInstanceOf(BrokerClosedException.class);
            assertThat(numbers.stats().inHand()).isEqualTo(1);

            gate.open();
            Tests.awaitState(broker, State.CLOSED);
            assertThat(broker.close(HOUR).subscriptions())
                    .extracting(SubscriptionStats::handled)
                    .containsExactly(1L, 1L);
            assertThat(words).hasSize(1);
        }
    }

    @Test
    void closeFromAHandlerWithoutTimeInterruptsIt() throws Exception {
        try (Broker broker = Broker.open(PATIENT);
                Gate gate = new Gate()) {
            Subscription numbers = broker.subscribe(NUMBERS, n -> {
                broker.close(Duration.ZERO);
                gate.hold();
            });
            broker.publish(NUMBERS, 1);
            Tests.awaitState(broker, State.CLOSED);
            Tests.awaitTrue("interrupted", () -> numbers.stats().failed() == 1);
        }
    }

    private static Throwable thrownBy(Tests.Body body) {
        try {
            body.run();
            return new AssertionError("nothing was thrown");
        } catch (Exception e) {
            return e;
        }
    }
}
