package io.eventbroker;

import static io.eventbroker.Tests.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/** G3: what one subscriber does is no other subscriber's concern, nor a publisher's. */
class G3_IsolatedTest {
    private static final Topic<Integer> NUMBERS = Topic.of("numbers", Integer.class);
    private static final Topic<String> WORDS = Topic.of("words", String.class);
    private static final int MANY = 2_000;

    private static final BrokerConfig SMALL_RING =
            BrokerConfig.defaults().withRingSize(8).withCloseTimeout(PATIENCE);

    @Test
    void stuckHandlersAndUnreadInboxesDelayNobody() throws Exception {
        try (Broker broker = Broker.open(SMALL_RING);
                Gate gate = new Gate(4)) {
            broker.subscription(NUMBERS).capacity(1).onEvent(n -> gate.hold());
            broker.subscription(NUMBERS).capacity(1).concurrency(3).onEvent(n -> gate.hold());
            Inbox<Integer> unread = broker.subscription(NUMBERS).capacity(1).inbox();
            Subscription same = broker.subscription(NUMBERS).capacity(MANY).onEvent(n -> {});
            Subscription other = broker.subscription(WORDS).capacity(MANY).onEvent(w -> {});
            int held = 0;
            do {
                broker.publish(NUMBERS, held++);
            } while (broker.stats().subscriptions().get(1).inHand() < 3);
            gate.awaitEntered();
            for (int i = held; i < MANY; i++) {
                broker.publish(NUMBERS, i);
                broker.publish(WORDS, "w");
            }
            int words = MANY - held;
            Tests.awaitTrue("all handled", () -> same.stats().handled() == MANY);
            Tests.awaitTrue("all handled", () -> other.stats().handled() == words);
            assertThat(unread.stats().dropped()).isEqualTo(MANY - 1);
            assertThat(same.stats().dropped() + other.stats().dropped()).isZero();
        }
    }

    private enum Thrown {
        UNCHECKED {
            @Override
            Throwable make() {
                return new IllegalStateException("on purpose");
            }
        },
        CHECKED {
            @Override
            Throwable make() {
                return new IOException("on purpose");
            }
        },
        ERROR {
            @Override
            Throwable make() {
                return new AssertionError("on purpose");
            }
        },
        FATAL {
            @Override
            Throwable make() {
                return new OutOfMemoryError("on purpose");
            }
        },
        THROWABLE {
            @Override
            Throwable make() {
                return new Throwable("on purpose");
            }
        },
        INTERRUPTION {
            @Override
            Throwable make() {
                return new InterruptedException("on purpose");
            }
        },
        /** Logging it fails, too. */
        HOSTILE {
            @Override
            Throwable make() {
                return new Hostile();
            }
        };

        abstract Throwable make();
    }

    private static final class Hostile extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new IllegalStateException("hostile message");
        }

        @Override
        public String toString() {
            throw new IllegalStateException("hostile text");
        }

        @Override
        public synchronized Throwable getCause() {
            throw new IllegalStateException("hostile cause");
        }

        @Override
        public StackTraceElement[] getStackTrace() {
            throw new IllegalStateException("hostile stack");
        }
    }

    @ParameterizedTest
    @EnumSource(Thrown.class)
    void whateverAHandlerThrowsIsItsOwnAffair(Thrown thrown) throws Exception {
        try (Broker broker = Broker.open(SMALL_RING)) {
            List<Integer> handled = new ArrayList<>();
            Subscription throwing = broker.subscribe(NUMBERS, n -> {
                if (n % 2 == 0) {
                    throw G3_IsolatedTest.<RuntimeException>sneak(thrown.make());
                }
                handled.add(n);
            });
            Subscription other = broker.subscribe(NUMBERS, n -> {});
            for (int i = 0; i < 10; i++) {
                broker.publish(NUMBERS, i);
            }
            Tests.awaitQuiet(broker);
            assertThat(handled).containsExactly(1, 3, 5, 7, 9);
            assertThat(throwing.stats().failed()).isEqualTo(5);
            assertThat(throwing.stats().handled()).isEqualTo(5);
            assertThat(throwing.stats().delivered()).isEqualTo(10);
            assertThat(other.stats().handled()).isEqualTo(10);
        }
    }

    @Test
    void aHandlerThatOverflowsTheStackIsCountedAsFailed() throws Exception {
        try (Broker broker = Broker.open(SMALL_RING)) {
            Subscription deep = broker.subscribe(NUMBERS, n -> recurse(n));
            for (int i = 0; i < 5; i++) {
                broker.publish(NUMBERS, 1);
            }
            Tests.awaitQuiet(broker);
            assertThat(deep.stats().failed()).isEqualTo(5);
        }
    }

    @Test
    void anInterruptStatusLeftBehindDoesNotReachTheNextCall() throws Exception {
        try (Broker broker = Broker.open(SMALL_RING)) {
            AtomicInteger inherited = new AtomicInteger();
            Subscription careless = broker.subscribe(NUMBERS, n -> {
                if (Thread.currentThread().isInterrupted()) {
                    inherited.incrementAndGet();
                }
                Thread.currentThread().interrupt();
            });
            for (int i = 0; i < 100; i++) {
                broker.publish(NUMBERS, i);
            }
            Tests.awaitQuiet(broker);
            broker.publish(NUMBERS, 100);
            Tests.awaitQuiet(broker);
            assertThat(careless.stats().handled()).isEqualTo(101);
            assertThat(inherited).hasValue(0);
        }
    }

    @Test
    void leavingWithAStuckHandlerWaitsForNothing() throws Exception {
        try (Broker broker = Broker.open(SMALL_RING);
                Gate gate = new Gate()) {
            Subscription leaver = broker.subscription(NUMBERS).named("x").onEvent(n -> gate.holdStubbornly());
            Subscription other = broker.subscribe(NUMBERS, n -> {});
            for (int i = 0; i < 10; i++) {
                broker.publish(NUMBERS, i);
            }
            gate.awaitEntered();
            Task.run("leaver", leaver::unsubscribe).get();
            Subscription heir = broker.subscription(NUMBERS).named("x").onEvent(n -> {});
            broker.publish(NUMBERS, 10);
            Tests.awaitTrue(
                    "handled",
                    () -> heir.stats().handled() == 1 && other.stats().handled() == 11);
            gate.open();
            Tests.awaitQuiet(broker);
            assertThat(leaver.stats().handled()).isEqualTo(1);
            assertThat(leaver.stats().abandoned()).isEqualTo(9);
        }
    }

    @Test
    void aLogThatBlocksHoldsUpOnlyThoseWhoFail() throws Exception {
        try (Broker broker = Broker.open(SMALL_RING);
                Gate gate = new Gate()) {
            AtomicBoolean blocking = new AtomicBoolean(true);
            AppenderBase<ILoggingEvent> blocked = new AppenderBase<>() {
                @Override
                protected void append(ILoggingEvent event) {
                    if (blocking.get()) {
                        gate.holdStubbornly();
                    }
                }
            };
            Logger root = (Logger) LoggerFactory.getLogger("io.eventbroker");
            blocked.start();
            root.addAppender(blocked);
            try {
                Subscription failing = broker.subscription(NUMBERS).capacity(1).onEvent(n -> {
                    throw new IllegalStateException("on purpose");
                });
                Subscription fine = broker.subscription(NUMBERS).capacity(MANY).onEvent(n -> {});
                for (int i = 0; i < MANY; i++) {
                    broker.publish(NUMBERS, i);
                }
                gate.awaitEntered();
                Tests.awaitTrue("all handled", () -> fine.stats().handled() == MANY);
                assertThat(failing.stats().dropped()).isPositive();
            } finally {
                blocking.set(false);
                gate.open();
                root.detachAppender(blocked);
            }
        }
    }

    @Test
    void aWorkerThatNeverRunsDelaysNobody() throws Exception {
        AtomicBoolean idle = new AtomicBoolean(true);
        Broker broker = Broker.open(
                SMALL_RING.withThreadFactory(task -> idle.getAndSet(false) ? new Thread(() -> {}) : new Thread(task)));
        Subscription dead = broker.subscription(NUMBERS).capacity(3).onEvent(n -> {});
        Subscription alive = broker.subscription(NUMBERS).capacity(MANY).onEvent(n -> {});
        for (int i = 0; i < MANY; i++) {
            broker.publish(NUMBERS, i);
        }
        Tests.awaitTrue("all handled", () -> alive.stats().handled() == MANY);
        assertThat(dead.stats().dropped()).isEqualTo(MANY - 3);
        BrokerStats report =
                Task.call("closer", () -> broker.close(Duration.ofMillis(100))).get();
        assertThat(report.state()).isEqualTo(BrokerStats.State.CLOSED);
        assertThat(report.subscriptions().get(0).abandoned()).isEqualTo(3);
    }

    @Test
    void aReaderWhoseSinkFailsLosesThatEventOnly() {
        try (Broker broker = Broker.open(SMALL_RING)) {
            Inbox<Integer> inbox = broker.inbox(NUMBERS);
            for (int i = 0; i < 3; i++) {
                broker.publish(NUMBERS, i);
            }
            Tests.awaitTrue("routed", () -> inbox.stats().queued() == 3);
            assertThatThrownBy(() -> inbox.drainTo(List.of())).isInstanceOf(UnsupportedOperationException.class);
            assertThat(inbox.stats().delivered()).isEqualTo(1);
            assertThat(inbox.stats().queued()).isEqualTo(2);
            assertThat(inbox.poll()).isEqualTo(1);
        }
    }

    private static int recurse(int n) {
        return n == 0 ? 0 : 1 + recurse(n + 1);
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> E sneak(Throwable e) throws E {
        throw (E) e;
    }
}
