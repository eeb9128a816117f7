package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventbroker.BrokerStats.State;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** G7: an appender that is stuck keeps nobody who closes. */
class G7_StuckAppenderTest {
    private static final Topic<Integer> NUMBERS = Topic.of("numbers", Integer.class);
    private static final String NAME = "logged";
    private static final BrokerConfig CONFIG = BrokerConfig.defaults().withName(NAME);

    private final LogLines log = new LogLines(NAME);

    @AfterEach
    void detach() {
        log.close();
    }

    /** The last line is the closer's: what was lost. */
    @Test
    void anAppenderThatIsStuckDoesNotKeepACloserThatHasLossesToTell() throws Exception {
        try (Gate gate = new Gate()) {
            log.add(BrokerLogTest.stuckAt(gate));
            Broker broker = Broker.open(CONFIG);
            Inbox<Integer> inbox = broker.subscription(NUMBERS).capacity(1).inbox();
            broker.publish(NUMBERS, 1);
            broker.publish(NUMBERS, 2);
            gate.awaitEntered();
            BrokerStats report = Task.call("closer", () -> broker.close(Duration.ofMillis(50)))
                    .get();
            assertThat(report.state()).isEqualTo(State.CLOSED);
            assertThat(inbox.stats().dropped()).isEqualTo(1);
        }
    }

    /** Nothing was logged before, so nobody could know that the appender is stuck. */
    @Test
    void norIfTheLossesAreTheFirstLine() throws Exception {
        try (Gate gate = new Gate();
                Gate handler = new Gate()) {
            log.add(BrokerLogTest.stuckAt(gate));
            Broker broker = Broker.open(CONFIG);
            Subscription subscription = broker.subscribe(NUMBERS, n -> handler.holdStubbornly());
            broker.publish(NUMBERS, 1);
            broker.publish(NUMBERS, 2);
            handler.awaitEntered();
            BrokerStats report = Task.call("closer", () -> broker.close(Duration.ofMillis(50)))
                    .get();
            assertThat(report.state()).isEqualTo(State.CLOSED);
            assertThat(subscription.stats().stuck()).isTrue();
        }
    }
}
