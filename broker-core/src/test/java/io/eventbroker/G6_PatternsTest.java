package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * G6 for patterns: others look up all the time where events of the same names go, and yet each change counts for what
 * is published after it, and not for what was published before.
 */
class G6_PatternsTest {
    private static final int NAMES = 20;

    private static Topic<Object> topic(int number) {
        return Topic.of("busy." + number % NAMES, Object.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"busy.*", ">", "busy.7"})
    void whatIsPublishedFromSubscribeToUnsubscribeIsSeen(String name) throws Exception {
        TopicPattern<String> pattern = TopicPattern.of(name, String.class);
        Topic<Object> mine = topic(7);
        List<Inbox<String>> left = new ArrayList<>();
        AtomicBoolean isOver = new AtomicBoolean();
        try (Broker broker = Broker.open(BrokerConfig.defaults().withRingSize(64))) {
            Inbox<String> waiting = broker.inbox(pattern); // somebody else looks, too
            Task<Boolean> one = Task.run("publisher", () -> publishUntil(isOver, broker));
            Task<Boolean> other = Task.run("publisher", () -> publishUntil(isOver, broker));
            try (Lane<Object> lane = broker.lane(mine)) {
                Tests.repeat(300, () -> {
                    broker.publish(mine, "before");
                    lane.publish("before");
                    Inbox<String> inbox = broker.inbox(pattern);
                    broker.publish(mine, "meanwhile");
                    lane.publish("meanwhile");
                    inbox.unsubscribe();
                    broker.publish(mine, "after");
                    lane.publish("after");
                    assertThat(inbox).containsExactly("meanwhile", "meanwhile");
                    left.add(inbox);
                });
            } finally {
                isOver.set(true);
            }
            one.get();
            other.get();
            assertThat(waiting.poll()).isEqualTo("before");
        }
        assertThat(left).allSatisfy(inbox -> assertThat(inbox).isEmpty());
    }

    /** Events of a class that the pattern does not want, so that none of those it wants is dropped. */
    private static void publishUntil(AtomicBoolean isOver, Broker broker) {
        for (int i = 0; !isOver.get(); i++) {
            broker.publish(topic(i), i);
        }
    }
}
