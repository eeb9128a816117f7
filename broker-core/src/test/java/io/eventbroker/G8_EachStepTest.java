package io.eventbroker;

import static io.eventbroker.Tests.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventbroker.BrokerEvent.Failed;
import io.eventbroker.BrokerStats.State;
import io.eventbroker.LoopSteps.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * G8: at whichever step the broker's loop dies, all who wait for it are released with the cause, and every message is
 * accounted for. When the loop has come to the step it does not die at once: first, everybody who can wait for it in the
 * state it is in begins to, and is seen parked.
 */
class G8_EachStepTest {
    private static final Topic<Integer> NUMBERS = Topic.of("numbers", Integer.class);
    private static final Topic<Integer> TRIGGERS = Topic.of("triggers", Integer.class);
    private static final Topic<Integer> SILENT = Topic.of("silent", Integer.class);
    private static final Duration HOUR = Duration.ofHours(1);

    private static final Set<Step> WHILE_OPEN = EnumSet.range(Step.COMMAND, Step.IDLE);
    private static final int ROUTED_BEFORE = 3;

    private enum Kind {
        THREADED,
        STEPPED
    }

    /** What kills the loop. */
    private static final class Death extends Error {
        private static final long serialVersionUID = 1L;
    }

    /** Dies at one step, having done something there. */
    private static final class DeadlySteps extends LoopSteps {
        private final Death death = new Death();
        private volatile @Nullable Step deadly;
        private Tests.Body lastActs = () -> {};

        void dieAt(Step step, Tests.Body acts) {
            lastActs = acts;
            deadly = step;
        }

        @Override
        void at(Step step) {
            if (step == deadly) {
                deadly = null;
                try {
                    lastActs.run();
                } catch (Throwable e) {
                    throw new AssertionError("not everybody waits at " + step, e);
                }
                throw death;
            }
        }
    }

    private final DeadlySteps steps = new DeadlySteps();
    private final Gate stubborn = new Gate();
    private final Gate pumps = new Gate(2);
    private final List<Thread> pumpThreads = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch pumpsEnded = new CountDownLatch(2);

    /** What publishers were told, by themselves. */
    private final AtomicInteger accepted = new AtomicInteger();

    private final AtomicInteger refused = new AtomicInteger();

    /** Why publishers and callers who waited were let go. */
    private final List<Throwable> ends = Collections.synchronizedList(new ArrayList<>());

    private final List<Task<?>> tasks = new ArrayList<>();
    private final List<Task<@Nullable Throwable>> readers = new ArrayList<>();
    private @Nullable Task<BrokerStats> closer;

    private ActiveBroker broker;
    private Step step;
    private boolean isClosing;

    static Stream<Arguments> deaths() {
        List<Arguments> deaths = new ArrayList<>();
        for (Step step : Step.values()) {
            for (Kind kind : Kind.values()) {
                boolean isTaken = kind == Kind.THREADED || step != Step.IDLE; // a stepped loop rests by returning
                for (boolean isClosing : new boolean[] {false, true}) {
                    if (isTaken && (isClosing || WHILE_OPEN.contains(step))) {
                        deaths.add(Arguments.of(kind, step, isClosing));
                    }
                }
            }
        }
        return deaths.stream();
    }

    @AfterEach
    void letGo() {
        stubborn.close();
        pumps.close();
    }

    @ParameterizedTest(name = "{0} broker at {1}, closing: {2}")
    @MethodSource("deaths")
    void allAreReleasedWithTheCauseAndEverythingIsAccounted(Kind kind, Step step, boolean isClosing) throws Exception {
        this.step = step;
        this.isClosing = isClosing;
        BrokerConfig config = BrokerConfig.defaults().withRingSize(4).withLaneSize(4);
        broker = kind == Kind.THREADED ? ActiveBroker.open(config, steps) : new SteppedBroker(config, steps);

        Inbox<Integer> all = broker.subscription(NUMBERS).capacity(1_000).inbox();
        Inbox<BrokerEvent> events = broker.inbox(BrokerEvent.TOPIC);
        Subscription leaving = broker.subscribe(SILENT, n -> {});
        Lane<Integer> leavingLane = broker.lane(SILENT);
        Lane<Integer> lane = broker.lane(NUMBERS);
        Lane<Integer> handlersLane = broker.lane(NUMBERS);
        AtomicInteger calls = new AtomicInteger();
        Subscription slow;
        Tests.Body lastActs = () -> {
            if (isClosing) {
                beginToClose();
            }
            beginToWait(lane, leaving, leavingLane);
        };
        if (broker instanceof SteppedBroker stepped) {
            slow = broker.subscription(NUMBERS).capacity(1_000).onEvent(n -> {
                calls.incrementAndGet();
                steps.dieAt(step, lastActs);
                provoke();
                stepUntilDead(stepped);
            });
        } else {
            slow = broker.subscription(NUMBERS).capacity(1_000).onEvent(n -> {
                calls.incrementAndGet();
                stubborn.holdStubbornly();
            });
            broker.subscribe(TRIGGERS, n -> pump(() -> broker.publish(NUMBERS, n)));
            broker.subscribe(TRIGGERS, n -> pump(() -> handlersLane.publish(n)));
            broker.publish(TRIGGERS, 1);
            pumps.awaitEntered();
        }
        readers.add(reader("take", Inbox::take));
        readers.add(reader("poll", inbox -> inbox.poll(HOUR)));
        readers.add(reader("for each", inbox -> {
            for (Integer n : inbox) {
                assertThat(n).as("nothing is published there").isNull();
            }
            return null;
        }));
        for (int i = 0; i < ROUTED_BEFORE; i++) {
            broker.publish(NUMBERS, i);
            accepted.incrementAndGet();
        }
        if (broker instanceof SteppedBroker stepped) {
            while (all.stats().queued() < ROUTED_BEFORE) {
                assertThat(stepped.stepLoop()).isTrue();
            }
            stepped.runUntilIdle();
        } else {
            stubborn.awaitEntered();
            Tests.awaitTrue("all routed", () -> all.stats().queued() == ROUTED_BEFORE);
            steps.dieAt(step, lastActs);
            provoke();
        }

        Tests.awaitState(broker, State.FAILED);
        assertThat(broker.stats().failure())
                .as("what the loop died of, at %s", step)
                .isSameAs(steps.death);
        assertReleased();
        assertTold(events);
        assertAccounted(all, slow, calls);
    }

    // ---- those who wait

    /** Has the loop come to the step. */
    private void provoke() {
        if (!WHILE_OPEN.contains(step)) {
            beginToClose();
        } else if (step == Step.COMMAND) {
            caller("subscriber", () -> broker.subscribe(SILENT, n -> {}));
        } else {
            broker.publish(NUMBERS, 99);
            accepted.incrementAndGet();
        }
    }

    /** One closer whose deadline is now, so that every phase of closing comes; another waits for an hour. */
    private void beginToClose() {
        if (closer == null) {
            Task<BrokerStats> first = Task.call("first closer", () -> broker.close(Duration.ZERO));
            tasks.add(first);
            Tests.awaitTrue("closing", () -> broker.stats().state() != State.OPEN);
            Task<BrokerStats> second = Task.call("second closer", () -> broker.close(HOUR));
            closer = second;
            tasks.add(second);
        }
    }

    /** On the dying thread. */
    private void beginToWait(Lane<Integer> lane, Subscription leaving, Lane<Integer> leavingLane) throws Exception {
        List<Task<?>> parked = new ArrayList<>(tasks);
        if (!isClosing) {
            parked.add(publisher("publisher", () -> broker.publish(NUMBERS, 1)));
            parked.add(publisher("timed publisher", () -> {
                if (!broker.tryPublish(NUMBERS, 1, HOUR)) {
                    throw new AssertionError("an hour cannot be over");
                }
            }));
            parked.add(publisher("lane's publisher", () -> lane.publish(1)));
        }
        pumps.open();
        if (broker.stats().state().compareTo(State.DRAINING) <= 0) {
            pumpThreads.forEach(Tests::awaitParked);
        }
        parked.add(caller("subscriber", () -> broker.subscribe(SILENT, n -> {})));
        parked.add(caller("lane's opener", () -> broker.lane(SILENT)));
        parked.add(caller("awaiter of quiescence", () -> broker.awaitQuiescence(HOUR)));
        parked.add(Task.run("unsubscriber", leaving::unsubscribe));
        parked.add(Task.run("lane's closer", leavingLane::close));
        for (Task<?> task : parked) {
            Tests.awaitTrue(
                    task.thread() + " waits",
                    () -> task.isDone() || task.thread().getState() == Thread.State.TIMED_WAITING);
            assertThat(task.isDone() && !task.thread().getName().equals("first closer"))
                    .as("%s had nothing to wait for", task.thread())
                    .isFalse();
        }
        tasks.clear();
        tasks.addAll(parked);
    }

    /** Publishes until that fails. */
    private Task<Boolean> publisher(String name, Runnable publish) {
        return Task.run(name, () -> publishUntilRefused(publish));
    }

    private void publishUntilRefused(Runnable publish) {
        try {
            while (true) {
                publish.run();
                accepted.incrementAndGet();
            }
        } catch (BrokerClosedException e) {
            refused.incrementAndGet();
            ends.add(e);
        }
    }

    /** A handler that publishes, as soon as the loop is at its step. */
    private void pump(Runnable publish) {
        pumpThreads.add(Thread.currentThread());
        pumps.holdStubbornly();
        try {
            publish.run();
            accepted.incrementAndGet();
            publishUntilRefused(publish);
        } catch (BrokerClosedException e) { // the rings were closed before this step
            refused.incrementAndGet();
            assertThat(step).isGreaterThan(Step.CLOSE_RINGS);
        } finally {
            pumpsEnded.countDown();
        }
    }

    private Task<?> caller(String name, Callable<?> call) {
        Task<?> caller = Task.run(name, () -> {
            try {
                throw new AssertionError("should have failed, but returned " + call.call());
            } catch (BrokerClosedException e) {
                ends.add(e);
            }
        });
        tasks.add(caller);
        return caller;
    }

    @FunctionalInterface
    private interface Read {
        @Nullable Object from(Inbox<Integer> inbox) throws Exception;
    }

    /** Ends with what the read throws, or null if it ends quietly. */
    private Task<@Nullable Throwable> reader(String name, Read read) {
        Inbox<Integer> inbox = broker.inbox(SILENT);
        Task<@Nullable Throwable> reader = Task.call(name, () -> {
            try {
                assertThat(read.from(inbox)).as("nothing is published there").isNull();
                return null;
            } catch (SubscriptionClosedException e) {
                return e;
            }
        });
        Tests.awaitParked(reader.thread());
        return reader;
    }

    /** What a handler does on the stack of whoever steps: it stays in hand, and lets all the others go on. */
    private static void stepUntilDead(SteppedBroker stepped) {
        while (stepped.stats().state() != State.FAILED) {
            boolean wasInterrupted = Thread.interrupted(); // at the deadline
            if (!stepped.runOne() || wasInterrupted) {
                stepped.advance(Duration.ofMillis(1));
            }
        }
    }

    // ---- what became of them

    private void assertReleased() throws Exception {
        for (Task<?> task : tasks) {
            assertThat(task.get()).isNotNull();
        }
        if (!(broker instanceof SteppedBroker)) {
            Tests.awaitLatch(pumpsEnded);
        }
        assertThat(ends).isNotEmpty().allSatisfy(end -> assertThat(end).cause().isSameAs(steps.death));
        if (isClosing) {
            assertThat(closer).isNotNull();
            assertThat(closer.get().state()).isEqualTo(State.FAILED);
            assertThat(closer.get().failure()).isSameAs(steps.death);
        }
        for (Task<@Nullable Throwable> reader : readers) {
            Throwable end = reader.get();
            if (step.compareTo(Step.SEAL) <= 0) { // later, inboxes have had their orderly end before
                assertThat(end).as(reader.thread().getName()).isInstanceOf(SubscriptionClosedException.class);
                assertThat(end).cause().isSameAs(steps.death);
            }
        }
        assertThatThrownBy(() -> broker.publish(NUMBERS, 1)).cause().isSameAs(steps.death);
        refused.incrementAndGet();
        assertThatThrownBy(() -> broker.inbox(NUMBERS)).cause().isSameAs(steps.death);
        assertThatThrownBy(() -> broker.awaitQuiescence(PATIENCE)).cause().isSameAs(steps.death);
    }

    /** The failure is the last that is told, unless those who are told of the broker's life had heard its end before. */
    private void assertTold(Inbox<BrokerEvent> events) {
        List<BrokerEvent> told = new ArrayList<>();
        assertThatThrownBy(() -> events.forEach(told::add))
                .isInstanceOf(SubscriptionClosedException.class)
                .cause()
                .isSameAs(steps.death);
        if (step != Step.END) {
            assertThat(told).last().isEqualTo(new Failed(steps.death));
        }
    }

    private void assertAccounted(Inbox<Integer> all, Subscription slow, AtomicInteger calls) throws Exception {
        List<Integer> received = new ArrayList<>();
        assertThatThrownBy(() -> all.forEach(received::add))
                .isInstanceOf(SubscriptionClosedException.class)
                .cause()
                .isSameAs(steps.death);
        stubborn.open();
        int triggers = 0;
        if (broker instanceof SteppedBroker stepped) {
            stepped.runUntilIdle();
        } else {
            triggers = 1;
        }
        Tests.awaitTrue(
                "slow has ended", () -> slow.stats().inHand() + slow.stats().queued() == 0);

        BrokerStats stats = broker.close(Duration.ZERO);
        assertThat(stats.accepted()).as("accepted").isEqualTo(accepted.get() + triggers);
        assertThat(stats.refused()).as("refused").isEqualTo(refused.get());
        assertThat(stats.routed()).as("routed").isEqualTo(received.size() + triggers);
        assertThat(stats.unrouted()).isZero();
        assertThat(stats.discarded()).as("discarded").isEqualTo(accepted.get() - received.size());
        assertThat(all.stats().matched()).isEqualTo(received.size());
        assertThat(all.stats().delivered()).isEqualTo(received.size());

        assertThat(calls).hasValue(1);
        assertThat(slow.stats().matched()).isEqualTo(received.size());
        assertThat(slow.stats().handled()).isEqualTo(1);
        assertThat(slow.stats().abandoned()).isEqualTo(received.size() - 1);
        assertThat(slow.stats().stuck()).isFalse();
    }
}
