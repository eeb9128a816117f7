package io.eventbroker.bench.compare;

import com.google.common.eventbus.AllowConcurrentEvents;
import com.google.common.eventbus.EventBus;
import com.google.common.eventbus.Subscribe;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Guava's {@link EventBus}, which calls the subscribers on the publisher's thread: it has no queue between threads, so that a slow subscriber is a slow publisher.
 */
final class GuavaEventBus implements Contender {
    private final EventBus bus = new EventBus("events");

    @Override
    public void open(List<Tally> subscribers) {
        for (Tally subscriber : subscribers) {
            bus.register(new Listener(subscriber));
        }
    }

    @Override
    public Consumer<Event> publisher() {
        return bus::post;
    }

    @Override
    public Map<String, Object> settings() {
        return Map.of("delivery", "on the publisher's thread", "concurrentEvents", "allowed");
    }

    @Override
    public void close() {}

    private record Listener(Tally tally) {
        /** Called by two publishers at a time if need be, which a tally allows: Guava would else lock around it. */
        @Subscribe
        @AllowConcurrentEvents
        public void on(Event event) {
            tally.receive(event);
        }
    }
}
