package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Names, defaults, definitions and listings of subscriptions. */
class SubscriptionTest {
    private static final Topic<Object> OBJECTS = Topic.of("objects", Object.class);

    @Test
    void withoutANameItIsTheTopicsAndANumber() {
        try (Broker broker = Broker.open()) {
            Subscription one = broker.subscribe(OBJECTS, o -> {});
            Inbox<Object> two = broker.inbox(OBJECTS);
            Subscription narrowed = broker.subscribe(OBJECTS.only(String.class), s -> {});
            assertThat(List.of(one.name(), two.name(), narrowed.name()))
                    .doesNotHaveDuplicates()
                    .allMatch(name -> name.matches("objects\\D+\\d+"));
            assertThat(broker.stats().subscriptions())
                    .extracting(SubscriptionStats::name)
                    .containsExactly(one.name(), two.name(), narrowed.name());
        }
    }

    /** A number that somebody took by hand must not be the next default name. */
    @Test
    void aDefaultNameEvadesThoseGivenByHand() {
        try (Broker broker = Broker.open()) {
            String first = broker.subscribe(OBJECTS, o -> {}).name();
            int number = Integer.parseInt(first.replaceAll("\\D", ""));
            for (int i = 1; i <= 3; i++) {
                String next = first.replaceAll("\\d+", "" + (number + i));
                assertThat(broker.subscription(OBJECTS)
                                .named(next)
                                .onEvent(o -> {})
                                .name())
                        .isEqualTo(next);
            }
            assertThat(broker.subscribe(OBJECTS, o -> {}).name()).isNotBlank();
            assertThat(broker.stats().subscriptions())
                    .extracting(SubscriptionStats::name)
                    .hasSize(5)
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void aNameIsFreeOnceItsBearerHasLeft() {
        try (Broker broker = Broker.open()) {
            for (int i = 0; i < 50; i++) {
                Subscription push = broker.subscription(OBJECTS).named("x").onEvent(o -> {});
                push.unsubscribe();
                Inbox<Object> pull = broker.subscription(OBJECTS).named("x").inbox();
                pull.close();
            }
            assertThat(broker.stats().subscriptions()).isEmpty();
        }
    }

    @Test
    void aTopicIsFreeOnceItsLastSubscriptionHasLeft() throws Exception {
        Topic<String> strings = Topic.of("objects", String.class);
        try (Broker broker = Broker.open()) {
            Subscription one = broker.subscribe(OBJECTS, o -> {});
            Inbox<Object> two = broker.inbox(OBJECTS);
            one.unsubscribe();
            two.unsubscribe();
            Inbox<String> redefined = broker.inbox(strings);
            broker.publish(strings, "x");
            assertThat(redefined.take()).isEqualTo("x");
        }
    }

    /** A backlog of the old definition must not reach the subscribers of the new one. */
    @Test
    void whatWasPublishedUnderAnEarlierDefinitionIsNotSeenUnderTheNext() throws Exception {
        Topic<Integer> integers = Topic.of("objects", Integer.class);
        try (Broker broker = Broker.open()) {
            Tests.repeat(300, () -> {
                for (int i = 0; i < 50; i++) {
                    broker.publish(OBJECTS, "not an integer");
                }
                Inbox<Integer> inbox = broker.inbox(integers);
                broker.publish(integers, 1);
                inbox.unsubscribe();
                int sum = 0;
                for (Integer integer : inbox) {
                    sum += integer;
                }
                assertThat(sum).isEqualTo(1);
            });
        }
    }

    @Test
    void topicsOfOneNameAndTypeAreTheSameTopic() throws Exception {
        assertThat(Topic.of("a", String.class))
                .isEqualTo(Topic.of("a", String.class))
                .hasSameHashCodeAs(Topic.of("a", String.class))
                .isNotEqualTo(Topic.of("b", String.class));
        try (Broker broker = Broker.open()) {
            Inbox<Object> inbox = broker.inbox(Topic.of("objects", Object.class));
            broker.publish(OBJECTS, "x");
            assertThat(inbox.take()).isEqualTo("x");
        }
    }

    @Test
    void namesAreLiteralAndExact() throws Exception {
        try (Broker broker = Broker.open()) {
            Inbox<Object> inbox = broker.inbox(Topic.of("a.b", Object.class));
            for (String other : List.of("a", "a.b.c", "a.B", "a.b*", "ab", "a.b>", "b.a")) {
                broker.publish(Topic.of(other, Object.class), other);
            }
            broker.publish(Topic.of("a.b", Object.class), "a.b");
            Tests.awaitQuiet(broker);
            List<Object> received = new ArrayList<>();
            inbox.drainTo(received);
            assertThat(received).containsExactly("a.b");
            assertThat(broker.stats().unrouted()).isEqualTo(7);
        }
    }

    @Test
    void theDefaultCapacityIsTheBrokers() throws Exception {
        for (int capacity : new int[] {3, 256}) {
            BrokerConfig config = BrokerConfig.defaults();
            try (Broker broker = Broker.open(capacity == 256 ? config : config.withDefaultCapacity(capacity))) {
                Inbox<Object> inbox = broker.inbox(OBJECTS);
                for (int i = 0; i < capacity + 5; i++) {
                    broker.publish(OBJECTS, i);
                }
                Tests.awaitQuiet(broker);
                assertThat(inbox.stats().queued()).isEqualTo(capacity);
                assertThat(inbox.stats().dropped()).isEqualTo(5);
            }
        }
    }

    @Test
    void aSubscriptionThatLeftAnswersForEver() throws Exception {
        try (Broker broker = Broker.open()) {
            Subscription push = broker.subscription(OBJECTS).named("left").onEvent(o -> {});
            broker.publish(OBJECTS, "x");
            Tests.awaitQuiet(broker);
            push.unsubscribe();
            broker.publish(OBJECTS, "y");
            Tests.awaitQuiet(broker);
            assertThat(push.name()).isEqualTo("left");
            assertThat(push.stats().name()).isEqualTo("left");
            assertThat(push.stats().matched()).isEqualTo(1);
            assertThat(push.stats().handled()).isEqualTo(1);
        }
    }
}
