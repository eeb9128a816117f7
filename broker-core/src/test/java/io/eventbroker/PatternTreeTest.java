package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who matches a name is found by walking down its tokens; what is counted are the places looked at, never time. */
class PatternTreeTest {
    private static final int MANY = 5_000;

    private final SteppedBroker broker =
            new SteppedBroker(BrokerConfig.defaults().withRingSize(2).withDefaultCapacity(1), new LoopSteps());

    private final PatternTree tree = new PatternTree();

    @AfterEach
    void close() {
        broker.close();
    }

    /** A subscription to the pattern; of the tree that is looked at here, and not of the broker's. */
    private QueuedSubscription<?> add(String pattern) {
        Inbox<Object> inbox = broker.inbox(TopicPattern.of(pattern, Object.class));
        inbox.unsubscribe();
        QueuedSubscription<?> subscription = (QueuedSubscription<?>) inbox;
        tree.add(subscription);
        return subscription;
    }

    private int visits(String name) {
        return tree.find(name.split("\\."), 0, new ArrayList<>());
    }

    private List<QueuedSubscription<?>> found(String name) {
        List<QueuedSubscription<?>> found = new ArrayList<>();
        tree.find(name.split("\\."), 0, found);
        return found;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"#.b.c", "#.>", "#.*", "#", "a.#.c", "*.#.c", "a.b.#", "a.b.#.>", "*.*.#", "a.*.#.*", "a.b.c.#.>"
            })
    void subscriptionsToOtherPatternsCostNothing(String others) {
        List.of("a.b.c", "a.*.c", "*.*.c", "a.>", "a.b.*", "*.b.>", ">").forEach(this::add);
        add(others.replace("#", "first"));
        int before = visits("a.b.c");
        List<QueuedSubscription<?>> foundBefore = found("a.b.c");
        for (int i = 0; i < MANY; i++) {
            add(others.replace("#", "other" + i));
        }
        assertThat(visits("a.b.c")).isEqualTo(before).isLessThanOrEqualTo(1 + 2 + 4 + 8);
        assertThat(found("a.b.c")).isEqualTo(foundBefore).hasSize(7);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.b.c", "*.b.*", "a.>", ">"})
    void subscriptionsToOnePatternAreOnePlace(String pattern) {
        add(pattern);
        int before = visits("a.b.c");
        IntStream.range(0, MANY).forEach(i -> add(pattern));
        assertThat(visits("a.b.c")).isEqualTo(before);
        assertThat(found("a.b.c")).hasSize(MANY + 1);
    }

    @Test
    void eachTokenOfTheNameCostsTheSame() {
        String tokens = "a.".repeat(100);
        for (int depth = 1; depth <= 100; depth++) {
            add(tokens.substring(0, 2 * depth) + "*");
            add(tokens.substring(0, 2 * depth) + ">");
        }
        int first = visits("a");
        int each = visits("a.a") - first;
        assertThat(each).isPositive();
        for (int depth = 1; depth <= 100; depth++) {
            assertThat(visits(tokens.substring(0, 2 * depth - 1))).isEqualTo(first + (depth - 1) * each);
        }
    }

    /** However the patterns are chosen, no more than the tree has, and that has no place without a subscription. */
    @Test
    void atWorstEachPlaceOfThePatternsIsLookedAtOnce() {
        int depth = 10;
        for (int bits = 0; bits < 1 << depth; bits++) {
            StringBuilder pattern = new StringBuilder();
            for (int i = 0; i < depth; i++) {
                pattern.append(i == 0 ? "" : ".").append((bits >> i & 1) == 0 ? "a" : "*");
            }
            add(pattern.toString());
        }
        assertThat(visits("a" + ".a".repeat(depth - 1))).isEqualTo((2 << depth) - 1);
        assertThat(visits("b" + ".b".repeat(depth - 1))).isEqualTo(depth + 1);
        assertThat(visits("b" + ".b".repeat(500))).isEqualTo(depth + 1);
    }

    @Test
    void whoMatchesIsRememberedUntilAPatternComesOrGoes() {
        Directory directory = broker.loop.directory;
        TopicDefinition topic = Topic.of("a.b", Object.class).definition();
        Subscription first = broker.inbox(TopicPattern.of("a.*", Object.class));
        QueuedSubscription<?>[] found = directory.subscribers(topic);
        assertThat(directory.subscribers(topic)).isSameAs(found);
        Subscription second = broker.inbox(TopicPattern.of("*.b", Object.class));
        assertThat(directory.subscribers(topic))
                .isSameAs(directory.subscribers(topic))
                .hasSize(2);
        second.unsubscribe();
        assertThat(directory.subscribers(topic)).isEqualTo(found);
        first.unsubscribe();
        assertThat(directory.subscribers(topic)).isEmpty();
    }

    /** It was published, by a name that meant something else, just before the subscription took effect. */
    @Test
    void aMessageOfAnotherDefinitionIsForPatternsOnly() {
        Inbox<Integer> named = broker.inbox(Topic.of("a.b", Integer.class));
        Inbox<Object> pattern = broker.inbox(TopicPattern.of("a.*", Object.class));
        Directory directory = broker.loop.directory;
        assertThat(directory.subscribers(Topic.of("a.b", Integer.class).definition()))
                .containsExactly((QueuedSubscription<?>) named, (QueuedSubscription<?>) pattern);
        assertThat(directory.subscribers(Topic.of("a.b", String.class).definition()))
                .containsExactly((QueuedSubscription<?>) pattern);
    }

    /** Where publishers wait, and where what is retained is looked up, one pattern is asked, and not the tree. */
    @Test
    void whatOnePatternSaysIsWhatTheTreeSays() {
        Random random = new Random(5);
        int matches = 0;
        for (int i = 0; i < 20_000; i++) {
            String pattern = NaivePattern.anyPattern(random);
            String name = NaivePattern.anyName(random);
            boolean expected = NaivePattern.matches(pattern, name);
            assertThat(TopicPattern.of(pattern, Object.class)
                            .matches(Topic.of(name, Object.class).definition()))
                    .as("%s %s", pattern, name)
                    .isEqualTo(expected);
            matches += expected ? 1 : 0;
        }
        assertThat(matches).isBetween(2_000, 18_000);
    }

    @Test
    void whatLeavesIsPrunedAndTheRestStays() {
        Random random = new Random(4);
        List<QueuedSubscription<?>> living = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            living.add(add(NaivePattern.anyPattern(random)));
        }
        Collections.shuffle(living, random);
        while (!living.isEmpty()) {
            assertThat(tree.isEmpty()).isFalse();
            tree.remove(living.remove(living.size() - 1), 0);
            if (living.size() % 50 == 0) {
                String name = NaivePattern.anyName(random);
                assertThat(found(name))
                        .containsExactlyInAnyOrderElementsOf(living.stream()
                                .filter(s -> NaivePattern.matches(s.source.name(), name))
                                .toList());
            }
        }
        assertThat(tree.isEmpty()).isTrue();
    }
}
