package io.eventbroker;

import static java.util.Objects.requireNonNullElseGet;

import io.eventbroker.internal.Counters;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The latest messages of topics that retain them. Only for the loop. */
final class Retention {
    private final int most;
    private final Consumer<TopicDefinition> forgetter;

    /**
     * By name, of which one definition is in use, the topic that was published to longest ago first; so are its messages,
     * each by its key or its position.
     */
    final Map<String, Map<Object, Envelope>> kept = new LinkedHashMap<>();

    private int total;

    /** How many messages were forgotten because there were too many in all. For anybody. */
    final Counters forgotten = new Counters(1);

    /** Creates an empty one that holds so many messages at most, and tells of topics that it forgets. */
    Retention(int most, Consumer<TopicDefinition> forgetter) {
        this.most = most;
        this.forgetter = forgetter;
    }

    void keep(Envelope message) {
        Map<Object, Envelope> own = requireNonNullElseGet(kept.remove(message.topic()), LinkedHashMap::new);
        kept.put(message.topic(), own);
        Object id = message.key() == null ? (Long) message.sequence() : message.key();
        total -= own.remove(id) == null ? 0 : 1;
        own.put(id, message);
        total++;
        if (own.size() > Math.min(message.source().retained(), most)) {
            own.remove(own.keySet().iterator().next());
            total--;
        }
        while (total > most) {
            Map<Object, Envelope> oldest = kept.values().iterator().next();
            TopicDefinition topic = source(oldest);
            kept.remove(topic.name());
            total -= oldest.size();
            forgotten.add(0, oldest.size());
            forgetter.accept(topic);
        }
    }

    /** What is kept of matching topics, in order. */
    List<Envelope> matching(TopicPattern<?> pattern) {
        return kept.values().stream()
                .filter(messages -> pattern.matches(source(messages)))
                .flatMap(messages -> messages.values().stream())
                .sorted(Comparator.comparingLong(Envelope::sequence))
                .toList();
    }

    private static TopicDefinition source(Map<Object, Envelope> messages) {
        return messages.values().iterator().next().source();
    }
}
