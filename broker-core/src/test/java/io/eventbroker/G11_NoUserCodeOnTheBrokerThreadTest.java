package io.eventbroker;

import static io.eventbroker.Tests.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.nio.channels.spi.AbstractInterruptibleChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** G11: whatever is the user's runs on the user's threads or on workers, never on the broker's. */
class G11_NoUserCodeOnTheBrokerThreadTest {
    private static final String NAME = "eleventh-guarantee";

    /** Where user code ran: what ran, and the threads. */
    private static final Map<String, Set<Thread>> RAN = new ConcurrentHashMap<>();

    private static void ran(String what) {
        RAN.computeIfAbsent(what, w -> ConcurrentHashMap.newKeySet()).add(Thread.currentThread());
    }

    /** An event whose every method is a trap. */
    private static class Trap {
        @Override
        public boolean equals(Object other) {
            ran("equals");
            throw new IllegalStateException("equals of an event");
        }

        @Override
        public int hashCode() {
            ran("hashCode");
            throw new IllegalStateException("hashCode of an event");
        }

        @Override
        public String toString() {
            ran("toString");
            throw new IllegalStateException("toString of an event");
        }
    }

    private static final class SmallTrap extends Trap {}

    private static final class Failure extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            ran("message of a failure");
            return "on purpose";
        }
    }

    private static final Topic<Trap> TRAPS = Topic.of("traps", Trap.class);

    @Test
    void nothingOfTheUserRunsOnTheBrokerThread() throws Exception {
        RAN.clear();
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
            @Override
            protected void append(ILoggingEvent event) {
                ran("appender");
            }
        };
        appender.start();
        Logger logger = (Logger) LoggerFactory.getLogger("io.eventbroker");
        logger.addAppender(appender);
        Thread brokerThread;
        try (Broker broker = Broker.open(BrokerConfig.defaults()
                        .withName(NAME)
                        .withRingSize(4)
                        .withThreadFactory(task -> {
                            ran("thread factory");
                            return new Thread(() -> {
                                ran("body of a worker");
                                task.run();
                            });
                        }));
                Gate gate = new Gate()) {
            brokerThread = brokerThread(before);
            Subscription stuck = broker.subscription(TRAPS).capacity(1).onEvent(trap -> {
                ran("handler");
                gate.holdStubbornly();
            });
            broker.subscribe(TRAPS, trap -> {
                throw new Failure();
            });
            Subscription leaver = broker.subscription(TRAPS).concurrency(2).onEvent(trap -> ran("handler"));
            Inbox<Trap> inbox = broker.subscription(TRAPS).capacity(2).inbox();
            Inbox<SmallTrap> small = broker.inbox(TRAPS.only(SmallTrap.class));
            for (int i = 0; i < 500; i++) {
                broker.publish(TRAPS, i % 2 == 0 ? new Trap() : new SmallTrap());
            }
            broker.publish(Topic.of("nobody", Trap.class), new Trap());
            gate.awaitEntered();
            leaver.unsubscribe();
            inbox.drainTo(new ArrayList<>());
            small.forEach(trap -> {
                ran("loop");
                small.unsubscribe();
            });
            broker.stats();
            BrokerStats report = broker.close(Duration.ofMillis(100));
            assertThat(report.accepted()).isEqualTo(501);
            assertThat(stuck.stats().dropped()).isPositive();
            assertThat(broker.toString()).isNotNull();
            gate.open();
            Tests.awaitTrue("ended", () -> stuck.stats().handled() == 1);
        } finally {
            logger.detachAppender(appender);
        }
        assertThat(RAN.keySet())
                .contains("handler", "thread factory", "body of a worker", "appender", "loop")
                .doesNotContain("equals", "hashCode", "toString");
        RAN.forEach((what, threads) ->
                assertThat(threads).as("threads that ran: %s", what).doesNotContain(brokerThread));
    }

    @Test
    void aThreadFactoryRunsOnTheThreadThatSubscribes() throws Exception {
        Set<Thread> made = ConcurrentHashMap.newKeySet();
        try (Broker broker = Broker.open(BrokerConfig.defaults().withThreadFactory(task -> {
            made.add(Thread.currentThread());
            return new Thread(task);
        }))) {
            broker.subscription(TRAPS).concurrency(3).onEvent(trap -> {});
            assertThat(made).containsExactly(Thread.currentThread());
            assertThat(broker.awaitQuiescence(PATIENCE)).isTrue();
        }
    }

    private static Thread brokerThread(Set<Thread> before) {
        Set<Thread> now = new HashSet<>(Thread.getAllStackTraces().keySet());
        now.removeAll(before);
        List<Thread> found =
                now.stream().filter(thread -> thread.getName().equals(NAME)).toList();
        assertThat(found).as("threads named %s", NAME).hasSize(1);
        return found.get(0);
    }

    /** Hazard: whoever interrupts a thread that waits on a channel closes that channel, which runs the channel's code. */
    @Test
    void aChannelThatAHandlerWaitsOnIsNotClosedByTheBrokerThread() throws Exception {
        AtomicReference<String> closer = new AtomicReference<>();
        CountDownLatch waiting = new CountDownLatch(1);
        class Channel extends AbstractInterruptibleChannel {
            void await() throws Exception {
                begin();
                try {
                    waiting.countDown();
                    new CountDownLatch(1).await();
                } finally {
                    end(false);
                }
            }

            @Override
            protected void implCloseChannel() {
                closer.set(Thread.currentThread().getName());
                throw new IllegalStateException("on purpose");
            }
        }
        Broker broker = Broker.open(BrokerConfig.defaults().withName(NAME));
        Subscription subscription = broker.subscribe(TRAPS, trap -> new Channel().await());
        broker.publish(TRAPS, new Trap());
        Tests.awaitLatch(waiting);
        BrokerStats report = broker.close(Duration.ZERO);
        Tests.awaitTrue("closed", () -> closer.get() != null);
        assertThat(closer.get()).isNotEqualTo(NAME);
        assertThat(report.state()).isEqualTo(BrokerStats.State.CLOSED);
        assertThat(subscription.stats().matched()).isEqualTo(1);
    }

    /** Hazard: one thread that interrupts all waits for the code that the first interrupt runs. */
    @Test
    void aChannelThatDoesNotCloseKeepsNoOtherHandlerFromBeingInterrupted() throws Exception {
        CountDownLatch waiting = new CountDownLatch(2);
        try (Gate gate = new Gate()) {
            class Channel extends AbstractInterruptibleChannel {
                void await() throws Exception {
                    begin();
                    try {
                        waiting.countDown();
                        gate.holdStubbornly();
                    } finally {
                        end(false);
                    }
                }

                @Override
                protected void implCloseChannel() {
                    gate.holdStubbornly();
                }
            }
            Broker broker = Broker.open(BrokerConfig.defaults().withName(NAME));
            Subscription first = broker.subscribe(TRAPS, trap -> new Channel().await());
            Subscription second = broker.subscribe(TRAPS, trap -> {
                waiting.countDown();
                new CountDownLatch(1).await();
            });
            broker.publish(TRAPS, new Trap());
            Tests.awaitLatch(waiting);
            BrokerStats report = broker.close(Duration.ZERO);
            assertThat(report.state()).isEqualTo(BrokerStats.State.CLOSED);
            Tests.awaitTrue("second interrupted", () -> second.stats().failed() == 1);
            assertThat(first.stats().stuck()).isTrue();
        }
    }
}
