package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventbroker.BrokerEvent.DropsEnded;
import io.eventbroker.BrokerStats.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** G7: when each phase of a close ends if a handler outlasts it, to the nanosecond of a manual broker's time. */
class G7_PhasesOfCloseTest {
    private static final Topic<Integer> NUMBERS = Topic.of("numbers", Integer.class);
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration GRACE = Duration.ofNanos(Closing.GRACE);
    private static final Duration NANO = Duration.ofNanos(1);

    private final SteppedBroker broker =
            new SteppedBroker(BrokerConfig.defaults().withName("b"), new LoopSteps());
    private final List<String> log = new ArrayList<>();

    private void pass(Duration time) {
        broker.advance(time);
        while (broker.stepLoop()) {
            Thread.onSpinWait();
        }
    }

    private void logState() {
        log.add(broker.stats().state() + (Thread.interrupted() ? ", interrupted" : ""));
    }

    @Test
    void aGracePeriodAfterTheDeadlineAHandlerIsWaitedForNoLonger() {
        broker.subscribe(NUMBERS, n -> {
            broker.close(SECOND);
            pass(SECOND.minus(NANO));
            logState();
            pass(NANO);
            logState();
            pass(GRACE.minus(NANO));
            logState();
            pass(NANO);
            logState();
        });
        broker.publish(NUMBERS, 1);
        broker.runUntilIdle();

        assertThat(log).containsExactly("CLOSING", "CLOSING, interrupted", "CLOSING", "CLOSED");
    }

    /** It may have been told of the other's end just now. */
    @Test
    void aHandlerOfBrokerEventsIsInterruptedOneGracePeriodLaterAndHasOneOfItsOwn() {
        broker.subscribe(NUMBERS, n -> {
            pass(SECOND);
            logState();
            pass(GRACE.minus(NANO));
            logState();
            pass(NANO);
            logState();
            pass(GRACE.minus(NANO));
            logState();
            pass(NANO);
            logState();
        });
        broker.subscribe(BrokerEvent.TOPIC.only(BrokerEvent.Closing.class), event -> {
            if (log.isEmpty()) {
                broker.workers().get(0).stepAsGuest(); // both are in hand from here on
            }
        });
        broker.publish(NUMBERS, 1);
        broker.stepLoop();
        broker.lifecycle.drain(broker.lifecycle.timing.nanoTime(), SECOND.toNanos());
        broker.stepLoop();
        broker.workers().get(1).stepAsGuest();

        assertThat(log).containsExactly("CLOSING, interrupted", "CLOSING", "CLOSING, interrupted", "CLOSING", "CLOSED");
    }

    @Test
    void whatALaneHoldsWhenHandlersAreRefusedIsRouted() {
        Inbox<Integer> inbox = broker.subscription(NUMBERS).capacity(64).inbox();
        broker.subscribe(NUMBERS, n -> {
            if (n == 0) {
                Lane<Integer> lane = broker.lane(NUMBERS);
                broker.close(SECOND.multipliedBy(4));
                IntStream.range(1, 20).forEach(lane::publish);
                broker.advance(SECOND.multipliedBy(3)); // a quarter is left
                broker.stepLoop();
                logState();
                pass(Duration.ofMillis(500));
            }
        });
        broker.publish(NUMBERS, 0);
        broker.runUntilIdle();

        assertThat(log).containsExactly("CLOSING");
        assertThat(broker.stats().discarded()).isZero();
        assertThat(Tests.taken(inbox)).isEqualTo(Tests.range(0, 20));
    }

    /** Also if the rings were empty before: what its owner stored just then may not be seen yet. */
    @Test
    void lanesHaveAGracePeriodInWhichNothingIsSealed() {
        Inbox<Integer> inbox = broker.inbox(NUMBERS);
        Lane<Integer> lane = broker.lane(NUMBERS);
        lane.publish(1);
        broker.runUntilIdle();
        broker.lifecycle.drain(broker.lifecycle.timing.nanoTime(), SECOND.toNanos());
        pass(Duration.ZERO);
        pass(Duration.ofNanos(RingLane.GRACE - 1));
        assertThat(broker.loop.closing.sealed).isFalse();
        pass(NANO);
        assertThat(broker.loop.closing.sealed).isTrue();
        assertThat(Tests.taken(inbox)).containsExactly(1);
    }

    @Test
    void G1_whatLanesAndTheRingHoldAtTheDeadlineIsDiscarded() {
        Lane<Integer> lane = broker.lane(NUMBERS);
        Lane<Integer> another = broker.lane(NUMBERS);
        Tests.range(0, 5).forEach(lane::publish);
        Tests.range(0, 4).forEach(another::publish);
        Tests.range(0, 3).forEach(n -> broker.publish(NUMBERS, n));
        broker.lifecycle.drain(broker.lifecycle.timing.nanoTime(), 0);
        while (broker.stats().state() != State.CLOSED) {
            broker.runOne(); // routes one each time, until there is no time left
        }

        BrokerStats stats = broker.stats();
        assertThat(stats.unrouted() + stats.discarded()).isEqualTo(12);
        assertThat(stats.discarded()).as("in lanes, too").isGreaterThan(5);
        assertThat(stats.accepted()).isEqualTo(12);
        assertThat(stats.refused()).isZero();
    }

    @Test
    void theReportAlsoNamesWhoLeftBeforeAndIsStuckButNobodyElseWhoLeft() {
        Subscription gone = broker.subscription(NUMBERS).named("gone").onEvent(n -> {});
        Subscription[] left = new Subscription[1];
        left[0] = broker.subscription(NUMBERS).named("left").onEvent(n -> {
            left[0].unsubscribe();
            gone.unsubscribe(); // its worker has not found that out
            broker.close(SECOND);
            pass(SECOND);
            pass(GRACE);
            broker.stats().subscriptions().forEach(s -> log.add(s.name() + (s.stuck() ? " is stuck" : "")));
        });
        broker.publish(NUMBERS, 1);
        broker.stepLoop();
        broker.workers().get(1).stepAsGuest();

        assertThat(broker.stats().state()).isEqualTo(State.CLOSED);
        assertThat(log).containsExactly("left is stuck");
    }

    @Test
    void theEndOfDropsIsToldAtTheDeadline() {
        Inbox<DropsEnded> ends = broker.inbox(BrokerEvent.TOPIC.only(DropsEnded.class));
        broker.subscription(NUMBERS).capacity(1).onEvent(n -> {
            broker.publish(NUMBERS, 2);
            broker.publish(NUMBERS, 3);
            broker.close(SECOND);
            pass(SECOND.minus(NANO));
            log.add(Tests.taken(ends).size() + " before");
            pass(NANO);
            Tests.taken(ends).forEach(end -> log.add(end.dropped() + " dropped"));
        });
        broker.publish(NUMBERS, 1);
        broker.runUntilIdle();

        assertThat(log).containsExactly("0 before", "1 dropped");
    }

    @Test
    void whoIsRefusedIsToldWhetherItClosesIsClosedOrFailed() {
        broker.subscribe(NUMBERS, n -> {
            broker.close(SECOND);
            pass(SECOND.minus(NANO));
            assertRefused("broker \"b\" is closing");
        });
        broker.publish(NUMBERS, 1);
        broker.runUntilIdle();
        assertRefused("broker \"b\" is closed");

        try (SteppedBroker failed = new SteppedBroker(BrokerConfig.defaults().withName("f"), new LoopSteps())) {
            failed.lifecycle.fail(new AssertionError("planted"));
            assertThatThrownBy(() -> failed.publish(NUMBERS, 1)).hasMessage("broker \"f\" is failed");
        }
    }

    private void assertRefused(String message) {
        assertThatThrownBy(() -> broker.publish(NUMBERS, 1))
                .isInstanceOf(BrokerClosedException.class)
                .hasMessage(message);
    }
}
