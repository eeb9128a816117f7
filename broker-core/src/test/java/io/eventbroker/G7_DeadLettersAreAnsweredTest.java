package io.eventbroker;

import static io.eventbroker.DeadLetters.FAILURES;
import static io.eventbroker.DeadLetters.UNROUTED;
import static io.eventbroker.DeadLetters.fail;
import static org.assertj.core.api.Assertions.assertThat;

import io.eventbroker.BrokerEvent.HandlerFailed;
import io.eventbroker.LoopSteps.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** G7: what was noted and not told yet is not over; who handles dead letters is waited for like others. */
class G7_DeadLettersAreAnsweredTest {
    private static final Topic<Integer> NUMBERS = Topic.of("numbers", Integer.class);
    private static final Topic<String> WORDS = Topic.of("words", String.class);

    private final SteppedBroker broker = new SteppedBroker(BrokerConfig.defaults(), new LoopSteps());

    @AfterEach
    void close() {
        broker.close(Duration.ZERO);
    }

    /** Hazard: the loop has noted a failure, and not yet told it. Forbidden: that counts as quiet. */
    @Test
    void itIsNotQuietBeforeAFailureIsTold() throws Exception {
        AtomicBoolean hasFailed = new AtomicBoolean();
        AtomicBoolean isNoted = new AtomicBoolean();
        try (Gate gate = new Gate()) {
            ActiveBroker threaded = ActiveBroker.open(BrokerConfig.defaults(), new LoopSteps() {
                @Override
                void at(Step step) {
                    if (step == Step.COMMAND && hasFailed.get()) {
                        isNoted.set(true);
                    } else if (step == Step.FLUSH && isNoted.get()) {
                        gate.holdStubbornly();
                    }
                }
            });
            try (threaded) {
                List<HandlerFailed> handled = new ArrayList<>();
                threaded.subscribe(FAILURES, handled::add);
                threaded.subscribe(NUMBERS, n -> {
                    hasFailed.set(true);
                    fail(n);
                });
                threaded.publish(NUMBERS, 1);
                gate.awaitEntered();
                assertThat(threaded.awaitQuiescence(Duration.ofMillis(20)))
                        .as("quiet")
                        .isFalse();
                gate.open();
                Tests.awaitQuiet(threaded);
                assertThat(handled).hasSize(1);
            }
        }
    }

    /** A chain of handlers loses no tail when the broker closes, though one link is a dead letter. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void handlersOfDeadLettersMayPublishWhileTheBrokerDrains(boolean isUnrouted) {
        List<String> compensated = new ArrayList<>();
        broker.subscribe(WORDS, compensated::add);
        broker.subscribe(FAILURES, f -> broker.publish(WORDS, "compensate " + f.event()));
        broker.subscribe(UNROUTED, u -> broker.publish(WORDS, "nobody wanted " + u.event()));
        if (!isUnrouted) {
            broker.subscribe(NUMBERS, DeadLetters::fail);
        }
        broker.publish(NUMBERS, 1);
        BrokerStats report = broker.close(Duration.ofSeconds(10));
        assertThat(compensated).containsExactly(isUnrouted ? "nobody wanted 1" : "compensate 1");
        assertThat(report.refused()).isZero();
    }
}
