package io.eventbroker;

import io.eventbroker.ReferenceQueue.Definition;
import io.eventbroker.ReferenceQueue.Keeping;
import io.eventbroker.ReferenceQueue.Message;
import io.eventbroker.ReferenceQueue.Shape;
import java.util.List;
import java.util.Random;

/** The topics of every {@link Simulation}, what is published to them and subscribed to, and the model's terms for that. */
final class SimulationTopics {
    record Red(int publisher, int number) implements Ledger.Entry {}

    record Blue(int publisher, int number) implements Ledger.Entry {}

    /** Where to publish, and what. */
    record Target<E extends Ledger.Entry>(Topic<? super E> topic, Ledger.Maker<E> maker) {}

    private static final Topic<Ledger.Entry> NORTH = Topic.of("north", Ledger.Entry.class);
    private static final Topic<Ledger.Entry> SOUTH = Topic.of("south.pole", Ledger.Entry.class);
    private static final Topic<Red> OTHER_NORTH = Topic.of("north", Red.class);
    private static final Topic<Blue> BLUES = Topic.of("blues", Blue.class);

    private static final List<Target<?>> TARGETS = List.of(
            new Target<>(NORTH, Red::new),
            new Target<>(NORTH, Blue::new),
            new Target<>(SOUTH, Red::new),
            new Target<>(SOUTH, Blue::new),
            new Target<>(BLUES, Blue::new),
            new Target<>(OTHER_NORTH, Red::new));

    private static final List<TopicPattern<? extends Ledger.Entry>> SOURCES = List.of(
            NORTH, NORTH.only(Red.class), NORTH.only(Blue.class), SOUTH, SOUTH.only(Blue.class), BLUES, OTHER_NORTH);

    private SimulationTopics() {}

    static Target<?> anyTarget(Random random) {
        return TARGETS.get(random.nextInt(TARGETS.size() * 3) % TARGETS.size());
    }

    static TopicPattern<? extends Ledger.Entry> anySource(Random random) {
        return SOURCES.get(random.nextInt(SOURCES.size()));
    }

    static Definition definition(TopicPattern<?> of) {
        return new Definition(of.name(), of.named().type(), null, 0);
    }

    static Message message(Topic<?> topic, Object event) {
        return new Message(definition(topic), null, event, 0);
    }

    /** What a subscription asks for. */
    static Shape shape(TopicPattern<?> from, Keeping keeping, int workers) {
        return new Shape(from.name(), definition(from), SimulationEvents.wanted(from), keeping, workers);
    }
}
