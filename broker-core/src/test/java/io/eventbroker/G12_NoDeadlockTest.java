package io.eventbroker;

import static io.eventbroker.Tests.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventbroker.BrokerStats.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * G12: whatever a handler asks of its broker finishes, with the smallest ring and queues and outsiders that keep both
 * full. A hang fails with the stacks of all threads; half of the tests use platform threads, which show up there.
 */
class G12_NoDeadlockTest {
    private static final Topic<Integer> NUMBERS = Topic.of("numbers", Integer.class);
    private static final Topic<Integer> MORE = Topic.of("more", Integer.class);

    /** How often handlers do their thing in one test. */
    private static final int BUDGET = 600;

    private static BrokerConfig small(boolean defaultThreads) {
        BrokerConfig config = BrokerConfig.defaults().withRingSize(2).withDefaultCapacity(1);
        return defaultThreads ? config : config.withThreadFactory(Tests.platformThreads());
    }

    @FunctionalInterface
    private interface Deed {
        void doIn(Broker broker, int number) throws Exception;
    }

    /** Handlers do the deed, all at once, while outsiders keep the ring full; what a deed throws fails the test. */
    private static void allDo(boolean defaultThreads, Deed deed) throws Exception {
        Task.underWatch(() -> {
            ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
            AtomicInteger done = new AtomicInteger();
            Broker broker = Broker.open(small(defaultThreads));
            Handler<Integer> handler = number -> {
                if (done.get() < BUDGET) {
                    try {
                        deed.doIn(broker, done.incrementAndGet());
                    } catch (BrokerClosedException e) {
                        // the last deeds meet the end
                    } catch (Throwable e) {
                        failures.add(e);
                    }
                }
            };
            for (int i = 0; i < 3; i++) {
                broker.subscription(NUMBERS).onEvent(handler);
            }
            broker.subscription(NUMBERS).concurrency(3).onEvent(handler);
            List<Task<Boolean>> outsiders = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                outsiders.add(Task.run("outsider", () -> {
                    while (done.get() < BUDGET) {
                        broker.publish(NUMBERS, 1);
                    }
                }));
            }
            for (Task<Boolean> outsider : outsiders) {
                outsider.get();
            }
            assertThat(broker.close(PATIENCE).state()).isEqualTo(State.CLOSED);
            assertThat(failures).isEmpty();
            assertThat(broker.stats().subscriptions()).allMatch(s -> s.inHand() == 0 && !s.stuck());
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void publishingFromHandlersFinishes(boolean defaultThreads) throws Exception {
        allDo(defaultThreads, (broker, number) -> {
            broker.publish(NUMBERS, number);
            broker.publish(MORE, number);
            boolean unused = broker.tryPublish(NUMBERS, number);
            unused = broker.tryPublish(MORE, number, Duration.ofMillis(1));
            broker.publish(NUMBERS, number);
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void subscribingAndUnsubscribingFromHandlersFinishes(boolean defaultThreads) throws Exception {
        allDo(defaultThreads, (broker, number) -> {
            Subscription push = broker.subscribe(NUMBERS, n -> {});
            Inbox<Integer> pull = broker.inbox(NUMBERS);
            broker.publish(NUMBERS, number);
            push.unsubscribe();
            pull.unsubscribe();
            assertThat(pull.stats().matched()).isPositive();
            assertThat(push.stats().matched()).isPositive();
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void lookingAtTheBrokerFromHandlersFinishes(boolean defaultThreads) throws Exception {
        allDo(defaultThreads, (broker, number) -> {
            assertThat(broker.stats().offered()).isPositive();
            assertThat(broker.stats().subscriptions()).hasSize(4);
            assertThatThrownBy(() -> broker.awaitQuiescence(PATIENCE)).isInstanceOf(IllegalStateException.class);
            broker.publish(NUMBERS, number);
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void handlersThatSubscribeHandlersThatSubscribeFinish(boolean defaultThreads) throws Exception {
        allDo(defaultThreads, (broker, number) -> {
            AtomicReference<Subscription> inner = new AtomicReference<>();
            AtomicReference<Subscription> outer = new AtomicReference<>();
            Gate known = new Gate();
            outer.set(broker.subscribe(MORE, m -> {
                known.hold();
                inner.set(broker.subscribe(MORE, n -> {
                    boolean unused = broker.tryPublish(NUMBERS, n);
                }));
                broker.publish(MORE, m);
                inner.get().unsubscribe();
                outer.get().unsubscribe();
            }));
            known.open();
            broker.publish(MORE, number);
            if (number % 2 == 0) {
                outer.get().unsubscribe();
            }
        });
    }

    @Test
    void handlersThatUnsubscribeEachOtherFinish() throws Exception {
        Tests.repeat(
                100,
                () -> Task.underWatch(() -> {
                    Broker broker = Broker.open(small(false));
                    AtomicReference<Subscription> one = new AtomicReference<>();
                    AtomicReference<Subscription> two = new AtomicReference<>();
                    CyclicBarrier both = new CyclicBarrier(2);
                    one.set(broker.subscribe(NUMBERS, n -> {
                        Tests.meet(both);
                        two.get().unsubscribe();
                    }));
                    two.set(broker.subscribe(NUMBERS, n -> {
                        Tests.meet(both);
                        one.get().unsubscribe();
                    }));
                    broker.publish(NUMBERS, 1);
                    Tests.awaitTrue(
                            "both left", () -> broker.stats().subscriptions().isEmpty());
                    broker.close(PATIENCE);
                }));
    }

    private enum Closing {
        REPORT_SAYS_DRAINING,
        REPORT_SAYS_LATER
    }

    @Test
    void closingFromAllHandlersAtOnceFinishes() throws Exception {
        Random random = new Random(12);
        Tests.race("close from handlers", Closing.class, 60, () -> {
            AtomicReference<Closing> outcome = new AtomicReference<>(Closing.REPORT_SAYS_LATER);
            Task.underWatch(() -> {
                ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
                Broker broker = Broker.open(small(random.nextBoolean()));
                Handler<Integer> closer = n -> {
                    try {
                        Tests.stagger(random, 5_000);
                        Duration timeout = random.nextInt(3) > 0 ? PATIENCE : Duration.ZERO;
                        BrokerStats interim = broker.close(timeout);
                        assertThat(interim.state()).isNotEqualTo(State.OPEN);
                        if (interim.state() == State.DRAINING) {
                            outcome.set(Closing.REPORT_SAYS_DRAINING);
                        }
                        if (n > 0) {
                            boolean unused = broker.tryPublish(NUMBERS, n - 1);
                        }
                        broker.close();
                    } catch (BrokerClosedException e) {
                        // the drain is over
                    } catch (Throwable e) {
                        failures.add(e);
                    }
                };
                for (int i = 0; i < 3; i++) {
                    broker.subscription(NUMBERS).concurrency(2).onEvent(closer);
                }
                Task<Boolean> outsider = Task.run("outsider", () -> {
                    while (true) {
                        broker.publish(NUMBERS, 1);
                    }
                });
                assertThatThrownBy(outsider::get).hasCauseInstanceOf(BrokerClosedException.class);
                Tests.awaitState(broker, State.CLOSED);
                Tests.awaitTrue(
                        "calls ended",
                        () -> broker.stats().subscriptions().stream().allMatch(s -> s.inHand() == 0));
                assertThat(failures).isEmpty();
            });
            return outcome.get();
        });
    }

    @Test
    void closingFromAHandlerWhileAnOutsiderClosesFinishes() throws Exception {
        Tests.repeat(
                60,
                () -> Task.underWatch(() -> {
                    Broker broker = Broker.open(small(false));
                    CyclicBarrier both = new CyclicBarrier(2);
                    Subscription closer = broker.subscribe(NUMBERS, n -> {
                        Tests.meet(both);
                        broker.close(PATIENCE);
                    });
                    broker.publish(NUMBERS, 1);
                    Tests.meet(both);
                    BrokerStats report = broker.close(PATIENCE);
                    assertThat(report.state()).isEqualTo(State.CLOSED);
                    assertThat(closer.stats().handled()).isEqualTo(1);
                }));
    }

    /** On a stepped broker nothing but the handler's own call makes room. */
    @Test
    void publishingFromAHandlerToARingThatIsFullMakesRoomOnASteppedBroker() {
        ManualBroker broker = Broker.manual(small(true));
        AtomicInteger echoes = new AtomicInteger();
        broker.subscription(MORE).capacity(100).onEvent(n -> echoes.incrementAndGet());
        broker.subscribe(NUMBERS, n -> {
            for (int i = 0; i < 20; i++) {
                broker.publish(MORE, i);
            }
        });
        broker.publish(NUMBERS, 1);
        broker.runUntilIdle();
        assertThat(echoes).hasValue(20);
        assertThat(broker.close(PATIENCE).state()).isEqualTo(State.CLOSED);
    }
}
