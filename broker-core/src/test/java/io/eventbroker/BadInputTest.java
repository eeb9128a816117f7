package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each misuse has its own exception, which says what was given and what is allowed; and it changes nothing. */
class BadInputTest {
    private static final Topic<Number> NUMBERS = Topic.of("numbers", Number.class);
    private static final Topic<String> REDEFINED = Topic.of("numbers", String.class);
    private static final String LONGEST = "x".repeat(Topic.MAX_NAME_LENGTH);

    private final Broker broker = Broker.open();
    private Subscription living;
    private String before;

    @FunctionalInterface
    interface Misuse {
        Object of(Broker broker) throws Exception;
    }

    @BeforeEach
    void openWithOneSubscription() throws Exception {
        living = broker.subscription(NUMBERS).named("living").onEvent(n -> {});
        broker.publish(NUMBERS, 1);
        Tests.awaitQuiet(broker);
        before = describe(broker);
    }

    @AfterEach
    void nothingHasChanged() {
        assertThat(describe(broker)).isEqualTo(before);
        assertThat(living.stats().handled()).isEqualTo(1);
        broker.close();
    }

    @ParameterizedTest
    @MethodSource
    void aBadTopicNameIsRefused(String name, String given, String rule) {
        assertThatThrownBy(() -> Topic.of(name, String.class))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("topic name")
                .hasMessageContaining(given)
                .hasMessageContaining(rule);
    }

    static Stream<Arguments> aBadTopicNameIsRefused() {
        return Stream.of(
                arguments("", "empty", "from 1 to 1024"),
                arguments(" ", "\" \"", "whitespace"),
                arguments(" \t ", "U+0020", "whitespace"),
                arguments("a b", "\"a b\"", "whitespace"),
                arguments("a\tb", "U+0009", "control characters"),
                arguments("a\nb", "U+000A", "control characters"),
                arguments("a\u0000", "U+0000", "control characters"),
                arguments("a\u007f", "U+007F", "control characters"),
                arguments("a\u0085b", "U+0085", "control characters"),
                arguments("a\u00a0b", "U+00A0", "whitespace"),
                arguments("a\u2003b", "U+2003", "whitespace"),
                arguments("a\u2028b", "U+2028", "whitespace"),
                arguments("\ud800", "surrogate at index 0", "well-formed"),
                arguments("a\udc00", "surrogate at index 1", "well-formed"),
                arguments(".", "\".\"", "single dots"),
                arguments(".a", "\".a\"", "single dots"),
                arguments("a.", "\"a.\"", "single dots"),
                arguments("a..b", "\"a..b\"", "single dots"),
                arguments("*", "'*'", "one literal name"),
                arguments(">", "'>'", "one literal name"),
                arguments("a.*", "'*'", "one literal name"),
                arguments("*.a", "'*'", "one literal name"),
                arguments("a.>", "'>'", "one literal name"),
                arguments("a.>.b", "'>'", "one literal name"),
                arguments("$", "\"$\"", "reserved"),
                arguments("$broker.events", "\"$broker.events\"", "reserved"),
                arguments(LONGEST + "x", "1025", "at most 1024"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a", "a.b.c", "foo*", ">bar", "a*b.c>d", "**", ">>", "a.**", "a$", "a.$b", "Ä.é", "😀", "-", "a:b/c"
            })
    void aGoodTopicNameIsTakenAsItIs(String name) {
        assertThat(Topic.of(name, String.class).name()).isEqualTo(name);
        assertThat(Topic.of(LONGEST, String.class).name()).isEqualTo(LONGEST);
    }

    @ParameterizedTest
    @ValueSource(classes = {int.class, boolean.class, double.class, void.class})
    void aPrimitiveTypeIsRefused(Class<?> type) {
        assertThatThrownBy(() -> Topic.of("a", type))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(type.getName())
                .hasMessageContaining("primitive");
    }

    @Test
    @SuppressWarnings({"unchecked", "rawtypes"})
    void aPatternIsNarrowedToSubtypesOnly() {
        TopicPattern raw = NUMBERS;
        assertThatThrownBy(() -> raw.only(String.class))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("java.lang.String")
                .hasMessageContaining("java.lang.Number")
                .hasMessageContaining("subtype");
        assertThatThrownBy(() -> raw.only(int.class)).isExactlyInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> NUMBERS.only(null)).isExactlyInstanceOf(NullPointerException.class);
        assertThat(NUMBERS.only(Number.class).type()).isEqualTo(Number.class);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void nullIsRefused(String what, Misuse misuse) {
        assertThatThrownBy(() -> misuse.of(broker))
                .isExactlyInstanceOf(NullPointerException.class)
                .hasMessageContaining(what);
    }

    static Stream<Arguments> nullIsRefused() {
        return Stream.of(
                arguments("name", (Misuse) b -> Topic.of(null, String.class)),
                arguments("type", (Misuse) b -> Topic.of("a", null)),
                arguments("config", (Misuse) b -> Broker.open(null)),
                arguments("config", (Misuse) b -> Broker.manual(null)),
                arguments("topic", (Misuse) b -> published(() -> b.publish(null, "x"))),
                arguments("event", (Misuse) b -> published(() -> b.publish(NUMBERS, null))),
                arguments("topic", (Misuse) b -> b.tryPublish(null, "x")),
                arguments("event", (Misuse) b -> b.tryPublish(NUMBERS, null)),
                arguments("topic", (Misuse) b -> b.tryPublish(null, "x", Duration.ZERO)),
                arguments("event", (Misuse) b -> b.tryPublish(NUMBERS, null, Duration.ZERO)),
                arguments("timeout", (Misuse) b -> b.tryPublish(NUMBERS, 1, null)),
                arguments("subscribe to", (Misuse) b -> b.subscribe(null, n -> {})),
                arguments("handler", (Misuse) b -> b.subscribe(NUMBERS, null)),
                arguments("subscribe to", (Misuse) b -> b.inbox(null)),
                arguments("subscribe to", (Misuse) b -> b.subscription(null)),
                arguments("name", (Misuse) b -> b.subscription(NUMBERS).named(null)),
                arguments("policy", (Misuse) b -> b.subscription(NUMBERS).overflow(null)),
                arguments("policy", (Misuse) b -> BrokerConfig.defaults().withDefaultOverflow(null)),
                arguments("handler", (Misuse) b -> b.subscription(NUMBERS).onEvent(null)),
                arguments("timeout", (Misuse) b -> b.awaitQuiescence(null)),
                arguments("timeout", (Misuse) b -> b.close(null)),
                arguments("name", (Misuse) b -> BrokerConfig.defaults().withName(null)),
                arguments("timeout", (Misuse) b -> BrokerConfig.defaults().withCloseTimeout(null)),
                arguments("factory", (Misuse) b -> BrokerConfig.defaults().withThreadFactory(null)));
    }

    @Test
    void nullIsRefusedByAnInbox() throws Exception {
        try (Broker other = Broker.open()) {
            Inbox<Number> inbox = other.inbox(NUMBERS);
            other.publish(NUMBERS, 1);
            Tests.awaitTrue("queued", () -> inbox.stats().queued() == 1);
            assertThatThrownBy(() -> inbox.poll(null)).isExactlyInstanceOf(NullPointerException.class);
            assertThatThrownBy(() -> inbox.drainTo(null)).isExactlyInstanceOf(NullPointerException.class);
            assertThat(inbox.stats().queued()).isEqualTo(1);
            assertThat(inbox.stats().delivered()).isZero();
        }
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource
    void aNumberOutOfRangeIsRefused(String what, String given, String allowed, Misuse misuse) {
        assertThatThrownBy(() -> misuse.of(broker))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(what)
                .hasMessageContaining(given)
                .hasMessageContaining(allowed);
    }

    static Stream<Arguments> aNumberOutOfRangeIsRefused() {
        List<Arguments> cases = new ArrayList<>();
        BrokerConfig config = BrokerConfig.defaults();
        for (int bad : new int[] {0, -1, Integer.MIN_VALUE, 16_777_217, Integer.MAX_VALUE}) {
            String given = "" + bad;
            cases.add(arguments("capacity", given, "from 1 to 16777216", (Misuse)
                    b -> b.subscription(NUMBERS).capacity(bad)));
            cases.add(
                    arguments("capacity", given, "from 1 to 16777216", (Misuse) b -> config.withDefaultCapacity(bad)));
            cases.add(arguments("ring size", given, "from 2 to 16777216", (Misuse) b -> config.withRingSize(bad)));
        }
        cases.add(arguments("ring size", "1", "from 2 to 16777216", (Misuse) b -> config.withRingSize(1)));
        for (int bad : new int[] {0, -1, Integer.MIN_VALUE, 1_025, Integer.MAX_VALUE}) {
            cases.add(arguments("concurrency", "" + bad, "from 1 to 1024", (Misuse)
                    b -> b.subscription(NUMBERS).concurrency(bad)));
        }
        cases.add(arguments("close timeout", "PT-0.001S", "zero or more", (Misuse)
                b -> config.withCloseTimeout(Duration.ofMillis(-1))));
        return cases.stream();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\t", "a\nb", "a\u0000", "TOO LONG"})
    void aBadLabelIsRefused(String label) {
        String given = label.equals("TOO LONG") ? "x".repeat(257) : label;
        assertThatThrownBy(() -> broker.subscription(NUMBERS).named(given))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("subscription name");
        assertThatThrownBy(() -> BrokerConfig.defaults().withName(given))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("broker name");
    }

    @Test
    void theSmallestAndTheLongestAreTaken() {
        assertThatCode(() -> {
                    BrokerConfig config = BrokerConfig.defaults()
                            .withRingSize(2)
                            .withRingSize(BrokerConfig.MAX_RING_SIZE)
                            .withDefaultCapacity(1)
                            .withDefaultCapacity(SubscriptionBuilder.MAX_CAPACITY)
                            .withName("x".repeat(256))
                            .withCloseTimeout(Duration.ZERO);
                    SubscriptionBuilder<Number> largest = broker.subscription(NUMBERS)
                            .named("a name with spaces: " + "x".repeat(236))
                            .capacity(SubscriptionBuilder.MAX_CAPACITY)
                            .concurrency(SubscriptionBuilder.MAX_CONCURRENCY)
                            .capacity(1)
                            .concurrency(1);
                    assertThat(largest).isNotNull();
                    assertThat(config).isNotNull();
                })
                .doesNotThrowAnyException();
    }

    @Test
    void aDuplicateSubscriptionNameIsRefused() {
        SubscriptionBuilder<Number> second = broker.subscription(NUMBERS).named("living");
        assertThatThrownBy(() -> second.onEvent(n -> {}))
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessageContaining("living");
        assertThatThrownBy(second::inbox).isExactlyInstanceOf(IllegalStateException.class);
        Topic<String> elsewhere = Topic.of("elsewhere", String.class);
        assertThatThrownBy(() -> broker.subscription(elsewhere).named("living").inbox())
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessageContaining("living");
    }

    @Test
    void aSecondDefinitionOfANameInUseIsRefusedAndBothAreNamed() {
        List<Misuse> misuses = List.of(
                b -> published(() -> b.publish(REDEFINED, "x")),
                b -> b.tryPublish(REDEFINED, "x"),
                b -> b.tryPublish(REDEFINED, "x", Duration.ZERO),
                b -> b.subscribe(REDEFINED, s -> {}),
                b -> b.inbox(REDEFINED),
                b -> b.subscription(REDEFINED).named("other").inbox());
        for (Misuse misuse : misuses) {
            assertThatThrownBy(() -> misuse.of(broker))
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("numbers")
                    .hasMessageContaining("java.lang.Number")
                    .hasMessageContaining("java.lang.String");
        }
    }

    @Test
    void anInboxHasNoWorkers() {
        assertThatThrownBy(() -> broker.subscription(NUMBERS).concurrency(2).inbox())
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessageContaining("2");
    }

    @Test
    void aWrongEventThroughARawTopicHarmsItsHandlerOnly() throws Exception {
        try (Broker other = Broker.open()) {
            Topic<Integer> integers = Topic.of("integers", Integer.class);
            Subscription sum = other.subscribe(integers, n -> assertThat(n + 1).isPositive());
            Inbox<Integer> narrowed = other.inbox(integers.only(Integer.class));
            publishRaw(other, integers, "not an integer");
            other.publish(integers, 1);
            Tests.awaitQuiet(other);
            assertThat(sum.stats().failed()).isEqualTo(1);
            assertThat(sum.stats().handled()).isEqualTo(1);
            assertThat(narrowed.stats().matched()).isPositive();
        }
    }

    @Test
    void afterCloseEverythingIsRefused() {
        Broker closed = Broker.open(BrokerConfig.defaults().withName("departed"));
        closed.close();
        List<Misuse> uses = List.of(
                b -> published(() -> b.publish(NUMBERS, 1)),
                b -> b.tryPublish(NUMBERS, 1),
                b -> b.tryPublish(NUMBERS, 1, Duration.ofHours(1)),
                b -> b.subscribe(NUMBERS, n -> {}),
                b -> b.inbox(NUMBERS),
                b -> b.subscription(NUMBERS).onEvent(n -> {}),
                b -> b.subscription(NUMBERS).named("x").inbox());
        for (Misuse use : uses) {
            assertThatThrownBy(() -> use.of(closed))
                    .isExactlyInstanceOf(BrokerClosedException.class)
                    .hasNoCause()
                    .hasMessageContaining("closed");
        }
        assertThat(closed.stats().offered()).isEqualTo(3);
        assertThat(closed.stats().refused()).isEqualTo(3);
        assertThat(closed.stats().subscriptions()).isEmpty();
        assertThatThrownBy(() -> closed.publish(NUMBERS, null)).isExactlyInstanceOf(NullPointerException.class);
        assertThat(closed.stats().offered()).isEqualTo(3);
    }

    /** The end of the broker is told rather than a clash with what is no more. */
    @Test
    void afterCloseAnotherDefinitionIsRefusedAsClosed() {
        Broker closed = Broker.open();
        closed.subscribe(NUMBERS, n -> {});
        closed.close();
        assertThatThrownBy(() -> closed.publish(REDEFINED, "x")).isExactlyInstanceOf(BrokerClosedException.class);
        assertThatThrownBy(() -> closed.inbox(REDEFINED)).isExactlyInstanceOf(BrokerClosedException.class);
    }

    @Test
    void messagesStayShortAndPrintable() {
        assertThatThrownBy(() -> Topic.of("a\u001b[2J\n" + "x".repeat(5_000), String.class))
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(300).doesNotContain("\u001b", "\n"));
    }

    private static Object published(Runnable publish) {
        publish.run();
        return "published";
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static void publishRaw(Broker broker, Topic topic, Object event) {
        broker.publish(topic, event);
    }

    private static String describe(Broker broker) {
        BrokerStats stats = broker.stats();
        StringBuilder text = new StringBuilder("" + stats.state());
        text.append(" offered ").append(stats.offered()).append(" accepted ").append(stats.accepted());
        text.append(" refused ").append(stats.refused()).append(" routed ").append(stats.routed());
        text.append(" unrouted ").append(stats.unrouted()).append(" discarded ").append(stats.discarded());
        stats.subscriptions()
                .forEach(s -> text.append(' ').append(s.name()).append(' ').append(s.matched()));
        return text.toString();
    }
}
