package io.eventbroker;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A message with what there is to know of it. The router has one that it fills anew for each message; a copy is made for
 * whoever keeps it: a queue whose subscriber asked for messages or needs to know the topic, and retention.
 */
@SuppressWarnings("ReferenceEquality") // itself stands for none
final class Envelope implements Message<Object> {
    TopicDefinition topic = BrokerEvent.TOPIC.definition();

    @Nullable Object key;

    Object event = this;
    long sequence;

    /** The time the loop's step read first; null before it has. */
    @Nullable Instant takenAt;

    /** Its place among the messages meant for the queue it is in. */
    long number;

    /** Written before it is handed to its subscriber: by its consumer, or where messages are conflated, by the loop. */
    long missedBefore;

    Envelope set(TopicDefinition topic, @Nullable Object key, Object event, long sequence) {
        this.topic = topic;
        this.key = key;
        this.event = event;
        this.sequence = sequence;
        return this;
    }

    Envelope copy() {
        takenAt = publishedAt();
        Envelope copy = new Envelope().set(topic, key, event, sequence);
        copy.takenAt = takenAt;
        return copy;
    }

    /** Keeps nothing alive; the next message is of another step, and is taken later. */
    void release() {
        if (event != this) {
            event = this;
            key = null;
            takenAt = null;
        }
    }

    @Override
    public Object event() {
        return event;
    }

    @Override
    public String topic() {
        return topic.name();
    }

    @Override
    public long sequence() {
        return sequence;
    }

    @Override
    public long missedBefore() {
        return missedBefore;
    }

    @Override
    public Instant publishedAt() {
        return takenAt == null ? Instant.now() : takenAt;
    }

    @Override
    public String toString() {
        return "Message[event=" + event + ", topic=" + topic.name() + ", sequence=" + sequence + ", missedBefore="
                + missedBefore + ", publishedAt=" + publishedAt() + "]";
    }
}
