package io.eventbroker;

import static io.eventbroker.Tests.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.lmax.disruptor.Sequencer;
import io.eventbroker.BrokerStats.State;
import io.eventbroker.LoopSteps.Step;
import io.eventbroker.internal.Ring;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Six traps of the Disruptor, whose sequencers the broker uses: each is shown not to be one of the broker's. */
class TrapsTest {
    private static final Topic<Integer> NUMBERS = Topic.of("numbers", Integer.class);
    private static final int MANY = 2_000;
    private static final List<Integer> ALL = IntStream.range(0, MANY).boxed().toList();

    /** Both ways in: what all publishers share, and what one has for itself. */
    enum Way {
        BROKER,
        LANE;

        interface In {
            void publish(int n);
        }

        In open(Broker broker) {
            if (this == BROKER) {
                return n -> broker.publish(NUMBERS, n);
            }
            Lane<Integer> lane = broker.lane(NUMBERS);
            return lane::publish;
        }
    }

    /** A loop that stops at its next turn to route, until it is let go or made to die there. */
    private static final class HeldSteps extends LoopSteps {
        private final CountDownLatch held = new CountDownLatch(1);
        private final CountDownLatch letGo = new CountDownLatch(1);
        private volatile boolean isToHold;
        private volatile @Nullable Error death;

        void hold(ActiveBroker broker) throws InterruptedException {
            isToHold = true;
            broker.loop.sleeper.wake();
            broker.publish(NUMBERS, -1);
            Tests.awaitLatch(held);
        }

        @Override
        void at(Step step) {
            if (step == Step.ROUTE && isToHold) {
                isToHold = false;
                held.countDown();
                try {
                    Tests.awaitLatch(letGo);
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                if (death != null) {
                    throw death;
                }
            }
        }
    }

    private static BrokerConfig rings(int size) {
        return BrokerConfig.defaults().withRingSize(size).withLaneSize(size);
    }

    /**
     * Hazard: an interrupt ends the wait of the thread that consumes, and its next event is skipped, or it dies.
     * Forbidden: an event missing, twice or out of order; a broker that is not OPEN.
     */
    @ParameterizedTest
    @EnumSource
    void anInterruptOfTheWaitingConsumerSkipsNoEvent(Way way) throws Exception {
        String name = "trap one, " + way;
        try (Broker broker = Broker.open(rings(64).withName(name))) {
            List<Integer> handled = Collections.synchronizedList(new ArrayList<>());
            broker.subscription(NUMBERS).capacity(MANY).onEvent(handled::add);
            Way.In in = way.open(broker);
            Thread loop = Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> thread.getName().equals(name))
                    .findFirst()
                    .orElseThrow();
            for (int n = 0; n < MANY; n++) {
                if (n % 20 == 0) {
                    Tests.awaitParked(loop);
                }
                loop.interrupt();
                in.publish(n);
                loop.interrupt();
            }
            Tests.awaitQuiet(broker);
            assertThat(handled).isEqualTo(ALL);
            assertThat(broker.stats().state()).isEqualTo(State.OPEN);
            Tests.awaitTrue("the interrupt is used up", () -> !loop.isInterrupted());
        }
    }

    /** Hazard: who waits for room in a full ring sees neither an interrupt nor the death of the consumer. */
    @ParameterizedTest
    @EnumSource
    void aPublisherWaitingForRoomSeesItsInterruptAndTheDeathOfTheConsumer(Way way) throws Exception {
        HeldSteps steps = new HeldSteps();
        ActiveBroker broker = ActiveBroker.open(rings(2), steps);
        Way.In in = way.open(broker);
        steps.hold(broker);
        AtomicInteger accepted = new AtomicInteger(1); // by hold
        Task<Boolean> publisher = Task.run("publisher", () -> {
            for (Class<?> end : List.of(CancellationException.class, BrokerClosedException.class)) {
                assertThatThrownBy(() -> {
                            while (true) {
                                in.publish(1);
                                accepted.incrementAndGet();
                            }
                        })
                        .isInstanceOf(end);
                assertThat(Thread.interrupted()).isEqualTo(end == CancellationException.class);
            }
        });
        Tests.awaitTrue("waits for room", () -> publisher.thread().getState() == Thread.State.TIMED_WAITING);
        publisher.thread().interrupt();
        Tests.awaitTrue("the interrupt is seen", () -> broker.stats().refused() == 1);
        Tests.awaitTrue("waits again", () -> publisher.thread().getState() == Thread.State.TIMED_WAITING);
        steps.death = new Error("on purpose");
        steps.letGo.countDown();
        publisher.get();
        assertThat(broker.stats().state()).isEqualTo(State.FAILED);
        assertThat(broker.stats().accepted()).isEqualTo(accepted.get());
        assertThat(broker.stats().discarded()).isEqualTo(accepted.get());
        assertThat(broker.stats().refused()).isEqualTo(2);
    }

    /** Hazard: a shutdown looks only at consumers that run, loses the backlog of one that does not, and lets more in. */
    @ParameterizedTest
    @EnumSource
    void closeSeesTheBacklogOfALoopThatStandsStillAndLetsNothingIn(Way way) throws Exception {
        HeldSteps steps = new HeldSteps();
        ActiveBroker broker = ActiveBroker.open(rings(64), steps);
        List<Integer> handled = new ArrayList<>();
        broker.subscribe(NUMBERS, handled::add);
        Way.In in = way.open(broker);
        steps.hold(broker);
        for (int n = 0; n < 50; n++) {
            in.publish(n);
        }
        Task<BrokerStats> closer = Task.call("closer", () -> broker.close(PATIENCE));
        Tests.awaitTrue("closing", () -> broker.stats().state() != State.OPEN);
        assertThatThrownBy(() -> in.publish(99)).isInstanceOf(BrokerClosedException.class);
        assertThat(closer.isDone()).as("closed with a backlog").isFalse();
        steps.letGo.countDown();

        BrokerStats report = closer.get();
        assertThat(report.state()).isEqualTo(State.CLOSED);
        assertThatThrownBy(() -> in.publish(99)).isInstanceOf(BrokerClosedException.class);
        assertThat(handled)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(-1, 50).boxed().toList());
        assertThat(broker.stats().accepted()).isEqualTo(51);
        assertThat(broker.stats().refused()).isEqualTo(2);
        assertThat(broker.stats().discarded()).isZero();
    }

    /** The backlog that is there when handlers may publish no more, and the broker is far from quiet. */
    @ParameterizedTest
    @EnumSource
    void closeRoutesTheBacklogThatIsThereWhenAllAreRefused(Way way) {
        SteppedBroker broker = new SteppedBroker(rings(64), new LoopSteps());
        Inbox<Integer> inbox = broker.inbox(NUMBERS);
        Way.In in = way.open(broker);
        broker.subscribe(NUMBERS.only(Integer.class), n -> {
            if (n == 0) {
                broker.close(Duration.ofSeconds(4));
                IntStream.range(1, 20).forEach(in::publish);
                broker.advance(Duration.ofSeconds(3)); // a quarter is left
                broker.stepLoop();
                assertThat(broker.stats().state()).isEqualTo(State.CLOSING);
                broker.advance(Duration.ofMillis(500));
            }
        });
        broker.publish(NUMBERS, 0);
        broker.runUntilIdle();
        assertThat(broker.stats().state()).isEqualTo(State.CLOSED);
        assertThat(broker.stats().discarded()).isZero();
        List<Integer> received = new ArrayList<>();
        inbox.forEach(received::add);
        assertThat(received).isEqualTo(ALL.subList(0, 20));
    }

    /** Hazard: who consumes and publishes on one thread waits for room that only it could make. */
    @ParameterizedTest
    @EnumSource
    void aHandlerThatPublishesMoreThanTheRingHoldsDoesNotWaitForItself(Way way) throws Exception {
        List<Integer> handled = new ArrayList<>();
        try (Broker broker = Broker.open(rings(2))) {
            publishFromAHandler(way, broker, handled);
            Tests.awaitQuiet(broker);
        }
        assertThat(handled).isEqualTo(ALL.subList(0, 201));
    }

    /** Where routing and handling have but one thread, that of the publisher, it makes the room itself. */
    @ParameterizedTest
    @EnumSource
    void aPublisherOnTheThreadThatStepsTheBrokerMakesTheRoomItself(Way way) {
        List<Integer> handled = new ArrayList<>();
        try (ManualBroker broker = Broker.manual(rings(2))) {
            publishFromAHandler(way, broker, handled);
            broker.runUntilIdle();
            assertThat(broker.stats().accepted()).isEqualTo(201);
        }
        assertThat(handled).isEqualTo(ALL.subList(0, 201));
    }

    private static void publishFromAHandler(Way way, Broker broker, List<Integer> handled) {
        Way.In in = way.open(broker);
        broker.subscription(NUMBERS).capacity(MANY).onEvent(n -> {
            handled.add(n);
            for (int i = 1; n == 0 && i <= 200; i++) {
                in.publish(i);
            }
        });
        broker.publish(NUMBERS, 0);
    }

    /** Hazard: user code runs between claim and publish; what it does not fill is delivered all the same. */
    @Test
    void userCodeThatThrowsInAPublishLeavesNeitherASlotNorAnEvent() throws Exception {
        try (Broker broker = Broker.open(rings(64))) {
            List<Integer> handled = Collections.synchronizedList(new ArrayList<>());
            broker.subscribe(NUMBERS, handled::add);
            Lane<Integer> lane = broker.lane(NUMBERS);
            assertThatThrownBy(() -> lane.publishAll(new AbstractList<>() {
                        @Override
                        public Integer get(int index) {
                            return 10 / (5 - index);
                        }

                        @Override
                        public int size() {
                            return 10;
                        }
                    }))
                    .isInstanceOf(ArithmeticException.class);
            assertThatThrownBy(() -> lane.publishAll(Arrays.asList(1, 2, null)))
                    .isInstanceOf(NullPointerException.class);
            assertThat(lane.publishAll(List.of(7, 8))).isEqualTo(2);
            Tests.awaitQuiet(broker);
            assertThat(handled).containsExactly(7, 8);
            assertThat(broker.stats().offered()).isEqualTo(2);
        }
    }

    /**
     * The one error that can strike between claim and publish without user code. Forbidden: an event that was never
     * offered (the slot as it was, or as another left it), one that a publish returned for and that is missing, a broker
     * that stands still.
     */
    @ParameterizedTest
    @EnumSource
    void aStackThatOverflowsInAPublishLeavesNeitherAHoleNorAnUnfilledSlot(Way way) throws Exception {
        try (Broker broker = Broker.open(rings(1 << 16))) {
            List<Integer> handled = Collections.synchronizedList(new ArrayList<>());
            broker.subscription(NUMBERS).capacity(1 << 18).onEvent(handled::add);
            List<Integer> offered = new ArrayList<>();
            List<Integer> accepted = new ArrayList<>();
            Task.run("recursive publisher", () -> {
                        Way.In in = way.open(broker);
                        for (int round = 0; round < 20; round++) {
                            int[] next = {round * 1_000_000};
                            try {
                                recurse(in, next, offered, accepted);
                            } catch (StackOverflowError e) {
                                assertThat(next[0]).as("depth").isGreaterThan(round * 1_000_000);
                            }
                        }
                        in.publish(-1);
                    })
                    .get();
            Tests.awaitQuiet(broker);
            assertThat(handled).doesNotHaveDuplicates().endsWith(-1);
            assertThat(handled).containsAll(accepted);
            handled.remove(handled.size() - 1);
            assertThat(offered).containsAll(handled);
            assertThat(broker.stats().accepted()).isEqualTo(handled.size() + 1);
            assertThat(broker.stats().state()).isEqualTo(State.OPEN);
        }
    }

    @SuppressWarnings("InfiniteRecursion") // its end is the point
    private static void recurse(Way.In in, int[] next, List<Integer> offered, List<Integer> accepted) {
        int n = next[0]++;
        if (n % 64 == 0) {
            offered.add(n);
            in.publish(n);
            accepted.add(n);
        }
        recurse(in, next, offered, accepted);
    }

    /** An error between claim and publish, at will: that of the lane's sequencer, which has its cursor moved already. */
    @Test
    void aSlotThatItsPublisherCouldNotFillIsNeitherDeliveredNorWaitedFor() throws Exception {
        LongAdder orphans = new LongAdder();
        Ring.Lone<String> ring = new Ring.Lone<>(4, "to", orphans);
        List<Object> taken = new ArrayList<>();
        for (int lap = 0; lap < 3; lap++) {
            assertThat(ring.offer("before")).isEqualTo(Ring.Result.ACCEPTED);
            Object sequencer = replace(
                    ring,
                    "sequencer",
                    value -> sequencer((proxy, method, arguments) -> {
                        Object result = method.invoke(value, arguments);
                        if (method.getName().equals("publish")) {
                            throw new StackOverflowError("on purpose");
                        }
                        return result;
                    }));
            assertThatThrownBy(() -> ring.offer("lost")).isInstanceOf(StackOverflowError.class);
            replace(ring, "sequencer", value -> sequencer);
            assertThat(ring.offer("after")).isEqualTo(Ring.Result.ACCEPTED);
            assertThat(ring.drain(4, (to, event) -> taken.add(event))).isEqualTo(3);
        }
        assertThat(taken).containsExactly("before", "after", "before", "after", "before", "after");
        assertThat(orphans.sum()).isEqualTo(3);
    }

    /**
     * Hazard: each bounded batch scans all that is published, to take a few. Shown without time: the slots beyond the batch
     * are taken out of the consumer's reach, so that to look at one of them is an error, and so is to ask the sequencer.
     */
    @ParameterizedTest
    @ValueSource(ints = {16, 1 << 8, 1 << 16})
    void aBoundedBatchDoesNotScanTheBacklog(int backlog) throws Exception {
        Ring.Shared<String> shared = new Ring.Shared<>(backlog, new LongAdder());
        Ring.Lone<String> lone = new Ring.Lone<>(backlog, "to", new LongAdder());
        for (int n = 0; n < backlog; n++) {
            assertThat(shared.offer("to", n)).isEqualTo(Ring.Result.ACCEPTED);
            assertThat(lone.offer(n)).isEqualTo(Ring.Result.ACCEPTED);
        }
        for (Ring<String> ring : List.of(shared, lone)) {
            List<Object> taken = new ArrayList<>();
            for (int batch = 1; batch <= 3; batch++) {
                int reach = taken.size() + batch;
                Object cells = replace(ring, "cells", value -> {
                    Object[] all = (Object[]) value;
                    return Arrays.copyOf(all, all.length / backlog * reach);
                });
                Object sequencer = replace(
                        ring,
                        "sequencer",
                        value -> sequencer((proxy, method, arguments) -> {
                            throw new AssertionError("the consumer asks the sequencer: " + method.getName());
                        }));
                int size = batch;
                assertThat(ring.drain(size, (to, event) -> taken.add(event))).isEqualTo(batch);
                replace(ring, "sequencer", value -> sequencer);
                replace(ring, "cells", value -> cells);
            }
            assertThat(taken).containsExactly(0, 1, 2, 3, 4, 5);
        }
    }

    /** Returns what was there before. */
    private static Object replace(Ring<?> ring, String name, UnaryOperator<Object> change)
            throws ReflectiveOperationException {
        Field field = Ring.class.getDeclaredField(name);
        field.setAccessible(true);
        Object before = field.get(ring);
        field.set(ring, change.apply(before));
        return before;
    }

    private static Object sequencer(InvocationHandler calls) {
        return Proxy.newProxyInstance(TrapsTest.class.getClassLoader(), new Class<?>[] {Sequencer.class}, calls);
    }
}
