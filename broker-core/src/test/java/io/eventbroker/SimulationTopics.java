package io.eventbroker;

import io.eventbroker.ReferenceQueue.Definition;
import io.eventbroker.ReferenceQueue.Keeping;
import io.eventbroker.ReferenceQueue.Message;
import io.eventbroker.ReferenceQueue.Shape;
import io.eventbroker.ReferenceQueue.Told;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** The topics of {@link Simulation}s, what is published to them and subscribed to, and the model's terms for that. */
final class SimulationTopics {
    record Red(int publisher, int number) implements Ledger.Entry {}

    record Blue(int publisher, int number) implements Ledger.Entry {}

    /** What a key function throws. */
    static final class BadKey extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** Where to publish, and what. */
    record Target<E extends Ledger.Entry>(Topic<? super E> topic, Ledger.Maker<E> maker) {}

    private static final AtomicInteger ASKED = new AtomicInteger();
    private static final Function<Ledger.Entry, Object> BY_NUMBER = event -> {
        ASKED.incrementAndGet();
        return keyOf(event);
    };
    private static final Function<Ledger.Entry, Object> BY_CLASS =
            event -> event.getClass().getSimpleName();

    private static final Topic<Ledger.Entry> NORTH = Topic.of("north", Ledger.Entry.class);
    private static final Topic<Ledger.Entry> SOUTH = Topic.of("south.pole", Ledger.Entry.class);
    private static final Topic<Red> OTHER_NORTH = Topic.of("north", Red.class);
    private static final Topic<Blue> BLUES = Topic.of("blues", Blue.class);
    private static final Topic<Ledger.Entry> KEYED =
            Topic.of("south.keyed", Ledger.Entry.class).keyedBy(BY_NUMBER);
    private static final Topic<Ledger.Entry> OTHER_KEYED =
            Topic.of("south.keyed", Ledger.Entry.class).keyedBy(BY_CLASS);
    private static final Topic<Ledger.Entry> LAST =
            Topic.of("last", Ledger.Entry.class).retaining(3);
    private static final Topic<Ledger.Entry> OTHER_LAST = Topic.of("last", Ledger.Entry.class);
    private static final Topic<Ledger.Entry> LATEST =
            Topic.of("south.latest", Ledger.Entry.class).keyedBy(BY_NUMBER).retaining(2);
    private static final Topic<Blue> LAST_BLUE =
            Topic.of("last.blue", Blue.class).keyedBy(BY_CLASS).retaining(1);

    private static final List<Target<?>> TARGETS = List.of(
            new Target<>(NORTH, Red::new),
            new Target<>(NORTH, Blue::new),
            new Target<>(SOUTH, Red::new),
            new Target<>(SOUTH, Blue::new),
            new Target<>(BLUES, Blue::new),
            new Target<>(OTHER_NORTH, Red::new),
            new Target<>(KEYED, Red::new),
            new Target<>(KEYED, Blue::new),
            new Target<>(KEYED, Blue::new),
            new Target<>(OTHER_KEYED, Red::new),
            new Target<>(LAST, Red::new),
            new Target<>(LAST, Blue::new),
            new Target<>(OTHER_LAST, Red::new),
            new Target<>(LATEST, Red::new),
            new Target<>(LATEST, Blue::new),
            new Target<>(LAST_BLUE, Blue::new));

    private static final List<TopicPattern<? extends Ledger.Entry>> SOURCES = List.of(
            NORTH,
            NORTH.only(Red.class),
            NORTH.only(Blue.class),
            SOUTH,
            SOUTH.only(Blue.class),
            BLUES,
            OTHER_NORTH,
            KEYED,
            KEYED.only(Blue.class),
            OTHER_KEYED,
            LAST,
            LAST.only(Red.class),
            OTHER_LAST,
            LATEST,
            LATEST.only(Blue.class),
            LAST_BLUE,
            TopicPattern.of(">", Ledger.Entry.class),
            TopicPattern.of("*", Red.class),
            TopicPattern.of("north", Ledger.Entry.class),
            TopicPattern.of("south.>", Ledger.Entry.class).only(Blue.class),
            TopicPattern.of("south.*", Ledger.Entry.class),
            TopicPattern.of("*.pole", Ledger.Entry.class),
            TopicPattern.of("last.*", Blue.class),
            TopicPattern.of("*.>", Ledger.Entry.class));

    private final Random random;
    private final List<Target<?>> targets;
    private final List<TopicPattern<? extends Ledger.Entry>> sources;

    /** Those of one run, which are few, so that much happens at each. */
    SimulationTopics(Random random) {
        this.random = random;
        this.targets = random.ints(3 + random.nextInt(4), 0, TARGETS.size())
                .<Target<?>>mapToObj(TARGETS::get)
                .toList();
        this.sources = SOURCES.stream()
                .filter(source -> targets.stream().anyMatch(target -> isAbout(source, target.topic())))
                .toList();
    }

    private static boolean isAbout(TopicPattern<?> source, Topic<?> topic) {
        return ReferenceQueue.matches(source.name(), topic.name());
    }

    Target<?> anyTarget() {
        return targets.get(random.nextInt(targets.size()));
    }

    TopicPattern<? extends Ledger.Entry> anySource() {
        return sources.get(random.nextInt(sources.size()));
    }

    /** Seldom one that is not allowed. */
    private static Object keyOf(Ledger.Entry event) {
        return switch (event.number() % 32) {
            case 5 -> null;
            case 13 -> (double) event.number();
            case 21 -> throw new BadKey();
            case 29 -> throw new OutOfMemoryError("of a key function");
            default ->
                switch (event.number() % 5) {
                    case 0 -> event.publisher() % 2;
                    case 1 -> "one";
                    case 2 -> new UUID(0, 2);
                    case 3 -> 'c';
                    default -> (byte) 4;
                };
        };
    }

    /** Whether an event has a key that is allowed, where it needs one. */
    static boolean hasGoodKey(Topic<?> topic, Ledger.Entry event) {
        return !isKeyedByNumber(definition(topic)) || event.number() % 8 != 5;
    }

    static boolean isKeyedByNumber(Definition topic) {
        return topic.keying() == BY_NUMBER;
    }

    /** How often keys by number were asked for. */
    static int asked() {
        return ASKED.get();
    }

    // ---- in the model's terms

    /** None for a pattern. */
    static Definition definition(TopicPattern<?> of) {
        TopicDefinition named = of.definition;
        return named == null || of.name().equals(Told.FROM.topic())
                ? named == null ? null : Told.FROM
                : new Definition(of.name(), named.type(), named.key(), named.retained());
    }

    static Message message(Topic<?> topic, Ledger.Entry event) {
        Definition definition = definition(topic);
        if (definition.keying() == null || !hasGoodKey(topic, event)) {
            return new Message(definition, null, event, 0);
        }
        Object key = isKeyedByNumber(definition) ? keyOf(event) : BY_CLASS.apply(event);
        return new Message(definition, key, event, 0);
    }

    /** What a subscription asks for. */
    static Shape shape(TopicPattern<?> from, Keeping keeping, int workers) {
        return new Shape(from.name(), definition(from), SimulationEvents.wanted(from), keeping, workers);
    }
}
