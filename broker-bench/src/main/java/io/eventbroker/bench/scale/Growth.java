package io.eventbroker.bench.scale;

import io.eventbroker.Inbox;
import io.eventbroker.Lane;
import io.eventbroker.Topic;
import io.eventbroker.TopicPattern;
import io.eventbroker.bench.lab.Figures;
import io.eventbroker.bench.lab.JvmMeters;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** The measurements of a broker at one size. */
final class Growth {
    /** How many topics are hot, if there are as many. */
    static final int HOT = 1_000;

    /** How many names are visited in turn: many more than a broker remembers routes of. */
    static final int MANY_NAMES = 10_000;

    /** How many patterns match, if there are as many. */
    static final int MATCHING = 3;

    static final String NANOS = "ns";
    static final String HOT_NANOS = "hot ns";
    static final String RANDOM_NANOS = "random ns";
    static final String BYTES = "bytes each";
    static final String ONE_NAME_NANOS = "one name ns";
    static final String MANY_NAMES_NANOS = "many names ns";

    /** Fewer are too few to tell what one of them weighs. */
    private static final int WEIGHED = 10_000;

    private static final List<String> MATCHING_PATTERNS = List.of("t.>", "t.*.b", "*.*.b");

    private Growth() {}

    /** So many topics with a subscription each: a few of them hot, and all at random. */
    static Figures ofTopics(int size, Plan plan) throws InterruptedException {
        Map<String, Double> figures = new LinkedHashMap<>();
        long before = size < WEIGHED ? 0 : JvmMeters.usedHeap();
        try (LiteralTopics topics = new LiteralTopics(size)) {
            if (size >= WEIGHED) {
                figures.put(BYTES, (JvmMeters.usedHeap() - before) / (double) size);
            }
            try (Subject hot = topics.visited(new Walk(size, Math.min(size, HOT)))) {
                figures.put(HOT_NANOS, Flow.nanosPerMessage(hot, plan));
            }
            try (Subject all = topics.visited(Walk.overAll(size))) {
                figures.put(RANDOM_NANOS, Flow.nanosPerMessage(all, plan));
            }
        }
        return new Figures(figures);
    }

    /** So many names, visited at random, all matched by the one pattern that is subscribed to. */
    static Figures ofNames(int size, Plan plan) throws InterruptedException {
        List<Topic<Event>> topics = topics(size, "names.", "");
        Walk walk = Walk.overAll(size);
        try (PushSubject subject = new PushSubject().with(TopicPattern.of("names.>", Event.class))) {
            subject.with(number -> subject.broker.publish(topics.get(walk.at(number)), Event.at(number)));
            return cost(subject, plan);
        }
    }

    /** So many patterns, of which three match: published to one name, and to many in turn. */
    static Figures ofPatterns(int size, Plan plan) throws InterruptedException {
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put(ONE_NAME_NANOS, nanosWithPatterns(size, 1, plan));
        figures.put(MANY_NAMES_NANOS, nanosWithPatterns(size, MANY_NAMES, plan));
        return new Figures(figures);
    }

    private static double nanosWithPatterns(int size, int names, Plan plan) throws InterruptedException {
        List<Topic<Event>> topics = topics(names, "t.", ".b");
        Walk walk = Walk.overAll(names);
        try (PushSubject subject = new PushSubject()) {
            MATCHING_PATTERNS.stream().limit(size).forEach(name -> subject.with(TopicPattern.of(name, Event.class)));
            List<Inbox<Event>> others = LiteralTopics.inParallel(
                    Math.max(0, size - MATCHING),
                    i -> subject.broker
                            .subscription(TopicPattern.of(unmatched(i), Event.class))
                            .capacity(1)
                            .inbox());
            subject.with(number -> subject.broker.publish(topics.get(walk.at(number)), Event.at(number)));
            double nanos = Flow.nanosPerMessage(subject, plan);
            if (others.stream().anyMatch(other -> other.stats().matched() > 0)) {
                throw new IllegalStateException("a pattern matched that should not");
            }
            return nanos;
        }
    }

    /** Patterns that share beginnings, wildcards and lengths with those that match, so that no short cut skips them. */
    private static String unmatched(int number) {
        return switch (number % 4) {
            case 0 -> "t.*.x" + number;
            case 1 -> "*.*.x" + number;
            case 2 -> "t." + number % MANY_NAMES + ".x" + number;
            default -> "t.*.b.x" + number;
        };
    }

    /** So many push subscriptions to one topic. */
    static Figures ofSubscribers(int size, Plan plan) throws InterruptedException {
        Topic<Event> topic = Topic.of("topic", Event.class);
        try (PushSubject subject = new PushSubject()) {
            for (int i = 0; i < size; i++) {
                subject.with(topic);
            }
            subject.with(number -> subject.broker.publish(topic, Event.at(number)));
            return cost(subject, plan);
        }
    }

    /** So many publishers through the shared ring to one topic with one subscription. */
    static Figures ofPublishers(int size, Plan plan) throws InterruptedException {
        Topic<Event> topic = Topic.of("topic", Event.class);
        try (PushSubject subject = new PushSubject().with(topic)) {
            for (int i = 0; i < size; i++) {
                subject.with(number -> subject.broker.publish(topic, Event.at(number)));
            }
            return cost(subject, plan);
        }
    }

    /** The same with a lane for each publisher. */
    static Figures ofLanes(int size, Plan plan) throws InterruptedException {
        Topic<Event> topic = Topic.of("topic", Event.class);
        try (PushSubject subject = new PushSubject().with(topic)) {
            for (int i = 0; i < size; i++) {
                Lane<Event> lane = subject.broker.lane(topic);
                subject.with(number -> lane.publish(Event.at(number)));
            }
            return cost(subject, plan);
        }
    }

    private static List<Topic<Event>> topics(int count, String before, String after) {
        return IntStream.range(0, count)
                .mapToObj(i -> Topic.of(before + i + after, Event.class))
                .toList();
    }

    private static Figures cost(Subject subject, Plan plan) throws InterruptedException {
        return new Figures(Map.of(NANOS, Flow.nanosPerMessage(subject, plan)));
    }
}
