package io.eventbroker;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A message with what there is to know of it; made only where somebody needs to know more than the event.
 *
 * @param number its place among the messages meant for the queue it is in, 0 where it is in none or one that conflates
 * @param missedBefore what its consumer is told; in a queue that conflates kept with it, in others made of the numbers
 */
record Envelope(
        TopicDefinition source,
        @Nullable Object key,
        Object event,
        long sequence,
        Instant publishedAt,
        long number,
        long missedBefore)
        implements Message<Object> {
    @Override
    public String topic() {
        return source.name();
    }

    /** This message with others of these; the same if they are no others. */
    Envelope with(long number, long missedBefore) {
        return number == this.number && missedBefore == this.missedBefore
                ? this
                : new Envelope(source, key, event, sequence, publishedAt, number, missedBefore);
    }
}
