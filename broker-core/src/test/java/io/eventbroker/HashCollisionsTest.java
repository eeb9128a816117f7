package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Names and keys that somebody chose so that all have one hash. Hazard: a hash table finds each only by comparing it with
 * all others, so that the work of the broker thread for one message grows with their number. The JDK's tables avoid that
 * for keys whose class is {@code Comparable} to itself, by keeping those of one place in a tree: so what is looked at here
 * are the classes of what the broker's tables are keyed by, and that they order those keys rightly; never time.
 */
class HashCollisionsTest {
    private static final Topic<String> TEXTS = Topic.of("texts", String.class).keyedBy(text -> text);
    private static final Topic<Number> NUMBERS =
            Topic.of("numbers", Number.class).keyedBy(n -> n);

    private final SteppedBroker broker = new SteppedBroker(BrokerConfig.defaults(), new LoopSteps());

    @AfterEach
    void close() {
        broker.close();
    }

    /** So many different strings of one hash, each of the same length. */
    static List<String> colliding(int count) {
        int pairs = 32 - Integer.numberOfLeadingZeros(count - 1);
        return IntStream.range(0, count)
                .mapToObj(i -> IntStream.range(0, pairs)
                        .mapToObj(bit -> (i >> bit & 1) == 0 ? "Aa" : "BB")
                        .reduce("", String::concat))
                .toList();
    }

    @Test
    void theyDoCollide() {
        List<String> all = colliding(1_000);
        assertThat(new HashSet<>(all)).hasSize(1_000);
        assertThat(all.stream().map(String::hashCode)).containsOnly(all.get(0).hashCode());
    }

    @Test
    void whateverTheLoopLooksUpByNameOrKeyHasAnOrder() {
        List<Subscription> inboxes = List.of(
                broker.inbox(Topic.of("named", String.class)),
                broker.subscription(TopicPattern.of(">", Object.class))
                        .overflow(Overflow.CONFLATE)
                        .inbox(),
                broker.subscription(TEXTS).overflow(Overflow.CONFLATE).inbox());
        assertThat(inboxes).extracting(Subscription::name).doesNotHaveDuplicates();
        Topic<String> retaining = Topic.of("retaining", String.class).retaining(2);
        Topic<String> latest =
                Topic.of("latest", String.class).keyedBy(text -> text).retaining(2);
        broker.publish(TEXTS, "a");
        broker.publish(NUMBERS, 1L);
        broker.publish(retaining, "a");
        broker.publish(latest, "a");
        broker.publish(Topic.of("remembered", String.class), "a");
        broker.subscribe(TEXTS, text -> {
            throw new IllegalStateException("on purpose");
        });
        broker.publish(TEXTS, "b");
        broker.runUntilIdle();

        Set<Class<?>> keys = keysOfTables(broker.loop);
        assertThat(keys).contains(String.class, Long.class).hasSizeGreaterThan(2);
        assertThat(keys).allMatch(HashCollisionsTest::isComparableToItself, "Comparable to itself");
    }

    /** The condition that the JDK's hash tables state. */
    private static boolean isComparableToItself(Class<?> type) {
        return Arrays.stream(type.getGenericInterfaces())
                .anyMatch(face -> face instanceof ParameterizedType of
                        && of.getRawType() == Comparable.class
                        && of.getActualTypeArguments()[0] == type);
    }

    /** The classes of the keys of all hash tables that can be reached by the broker's own fields. */
    private static Set<Class<?>> keysOfTables(Object root) {
        Set<Class<?>> keys = new HashSet<>();
        Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Queue<Object> open = new ArrayDeque<>(List.of(root));
        while (!open.isEmpty()) {
            Object next = open.remove();
            if (!seen.add(next)) {
                continue;
            }
            if (next instanceof HashMap<?, ?> || next instanceof ConcurrentHashMap<?, ?>) {
                ((Map<?, ?>) next).keySet().forEach(key -> keys.add(key.getClass()));
            }
            if (next instanceof HashSet<?> set) {
                set.forEach(key -> keys.add(key.getClass()));
            }
            Stream<?> inside = next instanceof Map<?, ?> map
                    ? map.values().stream()
                    : next instanceof Collection<?> some
                            ? some.stream()
                            : next instanceof Object[] array ? Arrays.stream(array) : fieldsOf(next);
            inside.filter(value -> value != null && isOfInterest(value)).forEach(open::add);
        }
        return keys;
    }

    private static boolean isOfInterest(Object value) {
        return value instanceof Map<?, ?>
                || value instanceof Collection<?>
                || value instanceof Object[]
                || value.getClass().getName().startsWith("io.eventbroker");
    }

    private static Stream<Object> fieldsOf(Object owner) {
        List<Object> values = new ArrayList<>();
        for (Class<?> type = owner.getClass();
                type.getName().startsWith("io.eventbroker");
                type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers()) && !field.getType().isPrimitive()) {
                    field.setAccessible(true);
                    try {
                        values.add(field.get(owner));
                    } catch (IllegalAccessException e) {
                        throw new AssertionError(e);
                    }
                }
            }
        }
        return values.stream();
    }

    private enum Plain {
        ONE,
        TWO
    }

    private enum WithBodies {
        ONE {},
        TWO {}
    }

    /** Hazard: an order that is none, by which a tree loses what it holds: an event that is not conflated, or lost. */
    @Test
    void throughAPatternKeysOfAllKindsAreConflatedEachWithItsLike() {
        List<Object> keys = new ArrayList<>(colliding(300));
        int hash = keys.get(0).hashCode();
        for (long high = 0; high < 300; high++) {
            keys.add(high << 32 | (high ^ hash) & 0xFFFF_FFFFL);
            keys.add(new UUID(high << 32 | (high ^ hash) & 0xFFFF_FFFFL, 0));
        }
        keys.addAll(List.of(hash, (short) 1, (byte) 1, 1, 1L, '1', "1", Plain.ONE, Plain.TWO));
        keys.addAll(List.of(WithBodies.ONE, WithBodies.TWO));
        assertThat(keys.stream().filter(key -> key.hashCode() == hash)).hasSize(901);

        record Keyed(Object key, int version) {}
        Topic<Keyed> one = Topic.of("Aa", Keyed.class).keyedBy(Keyed::key);
        Topic<Keyed> two = Topic.of("BB", Keyed.class).keyedBy(Keyed::key);
        Inbox<Message<Keyed>> inbox = broker.subscription(TopicPattern.of("*", Keyed.class))
                .capacity(2 * keys.size())
                .overflow(Overflow.CONFLATE)
                .messageInbox();
        Random random = new Random(11);
        for (int version = 0; version < 4; version++) {
            Collections.shuffle(keys, random);
            for (Object key : keys) {
                broker.publish(one, new Keyed(key, version));
                broker.publish(two, new Keyed(key, version));
            }
        }
        broker.runUntilIdle();
        List<Message<Keyed>> taken = Tests.taken(inbox);
        assertThat(taken).hasSize(2 * keys.size()).allMatch(m -> m.event().version() == 3 && m.missedBefore() == 3);
        for (String topic : List.of("Aa", "BB")) {
            assertThat(taken.stream()
                            .filter(m -> m.topic().equals(topic))
                            .map(m -> m.event().key()))
                    .containsExactlyInAnyOrderElementsOf(keys);
        }
        assertThat(inbox.stats().conflated()).isEqualTo(3L * 2 * keys.size());
        assertThat(inbox.stats().matched()).isEqualTo(4L * 2 * keys.size());
    }
}
