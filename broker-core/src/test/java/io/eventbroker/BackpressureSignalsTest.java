package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventbroker.LoopSteps.Step;
import io.eventbroker.internal.WaitSet.Waiter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Who takes the last message that is too much signals the publishers that wait, and nobody else does; so does the end of
 * the subscription. Without that publishers would go on, but later, for they look themselves only now and then.
 */
class BackpressureSignalsTest {
    private static final Topic<Integer> NUMBERS = Topic.of("numbers", Integer.class);

    private final SteppedBroker broker = new SteppedBroker(BrokerConfig.defaults(), new LoopSteps());
    private final PullSubscription<Integer> inbox = (PullSubscription<Integer>) broker.subscription(NUMBERS)
            .named("slow")
            .capacity(2)
            .overflow(Overflow.BACKPRESSURE)
            .inbox();
    private final Waiter publisher = new Waiter();

    @AfterEach
    void close() {
        broker.close(Duration.ZERO);
    }

    /** Four wait, which is two more than the capacity; and so does a publisher. */
    private void congest() {
        for (int i = 0; i < 4; i++) {
            broker.publish(NUMBERS, i);
        }
        broker.runUntilIdle();
        inbox.publishers.add(publisher);
        publisher.prepare();
    }

    @Test
    void thereIsOneSignalForEachTimeThatRoomComes() {
        for (int round = 0; round < 3; round++) {
            congest();
            assertThat(inbox.isCongested()).isTrue();
            assertThat(inbox.poll()).isZero();
            assertThat(publisher.isWaiting()).as("three wait").isTrue();
            assertThat(inbox.isCongested()).isTrue();
            assertThat(inbox.poll()).isEqualTo(1);
            assertThat(publisher.isWaiting()).as("two wait").isFalse();
            assertThat(publisher.cancel()).as("by a signal").isTrue();
            assertThat(inbox.isCongested()).isFalse();
            publisher.prepare();
            assertThat(Tests.taken(inbox)).containsExactly(2, 3);
            assertThat(publisher.isWaiting()).as("there was room before").isTrue();
            publisher.cancel();
            inbox.publishers.remove(publisher);
        }
    }

    /** Hazard: who waits among thousands looks seldom, and so waits long after {@code close} has been called. */
    @Test
    void aCloseSignalsWhenOutsidersMayPublishNoMoreAndWhenHandlersMayNot() {
        List<Step> signalledBefore = new ArrayList<>();
        SteppedBroker closing = new SteppedBroker(BrokerConfig.defaults(), new LoopSteps() {
            @Override
            void at(Step step) {
                if ((step == Step.CLOSE_RINGS || step == Step.SEAL) && publisher.cancel()) {
                    signalledBefore.add(step);
                    publisher.prepare();
                }
            }
        });
        PullSubscription<Integer> other =
                (PullSubscription<Integer>) closing.subscription(NUMBERS).inbox();
        other.publishers.add(publisher);
        publisher.prepare();
        closing.close(Duration.ofSeconds(1));
        assertThat(signalledBefore).containsExactly(Step.CLOSE_RINGS, Step.SEAL);
    }

    @Test
    void theEndOfTheSubscriptionSignals() {
        congest();
        inbox.unsubscribe();
        assertThat(publisher.cancel()).isTrue();
        assertThat(inbox.isCongested()).isFalse();
        assertThat(Tests.taken(inbox)).containsExactly(0, 1, 2, 3);
        assertThatThrownBy(inbox::poll)
                .isInstanceOf(SubscriptionClosedException.class)
                .hasMessage(inbox + " has ended")
                .hasMessageContaining("subscription \"slow\" to topic \"numbers\"");
    }
}
