package io.eventbroker;

import static io.eventbroker.Tests.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several readers of one inbox: no event twice, none lost, and no reader asleep beside an event. */
class InboxReadersTest {
    private static final Topic<Integer> NUMBERS = Topic.of("numbers", Integer.class);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final int STAGGER = 3_000;

    private final Random random = new Random(11);

    @Test
    void eachEventGoesToExactlyOneReader() throws Exception {
        int count = 30_000;
        ConcurrentLinkedQueue<Integer> taken = new ConcurrentLinkedQueue<>();
        try (Broker broker = Broker.open()) {
            Inbox<Integer> inbox = broker.subscription(NUMBERS).capacity(count).inbox();
            List<Task<Boolean>> readers = List.of(
                    Task.run("for-each", () -> inbox.forEach(taken::add)),
                    Task.run("take", () -> untilEnd(() -> taken.add(inbox.take()))),
                    Task.run("timed poll", () -> untilEnd(() -> addIfAny(taken, inbox.poll(Duration.ofNanos(100))))),
                    Task.run("poll", () -> untilEnd(() -> addIfAny(taken, inbox.poll()))),
                    Task.run("drain", () -> {
                        while (inbox.stats().delivered() < count) {
                            inbox.drainTo(taken);
                        }
                    }));
            for (int i = 0; i < count; i++) {
                broker.publish(NUMBERS, i);
            }
            inbox.unsubscribe();
            for (Task<Boolean> reader : readers) {
                reader.get();
            }
            assertThat(inbox.stats().delivered()).isEqualTo(count);
        }
        assertThat(taken)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, count).boxed().toList());
    }

    /** As many events as readers, one round after the other: a lost wake-up leaves a reader behind for ever. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void asManyEventsAsReadersLetAllOfThemGo(int count) throws Exception {
        try (Broker broker = Broker.open()) {
            Inbox<Integer> inbox = broker.inbox(NUMBERS);
            CyclicBarrier roundEnd = new CyclicBarrier(count + 1);
            List<Task<Boolean>> readers = new ArrayList<>();
            for (int r = 0; r < count; r++) {
                int style = r;
                readers.add(Task.run(
                        "reader",
                        () -> untilEnd(() -> {
                            Integer taken = style % 2 == 0 ? inbox.take() : inbox.poll(HOUR);
                            assertThat(taken).isNotNull();
                            Tests.meet(roundEnd);
                        })));
            }
            Tests.repeat(2_000, () -> {
                for (int i = 0; i < count; i++) {
                    broker.publish(NUMBERS, i);
                    Tests.stagger(random, STAGGER / 10);
                }
                Tests.meet(roundEnd);
                Tests.stagger(random, STAGGER);
            });
            inbox.unsubscribe();
            for (Task<Boolean> reader : readers) {
                reader.get();
            }
        }
    }

    private enum Poll {
        IN_TIME,
        TOO_LATE
    }

    @Test
    void aTimedPollThatRacesWithAPublishGetsTheEventOrLeavesIt() throws Exception {
        try (Broker broker = Broker.open()) {
            Inbox<Integer> inbox = broker.inbox(NUMBERS);
            Tests.race("timed poll against publish", Poll.class, 1_000, () -> {
                CyclicBarrier start = new CyclicBarrier(2);
                Task<Integer> reader = Task.call("reader", () -> {
                    Tests.meet(start);
                    Integer taken = inbox.poll(Duration.ofNanos(1_000 + random.nextInt(100_000)));
                    return taken == null ? 0 : taken;
                });
                Tests.meet(start);
                Tests.stagger(random, 3 * STAGGER);
                broker.publish(NUMBERS, 7);
                if (reader.get() == 7) {
                    assertThat(inbox.poll()).isNull();
                    return Poll.IN_TIME;
                }
                assertThat(inbox.poll(PATIENCE)).isEqualTo(7);
                return Poll.TOO_LATE;
            });
        }
    }

    private enum Interrupt {
        GOT_IT,
        PASSED_IT_ON
    }

    /** Two wait, one event comes, one is interrupted: if that one took the signal, the other must not sleep on. */
    @Test
    void anInterruptedReaderPassesItsSignalOn() throws Exception {
        try (Broker broker = Broker.open()) {
            Inbox<Integer> inbox = broker.inbox(NUMBERS);
            Tests.race("interrupt against publish", Interrupt.class, 400, () -> {
                Task<Interrupt> hasty = Task.call("interrupted", () -> {
                    try {
                        inbox.take();
                        return Interrupt.GOT_IT;
                    } catch (InterruptedException e) {
                        return Interrupt.PASSED_IT_ON;
                    }
                });
                Tests.awaitParked(hasty.thread());
                Task<Integer> patient = Task.call("patient", inbox::take);
                Tests.awaitParked(patient.thread());
                CyclicBarrier start = new CyclicBarrier(2);
                Task<Boolean> interrupter = Task.run("interrupter", () -> {
                    Tests.meet(start);
                    Tests.stagger(random, STAGGER);
                    hasty.thread().interrupt();
                });
                Tests.meet(start);
                Tests.stagger(random, STAGGER);
                broker.publish(NUMBERS, 1);
                Interrupt outcome = hasty.get();
                interrupter.get();
                if (outcome == Interrupt.GOT_IT) {
                    broker.publish(NUMBERS, 2);
                }
                assertThat(patient.get()).isEqualTo(outcome == Interrupt.GOT_IT ? 2 : 1);
                return outcome;
            });
        }
    }

    /** The same for a reader whose time runs out as the event comes. */
    @Test
    void aReaderWhoseTimeIsOverPassesItsSignalOn() throws Exception {
        try (Broker broker = Broker.open()) {
            Inbox<Integer> inbox = broker.inbox(NUMBERS);
            Tests.race("end of time against publish", Poll.class, 400, () -> {
                CyclicBarrier start = new CyclicBarrier(2);
                Task<Integer> hasty = Task.call("hasty", () -> {
                    Tests.meet(start);
                    Integer taken = inbox.poll(Duration.ofNanos(50_000 + random.nextInt(200_000)));
                    return taken == null ? 0 : taken;
                });
                Task<Integer> patient = Task.call("patient", inbox::take);
                Tests.awaitParked(patient.thread());
                Tests.meet(start);
                Tests.stagger(random, 2 * STAGGER);
                broker.publish(NUMBERS, 1);
                if (hasty.get() == 1) {
                    broker.publish(NUMBERS, 2);
                    assertThat(patient.get()).isEqualTo(2);
                    return Poll.IN_TIME;
                }
                assertThat(patient.get()).isEqualTo(1);
                return Poll.TOO_LATE;
            });
        }
    }

    private enum Last {
        TAKEN,
        ENDED
    }

    @Test
    void theEndWakesAllReadersButLosesNoEvent() throws Exception {
        Tests.race("end against take", Last.class, 300, () -> {
            Broker broker = Broker.open();
            Inbox<Integer> inbox = broker.inbox(NUMBERS);
            AtomicInteger taken = new AtomicInteger();
            List<Task<Boolean>> readers = new ArrayList<>();
            for (int r = 0; r < 3; r++) {
                readers.add(Task.run(
                        "reader",
                        () -> untilEnd(() -> {
                            inbox.take();
                            taken.incrementAndGet();
                        })));
            }
            broker.publish(NUMBERS, 1);
            broker.publish(NUMBERS, 2);
            boolean before = inbox.stats().delivered() == 2;
            broker.close(PATIENCE);
            for (Task<Boolean> reader : readers) {
                reader.get();
            }
            assertThat(taken).hasValue(2);
            return before ? Last.TAKEN : Last.ENDED;
        });
    }

    @Test
    void aCrowdOfReadersComingAndGoingLosesNothing() throws Exception {
        int count = 5_000;
        AtomicInteger taken = new AtomicInteger();
        try (Broker broker = Broker.open()) {
            Inbox<Integer> inbox = broker.subscription(NUMBERS).capacity(count).inbox();
            List<Task<Boolean>> readers = new ArrayList<>();
            for (int r = 0; r < 4; r++) {
                readers.add(Task.run("reader", () -> {
                    try {
                        while (true) {
                            try {
                                if (inbox.poll(Duration.ofNanos(20_000)) != null) {
                                    taken.incrementAndGet();
                                }
                            } catch (InterruptedException e) {
                                Thread.yield();
                            }
                        }
                    } catch (SubscriptionClosedException e) {
                        return;
                    }
                }));
            }
            for (int i = 0; i < count; i++) {
                broker.publish(NUMBERS, i);
                readers.get(i % 4).thread().interrupt();
            }
            inbox.unsubscribe();
            for (Task<Boolean> reader : readers) {
                reader.get();
            }
        }
        assertThat(taken).hasValue(count);
    }

    @Test
    void aReaderInterruptedBeforehandIsToldOnlyIfItHadToWait() throws Exception {
        try (Broker broker = Broker.open()) {
            Inbox<Integer> inbox = broker.inbox(NUMBERS);
            Task.run("reader", () -> {
                        Thread.currentThread().interrupt();
                        assertThat(inbox.poll()).isNull();
                        assertThat(inbox.drainTo(new ArrayList<>())).isZero();
                        assertThat(Thread.currentThread().isInterrupted()).isTrue();
                        assertThatThrownBy(inbox::take).isInstanceOf(InterruptedException.class);
                        assertThat(Thread.currentThread().isInterrupted()).isFalse();
                        Thread.currentThread().interrupt();
                        assertThatThrownBy(() -> inbox.poll(HOUR)).isInstanceOf(InterruptedException.class);
                        Thread.currentThread().interrupt();
                        assertThatThrownBy(() -> inbox.iterator().hasNext()).isInstanceOf(CancellationException.class);
                        assertThat(Thread.interrupted()).isTrue();
                    })
                    .get();
            broker.publish(NUMBERS, 1);
            Tests.awaitTrue("queued", () -> inbox.stats().queued() == 1);
            Task.run("reader", () -> {
                        Thread.currentThread().interrupt();
                        assertThat(inbox.poll()).isEqualTo(1);
                        assertThat(Thread.interrupted()).isTrue();
                    })
                    .get();
        }
    }

    @Test
    void anIteratorInterruptedWhileItWaitsSaysSoAndKeepsTheStatus() throws Exception {
        try (Broker broker = Broker.open()) {
            Inbox<Integer> inbox = broker.inbox(NUMBERS);
            Task<Boolean> reader = Task.run("for-each", () -> {
                assertThatThrownBy(() -> inbox.forEach(n -> {})).isInstanceOf(CancellationException.class);
                assertThat(Thread.currentThread().isInterrupted()).isTrue();
            });
            Tests.awaitParked(reader.thread());
            reader.thread().interrupt();
            reader.get();
        }
    }

    @Test
    void anIteratorKeepsTheContract() {
        Broker broker = Broker.open();
        Inbox<Integer> inbox = broker.inbox(NUMBERS);
        broker.publish(NUMBERS, 1);
        broker.publish(NUMBERS, 2);
        broker.publish(NUMBERS, 3);
        Iterator<Integer> one = inbox.iterator();
        Iterator<Integer> two = inbox.iterator();
        assertThat(one.hasNext()).isTrue();
        assertThat(one.hasNext()).isTrue();
        Tests.awaitTrue("routed", () -> inbox.stats().matched() == 3);
        assertThat(inbox.stats().inHand()).isEqualTo(1);
        assertThat(inbox.stats().queued()).isEqualTo(2);
        assertThat(inbox.stats().delivered()).isZero();
        assertThat(two.next()).isEqualTo(2);
        assertThat(inbox.stats().delivered()).isEqualTo(1);
        broker.close();
        assertThat(one.next()).isEqualTo(1);
        assertThat(two.next()).isEqualTo(3);
        assertThat(inbox.stats().inHand()).isZero();
        assertThat(inbox.stats().delivered()).isEqualTo(3);
        assertThat(one.hasNext()).isFalse();
        assertThatThrownBy(one::next).isInstanceOf(NoSuchElementException.class);
        assertThatThrownBy(one::remove).isInstanceOf(UnsupportedOperationException.class);
        assertThat(two.hasNext()).isFalse();
    }

    private interface Step {
        void run() throws InterruptedException, BrokenBarrierException;
    }

    private static void untilEnd(Step step) throws Exception {
        try {
            while (true) {
                step.run();
            }
        } catch (SubscriptionClosedException e) {
            return;
        }
    }

    private static void addIfAny(ConcurrentLinkedQueue<Integer> taken, Integer event) {
        if (event != null) {
            taken.add(event);
        }
    }
}
