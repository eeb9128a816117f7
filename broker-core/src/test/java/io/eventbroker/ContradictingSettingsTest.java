package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Settings that contradict what is subscribed to are refused when subscribing, and the refusal says what to do. */
class ContradictingSettingsTest {
    private final ManualBroker broker = Broker.manual();
    private final Topic<Integer> unkeyed = Topic.of("unkeyed", Integer.class);
    private final Topic<Integer> keyed = Topic.of("keyed", Integer.class).keyedBy(n -> n);

    private static void assertRefused(Runnable subscribing, String... said) {
        assertThatThrownBy(subscribing::run)
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll(said);
    }

    /** By a handler and by an inbox, of events and of messages. */
    private <T> List<Runnable> endings(SubscriptionBuilder<T> builder) {
        return List.of(
                () -> assertThat(builder.onEvent(n -> {})).isNull(),
                () -> assertThat(builder.onMessage(n -> {})).isNull(),
                () -> assertThat(builder.inbox()).isNull(),
                () -> assertThat(builder.messageInbox()).isNull());
    }

    @AfterEach
    void nothingWasSubscribed() {
        assertThat(broker.stats().subscriptions()).isEmpty();
        broker.close(Duration.ZERO);
    }

    @Test
    void conflateWithoutKeyIsRefused() {
        for (TopicPattern<Integer> source : List.of(unkeyed, unkeyed.only(Integer.class))) {
            endings(broker.subscription(source).overflow(Overflow.CONFLATE))
                    .forEach(e -> assertRefused(e, "CONFLATE", "\"unkeyed\"", "keyedBy"));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void orderedByKeyWithoutKeyIsRefused(int workers) {
        SubscriptionBuilder<Integer> builder =
                broker.subscription(unkeyed).concurrency(workers).orderedByKey();
        assertRefused(() -> assertThat(builder.onEvent(n -> {})).isNull(), "orderedByKey", "\"unkeyed\"", "keyedBy");
        assertRefused(() -> assertThat(builder.onMessage(n -> {})).isNull(), "orderedByKey", "keyedBy");
    }

    @Test
    void conflateAsTheBrokersDefaultIsRefusedWithoutKeyToo() {
        try (ManualBroker conflating = Broker.manual(BrokerConfig.defaults().withDefaultOverflow(Overflow.CONFLATE))) {
            endings(conflating.subscription(unkeyed))
                    .forEach(e -> assertRefused(e, "CONFLATE", "\"unkeyed\"", "keyedBy"));
            assertRefused(() -> assertThat(conflating.inbox(unkeyed)).isNull(), "CONFLATE");
            assertRefused(
                    () -> assertThat(conflating.subscribe(unkeyed, n -> {})).isNull(), "CONFLATE");
            assertThat(conflating.stats().subscriptions()).isEmpty();
            assertThat(conflating.inbox(keyed)).isNotNull();
            assertThat(conflating
                            .subscription(unkeyed)
                            .overflow(Overflow.DROP_NEWEST)
                            .inbox())
                    .isNotNull();
            assertThat(conflating.inbox(TopicPattern.of("unkeyed", Integer.class)))
                    .isNotNull();
        }
    }

    @Test
    void anInboxHasNoWorkers() {
        for (TopicPattern<Integer> source : List.of(keyed, unkeyed, TopicPattern.of(">", Integer.class))) {
            SubscriptionBuilder<Integer> two = broker.subscription(source).concurrency(2);
            assertRefused(() -> assertThat(two.inbox()).isNull(), "concurrency 2", "inbox", "threads read it");
            assertRefused(() -> assertThat(two.messageInbox()).isNull(), "concurrency 2", "inbox");
            SubscriptionBuilder<Integer> ordered = broker.subscription(source).orderedByKey();
            assertRefused(() -> assertThat(ordered.inbox()).isNull(), "orderedByKey", "inbox", "onEvent");
            assertRefused(() -> assertThat(ordered.messageInbox()).isNull(), "orderedByKey", "inbox");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void publishersOfBrokerEventsCannotWait(boolean isNarrowed) {
        TopicPattern<? extends BrokerEvent> source =
                isNarrowed ? BrokerEvent.TOPIC.only(BrokerEvent.HandlerFailed.class) : BrokerEvent.TOPIC;
        endings(broker.subscription(source).overflow(Overflow.BACKPRESSURE))
                .forEach(e -> assertRefused(e, "BACKPRESSURE", BrokerEvent.TOPIC.name(), "another policy"));
        endings(broker.subscription(source).overflow(Overflow.CONFLATE))
                .forEach(e -> assertRefused(e, "CONFLATE", BrokerEvent.TOPIC.name()));
    }

    /** A default that makes no sense for broker events is none there: the newest is dropped. */
    @ParameterizedTest
    @EnumSource(names = {"BACKPRESSURE", "CONFLATE"})
    void forBrokerEventsSomeDefaultsAreReplaced(Overflow policy) {
        BrokerConfig config =
                BrokerConfig.defaults().withDefaultOverflow(policy).withDefaultCapacity(2);
        try (ManualBroker other = Broker.manual(config)) {
            Topic<Integer> keyed = Topic.of("keyed", Integer.class).keyedBy(n -> n);
            List<Inbox<? extends BrokerEvent>> inboxes = List.of(
                    other.inbox(BrokerEvent.TOPIC),
                    other.subscription(BrokerEvent.TOPIC.only(BrokerEvent.Subscribed.class))
                            .inbox());
            for (int i = 0; i < 5; i++) {
                assertThat(other.inbox(keyed)).isNotNull();
            }
            other.runUntilIdle();
            for (Inbox<? extends BrokerEvent> inbox : inboxes) {
                assertThat(inbox.stats().droppedNewest())
                        .isPositive()
                        .isEqualTo(inbox.stats().dropped());
                assertThat(inbox.stats().queued()).isEqualTo(2);
            }
        }
    }
}
