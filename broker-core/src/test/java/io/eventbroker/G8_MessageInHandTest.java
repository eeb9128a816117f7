package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventbroker.BrokerStats.State;
import io.eventbroker.internal.Ring;
import org.junit.jupiter.api.Test;

/** G8: the message at which the broker died is accounted, too. */
class G8_MessageInHandTest {
    private static final Topic<String> WORDS = Topic.of("words", String.class).keyedBy(word -> word);

    @Test
    void whatTheLoopWasRoutingWhenItDiedIsDiscarded() {
        try (SteppedBroker broker = new SteppedBroker(BrokerConfig.defaults(), new LoopSteps())) {
            Inbox<String> inbox = broker.inbox(WORDS);
            broker.publish(WORDS, "routed");
            broker.runUntilIdle();
            // what has no key though its topic has one: nobody can publish that, so it stands for a fault of the broker
            assertThat(broker.loop.inflow.shared.offer(WORDS.definition(), "fatal"))
                    .isEqualTo(Ring.Result.ACCEPTED);
            broker.publish(WORDS, "behind it");
            broker.runUntilIdle();

            BrokerStats stats = broker.stats();
            assertThat(stats.state()).isEqualTo(State.FAILED);
            assertThat(stats.accepted()).isEqualTo(3);
            assertThat(stats.routed()).isEqualTo(1);
            assertThat(stats.unrouted()).isZero();
            assertThat(stats.discarded()).as("in hand, and behind it").isEqualTo(2);
            assertThat(inbox.poll()).isEqualTo("routed");
        }
    }
}
