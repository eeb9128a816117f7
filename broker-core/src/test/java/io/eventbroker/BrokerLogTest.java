package io.eventbroker;

import static io.eventbroker.Tests.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.eventbroker.BrokerEvent.HandlerFailed;
import io.eventbroker.BrokerStats.State;
import io.eventbroker.LoopSteps.Step;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a broker logs: the lines, that they are few, and that logging harms nobody, whatever an appender does. */
class BrokerLogTest {
    private static final Topic<Integer> NUMBERS = Topic.of("numbers", Integer.class);
    private static final String NAME = "logged";
    private static final BrokerConfig CONFIG = BrokerConfig.defaults().withName(NAME);

    private final LogLines log = new LogLines(NAME);

    @AfterEach
    void detach() {
        log.close();
    }

    private static void fail(Object event) {
        throw new IllegalStateException("cannot handle " + event);
    }

    // ---- the lines

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 10})
    void anEpisodeOfDropsIsTwoLines(int capacity) {
        try (ManualBroker broker = Broker.manual(CONFIG)) {
            Inbox<Integer> inbox = broker.subscription(NUMBERS)
                    .named("slow")
                    .capacity(capacity)
                    .inbox();
            for (int episode = 1; episode <= 2; episode++) {
                for (int i = 0; i < capacity + 7; i++) {
                    broker.publish(NUMBERS, i);
                }
                broker.runUntilIdle();
                for (int i = 0; i < capacity; i++) {
                    assertThat(inbox.poll()).isEqualTo(i);
                    broker.runUntilIdle();
                }
                assertThat(log.lines())
                        .hasSize(2 * episode)
                        .endsWith(
                                "WARN broker \"logged\": subscription \"slow\" to topic \"numbers\" is full with "
                                        + capacity + " events, and drops",
                                "INFO broker \"logged\": subscription \"slow\" to topic \"numbers\" no longer drops;"
                                        + " it dropped 7 events");
            }
        }
    }

    @Test
    void theFirstFailureOfASubscriptionIsAWarningTheOthersAreForDebugging() {
        try (ManualBroker broker = Broker.manual(CONFIG)) {
            broker.subscription(NUMBERS).named("a").onEvent(BrokerLogTest::fail);
            broker.subscription(NUMBERS).named("b").onEvent(BrokerLogTest::fail);
            for (int i = 0; i < 3; i++) {
                broker.publish(NUMBERS, i);
                broker.runUntilIdle();
            }
        }
        for (String name : List.of("a", "b")) {
            List<ILoggingEvent> lines = log.events().stream()
                    .filter(event -> event.getFormattedMessage().contains("\"" + name + "\""))
                    .toList();
            String failed =
                    "broker \"logged\": subscription \"" + name + "\" failed on java.lang.Integer of topic \"numbers\"";
            assertThat(lines)
                    .extracting(ILoggingEvent::getFormattedMessage)
                    .containsExactly(
                            failed + "; its further failures are counted, and logged at DEBUG", failed, failed);
            assertThat(lines).extracting(ILoggingEvent::getLevel).containsExactly(Level.WARN, Level.DEBUG, Level.DEBUG);
            assertThat(lines)
                    .extracting(event -> event.getThrowableProxy().getMessage())
                    .containsExactly("cannot handle 0", "cannot handle 1", "cannot handle 2");
        }
        assertThat(log.events()).hasSize(6);
    }

    @Test
    void theFailureOfTheBrokerIsAnError() {
        AtomicBoolean isToDie = new AtomicBoolean();
        try (ManualBroker broker = new SteppedBroker(CONFIG, new LoopSteps() {
            @Override
            void at(Step step) {
                if (isToDie.get()) {
                    throw new IllegalStateException("on purpose");
                }
            }
        })) {
            isToDie.set(true);
            broker.runUntilIdle();
            assertThat(broker.stats().state()).isEqualTo(State.FAILED);
        }
        assertThat(log.lines()).containsExactly("ERROR broker \"logged\" failed: its thread died");
        assertThat(log.events().get(0).getThrowableProxy().getMessage()).isEqualTo("on purpose");
    }

    @Test
    void whatIsAsItShouldBeIsNotLogged() throws Exception {
        AtomicInteger handled = new AtomicInteger();
        try (Broker broker = Broker.open(CONFIG)) {
            Tests.awaitQuiet(broker);
            Inbox<BrokerEvent> events = broker.inbox(BrokerEvent.TOPIC);
            Subscription subscription = broker.subscribe(NUMBERS, n -> handled.incrementAndGet());
            for (int i = 0; i < 100; i++) {
                broker.publish(NUMBERS, i);
            }
            Tests.awaitQuiet(broker);
            subscription.unsubscribe();
            broker.publish(NUMBERS, 100);
            assertThat(broker.close(PATIENCE).state()).isEqualTo(State.CLOSED);
            assertThat(events.stats().dropped()).isZero();
        }
        assertThat(handled).hasValue(100);
        assertThat(log.lines()).isEmpty();
    }

    // ---- appenders that do harm

    /** Appends nothing until the gate opens. */
    static ListAppender<ILoggingEvent> stuckAt(Gate gate) {
        return new ListAppender<>() {
            @Override
            protected void append(ILoggingEvent event) {
                gate.holdStubbornly();
                super.append(event);
            }
        };
    }

    /**
     * Hazard: the log's worker is stuck in an appender for ever. Forbidden: that anybody waits for it, that what is to be
     * logged piles up, that it is in a report.
     */
    @Test
    void anAppenderThatIsStuckHarmsNobody() throws Exception {
        int failures = 2_000; // far more than the log may be behind
        AtomicInteger calls = new AtomicInteger();
        try (Gate gate = new Gate()) {
            log.add(stuckAt(gate));
            Broker broker = Broker.open(CONFIG);
            Inbox<HandlerFailed> failed = broker.subscription(BrokerEvent.TOPIC.only(HandlerFailed.class))
                    .capacity(failures)
                    .inbox();
            broker.subscription(NUMBERS).named("failing").capacity(failures).onEvent(n -> {
                calls.incrementAndGet();
                fail(n);
            });
            broker.publish(NUMBERS, 0);
            gate.awaitEntered();
            for (int i = 1; i < failures; i++) {
                broker.publish(NUMBERS, i);
            }
            Tests.awaitTrue("all failed", () -> failed.stats().queued() == failures);
            assertThat(calls).hasValue(failures);
            BrokerStats report = Task.call("closer", () -> broker.close(Duration.ofMillis(50)))
                    .get();
            assertThat(report.state()).isEqualTo(State.CLOSED);
            assertThat(report.subscriptions())
                    .extracting(SubscriptionStats::name)
                    .containsExactlyInAnyOrder(failed.name(), "failing");
            assertThat(report.subscriptions()).noneMatch(SubscriptionStats::stuck);
            Tests.awaitTrue("interrupted", () -> gate.interrupts() == 1);
        }
    }

    @Test
    void anAppenderThatThrowsHarmsNobody() throws Exception {
        AtomicBoolean throwing = new AtomicBoolean(true);
        AtomicInteger thrown = new AtomicInteger();
        log.add(new ListAppender<>() {
            @Override
            public void doAppend(ILoggingEvent event) {
                if (throwing.get()) {
                    thrown.incrementAndGet();
                    throw new StackOverflowError("on purpose");
                }
            }
        });
        AtomicInteger calls = new AtomicInteger();
        try (Broker broker = Broker.open(CONFIG)) {
            Inbox<Integer> small = broker.subscription(NUMBERS).capacity(1).inbox();
            Subscription bad =
                    broker.subscription(BrokerEvent.TOPIC).named("bad").onEvent(BrokerLogTest::fail);
            broker.subscription(NUMBERS).named("failing").onEvent(n -> {
                calls.incrementAndGet();
                fail(n);
            });
            for (int i = 0; i < 10; i++) {
                broker.publish(NUMBERS, i);
            }
            Tests.awaitQuiet(broker);
            assertThat(calls).hasValue(10);
            assertThat(bad.stats().failed()).isEqualTo(bad.stats().matched()).isGreaterThan(10);
            Tests.awaitTrue("thrown for the log and for the bad handler", () -> thrown.get() > 12);
            throwing.set(false);
            int before = log.events().size();
            broker.publish(NUMBERS, 10);
            Tests.awaitQuiet(broker);
            log.awaitLines(before + 1);
            assertThat(small.stats().dropped()).isEqualTo(10);
            throwing.set(true);
            assertThat(broker.close(PATIENCE).state()).isEqualTo(State.CLOSED);
        }
    }

    // ---- nobody's business

    @Test
    void whoLogsIsNoSubscription() {
        try (ManualBroker broker = Broker.manual(CONFIG)) {
            assertThat(broker.stats().subscriptions()).isEmpty();
            Inbox<BrokerEvent> events = broker.inbox(BrokerEvent.TOPIC);
            broker.subscription(NUMBERS).named("failing").onEvent(BrokerLogTest::fail);
            broker.publish(NUMBERS, 1);
            broker.runUntilIdle();
            assertThat(log.events()).hasSize(1);
            assertThat(broker.stats().subscriptions())
                    .extracting(SubscriptionStats::name)
                    .containsExactly(events.name(), "failing");
            assertThat(broker.close(PATIENCE).subscriptions()).hasSize(2);
        }
    }

    /** Its name is not taken, either. */
    @Test
    void whoLogsTakesNoName() {
        try (ManualBroker broker = Broker.manual(CONFIG)) {
            Subscription namesake =
                    broker.subscription(NUMBERS).named(NAME + " log").onEvent(n -> {});
            assertThat(namesake.name()).isEqualTo("logged log");
        }
    }

    @Test
    void aDisconnectedSubscriptionIsAWarning() {
        try (ManualBroker broker = Broker.manual(CONFIG)) {
            Inbox<Integer> inbox = broker.subscription(NUMBERS)
                    .named("exact")
                    .capacity(1)
                    .overflow(Overflow.DISCONNECT)
                    .inbox();
            broker.publish(NUMBERS, 1);
            broker.publish(NUMBERS, 2);
            broker.runUntilIdle();
            assertThat(inbox.poll()).isEqualTo(1);
            assertThat(log.lines())
                    .containsExactly(
                            "WARN broker \"logged\": subscription \"exact\" to topic \"numbers\" was full with 1"
                                    + " events, and is disconnected");
        }
    }
}
