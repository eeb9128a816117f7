package io.eventbroker.bench.soak;

import io.eventbroker.Topic;
import java.util.function.Function;

/**
 * An event. Each has the source it came from and its number there; accepted ones are numbered without holes, and the
 * number tells class and key. So whoever receives one knows which are missing.
 */
class Item {
    /** How many keys a source has. */
    static final int KEYS = 16;

    /** One and the same object, since it is part of a topic's definition. */
    private static final Function<Item, Object> KEY = Item::key;

    private final int source;
    private final int number;

    private Item(int source, int number) {
        this.source = source;
        this.number = number;
    }

    /** One in four. */
    static final class Special extends Item {
        private Special(int source, int number) {
            super(source, number);
        }
    }

    static Item of(int source, int number) {
        return Numbers.SPECIAL.has(number) ? new Special(source, number) : new Item(source, number);
    }

    static Topic<Item> keyed(Topic<Item> topic) {
        return topic.keyedBy(KEY);
    }

    int source() {
        return source;
    }

    int number() {
        return number;
    }

    /** No two sources share one. */
    int key() {
        return source * KEYS + number % KEYS;
    }

    @Override
    public String toString() {
        return source + "#" + number;
    }
}
