package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventbroker.BrokerStats.State;
import io.eventbroker.LoopSteps.Step;
import io.eventbroker.internal.Timing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The phases of a close, to the nanosecond of a manual broker's time; the handler that closes outlasts them. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class ManualBrokerCloseTest {
    private static final Topic<Integer> NUMBERS = Topic.of("numbers", Integer.class);
    private static final Topic<String> WORDS = Topic.of("words", String.class);
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final SteppedBroker broker = (SteppedBroker) Broker.manual();
    private final List<String> log = new ArrayList<>();

    @Test
    void G7_closeByAHandlerReturnsAtOnceAndTheCloseGoesOnWithTheSteps() {
        broker.subscribe(NUMBERS, n -> {
            BrokerStats interim = broker.close(SECOND);
            log.add(interim.state() + ", in hand "
                    + interim.subscriptions().get(0).inHand());
            broker.publish(WORDS, "last");
        });
        broker.subscribe(WORDS, log::add);
        broker.publish(NUMBERS, 1);
        broker.runUntilIdle();

        assertThat(log).containsExactly("DRAINING, in hand 1", "last");
        assertThat(broker.stats().state()).isEqualTo(State.CLOSED);
    }

    /** Hazard: taking note of a close is no step, so time jumps although the reader that waits has been given something. */
    @Test
    void whoWaitsToBeToldOfTheCloseIsToldBeforeTimePasses() throws Exception {
        Inbox<BrokerEvent.Closing> told = broker.inbox(BrokerEvent.TOPIC.only(BrokerEvent.Closing.class));
        long start = broker.lifecycle.timing.nanoTime();
        broker.subscribe(NUMBERS, n -> {
            broker.close(SECOND);
            assertThat(told.take().timeout()).isEqualTo(SECOND);
            log.add(broker.stats().state() + " after " + (broker.lifecycle.timing.nanoTime() - start));
        });
        broker.publish(NUMBERS, 1);
        broker.runUntilIdle();

        assertThat(log).containsExactly("DRAINING after 0");
    }

    @Test
    void G7_theReportListsThoseThatWereAliveWhenClosingBegan() {
        Inbox<String> leaving = broker.subscription(WORDS).named("leaving").inbox();
        broker.subscription(NUMBERS).named("closer").onEvent(n -> {
            broker.close(SECOND);
            leaving.unsubscribe();
        });
        broker.publish(NUMBERS, 1);
        broker.runUntilIdle();

        assertThat(broker.stats().subscriptions())
                .extracting(SubscriptionStats::name)
                .containsExactly("leaving", "closer");
    }

    /** If it dies at its very last step, it has given nobody up: the report is as it would have been a step before. */
    @Test
    void G8_aLoopThatDiesAtTheEndListsThoseThatWereAliveWhenClosingBegan() {
        AssertionError death = new AssertionError("planted");
        SteppedBroker dying = new SteppedBroker(BrokerConfig.defaults(), new LoopSteps() {
            @Override
            void at(Step step) {
                if (step == Step.END) {
                    throw death;
                }
            }
        });
        AtomicReference<Subscription> left = new AtomicReference<>();
        left.set(dying.subscription(NUMBERS).named("left").onEvent(n -> {
            left.get().unsubscribe();
            dying.close(Duration.ZERO);
            for (int i = 0; i < 10; i++) {
                dying.advance(SECOND);
                dying.runUntilIdle();
            }
            BrokerStats stats = dying.stats();
            log.add(stats.state() + " with " + stats.subscriptions().size());
        }));
        dying.publish(NUMBERS, 1);
        dying.runUntilIdle();

        assertThat(log).containsExactly("FAILED with 0");
        assertThat(dying.stats().failure()).isSameAs(death);
    }

    @Test
    void G7_theTimeOfACloseCountsFromItsCall() {
        Subscription waiting = broker.subscription(NUMBERS).named("waiting").onEvent(n -> log.add("handled"));
        broker.subscription(WORDS).named("closer").onEvent(word -> {
            broker.publish(NUMBERS, 1);
            broker.stepLoop();
            broker.close(SECOND);
            broker.advance(SECOND);
            stepLoopUntilIdle();
            log.add(broker.stats().state().toString());
        });
        broker.publish(WORDS, "close");
        broker.stepLoop();
        broker.workers().get(1).stepAsGuest();
        broker.runUntilIdle();

        assertThat(log).containsExactly("CLOSING");
        assertThat(waiting.stats().abandoned()).isEqualTo(1);
    }

    @Test
    void G7_onlyAHandlerThatIsStillRunningIsStuck() {
        broker.subscription(NUMBERS).named("idle").onEvent(n -> {});
        broker.subscription(WORDS).named("busy").onEvent(word -> {
            broker.close(SECOND);
            stepLoopUntilIdle();
            broker.advance(SECOND);
            stepLoopUntilIdle();
            broker.advance(SECOND);
            stepLoopUntilIdle();
            log.add(stuck());
        });
        broker.publish(WORDS, "close");
        broker.stepLoop();
        broker.workers().get(1).stepAsGuest();

        assertThat(log).containsExactly("CLOSED, stuck [busy]");
        assertThat(stuck()).as("the call has ended").isEqualTo("CLOSED, stuck []");
    }

    private void stepLoopUntilIdle() {
        while (broker.stepLoop()) {
            Thread.onSpinWait();
        }
    }

    private String stuck() {
        BrokerStats stats = broker.stats();
        return stats.state() + ", stuck "
                + stats.subscriptions().stream()
                        .filter(SubscriptionStats::stuck)
                        .map(SubscriptionStats::name)
                        .toList();
    }

    @Test
    void G7_aHandlerThatOutlastsTheDeadlineIsInterruptedOnce() {
        broker.subscribe(NUMBERS, n -> {
            broker.close(SECOND);
            for (int i = 0; i < 3; i++) {
                stepLoopUntilIdle();
                log.add(broker.stats().state() + ", interrupted: " + Thread.interrupted());
                broker.advance(SECOND);
            }
        });
        broker.publish(NUMBERS, 1);
        broker.runUntilIdle();

        assertThat(log)
                .containsExactly(
                        "DRAINING, interrupted: false", "CLOSING, interrupted: true", "CLOSED, interrupted: false");
        assertThat(Thread.interrupted()).as("the stepping thread").isFalse();
    }

    @Test
    void G7_aHandlerThatReadsIsReleasedByTheEndOfItsInbox() {
        Inbox<String> words = broker.inbox(WORDS);
        broker.subscribe(NUMBERS, n -> {
            broker.close(SECOND);
            assertThatThrownBy(() -> words.poll(Duration.ofDays(1))).isInstanceOf(SubscriptionClosedException.class);
            log.add(broker.stats().state().toString());
        });
        broker.publish(NUMBERS, 1);
        broker.runUntilIdle();

        assertThat(log).as("a quarter of the time was left").containsExactly("CLOSING");
        assertThat(broker.stats().state()).isEqualTo(State.CLOSED);
        assertThat(broker.stats().subscriptions().get(1).handled()).isEqualTo(1);
    }

    @Test
    void G7_handlersMayPublishUntilAQuarterOfTheTimeIsLeft() {
        broker.subscribe(NUMBERS, n -> {
            broker.close(Duration.ofSeconds(4));
            broker.advance(Duration.ofSeconds(3).minusNanos(1));
            stepLoopUntilIdle();
            log.add("published: " + broker.tryPublish(WORDS, "in time"));
            broker.advance(Duration.ofNanos(1));
            stepLoopUntilIdle();
            assertThatThrownBy(() -> broker.tryPublish(WORDS, "late")).isInstanceOf(BrokerClosedException.class);
            log.add(broker.stats().state().toString());
        });
        broker.publish(NUMBERS, 1);
        broker.runUntilIdle();

        assertThat(log).containsExactly("published: true", "CLOSING");
        assertThat(broker.stats().refused()).isEqualTo(1);
    }

    @Test
    void G7_aSecondCloseDoesNotMoveTheDeadline() {
        broker.subscribe(NUMBERS, n -> {
            broker.close(SECOND);
            broker.close(SECOND.multipliedBy(100));
            stepLoopUntilIdle();
            broker.close(Duration.ZERO);
            broker.advance(SECOND.minusNanos(1));
            stepLoopUntilIdle();
            log.add("interrupted: " + Thread.interrupted());
            broker.close(SECOND.multipliedBy(100));
            broker.advance(Duration.ofNanos(1));
            stepLoopUntilIdle();
            log.add("interrupted: " + Thread.interrupted());
        });
        broker.publish(NUMBERS, 1);
        broker.runUntilIdle();

        assertThat(log).containsExactly("interrupted: false", "interrupted: true");
    }

    @Test
    void G7_aSecondCloserWaitsNoLongerThanItAskedFor() {
        Inbox<String> never = Broker.manual().inbox(WORDS);
        broker.subscribe(NUMBERS, n -> broker.close(SECOND));
        broker.subscribe(NUMBERS, n -> never.poll(SECOND));
        broker.publish(NUMBERS, 1);
        broker.stepLoop();
        broker.workers().get(0).stepAsGuest();

        assertThat(broker.close(Duration.ZERO).state()).isEqualTo(State.DRAINING);
        assertThat(broker.close(SECOND).state()).isEqualTo(State.CLOSED);
        assertThat(broker.stats().subscriptions()).allMatch(one -> one.handled() == 1);
    }

    @Test
    void G7_withoutTimeNothingIsHandledAndEverythingIsCounted() {
        Subscription waiting = broker.subscribe(NUMBERS, n -> log.add("handled"));
        broker.publish(NUMBERS, 1);
        broker.stepLoop();
        broker.publish(NUMBERS, 2);
        BrokerStats report = broker.close(Duration.ofSeconds(-1));

        assertThat(log).isEmpty();
        assertThat(report.state()).isEqualTo(State.CLOSED);
        assertThat(report.accepted()).isEqualTo(2);
        assertThat(waiting.stats().abandoned() + report.discarded()).isEqualTo(2);
    }

    /** Hazard: another thread closes while a step is under way. Forbidden: that time jumps before that is told. */
    @ParameterizedTest
    @EnumSource(
            value = Step.class,
            names = {"ROUTE", "FLUSH"})
    void G7_aCloseInTheMiddleOfAStepIsToldInTime(Step when) throws Exception {
        AtomicReference<SteppedBroker> closing = new AtomicReference<>();
        SteppedBroker manual = new SteppedBroker(BrokerConfig.defaults(), new LoopSteps() {
            @Override
            void at(Step step) {
                SteppedBroker armed = step == when ? closing.getAndSet(null) : null;
                if (armed != null) {
                    Task<Boolean> closer = Task.call(
                            "closer", () -> armed.lifecycle.drain(armed.lifecycle.timing.nanoTime(), SECOND.toNanos()));
                    try {
                        assertThat(closer.get()).isTrue();
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    }
                }
            }
        });
        manual.subscribe(WORDS, log::add);
        manual.subscribe(
                BrokerEvent.TOPIC.only(BrokerEvent.Closing.class), event -> manual.publish(WORDS, "last words"));
        Inbox<Integer> never = manual.inbox(NUMBERS);
        manual.runUntilIdle();
        closing.set(manual);

        assertThatThrownBy(() -> never.poll(SECOND.multipliedBy(2))).isInstanceOf(SubscriptionClosedException.class);
        assertThat(log).containsExactly("last words");
        assertThat(manual.close(SECOND).refused()).isZero();
    }

    /** Hazard: a phase that is overdue for ever. Forbidden: that who waits after the end does so nanosecond by nanosecond. */
    @ParameterizedTest
    @EnumSource(
            value = Step.class,
            names = {"SEAL", "IDLE"})
    void G7_nothingIsDueAfterTheEnd(Step last) {
        SteppedBroker manual = new SteppedBroker(BrokerConfig.defaults(), new LoopSteps() {
            @Override
            void at(Step step) {
                if (step == last) { // a manual broker is never at IDLE
                    throw new IllegalStateException("deliberate");
                }
            }
        });
        Lane<Integer> lane = manual.lane(NUMBERS);
        State end = manual.close(SECOND).state();
        manual.advance(SECOND);

        assertThat(end).isEqualTo(last == Step.SEAL ? State.FAILED : State.CLOSED);
        assertThat(manual.loop.closing.untilNextPhase()).isEqualTo(Timing.FOREVER);
        lane.close();
    }
}
