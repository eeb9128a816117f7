package io.eventbroker.bench.compare;

import io.eventbroker.Broker;
import io.eventbroker.BrokerConfig;
import io.eventbroker.Subscription;
import io.eventbroker.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/** The broker with its default settings: push subscriptions, and one of its two ways in. */
final class BrokerContender implements Contender {
    private static final Topic<Event> EVENTS = Topic.of("events", Event.class);

    private final BrokerConfig config = BrokerConfig.defaults();
    private final Broker broker = Broker.open(config);
    private final List<Subscription> subscriptions = new ArrayList<>();
    private final Function<Broker, Consumer<Event>> way;

    private BrokerContender(Function<Broker, Consumer<Event>> way) {
        this.way = way;
    }

    /** Through the ring that all publishers share. */
    static BrokerContender shared() {
        return new BrokerContender(broker -> event -> broker.publish(EVENTS, event));
    }

    /** Through a lane for each publisher. */
    static BrokerContender lane() {
        return new BrokerContender(broker -> broker.lane(EVENTS)::publish);
    }

    @Override
    public void open(List<Tally> subscribers) {
        for (Tally subscriber : subscribers) {
            subscriptions.add(
                    broker.subscription(EVENTS).capacity(Load.CAPACITY).onEvent(subscriber::receive));
        }
    }

    @Override
    public Consumer<Event> publisher() {
        return way.apply(broker);
    }

    @Override
    public long dropped() {
        return subscriptions.stream()
                .mapToLong(subscription -> subscription.stats().dropped())
                .sum();
    }

    @Override
    public Map<String, Object> settings() {
        return Map.of("config", config.toString(), "subscriptions", "push", "overflow", "DROP_NEWEST");
    }

    @Override
    public void close() {
        broker.close();
    }
}
