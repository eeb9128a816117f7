package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Patterns match what those of NATS match: each case of {@code patterns.txt}, whose head says what its lines mean. */
class PatternOracleTest {
    private static final Pattern UNIT = Pattern.compile("\\\\u(\\p{XDigit}{4})");
    private static final List<Case> TABLE = read();

    private final ManualBroker broker = Broker.manual(
            BrokerConfig.defaults().withRingSize(16).withLaneSize(2).withDefaultCapacity(256));

    private enum Expected {
        MATCH,
        NO_MATCH,
        BAD_PATTERN,
        BAD_NAME
    }

    private record Case(int line, boolean isChecked, String pattern, String name, Expected expected) {
        boolean hasGoodPattern() {
            return expected != Expected.BAD_PATTERN;
        }

        boolean hasGoodName() {
            return hasGoodPattern() && expected != Expected.BAD_NAME;
        }
    }

    @AfterEach
    void close() {
        broker.close();
    }

    static Stream<Case> good() {
        return TABLE.stream().filter(Case::hasGoodName);
    }

    static Stream<Case> badPattern() {
        return TABLE.stream().filter(c -> !c.hasGoodPattern());
    }

    static Stream<Case> badName() {
        return TABLE.stream().filter(c -> c.hasGoodPattern() && !c.hasGoodName());
    }

    @ParameterizedTest
    @MethodSource("good")
    void anEventArrivesIfThePatternMatchesItsName(Case given) {
        List<String> received = new ArrayList<>();
        broker.subscribe(TopicPattern.of(given.pattern, String.class), received::add);
        broker.publish(Topic.of(given.name, String.class), "event");
        broker.runUntilIdle();
        assertThat(received).containsExactlyElementsOf(given.expected == Expected.MATCH ? List.of("event") : List.of());
    }

    /** Where events of the name go was looked up before, and is held by a lane. */
    @ParameterizedTest
    @MethodSource("good")
    void itArrivesWhileTheSubscriptionLives(Case given) {
        List<String> received = new ArrayList<>();
        Topic<String> topic = Topic.of(given.name, String.class);
        Lane<String> lane = broker.lane(topic);
        publishBothWays(topic, lane, "before");
        Subscription s = broker.subscribe(TopicPattern.of(given.pattern, String.class), received::add);
        publishBothWays(topic, lane, "meanwhile");
        s.unsubscribe();
        publishBothWays(topic, lane, "after");
        lane.close();
        assertThat(received)
                .containsExactlyElementsOf(
                        given.expected == Expected.MATCH ? List.of("meanwhile", "meanwhile") : List.of());
    }

    private void publishBothWays(Topic<String> topic, Lane<String> lane, String event) {
        broker.publish(topic, event);
        lane.publish(event);
        broker.runUntilIdle();
    }

    @ParameterizedTest
    @MethodSource("good")
    void whatIsRetainedIsReplayedIfThePatternMatchesItsName(Case given) {
        broker.publish(Topic.of(given.name, String.class).retaining(1), "event");
        Inbox<String> inbox = broker.subscription(TopicPattern.of(given.pattern, String.class))
                .replayRetained()
                .inbox();
        assertThat(inbox.stats().queued()).isEqualTo(given.expected == Expected.MATCH ? 1 : 0);
        assertThat(inbox.poll()).isEqualTo(given.expected == Expected.MATCH ? "event" : null);
    }

    @ParameterizedTest
    @MethodSource("good")
    void publishersWaitForAFullSubscriptionIfThePatternMatchesTheName(Case given) {
        Inbox<String> full = broker.subscription(TopicPattern.of(given.pattern, String.class))
                .capacity(1)
                .overflow(Overflow.BACKPRESSURE)
                .inbox();
        Topic<String> matching = Topic.of(given.pattern.replaceAll("(?<![^.])[*>](?![^.])", "any"), String.class);
        broker.publish(matching, "event");
        broker.publish(matching, "one too many");
        broker.runUntilIdle();
        assertThat(broker.tryPublish(matching, "event")).isFalse();
        assertThat(broker.tryPublish(Topic.of(given.name, String.class), "event"))
                .isEqualTo(given.expected == Expected.NO_MATCH);
        assertThat(full.drainTo(new ArrayList<>())).isEqualTo(2);
        assertThat(broker.tryPublish(matching, "event")).isTrue();
    }

    @ParameterizedTest
    @MethodSource("badPattern")
    void aBadPatternIsRefused(Case given) {
        assertThatThrownBy(() -> TopicPattern.of(given.pattern, String.class))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("pattern ");
    }

    @ParameterizedTest
    @MethodSource("badName")
    void aBadNameIsRefused(Case given) {
        assertThat(TopicPattern.of(given.pattern, String.class).name()).isEqualTo(given.pattern);
        assertThatThrownBy(() -> Topic.of(given.name, String.class))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("topic name ");
    }

    /** The reference of other tests is one itself only if it agrees with the table. */
    @ParameterizedTest
    @MethodSource("good")
    void theReferenceAgrees(Case given) {
        assertThat(NaivePattern.matches(given.pattern, given.name)).isEqualTo(given.expected == Expected.MATCH);
    }

    /** One broker has all the patterns of the table, which were added in some order. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void allPatternsTogetherAreGivenWhatTheReferenceSays(long seed) {
        List<String> patterns = new ArrayList<>(new TreeSet<>(
                TABLE.stream().filter(Case::hasGoodPattern).map(Case::pattern).toList()));
        List<String> names =
                new ArrayList<>(new TreeSet<>(good().map(Case::name).toList()));
        Collections.shuffle(patterns, new Random(seed));
        Map<String, List<String>> received = new TreeMap<>();
        for (String pattern : patterns) {
            List<String> mine = new ArrayList<>();
            received.put(pattern, mine);
            broker.subscribe(TopicPattern.of(pattern, String.class), mine::add);
        }
        for (String name : names) {
            broker.publish(Topic.of(name, String.class), name);
        }
        broker.runUntilIdle();

        received.forEach((pattern, mine) -> assertThat(mine)
                .as(pattern)
                .containsExactlyElementsOf(names.stream()
                        .filter(name -> NaivePattern.matches(pattern, name))
                        .toList()));
    }

    @Test
    void theTableIsWhole() {
        assertThat(TABLE.stream().filter(Case::isChecked)).hasSizeGreaterThanOrEqualTo(300);
        assertThat(TABLE.stream().filter(c -> !c.isChecked)).hasSizeGreaterThanOrEqualTo(40);
        assertThat(TABLE.stream().map(c -> List.of(c.pattern, c.name))).doesNotHaveDuplicates();
        assertThat(TABLE).extracting(Case::expected).contains(Expected.values());
    }

    private static List<Case> read() {
        List<Case> cases = new ArrayList<>();
        boolean isChecked = false;
        int number = 0;
        for (String line : lines()) {
            number++;
            if (line.equals("[checked]") || line.equals("[own]")) {
                isChecked = line.equals("[checked]");
            } else if (!line.isEmpty() && !line.equals("#") && !line.startsWith("# ")) {
                String[] parts = line.split(" ", -1);
                String expected = parts[2].toUpperCase(Locale.ROOT).replace('-', '_');
                cases.add(new Case(number, isChecked, plain(parts[0]), plain(parts[1]), Expected.valueOf(expected)));
            }
        }
        return cases;
    }

    private static List<String> lines() {
        try (InputStream in = PatternOracleTest.class.getResourceAsStream("/patterns.txt")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String plain(String written) {
        return written.equals("\"\"") ? "" : UNIT.matcher(written).replaceAll(PatternOracleTest::unit);
    }

    private static String unit(java.util.regex.MatchResult code) {
        return Matcher.quoteReplacement("" + (char) Integer.parseInt(code.group(1), 16));
    }
}
