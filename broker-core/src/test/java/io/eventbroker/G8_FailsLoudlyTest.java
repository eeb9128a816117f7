package io.eventbroker;

import static io.eventbroker.Tests.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventbroker.BrokerStats.State;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** G8: when the broker thread dies, everybody is told, and nothing goes on as if it had not. */
class G8_FailsLoudlyTest {
    private static final Topic<Integer> NUMBERS = Topic.of("numbers", Integer.class);

    private final Broker broker = Broker.open();
    private final AtomicInteger calls = new AtomicInteger();
    private final Gate gate = new Gate();
    private Subscription subscription;
    private Inbox<Integer> inbox;

    @BeforeEach
    void fillAndFail() throws Exception {
        subscription = broker.subscribe(NUMBERS, n -> {
            calls.incrementAndGet();
            gate.holdStubbornly();
        });
        inbox = broker.inbox(NUMBERS);
        for (int i = 0; i < 10; i++) {
            broker.publish(NUMBERS, i);
        }
        gate.awaitEntered();
        Tests.awaitTrue("all routed", () -> broker.stats().routed() == 10);
        // no user can hand the loop a null, so this stands for a fault of the broker itself
        assertThatThrownBy(() -> ((ActiveBroker) broker).loop.add(null))
                .isInstanceOf(BrokerClosedException.class)
                .hasCauseInstanceOf(NullPointerException.class);
    }

    @Test
    void publishersAndSubscribersAreRefusedWithTheCause() {
        assertThat(broker.stats().state()).isEqualTo(State.FAILED);
        assertThat(broker.stats().failure()).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> broker.publish(NUMBERS, 1))
                .isInstanceOf(BrokerClosedException.class)
                .hasCauseInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> broker.subscribe(NUMBERS, n -> {}))
                .isInstanceOf(BrokerClosedException.class)
                .hasCauseInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> broker.awaitQuiescence(PATIENCE))
                .isInstanceOf(BrokerClosedException.class)
                .hasCauseInstanceOf(NullPointerException.class);
        gate.close();
    }

    @Test
    void anInboxGivesWhatItHasThenTheCause() {
        for (int i = 0; i < 10; i++) {
            assertThat(inbox.poll()).isEqualTo(i);
        }
        assertThatThrownBy(inbox::take)
                .isInstanceOf(SubscriptionClosedException.class)
                .hasCauseInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> inbox.iterator().hasNext())
                .isInstanceOf(SubscriptionClosedException.class)
                .hasCauseInstanceOf(NullPointerException.class);
        gate.close();
    }

    @Test
    void noFurtherHandlerCallBeginsAndTheRemainderIsCounted() {
        subscription.unsubscribe();
        gate.close();
        Tests.awaitTrue("accounted", () -> subscription.stats().abandoned() == 9);
        BrokerStats report = broker.close(Duration.ofSeconds(1));
        assertThat(report.state()).isEqualTo(State.FAILED);
        assertThat(calls).hasValue(1);
        assertThat(subscription.stats().handled()).isEqualTo(1);
        assertThat(subscription.stats().inHand() + subscription.stats().queued())
                .isZero();
        assertThat(report.accepted()).isEqualTo(report.routed() + report.unrouted() + report.discarded());
    }
}
