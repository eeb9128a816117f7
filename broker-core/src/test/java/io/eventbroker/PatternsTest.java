package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.eventbroker.BrokerEvent.HandlerFailed;
import io.eventbroker.BrokerEvent.Subscribed;
import io.eventbroker.BrokerEvent.Unrouted;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a pattern is, beyond what it matches: what it defines, tells and refuses. */
class PatternsTest {
    private static final Topic<Number> NUMBERS = Topic.of("a.numbers", Number.class);
    private static final Topic<String> WORDS = Topic.of("a.words", String.class);
    private static final String LONGEST = "x".repeat(Topic.MAX_NAME_LENGTH);
    private static final String DEEPEST = "a.".repeat(Topic.MAX_NAME_LENGTH / 2 - 1) + "a";

    private final ManualBroker broker = Broker.manual();

    @AfterEach
    void close() {
        broker.close();
    }

    private <T> Inbox<T> inbox(String pattern, Class<T> type) {
        return broker.inbox(TopicPattern.of(pattern, type));
    }

    private List<Object> taken(Inbox<?> inbox) {
        broker.runUntilIdle();
        List<Object> taken = new ArrayList<>();
        inbox.drainTo(taken);
        return taken;
    }

    @Test
    void aPatternSaysWhatItWasMadeOf() {
        TopicPattern<Number> pattern = TopicPattern.of("a.*.>", Number.class);
        assertThat(pattern.name()).isEqualTo("a.*.>");
        assertThat(pattern.type()).isEqualTo(Number.class);
        assertThat(pattern.toString()).contains("a.*.>").contains("java.lang.Number");
        assertThat(pattern.only(Integer.class).name()).isEqualTo("a.*.>");
        assertThat(pattern.only(Integer.class).toString()).contains("a.*.>").contains("java.lang.Integer");
    }

    @ParameterizedTest
    @MethodSource
    void aBadPatternIsRefusedSayingWhy(String pattern, String given, String rule) {
        assertThatThrownBy(() -> TopicPattern.of(pattern, String.class))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("pattern ")
                .hasMessageContaining(given)
                .hasMessageContaining(rule);
    }

    static Stream<Arguments> aBadPatternIsRefusedSayingWhy() {
        return Stream.of(
                arguments("", "empty", "from 1 to 1024"),
                arguments(" ", "U+0020", "whitespace"),
                arguments("a. *", "\"a. *\"", "whitespace"),
                arguments("a.\t.>", "U+0009", "control characters"),
                arguments("*\u00a0", "U+00A0", "whitespace"),
                arguments("a.\ud800", "surrogate at index 2", "well-formed"),
                arguments("*.", "\"*.\"", "single dots"),
                arguments(".>", "\".>\"", "single dots"),
                arguments("a..>", "\"a..>\"", "single dots"),
                arguments(">.a", "\">.a\"", "last"),
                arguments("a.>.b", "index 2", "last"),
                arguments("a.>.>", "index 2", "last"),
                arguments("$broker.>", "\"$broker.>\"", "reserved"),
                arguments("$*", "\"$*\"", "reserved"),
                arguments(LONGEST + "x", "1025", "at most 1024"));
    }

    @Test
    void messagesStayShortAndPrintable() {
        assertThatThrownBy(() -> TopicPattern.of("a\u001b[2J\n.>." + "x".repeat(5_000), String.class))
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(300).doesNotContain("\u001b", "\n"));
    }

    @Test
    void nullAndPrimitiveTypesAreRefused() {
        assertThatThrownBy(() -> TopicPattern.of(null, String.class))
                .isExactlyInstanceOf(NullPointerException.class)
                .hasMessageContaining("pattern");
        assertThatThrownBy(() -> TopicPattern.of(">", null))
                .isExactlyInstanceOf(NullPointerException.class)
                .hasMessageContaining("type");
        assertThatThrownBy(() -> TopicPattern.of(">", int.class))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("primitive");
    }

    @Test
    @SuppressWarnings({"unchecked", "rawtypes"})
    void itIsNarrowedToSubtypesOnly() {
        TopicPattern raw = TopicPattern.of(">", Number.class);
        assertThatThrownBy(() -> raw.only(String.class))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("java.lang.String")
                .hasMessageContaining("java.lang.Number");
    }

    @Test
    void theLongestAndTheDeepestAreMatched() {
        Topic<String> longest = Topic.of(LONGEST, String.class);
        Topic<String> deepest = Topic.of(DEEPEST, String.class);
        List<String> patterns = List.of(
                LONGEST,
                DEEPEST,
                "*",
                DEEPEST.replace('a', '*'),
                DEEPEST.substring(2).replace('a', '*') + ".>",
                "*.>",
                "a.>",
                ">");
        List<Inbox<String>> inboxes =
                patterns.stream().map(p -> inbox(p, String.class)).toList();
        broker.publish(longest, "longest");
        broker.publish(deepest, "deepest");
        for (int i = 0; i < patterns.size(); i++) {
            List<Object> expected = new ArrayList<>();
            if (NaivePattern.matches(patterns.get(i), LONGEST)) {
                expected.add("longest");
            }
            if (NaivePattern.matches(patterns.get(i), DEEPEST)) {
                expected.add("deepest");
            }
            assertThat(taken(inboxes.get(i))).isNotEmpty().isEqualTo(expected);
        }
    }

    @Test
    void eventsOfSeveralTopicsComeInTheOrderOfPublishing() {
        Inbox<Object> all = inbox("a.>", Object.class);
        Inbox<Number> numbers = inbox("*.*", Number.class);
        Inbox<Integer> integers =
                broker.inbox(TopicPattern.of("a.*", Object.class).only(Integer.class));
        broker.publish(WORDS, "one");
        broker.publish(NUMBERS, 2);
        broker.publish(WORDS, "three");
        broker.publish(NUMBERS, 4L);
        assertThat(taken(all)).containsExactly("one", 2, "three", 4L);
        assertThat(taken(numbers)).containsExactly(2, 4L);
        assertThat(taken(integers)).containsExactly(2);
    }

    @Test
    void twoSubscriptionsToOnePatternAreBothGivenAll() {
        List<String> first = new ArrayList<>();
        Subscription leaving = broker.subscribe(TopicPattern.of("a.*", String.class), first::add);
        Inbox<String> second = inbox("a.*", String.class);
        broker.publish(WORDS, "one");
        assertThat(taken(second)).containsExactly("one");
        leaving.unsubscribe();
        broker.publish(WORDS, "two");
        assertThat(taken(second)).containsExactly("two");
        assertThat(first).containsExactly("one");
    }

    /** Also one without a wildcard: what the name means is for its publishers and literal subscriptions to say. */
    @ParameterizedTest
    @ValueSource(strings = {"a.numbers", "a.*", ">"})
    void aPatternDefinesNothing(String pattern) {
        Inbox<Number> numbers = inbox(pattern, Number.class);
        Inbox<String> strings = inbox(pattern, String.class);
        Topic<String> other = Topic.of(NUMBERS.name(), String.class);
        broker.publish(NUMBERS, 1);
        broker.publish(other, "one");
        Inbox<String> literal = broker.inbox(other);
        assertThatThrownBy(() -> broker.publish(NUMBERS, 2)).isExactlyInstanceOf(IllegalStateException.class);
        broker.publish(other, "two");
        literal.unsubscribe();
        broker.publish(NUMBERS, 3);
        assertThat(taken(numbers)).containsExactly(1, 3);
        assertThat(taken(strings)).containsExactly("one", "two");
        assertThat(taken(literal)).containsExactly("two");
    }

    @Test
    void whatOnlyAnotherClassOrNameWantsIsUnrouted() {
        Inbox<Unrouted> unrouted = broker.inbox(BrokerEvent.TOPIC.only(Unrouted.class));
        Inbox<String> words = inbox("a.*", String.class);
        Inbox<Object> elsewhere = inbox("b.>", Object.class);
        broker.publish(NUMBERS, 1);
        broker.publish(WORDS, "one");
        assertThat(taken(unrouted)).containsExactly(new Unrouted("a.numbers", 1));
        assertThat(taken(words)).containsExactly("one");
        assertThat(taken(elsewhere)).isEmpty();
        assertThat(broker.stats().routed()).isEqualTo(1);
        assertThat(broker.stats().unrouted()).isEqualTo(1);
    }

    @Test
    void wildcardsDoNotMatchTheBrokersOwnTopics() {
        List<Inbox<?>> inboxes = List.of(
                inbox(">", Object.class),
                inbox("*", Object.class),
                inbox("*.>", Object.class),
                inbox("*.*", BrokerEvent.class),
                inbox(">", BrokerEvent.class));
        Inbox<BrokerEvent> events = broker.inbox(BrokerEvent.TOPIC);
        broker.publish(Topic.of("unwanted", Integer.class), 1);
        assertThat(taken(events)).isNotEmpty().hasOnlyElementsOfType(Subscribed.class);
        assertThat(inboxes.stream().map(this::taken))
                .containsExactly(List.of(1), List.of(1), List.of(), List.of(), List.of());
    }

    @Test
    void aFailureIsOfTheEventsOwnTopic() {
        Inbox<HandlerFailed> failures = broker.inbox(BrokerEvent.TOPIC.only(HandlerFailed.class));
        IllegalStateException planted = new IllegalStateException("planted");
        broker.subscription(TopicPattern.of("a.>", Object.class))
                .named("failing")
                .onEvent(o -> {
                    throw planted;
                });
        broker.publish(NUMBERS, 1);
        broker.publish(WORDS, "one");
        assertThat(taken(failures))
                .containsExactly(
                        new HandlerFailed("failing", "a.numbers", 1, planted),
                        new HandlerFailed("failing", "a.words", "one", planted));
    }

    @Test
    void aSubscriptionIsNamedAfterItsPattern() {
        assertThat(inbox("a.*", String.class).name()).startsWith("a.*");
        Inbox<BrokerEvent> events = broker.inbox(BrokerEvent.TOPIC);
        Inbox<String> second = inbox("a.*", String.class);
        assertThat(taken(events)).contains(new Subscribed(second.name(), "a.*"));
    }

    @Test
    void aHandlerMaySubscribeToAPatternThatMatchesItsTopic() {
        List<Inbox<String>> opened = new ArrayList<>();
        broker.subscribe(WORDS, word -> {
            if (opened.isEmpty()) {
                opened.add(inbox("*.words", String.class));
                broker.publish(WORDS, word + " again");
            }
        });
        broker.publish(WORDS, "one");
        broker.runUntilIdle();
        assertThat(taken(opened.get(0))).containsExactly("one again");
    }
}
