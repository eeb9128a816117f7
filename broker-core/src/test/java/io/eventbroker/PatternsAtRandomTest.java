package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventbroker.BrokerEvent.Unrouted;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Lanes, and subscriptions to random patterns and names, some narrowed by class, come and go between publishes to random
 * names, which have now one definition, now another: each subscription is given what {@link NaivePattern} says, so
 * nothing that was looked up is used when it is true no more.
 */
class PatternsAtRandomTest {
    private static final int SEEDS = 150;
    private static final BrokerConfig SMALL =
            BrokerConfig.defaults().withRingSize(64).withLaneSize(2);

    /** What must occur, or the seeds prove nothing. */
    private enum Corner {
        BY_LANE,
        LANE_CLASHED,
        MATCHED_BY_NAME,
        MATCHED_BY_REST,
        MATCHED_BY_SEVERAL,
        MATCHED_BY_STAR,
        MATCHED_BY_STAR_AND_REST,
        MATCHED_WITHOUT_WILDCARD,
        OF_ANOTHER_CLASS,
        PUBLISH_CLASHED,
        REDEFINED_UNDER_A_PATTERN,
        SUBSCRIBE_CLASHED,
        UNROUTED
    }

    private final Map<Corner, Integer> corners = new EnumMap<>(Corner.class);

    private void note(Corner corner) {
        corners.merge(corner, 1, Integer::sum);
    }

    @Test
    void eachIsGivenWhatTheReferenceSays() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            try (ManualBroker broker = Broker.manual(SMALL)) {
                new Run(broker, seed).play();
            }
        }
        System.out.println(SEEDS + " seeds: " + corners);
        assertThat(corners).containsOnlyKeys(Corner.values());
    }

    /** Who subscribes to a pattern, or to a topic whose definition it keeps in use; and what it was to be given. */
    private record Member(TopicPattern<?> source, @Nullable Topic<?> topic, Inbox<?> inbox, List<Object> expected) {}

    /** One broker, and what it must do. */
    private final class Run {
        private static final int ACTIONS = 300;
        private static final int MOST_MEMBERS = 12;
        private static final int MOST_LANES = 4;
        private static final List<Class<?>> TOPICS = List.of(Number.class, String.class, Object.class);
        private static final List<Class<?>> CLASSES =
                List.of(Object.class, Number.class, Comparable.class, Integer.class, Long.class, String.class);

        private final ManualBroker broker;
        private final long seed;
        private final Random random;

        private final List<Member> members = new ArrayList<>();
        private final Map<Lane<Object>, Topic<?>> lanes = new LinkedHashMap<>();

        /** The class a name had when an event of it last found somebody. */
        private final Map<String, Class<?>> lastRouted = new HashMap<>();

        private final Inbox<Unrouted> unrouted;
        private final List<Unrouted> expectedUnrouted = new ArrayList<>();

        /** In each event, so that all differ. */
        private int number;

        private int offered;

        Run(ManualBroker broker, long seed) {
            this.broker = broker;
            this.seed = seed;
            this.random = new Random(seed);
            this.unrouted = broker.subscription(BrokerEvent.TOPIC.only(Unrouted.class))
                    .capacity(ACTIONS)
                    .inbox();
        }

        void play() {
            for (int i = 0; i < ACTIONS; i++) {
                int dice = random.nextInt(100);
                if (dice < 45) {
                    publish();
                } else if (dice < 55) {
                    publishByLane();
                } else if (dice < 70) {
                    subscribe();
                } else if (dice < 82) {
                    unsubscribe();
                } else if (dice < 86) {
                    openLane();
                } else if (dice < 89) {
                    closeLane();
                } else {
                    checkAll();
                }
            }
            checkAll();
            assertThat(broker.stats().offered()).isEqualTo(offered);
        }

        // ---- publishing

        private void publish() {
            Topic<?> topic = anyTopic();
            Class<?> used = inUse(topic.name());
            if (used == null || used == topic.type()) {
                Object event = anyEvent(topic.type());
                broker.publish(raw(topic), event);
                expect(topic, event);
            } else {
                Object event = anyEvent(topic.type());
                assertClash(() -> broker.publish(raw(topic), event));
                note(Corner.PUBLISH_CLASHED);
            }
        }

        private void publishByLane() {
            if (!lanes.isEmpty()) {
                Lane<Object> lane = any(List.copyOf(lanes.keySet()));
                Topic<?> topic = Objects.requireNonNull(lanes.get(lane));
                Object event = anyEvent(topic.type());
                broker.runUntilIdle(); // else the order between lane and shared ring is the broker's choice
                lane.publish(event);
                broker.runUntilIdle();
                expect(topic, event);
                note(Corner.BY_LANE);
            }
        }

        private void expect(Topic<?> topic, Object event) {
            List<Member> wanting = new ArrayList<>();
            for (Member member : members) {
                if (NaivePattern.matches(member.source.name(), topic.name())) {
                    if (member.source.type().isInstance(event)) {
                        wanting.add(member);
                        noteMatch(member, topic);
                    } else {
                        note(Corner.OF_ANOTHER_CLASS);
                    }
                }
            }
            wanting.forEach(member -> member.expected.add(event));
            offered++;
            if (wanting.isEmpty()) {
                expectedUnrouted.add(new Unrouted(topic.name(), event));
                note(Corner.UNROUTED);
            } else {
                lastRouted.put(topic.name(), topic.type());
            }
            if (wanting.size() > 1) {
                note(Corner.MATCHED_BY_SEVERAL);
            }
        }

        private void noteMatch(Member member, Topic<?> topic) {
            boolean hasStar = member.source.name().matches("(.+\\.)?\\*(\\..+)?");
            boolean hasRest = member.source.name().matches("(.+\\.)?>");
            if (member.topic != null) {
                note(Corner.MATCHED_BY_NAME);
            } else if (hasStar) {
                note(hasRest ? Corner.MATCHED_BY_STAR_AND_REST : Corner.MATCHED_BY_STAR);
            } else {
                note(hasRest ? Corner.MATCHED_BY_REST : Corner.MATCHED_WITHOUT_WILDCARD);
            }
            Class<?> last = lastRouted.get(topic.name());
            if (member.topic == null && last != null && last != topic.type()) {
                note(Corner.REDEFINED_UNDER_A_PATTERN);
            }
        }

        // ---- coming and going

        private void subscribe() {
            if (members.size() == MOST_MEMBERS) {
                return;
            }
            Topic<?> topic = random.nextInt(3) == 0 ? anyTopic() : null;
            TopicPattern<?> source =
                    anyNarrowed(topic == null ? TopicPattern.of(NaivePattern.anyPattern(random), any(CLASSES)) : topic);
            SubscriptionBuilder<?> builder = broker.subscription(source).capacity(ACTIONS);
            Class<?> used = topic == null ? null : inUse(topic.name());
            if (topic == null || used == null || used == topic.type()) {
                members.add(new Member(source, topic, builder.inbox(), new ArrayList<>()));
            } else {
                assertClash(builder::inbox);
                note(Corner.SUBSCRIBE_CLASHED);
            }
        }

        private void unsubscribe() {
            if (!members.isEmpty()) {
                Member member = members.remove(random.nextInt(members.size()));
                member.inbox.unsubscribe();
                check(member);
            }
        }

        private void openLane() {
            if (lanes.size() < MOST_LANES) {
                Topic<?> topic = anyTopic();
                Class<?> used = inUse(topic.name());
                if (used == null || used == topic.type()) {
                    lanes.put(broker.lane(raw(topic)), topic);
                } else {
                    assertClash(() -> broker.lane(topic));
                    note(Corner.LANE_CLASHED);
                }
            }
        }

        private void closeLane() {
            if (!lanes.isEmpty()) {
                Lane<Object> lane = any(List.copyOf(lanes.keySet()));
                lanes.remove(lane);
                lane.close();
            }
        }

        /** The type of the definition a name has, if it has one. */
        private @Nullable Class<?> inUse(String name) {
            return Stream.concat(members.stream().map(Member::topic), lanes.values().stream())
                    .filter(topic -> topic != null && topic.name().equals(name))
                    .<Class<?>>map(TopicPattern::type)
                    .findAny()
                    .orElse(null);
        }

        // ---- judging

        private void checkAll() {
            broker.runUntilIdle();
            members.forEach(this::check);
            List<Unrouted> told = new ArrayList<>();
            unrouted.drainTo(told);
            assertThat(told).as("unrouted, seed %d", seed).isEqualTo(expectedUnrouted);
            expectedUnrouted.clear();
        }

        private void check(Member member) {
            List<Object> received = new ArrayList<>();
            member.inbox.drainTo(received);
            assertThat(received).as("%s, seed %d", member.source, seed).isEqualTo(member.expected);
            member.expected.clear();
        }

        private static void assertClash(ThrowingCallable misuse) {
            assertThatThrownBy(misuse)
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("clashes");
        }

        // ---- choosing

        /** Mostly of the class that the name suggests, so that some clash and most do not. */
        private Topic<?> anyTopic() {
            String name = NaivePattern.anyName(random);
            Class<?> type = random.nextInt(4) == 0 ? any(TOPICS) : TOPICS.get(name.length() % TOPICS.size());
            return Topic.of(name, type);
        }

        @SuppressWarnings({"unchecked", "rawtypes"})
        private TopicPattern<?> anyNarrowed(TopicPattern<?> wider) {
            Class<?> narrower = any(CLASSES);
            boolean isNarrower = wider.type().isAssignableFrom(narrower);
            return isNarrower && random.nextBoolean() ? ((TopicPattern) wider).only(narrower) : wider;
        }

        private Object anyEvent(Class<?> type) {
            number++;
            boolean isText = type == Object.class ? random.nextBoolean() : type == String.class;
            return isText ? "" + number : random.nextBoolean() ? (Object) number : (Object) (long) number;
        }

        private <E> E any(List<E> list) {
            return list.get(random.nextInt(list.size()));
        }

        @SuppressWarnings("unchecked")
        private static Topic<Object> raw(Topic<?> topic) {
            return (Topic<Object>) topic;
        }
    }
}
