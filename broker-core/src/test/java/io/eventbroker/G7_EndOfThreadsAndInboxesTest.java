package io.eventbroker;

import static io.eventbroker.Tests.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventbroker.BrokerStats.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ThreadFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** G7: close waits for the broker's own threads, wakes every reader and leaves inboxes to be emptied. */
class G7_EndOfThreadsAndInboxesTest {
    private static final Topic<Integer> NUMBERS = Topic.of("numbers", Integer.class);
    private static final Duration HOUR = Duration.ofHours(1);

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void afterAnOrderlyCloseNoThreadOfTheBrokerIsAlive(boolean defaultThreads) throws Exception {
        Tests.repeat(20, () -> {
            Set<Thread> workers = ConcurrentHashMap.newKeySet();
            ThreadFactory platform = Tests.platformThreads();
            BrokerConfig config = BrokerConfig.defaults().withName("broker-of-" + this);
            Broker broker = Broker.open(
                    defaultThreads
                            ? config
                            : config.withThreadFactory(task -> {
                                Thread worker = platform.newThread(task);
                                workers.add(worker);
                                return worker;
                            }));
            Thread brokerThread = brokerThread("broker-of-" + this);
            CyclicBarrier allWorkers = new CyclicBarrier(3);
            broker.subscription(NUMBERS).concurrency(3).onEvent(n -> {
                workers.add(Thread.currentThread());
                Tests.meet(allWorkers);
            });
            Subscription idle = broker.subscribe(Topic.of("never", String.class), s -> {});
            for (int i = 0; i < 3; i++) {
                broker.publish(NUMBERS, i);
            }
            broker.close(PATIENCE);

            assertThat(idle.stats().delivered()).isZero();
            assertThat(workers).hasSize(defaultThreads ? 3 : 4).noneMatch(Thread::isAlive);
            assertThat(brokerThread.isAlive()).as("broker thread alive").isFalse();
        });
    }

    @Test
    void theBrokerThreadIsADaemonPlatformThreadThatBearsTheName() {
        try (Broker broker = Broker.open(BrokerConfig.defaults().withName("post office"))) {
            assertThat(broker.stats().state()).isEqualTo(State.OPEN);
            assertThat(brokerThread("post office").isDaemon()).isTrue();
        }
    }

    @Test
    void aWorkerEndsWhenItsSubscriptionDoes() throws Exception {
        Set<Thread> workers = ConcurrentHashMap.newKeySet();
        ThreadFactory platform = Tests.platformThreads();
        try (Broker broker = Broker.open(BrokerConfig.defaults().withThreadFactory(task -> {
            Thread worker = platform.newThread(task);
            workers.add(worker);
            return worker;
        }))) {
            Subscription numbers = broker.subscription(NUMBERS).concurrency(4).onEvent(n -> {});
            assertThat(workers).hasSize(4).allMatch(Thread::isAlive);
            numbers.unsubscribe();
            workers.forEach(Tests::awaitDead);
        }
    }

    /** A worker of an earlier subscription is a thread of the broker, too. */
    @Test
    void afterCloseNoWorkerOfAnEarlierSubscriptionIsAlive() throws Exception {
        Tests.repeat(300, () -> {
            Set<Thread> workers = ConcurrentHashMap.newKeySet();
            ThreadFactory platform = Tests.platformThreads();
            Broker broker = Broker.open(BrokerConfig.defaults().withThreadFactory(task -> {
                Thread worker = platform.newThread(task);
                workers.add(worker);
                return worker;
            }));
            Subscription leaver = broker.subscription(NUMBERS).concurrency(2).onEvent(n -> Thread.yield());
            for (int i = 0; i < 10; i++) {
                broker.publish(NUMBERS, i);
            }
            leaver.unsubscribe();
            broker.close(PATIENCE);
            assertThat(workers).hasSize(2).noneMatch(Thread::isAlive);
        });
    }

    @Test
    void whatIsInAnInboxCanStillBeTakenThenItEnds() throws Exception {
        Broker broker = Broker.open();
        Inbox<Integer> inbox = broker.inbox(NUMBERS);
        for (int i = 0; i < 5; i++) {
            broker.publish(NUMBERS, i);
        }
        BrokerStats report = broker.close(PATIENCE);
        assertThat(report.state()).isEqualTo(State.CLOSED);
        assertThat(report.subscriptions().get(0).queued()).isEqualTo(5);

        assertThat(inbox.poll()).isEqualTo(0);
        assertThat(inbox.take()).isEqualTo(1);
        assertThat(inbox.poll(HOUR)).isEqualTo(2);
        assertThat(inbox).as("for-each ends quietly").containsExactly(3, 4);
        assertEnded(inbox);
        assertThat(inbox.stats().delivered()).isEqualTo(5);
        assertThat(inbox.stats().abandoned()).isZero();
    }

    @Test
    void closeWithoutTimeLeavesInboxesTheirContent() throws Exception {
        Broker broker = Broker.open();
        Inbox<Integer> inbox = broker.inbox(NUMBERS);
        for (int i = 0; i < 5; i++) {
            broker.publish(NUMBERS, i);
        }
        assertThat(broker.awaitQuiescence(PATIENCE)).isTrue();
        broker.close(Duration.ZERO);
        assertThat(inbox).containsExactly(0, 1, 2, 3, 4);
        assertEnded(inbox);
    }

    @Test
    void anInboxLeftEarlyKeepsItsContentBeyondTheEndOfTheBroker() throws Exception {
        Broker broker = Broker.open();
        Inbox<Integer> inbox = broker.inbox(NUMBERS);
        broker.publish(NUMBERS, 1);
        broker.publish(NUMBERS, 2);
        inbox.close();
        broker.publish(NUMBERS, 3);
        assertThat(inbox.poll()).isEqualTo(1);
        broker.close();
        assertThat(inbox.take()).isEqualTo(2);
        assertEnded(inbox);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void readersThatWaitAreWokenByTheEnd(boolean byClose) throws Exception {
        Tests.repeat(20, () -> {
            Broker broker = Broker.open();
            Inbox<Integer> inbox = broker.inbox(NUMBERS);
            List<Task<?>> readers = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                readers.add(Task.run(
                        "take",
                        () -> assertThatThrownBy(inbox::take)
                                .isInstanceOf(SubscriptionClosedException.class)
                                .hasNoCause()));
                readers.add(Task.run(
                        "timed poll",
                        () -> assertThatThrownBy(() -> inbox.poll(HOUR))
                                .isInstanceOf(SubscriptionClosedException.class)));
                readers.add(Task.run("for-each", () -> assertThat(inbox).isEmpty()));
            }
            for (Task<?> reader : readers) {
                Tests.awaitParked(reader.thread());
            }
            if (byClose) {
                broker.close(PATIENCE);
            } else {
                inbox.unsubscribe();
            }
            for (Task<?> reader : readers) {
                reader.get();
            }
            broker.close();
        });
    }

    @Test
    void closeDoesNotWaitForReaders() throws Exception {
        try (Gate gate = new Gate()) {
            Broker broker = Broker.open();
            Inbox<Integer> inbox = broker.inbox(NUMBERS);
            broker.publish(NUMBERS, 1);
            Task<Boolean> reader = Task.run("reader", () -> {
                for (Integer number : inbox) {
                    assertThat(number).isEqualTo(1);
                    gate.hold();
                }
            });
            gate.awaitEntered();
            assertThat(Task.call("closer", () -> broker.close(HOUR)).get().state())
                    .isEqualTo(State.CLOSED);
            assertThat(reader.isDone()).isFalse();
            gate.open();
            reader.get();
        }
    }

    @Test
    void everythingAnswersAfterTheEnd() throws Exception {
        Broker broker = Broker.open();
        Subscription push = broker.subscription(NUMBERS).named("push").onEvent(n -> {});
        Inbox<Integer> inbox = broker.subscription(NUMBERS).named("pull").inbox();
        broker.publish(NUMBERS, 1);
        broker.close(PATIENCE);

        push.unsubscribe();
        inbox.unsubscribe();
        inbox.close();
        assertThat(push.name()).isEqualTo("push");
        assertThat(push.stats().handled()).isEqualTo(1);
        assertThat(inbox.stats().queued()).isEqualTo(1);
        assertThat(broker.awaitQuiescence(Duration.ZERO)).isTrue();
        assertThat(broker.stats().subscriptions())
                .extracting(SubscriptionStats::name)
                .containsExactly("push", "pull");
    }

    private static void assertEnded(Inbox<Integer> inbox) {
        assertThatThrownBy(inbox::poll).isInstanceOf(SubscriptionClosedException.class);
        assertThatThrownBy(inbox::take).isInstanceOf(SubscriptionClosedException.class);
        assertThatThrownBy(() -> inbox.poll(HOUR)).isInstanceOf(SubscriptionClosedException.class);
        assertThatThrownBy(() -> inbox.poll(Duration.ZERO)).isInstanceOf(SubscriptionClosedException.class);
        assertThat(inbox.drainTo(new ArrayList<>())).isZero();
        assertThat(inbox.iterator().hasNext()).isFalse();
    }

    private static Thread brokerThread(String name) {
        List<Thread> found = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(name))
                .toList();
        assertThat(found).as("threads named after %s", name).hasSize(1);
        return found.get(0);
    }

    /** Hazard: a thread that has left the worker, but not its factory's wrapping, is waited for like a handler. */
    @Test
    void aThreadThatLingersAfterItsWorkDelaysCloseOnlyALittle() throws Exception {
        try (Gate gate = new Gate()) {
            ThreadFactory lingering = task -> new Thread(() -> {
                task.run();
                gate.holdStubbornly();
            });
            Broker broker = Broker.open(BrokerConfig.defaults().withThreadFactory(lingering));
            broker.subscribe(NUMBERS, n -> {}).unsubscribe();
            gate.awaitEntered();
            Task<BrokerStats> closer = Task.call("closer", () -> broker.close(Duration.ofDays(1)));
            assertThat(closer.get().state()).isEqualTo(State.CLOSED);
        }
    }
}
