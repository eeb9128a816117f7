package io.eventbroker;

import io.eventbroker.internal.Counters;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The latest messages of topics that retain them. Only for the loop. */
final class Retention {
    private final int most;
    private final Consumer<TopicDefinition> forgetter;

    /** The topic that was published to longest ago comes first; so does its message, each by its key or its position. */
    private final Map<TopicDefinition, Map<Object, Envelope>> kept = new LinkedHashMap<>();

    private int total;
    private final Counters forgotten = new Counters(1);

    /** Creates an empty one that holds so many messages at most, and tells of topics that it forgets. */
    Retention(int most, Consumer<TopicDefinition> forgetter) {
        this.most = most;
        this.forgetter = forgetter;
    }

    boolean holds(TopicDefinition topic) {
        return kept.containsKey(topic);
    }

    void keep(Envelope message) {
        TopicDefinition topic = message.topic;
        Map<Object, Envelope> own = kept.remove(topic);
        if (own == null) {
            own = new LinkedHashMap<>();
        }
        kept.put(topic, own);
        Object id = message.key == null ? (Long) message.sequence : message.key;
        total -= own.remove(id) == null ? 0 : 1;
        own.put(id, message.copy());
        total++;
        if (own.size() > Math.min(topic.retained(), most)) {
            removeFirst(own.values());
            total--;
        }
        while (total > most) {
            forgetFirst();
        }
    }

    private void forgetFirst() {
        Map.Entry<TopicDefinition, Map<Object, Envelope>> first =
                kept.entrySet().iterator().next();
        int lost = first.getValue().size();
        kept.remove(first.getKey());
        total -= lost;
        forgotten.add(0, lost);
        forgetter.accept(first.getKey());
    }

    private static void removeFirst(Iterable<?> some) {
        Iterator<?> each = some.iterator();
        each.next();
        each.remove();
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
