package io.eventbroker.bench.compare.load;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Something that carries events from publishers to subscribers. Used once: opened, published to, closed. Each of its
 * queues holds {@link Load#CAPACITY} events or more, so that under this load none is ever full.
 */
public interface Contender extends AutoCloseable {
    /**
     * Subscribes. What is published after the return, to whichever of the scenario's topics, reaches every subscriber.
     *
     * @param subscribers each to be called for every event, for those of one {@linkplain Event#stream() stream} by one
     *     thread at a time
     * @throws Exception if it cannot be opened
     */
    void open(Scenario scenario, List<Tally> subscribers) throws Exception;

    /**
     * A way in, for the calling thread alone: it asks once, before it publishes its first event.
     *
     * @return what publishes an event, to the topic that it names
     */
    Consumer<Event> publisher();

    /**
     * How many events were dropped, as counted by the contender itself.
     *
     * @return the sum over all subscribers
     */
    default long dropped() {
        return 0;
    }

    /**
     * What is particular to it, for the report.
     *
     * @return the settings by name
     */
    Map<String, Object> settings();

    /** Ends its threads. */
    @Override
    void close();
}
