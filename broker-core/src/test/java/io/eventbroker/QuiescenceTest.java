package io.eventbroker;

import static io.eventbroker.Tests.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuiescenceTest {
    private static final Topic<Integer> NUMBERS = Topic.of("numbers", Integer.class);
    private static final Topic<Integer> MORE = Topic.of("more", Integer.class);
    private static final Duration HOUR = Duration.ofHours(1);

    private int plain;

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void trueMeansThatEverythingIsHandled(int workers) throws Exception {
        AtomicInteger handled = new AtomicInteger();
        try (Broker broker = Broker.open()) {
            broker.subscription(NUMBERS).concurrency(workers).onEvent(n -> handled.incrementAndGet());
            broker.subscribe(NUMBERS, n -> plain++);
            for (int round = 1; round <= 1_000; round++) {
                for (int i = 0; i < 10; i++) {
                    broker.publish(NUMBERS, i);
                }
                Tests.awaitQuiet(broker);
                assertThat(handled).hasValue(10 * round);
                assertThat(plain).isEqualTo(10 * round);
            }
        }
    }

    /** Between two handlers the message is in the ring only: a collect that looks at queues one by one would miss it. */
    @Test
    void aChainThatGoesRoundIsNotQuietBeforeItsEnd() throws Exception {
        try (Broker broker = Broker.open()) {
            AtomicInteger ends = new AtomicInteger();
            broker.subscribe(NUMBERS, n -> broker.publish(MORE, n));
            broker.subscribe(MORE, n -> {
                if (n > 0) {
                    broker.publish(NUMBERS, n - 1);
                } else {
                    ends.incrementAndGet();
                }
            });
            for (int round = 1; round <= 300; round++) {
                broker.publish(NUMBERS, 20);
                Tests.awaitQuiet(broker);
                assertThat(ends).hasValue(round);
            }
        }
    }

    /**
     * Hazard: the event is in a handler when the rings are found empty; the handler publishes the next and ends before it
     * is looked at, and the next is not routed yet. The many that are looked at in between give it time.
     */
    @Test
    void aChainBehindManyIdleHandlersIsNotQuietBeforeItsEnd() throws Exception {
        int last = 3_000;
        BrokerConfig config = BrokerConfig.defaults().withThreadFactory(Tests.platformThreads());
        try (ActiveBroker broker = (ActiveBroker) Broker.open(config)) {
            for (int i = 0; i < 100; i++) {
                broker.subscribe(MORE, n -> {});
            }
            AtomicBoolean isAtItsEnd = new AtomicBoolean();
            broker.subscribe(NUMBERS, n -> {
                if (n == last) {
                    isAtItsEnd.set(true);
                } else {
                    broker.publish(NUMBERS, n + 1);
                }
            });
            broker.publish(NUMBERS, 0);
            int looks = 0;
            while (!isAtItsEnd.get()) {
                boolean isQuiet = broker.loop.isQuiet();
                looks++;
                assertThat(isQuiet && !isAtItsEnd.get())
                        .as("quiet too early, at look %d", looks)
                        .isFalse();
            }
            Tests.awaitQuiet(broker);
        }
    }

    @Test
    void severalThreadsMayWaitAtOnce() throws Exception {
        try (Broker broker = Broker.open()) {
            broker.subscribe(NUMBERS, n -> plain++);
            CyclicBarrier start = new CyclicBarrier(4);
            List<Task<Boolean>> waiters = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                waiters.add(Task.run("waiter", () -> {
                    for (int round = 1; round <= 200; round++) {
                        Tests.meet(start);
                        Tests.awaitQuiet(broker);
                        assertThat(plain).isEqualTo(5 * round);
                        Tests.meet(start);
                    }
                }));
            }
            for (int round = 1; round <= 200; round++) {
                for (int i = 0; i < 5; i++) {
                    broker.publish(NUMBERS, i);
                }
                Tests.meet(start);
                Tests.meet(start);
            }
            for (Task<Boolean> waiter : waiters) {
                waiter.get();
            }
        }
    }

    @Test
    void falseMeansThatTheTimePassed() throws Exception {
        try (Broker broker = Broker.open();
                Gate gate = new Gate()) {
            broker.subscribe(NUMBERS, n -> gate.hold());
            broker.publish(NUMBERS, 1);
            gate.awaitEntered();
            long start = System.nanoTime();
            assertThat(broker.awaitQuiescence(Duration.ofMillis(100))).isFalse();
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(100_000_000);
            assertThat(broker.awaitQuiescence(Duration.ZERO)).isFalse();
            assertThat(broker.awaitQuiescence(Duration.ofSeconds(-1))).isFalse();
            Task<Boolean> waiter = Task.call("waiter", () -> broker.awaitQuiescence(HOUR));
            Tests.awaitParked(waiter.thread());
            gate.open();
            assertThat(waiter.get()).isTrue();
            assertThat(broker.awaitQuiescence(Duration.ZERO)).isTrue();
        }
    }

    @Test
    void inboxesDoNotCount() throws Exception {
        try (Broker broker = Broker.open()) {
            Inbox<Integer> inbox = broker.inbox(NUMBERS);
            broker.publish(NUMBERS, 1);
            Tests.awaitQuiet(broker);
            assertThat(inbox.stats().queued()).as("routed").isEqualTo(1);
            assertThat(inbox.iterator().hasNext()).isTrue();
            assertThat(broker.awaitQuiescence(Duration.ZERO)).isTrue();
        }
    }

    @Test
    void aCallLeftBehindByUnsubscribeCounts() throws Exception {
        try (Broker broker = Broker.open();
                Gate gate = new Gate()) {
            Subscription leaver = broker.subscribe(NUMBERS, n -> {
                gate.hold();
                plain = 5;
            });
            broker.publish(NUMBERS, 1);
            gate.awaitEntered();
            leaver.unsubscribe();
            assertThat(broker.awaitQuiescence(Duration.ofMillis(20)))
                    .as("quiet though a handler runs")
                    .isFalse();
            gate.open();
            Tests.awaitQuiet(broker);
            assertThat(plain).isEqualTo(5);
        }
    }

    @Test
    void aHandlerWouldWaitForItself() throws Exception {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        try (Broker broker = Broker.open();
                Broker other = Broker.open()) {
            broker.subscribe(NUMBERS, n -> {
                assertThat(other.awaitQuiescence(PATIENCE)).isTrue();
                try {
                    broker.awaitQuiescence(Duration.ZERO);
                } catch (IllegalStateException e) {
                    thrown.set(e);
                }
            });
            broker.publish(NUMBERS, 1);
            Tests.awaitQuiet(broker);
            assertThat(broker.stats().subscriptions().get(0).failed()).isZero();
        }
        assertThat(thrown.get())
                .isInstanceOf(IllegalStateException.class)
                .isNotInstanceOf(BrokerClosedException.class)
                .hasMessageContaining("handler");
    }

    @Test
    void anInterruptEndsTheWait() throws Exception {
        try (Broker broker = Broker.open();
                Gate gate = new Gate()) {
            broker.subscribe(NUMBERS, n -> gate.hold());
            broker.publish(NUMBERS, 1);
            gate.awaitEntered();
            Task<Boolean> waiter = Task.call("waiter", () -> broker.awaitQuiescence(HOUR));
            Tests.awaitParked(waiter.thread());
            waiter.thread().interrupt();
            assertThatThrownBy(waiter::get).hasCauseInstanceOf(InterruptedException.class);
        }
    }

    @Test
    void closeEndsTheWait() throws Exception {
        try (Gate gate = new Gate()) {
            Broker broker = Broker.open();
            broker.subscribe(NUMBERS, n -> gate.hold());
            broker.publish(NUMBERS, 1);
            gate.awaitEntered();
            Task<Boolean> waiter = Task.call("waiter", () -> broker.awaitQuiescence(HOUR));
            Tests.awaitParked(waiter.thread());
            broker.close(Duration.ofMillis(50));
            assertThat(waiter.get()).as("the interrupted handler has ended").isTrue();
        }
    }

    /** Hazard: the broker fails while somebody looks. Forbidden: to call that quiet, since all that is left is discarded. */
    @Test
    void G8_aBrokerThatFailsIsNotQuiet() throws Exception {
        Tests.repeat(300, () -> {
            AtomicBoolean isToDie = new AtomicBoolean();
            LoopSteps steps = new LoopSteps() {
                @Override
                void at(Step step) {
                    if (step == Step.ROUTE && isToDie.get()) {
                        throw new IllegalStateException("planted");
                    }
                }
            };
            try (Broker broker = ActiveBroker.open(BrokerConfig.defaults(), steps)) {
                broker.subscribe(NUMBERS, n -> {});
                Tests.awaitQuiet(broker);
                isToDie.set(true);
                try {
                    broker.publish(NUMBERS, 1);
                } catch (BrokerClosedException e) {
                    // its thread was awake, and has died without being given something
                }
                assertThatThrownBy(() -> {
                            while (!broker.awaitQuiescence(Duration.ZERO)) {
                                Thread.onSpinWait();
                            }
                        })
                        .isInstanceOf(BrokerClosedException.class)
                        .hasRootCauseMessage("planted");
            }
        });
    }
}
