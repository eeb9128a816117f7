package io.eventbroker;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElseGet;

import io.eventbroker.internal.Counters;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The latest messages of topics that retain them. Only for the loop. */
final class Retention {
    private final int most;
    private final Consumer<TopicDefinition> forgetter;

    /** The topic that was published to longest ago comes first; so does its message, each by its key or its position. */
    final Map<TopicDefinition, Map<Object, Envelope>> kept = new LinkedHashMap<>();

    private int total;
    private final Counters forgotten = new Counters(1);

    /** Creates an empty one that holds so many messages at most, and tells of topics that it forgets. */
    Retention(int most, Consumer<TopicDefinition> forgetter) {
        this.most = most;
        this.forgetter = forgetter;
    }

    void keep(Envelope message) {
        TopicDefinition topic = message.source();
        Map<Object, Envelope> own = requireNonNullElseGet(kept.remove(topic), LinkedHashMap::new);
        kept.put(topic, own);
        Object id = message.key() == null ? (Long) message.sequence() : message.key();
        total -= own.remove(id) == null ? 0 : 1;
        own.put(id, message);
        total++;
        if (own.size() > Math.min(topic.retained(), most)) {
            own.remove(own.keySet().iterator().next());
            total--;
        }
        while (total > most) {
            TopicDefinition oldest = kept.keySet().iterator().next();
            int lost = requireNonNull(kept.remove(oldest)).size();
            total -= lost;
            forgotten.add(0, lost);
            forgetter.accept(oldest);
        }
    }

    /** What is kept of matching topics, in order. */
    List<Envelope> matching(TopicPattern<?> pattern) {
        List<Envelope> found = new ArrayList<>();
        kept.forEach((topic, messages) -> {
            if (pattern.matches(topic)) {
                found.addAll(messages.values());
            }
        });
        found.sort(Comparator.comparingLong(Envelope::sequence));
        return found;
    }

    /** How many messages were forgotten because there were too many in all. For anybody. */
    long forgotten() {
        return forgotten.get(0);
    }
}
