package io.eventbroker;

import static io.eventbroker.DeadLetters.FAILURES;
import static io.eventbroker.DeadLetters.eventsOf;
import static io.eventbroker.DeadLetters.fail;
import static io.eventbroker.DeadLetters.numbers;
import static io.eventbroker.DeadLetters.take;
import static io.eventbroker.Tests.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.eventbroker.BrokerEvent.HandlerFailed;
import io.eventbroker.BrokerStats.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** G7: what fails while the broker closes is told until it is closed, and whoever is told may still react. */
class G7_DeadLettersAtCloseTest {
    private static final Topic<Integer> NUMBERS = Topic.of("numbers", Integer.class);
    private static final Topic<String> WORDS = Topic.of("words", String.class);

    private final SteppedBroker broker = new SteppedBroker(BrokerConfig.defaults(), new LoopSteps());

    @AfterEach
    void close() {
        broker.close(Duration.ZERO);
    }

    @Test
    void whatFailsWhileTheBrokerClosesIsTold() throws Exception {
        List<HandlerFailed> pushed = new ArrayList<>();
        Inbox<HandlerFailed> failures;
        try (Broker threaded = Broker.open();
                Gate gate = new Gate(3)) {
            failures = threaded.inbox(FAILURES);
            threaded.subscribe(FAILURES, pushed::add);
            threaded.subscription(NUMBERS).concurrency(3).onEvent(n -> {
                gate.hold();
                fail(n);
            });
            for (int i = 0; i < 100; i++) {
                threaded.publish(NUMBERS, i);
            }
            gate.awaitEntered();
            Task<BrokerStats> closing = Task.call("closer", () -> threaded.close(PATIENCE));
            Tests.awaitState(threaded, State.DRAINING);
            gate.open();
            assertThat(closing.get().state()).isEqualTo(State.CLOSED);
        }
        assertThat(eventsOf(take(failures))).isEqualTo(numbers(100));
        assertThat(eventsOf(pushed)).isEqualTo(numbers(100));
    }

    /** Past DRAINING nobody may publish any more, but failures are told as long as there are handlers. */
    @Test
    void whatFailsInTheSecondPartOfClosingIsTold() {
        Inbox<HandlerFailed> failures = broker.inbox(FAILURES);
        List<HandlerFailed> pushed = new ArrayList<>();
        broker.subscribe(FAILURES, pushed::add);
        List<State> states = new ArrayList<>();
        broker.subscribe(NUMBERS, n -> {
            if (n == 0) {
                broker.advance(Duration.ofSeconds(8)); // of 10
                while (broker.stepLoop()) {
                    // on to CLOSING, where the rest is routed
                }
            }
            states.add(broker.stats().state());
            fail(n);
        });
        for (int i = 0; i < 3; i++) {
            broker.publish(NUMBERS, i);
        }
        broker.close(Duration.ofSeconds(10));
        assertThat(states).containsExactly(State.CLOSING, State.CLOSING, State.CLOSING);
        assertThat(eventsOf(take(failures))).isEqualTo(numbers(3));
        assertThat(eventsOf(pushed)).isEqualTo(numbers(3));
    }

    /** The subscriptions to broker events are the last to end. */
    @Test
    void whatFailsByTheInterruptAtTheDeadlineIsTold() {
        Inbox<HandlerFailed> failures = broker.inbox(FAILURES);
        List<HandlerFailed> pushed = new ArrayList<>();
        broker.subscribe(FAILURES, pushed::add);
        List<State> states = new ArrayList<>();
        Subscription interrupted = broker.subscribe(NUMBERS, n -> {
            broker.advance(Duration.ofSeconds(11)); // of 10
            while (!Thread.interrupted()) {
                assertThat(broker.stepLoop()).as("on its way to the deadline").isTrue();
            }
            states.add(broker.stats().state());
            throw new InterruptedException("by the broker");
        });
        broker.publish(NUMBERS, 0);
        broker.publish(NUMBERS, 1);
        BrokerStats report = broker.close(Duration.ofSeconds(10));
        assertThat(report.state()).isEqualTo(State.CLOSED);
        assertThat(states).containsExactly(State.CLOSING);
        assertThat(interrupted.stats().abandoned()).isEqualTo(1);
        assertThat(take(failures))
                .extracting(f -> f.event() + " " + f.cause().getMessage())
                .containsExactly("0 by the broker");
        assertThat(eventsOf(pushed)).isEqualTo(numbers(1));
    }
}
