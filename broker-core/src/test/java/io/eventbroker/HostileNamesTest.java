package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Names of topics, patterns, subscriptions and brokers, and keys, chosen to do harm: each is refused, with a message that
 * garbles no log, or served as any other; and what it costs is bounded by its length.
 */
class HostileNamesTest {
    private static final int IN_CI = 8_000;
    private static final int ON_DEMAND = 2_000_000;

    /** Keys and names of one hash. */
    private static final int COLLIDING = LongRun.isAsked() ? 100_000 : 5_000;

    private static final int MEGABYTE = 1 << 20;

    private static final Topic<String> LABELLED = Topic.of("labelled", String.class);

    private final ManualBroker labels = Broker.manual(BrokerConfig.defaults().withDefaultCapacity(1));
    private final Map<String, Long> totals = new TreeMap<>();

    private void count(String what, long number) {
        totals.merge(what, number, Long::sum);
    }

    /** The set that runs at full size on demand. */
    @Test
    void refusedOrServedNeverWrong() throws Exception {
        LongRun run = LongRun.of("names", HostileNamesTest.class);
        int names = LongRun.size(IN_CI, ON_DEMAND);
        Random random = new Random(LongRun.seed());
        Set<String> topics = new LinkedHashSet<>();
        Set<String> patterns = new LinkedHashSet<>();
        for (int i = 0; i < names; i++) {
            String name = HostileNames.any(random);
            if (judge(
                    "topic",
                    name,
                    HostileNames::isName,
                    n -> Topic.of(n, String.class).name())) {
                topics.add(name);
            }
            if (judge(
                    "pattern",
                    name,
                    HostileNames::isPattern,
                    n -> TopicPattern.of(n, Object.class).name())) {
                patterns.add(name);
            }
            judge("label", name, HostileNames::isLabel, this::labelled);
            if (topics.size() >= 200 && patterns.size() >= 60) {
                serve(topics, patterns);
                topics.clear();
                patterns.clear();
            }
        }
        serve(topics, patterns);
        for (String kind : List.of("topics", "patterns", "labels")) {
            assertThat(totals).containsKeys(kind + " refused", kind + " served");
        }
        assertThat(totals.get("deliveries")).isPositive();
        collide();
        totals.forEach(run::total);
        run.total("names", names).done();
    }

    private String labelled(String label) {
        assertThat(BrokerConfig.defaults().withName(label)).isNotNull();
        try (Inbox<String> inbox = labels.subscription(LABELLED).named(label).inbox()) {
            return inbox.name();
        }
    }

    /** Whether it was served; it must be just when the rules say so, and remain what it is. */
    private boolean judge(String kind, String name, Predicate<String> rules, Function<String, String> use) {
        String used;
        try {
            used = use.apply(name);
        } catch (IllegalArgumentException e) {
            assertThat(rules.test(name))
                    .as("%s refused: %s", kind, e.getMessage())
                    .isFalse();
            assertThat(e.getMessage()).hasSizeLessThan(300).matches(HostileNames::isUnicode, "well-formed");
            assertThat(e.getMessage().chars()).noneMatch(Character::isISOControl);
            count(kind + "s refused", 1);
            return false;
        }
        assertThat(rules.test(name)).as("%s served: %s", kind, name).isTrue();
        assertThat(used).isEqualTo(name);
        count(kind + "s served", 1);
        return true;
    }

    /** Each name is published once, and reaches whom the naive matcher says. */
    private void serve(Set<String> topics, Set<String> patterns) {
        try (ManualBroker broker = Broker.manual(BrokerConfig.defaults().withRingSize(64))) {
            List<Inbox<Object>> inboxes = patterns.stream()
                    .map(pattern -> broker.subscription(TopicPattern.of(pattern, Object.class))
                            .capacity(topics.size())
                            .inbox())
                    .toList();
            topics.forEach(name -> broker.publish(Topic.of(name, String.class), name));
            broker.runUntilIdle();
            int at = 0;
            for (String pattern : patterns) {
                List<String> expected = topics.stream()
                        .filter(name -> NaivePattern.matches(pattern, name))
                        .toList();
                assertThat(Tests.taken(inboxes.get(at++))).as(pattern).isEqualTo(expected);
                count("deliveries", expected.size());
            }
            count("published", topics.size());
            assertThat(broker.stats().accepted()).isEqualTo(topics.size());
        }
    }

    // ---- one hash for all

    private record Item(String key, int version) {}

    /** Each way to use a key or a name at a table; with so many of one hash it takes seconds, or hours. */
    private void collide() throws Exception {
        List<String> keys = HashCollisionsTest.colliding(COLLIDING);
        Topic<Item> items = Topic.of("items", Item.class).keyedBy(Item::key);
        conflated(items, items, keys);
        conflated(TopicPattern.of("*", Item.class), items, keys);
        ordered(items, keys);
        retained(items.retaining(COLLIDING), keys);
        names(keys);
    }

    private void conflated(TopicPattern<Item> source, Topic<Item> items, List<String> keys) throws Exception {
        Task.underWatch(() -> {
            try (Broker broker = Broker.open()) {
                Inbox<Item> latest = broker.subscription(source)
                        .capacity(keys.size())
                        .overflow(Overflow.CONFLATE)
                        .inbox();
                for (int version = 0; version < 2; version++) {
                    for (String key : keys) {
                        broker.publish(items, new Item(key, version));
                    }
                }
                Tests.awaitQuiet(broker);
                assertThat(Tests.taken(latest))
                        .isEqualTo(keys.stream().map(key -> new Item(key, 1)).toList());
                assertThat(latest.stats().conflated()).isEqualTo(keys.size());
            }
        });
        count("colliding keys conflated", keys.size());
    }

    private void ordered(Topic<Item> items, List<String> keys) throws Exception {
        Task.underWatch(() -> {
            List<Item> handled = new ArrayList<>(); // one hash is one worker, so one thread
            try (Broker broker = Broker.open()) {
                Subscription ordered = broker.subscription(items)
                        .concurrency(3)
                        .orderedByKey()
                        .overflow(Overflow.BACKPRESSURE)
                        .onEvent(handled::add);
                keys.forEach(key -> broker.publish(items, new Item(key, 0)));
                Tests.awaitQuiet(broker);
                assertThat(ordered.stats().handled()).isEqualTo(keys.size());
            }
            assertThat(handled)
                    .isEqualTo(keys.stream().map(key -> new Item(key, 0)).toList());
        });
        count("colliding keys ordered", keys.size());
    }

    private void retained(Topic<Item> items, List<String> keys) throws Exception {
        Task.underWatch(() -> {
            try (Broker broker = Broker.open(BrokerConfig.defaults().withMaxRetained(2 * keys.size()))) {
                for (int version = 0; version < 2; version++) {
                    for (String key : keys) {
                        broker.publish(items, new Item(key, version));
                    }
                }
                Inbox<Item> late = broker.subscription(items)
                        .capacity(keys.size())
                        .replayRetained()
                        .inbox();
                assertThat(Tests.taken(late))
                        .isEqualTo(keys.stream().map(key -> new Item(key, 1)).toList());
            }
        });
        count("colliding keys retained", keys.size());
    }

    /** As names of topics that are remembered, subscribed to, retained, and as tokens of patterns. */
    private void names(List<String> names) throws Exception {
        int several = Math.min(names.size(), 20_000); // a subscription each
        Task.underWatch(() -> {
            BrokerConfig config =
                    BrokerConfig.defaults().withMaxRetained(names.size()).withDefaultCapacity(1);
            try (Broker broker = Broker.open(config)) {
                Inbox<String> byPattern = broker.subscription(TopicPattern.of("*.>", String.class))
                        .capacity(names.size())
                        .inbox();
                names.forEach(name -> broker.publish(Topic.of("x." + name, String.class), name));
                names.forEach(name ->
                        broker.publish(Topic.of("y" + name, String.class).retaining(1), name));
                Inbox<String> replayed = broker.subscription(TopicPattern.of("*", String.class))
                        .capacity(names.size())
                        .replayRetained()
                        .inbox();
                assertThat(Tests.taken(byPattern)).isEqualTo(names);
                assertThat(Tests.taken(replayed)).isEqualTo(names);
                byPattern.close();
                replayed.close();
                List<Inbox<String>> tokens = new ArrayList<>();
                List<Inbox<String>> topics = new ArrayList<>();
                for (String name : names.subList(0, several)) {
                    tokens.add(broker.inbox(TopicPattern.of("z." + name, String.class)));
                    topics.add(broker.subscription(Topic.of(name, String.class))
                            .named(name)
                            .inbox());
                }
                for (String name : names.subList(0, several)) {
                    broker.publish(Topic.of("z." + name, String.class), name);
                    broker.publish(Topic.of(name, String.class), name);
                }
                Tests.awaitRouted(broker);
                for (int i = 0; i < several; i++) {
                    assertThat(tokens.get(i).poll()).isEqualTo(names.get(i));
                    assertThat(topics.get(i).poll()).isEqualTo(names.get(i));
                }
            }
        });
        count("colliding names served", 2L * names.size() + 2L * several);
    }

    // ---- size

    /** What is refused is not read, copied or quoted as a whole: what it allocates does not grow with its length. */
    @ParameterizedTest
    @ValueSource(strings = {"x", ".", "a.", "*.", "\n", "\ud800"})
    void aRefusalOfAMegabyteCostsNoMoreThanThatOfAFewThousandCharacters(String piece) {
        String small = piece.repeat(4_096);
        String large = piece.repeat(MEGABYTE / piece.length());
        for (int warming = 0; warming < 5; warming++) {
            refuse(small);
        }
        assertThat(allocating(() -> refuse(large))).isLessThan(2 * allocating(() -> refuse(small)) + 10_000);
    }

    private void refuse(String name) {
        refused(() -> Topic.of(name, String.class));
        refused(() -> TopicPattern.of(name, String.class));
        refused(() -> BrokerConfig.defaults().withName(name));
    }

    private static void refused(Use use) {
        assertThatThrownBy(use::get)
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("characters; at most");
    }

    @FunctionalInterface
    private interface Use {
        Object get();
    }

    private static long allocating(Runnable work) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        work.run();
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    /** Hazard: the walk down the tokens is a recursion, on the broker thread's stack. */
    @Test
    void asManyTokensAsANameMayHaveAreWalkedAndTenThousandRefused() throws Exception {
        int most = Topic.MAX_NAME_LENGTH / 2;
        String name = "a.".repeat(most - 1) + "a";
        List<String> patterns = List.of(
                name,
                "*.".repeat(most - 1) + "*",
                "a.*.".repeat(most / 2 - 1) + "a.>",
                "*.>",
                "a.".repeat(most - 1) + "*");
        try (Broker broker = Broker.open()) {
            List<Inbox<Object>> inboxes = patterns.stream()
                    .map(pattern -> broker.inbox(TopicPattern.of(pattern, Object.class)))
                    .toList();
            broker.publish(Topic.of(name, String.class), "deep");
            inboxes.forEach(Inbox::close);
            broker.publish(Topic.of(name, String.class), "nobody");
            Tests.awaitQuiet(broker);
            assertThat(inboxes.stream().map(Tests::taken)).allMatch(taken -> taken.equals(List.of("deep")));
            assertThat(broker.stats().unrouted()).isEqualTo(1);
            assertThat(((ActiveBroker) broker).loop.directory.remembered).isEmpty();
        }
        assertThatThrownBy(() -> Topic.of("a.".repeat(9_999) + "a", String.class))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("19999 characters");
    }

    /** Hazard: a key that is as long as it likes; the table asks for its hash, which reads it, and for nothing else. */
    @Test
    void keysOfAMegabyteAreServed() {
        Topic<Item> items = Topic.of("items", Item.class).keyedBy(Item::key);
        try (ManualBroker broker = Broker.manual()) {
            Inbox<Item> latest = broker.subscription(TopicPattern.of(">", Item.class))
                    .overflow(Overflow.CONFLATE)
                    .inbox();
            List<String> keys = IntStream.range(0, 8)
                    .mapToObj(i -> "k".repeat(MEGABYTE) + i)
                    .toList();
            for (int version = 0; version < 3; version++) {
                for (String key : keys) {
                    broker.publish(items, new Item(key, version));
                }
            }
            broker.runUntilIdle();
            assertThat(Tests.taken(latest).stream().map(Item::version))
                    .hasSize(8)
                    .containsOnly(2);
        }
    }

    // ---- log lines

    /**
     * Hazard: a name that begins a line of its own in the log, or is taken for a template. Forbidden: a line in which the
     * names are not just as they were given, or a line too many.
     */
    @ParameterizedTest
    @ValueSource(strings = {"{}", "{} {} {}", "%n%s", "${jndi:ldap://x/y}", "\\{}", "\"; drop", "\u202eevil", "\ufeff"})
    void inLogLinesNamesAreJustText(String name) throws Exception {
        String broker = "broker " + name;
        String subscription = "to " + name;
        String topic = name.replace(" ", "");
        Topic<String> hostile = Topic.of(topic.startsWith("$") ? "x" + topic : topic, String.class);
        try (LogLines log = new LogLines(broker);
                Broker open = Broker.open(BrokerConfig.defaults().withName(broker));
                Gate gate = new Gate()) {
            open.subscription(hostile).named(subscription).capacity(1).onEvent(event -> {
                gate.hold();
                throw new IllegalStateException(name);
            });
            open.publish(hostile, "one");
            gate.awaitEntered();
            open.publish(hostile, "two");
            open.publish(hostile, "three");
            Tests.awaitRouted(open);
            log.awaitLines(1);
            gate.open();
            Tests.awaitQuiet(open);
            open.close(Tests.PATIENCE);
            String of = "broker \"" + broker + "\": subscription \"" + subscription + "\"";
            assertThat(log.lines())
                    .contains("WARN " + of + " to topic \"" + hostile.name() + "\" is full with 1 events, and drops")
                    .contains("WARN " + of + " failed on java.lang.String of topic \"" + hostile.name()
                            + "\"; its further failures are counted, and logged at DEBUG")
                    .allMatch(line -> line.chars().noneMatch(Character::isISOControl));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\ud800", "\u202e{}", "a\u2028b"})
    void threadsAreNamedJustSo(String name) throws Exception {
        BrokerConfig config = BrokerConfig.defaults().withName(name + " broker");
        try (Broker broker = Broker.open(config.withThreadFactory(Tests.platformThreads()))) {
            List<String> names = new ArrayList<>();
            Topic<String> topic = Topic.of("t", String.class);
            broker.subscription(topic)
                    .named(name)
                    .onEvent(e -> names.add(Thread.currentThread().getName()));
            broker.publish(topic, "x");
            Tests.awaitQuiet(broker);
            assertThat(names).containsExactly(name);
            assertThat(Thread.getAllStackTraces().keySet().stream().map(Thread::getName))
                    .contains(name + " broker");
            assertThat(broker.close(Duration.ofSeconds(1)).subscriptions())
                    .singleElement()
                    .extracting(SubscriptionStats::name)
                    .isEqualTo(name);
        }
    }
}
