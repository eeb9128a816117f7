package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** G4: what is retained is bounded in all, and what is not retained any more is not held. */
class G4_RetentionBoundedTest {
    private static final int MOST = 6;

    private final ManualBroker broker =
            Broker.manual(BrokerConfig.defaults().withMaxRetained(MOST).withDefaultCapacity(1_000));

    @AfterEach
    void close() {
        broker.close(Duration.ZERO);
    }

    private static Topic<Object> topic(String name, int retained) {
        return Topic.of(name, Object.class).retaining(retained);
    }

    private void publish(Topic<Object> topic, Object... events) {
        for (Object event : events) {
            broker.publish(topic, event);
        }
        broker.runUntilIdle();
    }

    /** All that is retained, in order. */
    private List<Object> retained() {
        try (Inbox<Object> all = broker.subscription(TopicPattern.of(">", Object.class))
                .replayRetained()
                .inbox()) {
            List<Object> found = new ArrayList<>();
            all.drainTo(found);
            return found;
        }
    }

    @Test
    void theTopicLongestUnpublishedIsForgottenWhole() {
        Topic<Object> a = topic("a", 3);
        Topic<Object> b = topic("b", 3);
        Topic<Object> c = topic("c", 3);
        publish(a, "a1", "a2", "a3");
        publish(b, "b1", "b2", "b3");
        assertThat(retained()).hasSize(MOST);
        assertThat(broker.stats().forgotten()).isZero();

        publish(c, "c1");
        assertThat(retained()).containsExactly("b1", "b2", "b3", "c1");
        assertThat(broker.stats().forgotten()).isEqualTo(3);

        publish(a, "a4");
        publish(b, "b4"); // b is the oldest, and was published to last
        publish(a, "a5");
        assertThat(retained()).containsExactly("b2", "b3", "c1", "a4", "b4", "a5");
        publish(a, "a6");
        assertThat(retained()).as("c, with one event").containsExactly("b2", "b3", "a4", "b4", "a5", "a6");
        assertThat(broker.stats().forgotten()).isEqualTo(4);
        publish(c, "c2");
        assertThat(retained()).containsExactly("a4", "a5", "a6", "c2");
        assertThat(broker.stats().forgotten()).isEqualTo(7);
    }

    @Test
    void aKeyPublishedAgainTakesNoMoreRoom() {
        Topic<Object> keyed = topic("keyed", 5).keyedBy(event -> ((String) event).substring(0, 1));
        publish(topic("other", 1), "other");
        publish(keyed, "a1", "b1", "c1", "d1", "e1");
        publish(keyed, "a2", "c2", "a3", "e2", "a4");
        assertThat(retained()).containsExactly("other", "b1", "d1", "c2", "e2", "a4");
        publish(keyed, "f1");
        assertThat(retained()).containsExactly("other", "d1", "c2", "e2", "a4", "f1");
        assertThat(broker.stats().forgotten()).isZero();
    }

    @Test
    void oneTopicAloneRetainsNoMoreThanAllMay() {
        publish(topic("small", 1), "small");
        Topic<Object> large = topic("large", Integer.MAX_VALUE);
        for (int i = 0; i < 100; i++) {
            publish(large, i);
        }
        assertThat(retained()).containsExactly(94, 95, 96, 97, 98, 99);
        assertThat(broker.stats().forgotten()).as("other topics' only").isEqualTo(1);
        publish(topic("small", 1), "again");
        assertThat(retained()).containsExactly("again");
        assertThat(broker.stats().forgotten()).isEqualTo(1 + MOST);
    }

    @Test
    void oneEventInAllIsTheLeast() {
        try (ManualBroker tiny = Broker.manual(BrokerConfig.defaults().withMaxRetained(1))) {
            for (int i = 0; i < 10; i++) {
                tiny.publish(topic("topic." + i % 3, 5), i);
            }
            Inbox<Object> last = tiny.subscription(TopicPattern.of(">", Object.class))
                    .replayRetained()
                    .inbox();
            assertThat(last.poll()).isEqualTo(9);
            assertThat(last.poll()).isNull();
            assertThat(tiny.stats().forgotten()).isEqualTo(9);
        }
    }

    /** As many names as one likes: what is held of each of them is a function, of which nobody else knows. */
    @Test
    void forgottenTopicsLeaveNothingBehind() {
        int names = 100_000;
        List<WeakReference<?>> held = new ArrayList<>();
        for (int i = 0; i < names; i++) {
            if (i % 1_000 == 0) {
                held.add(publishToNewTopic(i));
            } else {
                broker.publish(topic("name." + i, 2), i);
            }
            broker.runUntilIdle();
        }
        assertThat(retained()).hasSize(MOST);
        assertThat(broker.stats().forgotten()).isEqualTo(names - MOST);
        Tests.awaitCollected("definitions of forgotten topics", held.toArray(new WeakReference<?>[0]));
        broker.publish(Topic.of("name.1", String.class), "the name is free");
    }

    private WeakReference<?> publishToNewTopic(int i) {
        int[] fresh = {i};
        Function<Object, Integer> key = event -> fresh[0];
        broker.publish(topic("name." + i, 2).keyedBy(key), i);
        return new WeakReference<>(key);
    }

    private enum End {
        NEWER,
        NEWER_OF_ITS_KEY,
        NEWER_KEYS,
        FORGOTTEN
    }

    private WeakReference<Object> publishNew(Topic<Object> topic) {
        Object event = new Object() {
            @Override
            public String toString() {
                return "a1";
            }
        };
        publish(topic, event);
        return new WeakReference<>(event);
    }

    @ParameterizedTest
    @EnumSource
    void anEventIsHeldAsLongAsItIsRetained(End end) {
        boolean isKeyed = end == End.NEWER_OF_ITS_KEY || end == End.NEWER_KEYS;
        Topic<Object> plain = topic("t", 2);
        Topic<Object> topic = isKeyed ? plain.keyedBy(event -> event.toString().substring(0, 1)) : plain;
        List<String> handled = new ArrayList<>();
        broker.subscribe(topic, event -> handled.add(event.toString()));
        Inbox<Object> inbox = broker.inbox(topic);
        WeakReference<Object> probe = publishNew(topic);
        assertThat(inbox.poll()).hasToString("a1");
        assertThat(handled).containsExactly("a1");
        assertThat(retained()).hasSize(1);
        System.gc();
        assertThat(probe.refersTo(null)).as("collected").isFalse();

        switch (end) {
            case NEWER -> publish(topic, "b1", "b2");
            case NEWER_OF_ITS_KEY -> publish(topic, "a2");
            case NEWER_KEYS -> publish(topic, "b1", "c1");
            case FORGOTTEN -> publish(topic("other", MOST), 1, 2, 3, 4, 5, 6);
        }
        inbox.drainTo(new ArrayList<>());
        Tests.awaitCollected("event that is not retained any more", probe);
        Reference.reachabilityFence(broker);
    }

    /** A subscriber of little capacity that asks for all: it holds what fits. */
    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void aReplayIsBoundedByTheCapacity(int capacity) {
        publish(topic("a", MOST), 1, 2, 3, 4, 5, 6);
        Inbox<Object> small = broker.subscription(TopicPattern.of(">", Object.class))
                .capacity(capacity)
                .replayRetained()
                .inbox();
        assertThat(small.stats().queued()).isEqualTo(capacity);
        List<Object> taken = new ArrayList<>();
        small.drainTo(taken);
        assertThat(taken).hasSize(capacity);
    }
}
