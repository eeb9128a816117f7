package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Names of subscriptions, and what is remembered of topics that only patterns match, step by step. */
class NamesAndRoutesTest {
    private static final Topic<String> WORDS = Topic.of("words", String.class);
    private static final Topic<String> WORDS_A = Topic.of("a", String.class);
    private static final TopicPattern<String> ALL = TopicPattern.of(">", String.class);

    private final SteppedBroker broker = new SteppedBroker(BrokerConfig.defaults(), new LoopSteps());
    private final Directory directory = broker.loop.directory;

    @AfterEach
    void close() {
        broker.close(Duration.ZERO);
    }

    @Test
    void aNameThatALivingSubscriptionBearsIsRefused() {
        Inbox<String> first = broker.subscription(WORDS).named("a").inbox();
        assertThatThrownBy(() -> broker.subscription(ALL).named("a").inbox())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("named \"a\" already");
        first.unsubscribe();
        assertThat(broker.subscription(ALL).named("a").inbox().name()).isEqualTo("a");
    }

    @Test
    void aNameThatIsMadeEvadesTheGiven() {
        Inbox<String> second = broker.subscription(WORDS).named("words-2").inbox();
        Inbox<String> third = broker.subscription(WORDS).named("words-3").inbox();
        Inbox<String> made = broker.inbox(WORDS);
        assertThat(made.name()).isEqualTo("words-4"); // the third, and that name is given
        assertThat(broker.inbox(WORDS).name()).isEqualTo("words-5");
        assertThat(second.name() + third.name()).isEqualTo("words-2words-3");
    }

    @Test
    void aNameIsFreeWhenItsLastRetainedEventIsForgotten() {
        try (ManualBroker tiny = Broker.manual(BrokerConfig.defaults().withMaxRetained(1))) {
            tiny.publish(Topic.of("a", Integer.class).retaining(1), 1);
            tiny.runUntilIdle();
            assertThatThrownBy(() -> tiny.inbox(WORDS_A)).isInstanceOf(IllegalStateException.class);
            tiny.publish(Topic.of("b", Integer.class).retaining(1), 2);
            tiny.runUntilIdle();
            assertThat(tiny.stats().forgotten()).isEqualTo(1);
            assertThat(tiny.inbox(WORDS_A).poll()).isNull();
        }
    }

    @Test
    void whatWasLookedUpIsForgottenWhenAPatternLeaves() {
        Inbox<String> all = broker.inbox(ALL);
        broker.publish(WORDS, "a");
        broker.runUntilIdle();
        assertThat(directory.remembered).containsOnlyKeys("words");
        all.unsubscribe();
        assertThat(directory.remembered).isEmpty();
    }

    @Test
    void whenTooManyNamesAreRememberedAllAreForgotten() {
        Inbox<String> all = broker.subscription(ALL).capacity(10_000).inbox();
        for (int i = 1; i <= Directory.MOST_REMEMBERED; i++) {
            publishTo(i);
            assertThat(directory.remembered).hasSize(i);
        }
        publishTo(1); // is known
        assertThat(directory.remembered).hasSize(Directory.MOST_REMEMBERED);
        publishTo(0);
        assertThat(directory.remembered).containsOnlyKeys("n0");
        publishTo(1);
        assertThat(directory.remembered).containsOnlyKeys("n0", "n1");
        assertThat(Tests.taken(all)).hasSize(Directory.MOST_REMEMBERED + 3);
    }

    private void publishTo(int number) {
        broker.publish(Topic.of("n" + number, String.class), "a");
        broker.runUntilIdle();
    }
}
