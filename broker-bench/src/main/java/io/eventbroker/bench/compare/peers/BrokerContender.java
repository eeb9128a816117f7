package io.eventbroker.bench.compare.peers;

import io.eventbroker.Broker;
import io.eventbroker.BrokerConfig;
import io.eventbroker.Lane;
import io.eventbroker.Subscription;
import io.eventbroker.SubscriptionBuilder;
import io.eventbroker.Topic;
import io.eventbroker.TopicPattern;
import io.eventbroker.WaitMode;
import io.eventbroker.bench.compare.load.Contender;
import io.eventbroker.bench.compare.load.Event;
import io.eventbroker.bench.compare.load.Load;
import io.eventbroker.bench.compare.load.Scenario;
import io.eventbroker.bench.compare.load.Tally;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The broker: push subscriptions, and one of its ways in. A subscriber of several topics has one subscription, by a
 * pattern.
 */
final class BrokerContender implements Contender {
    private static final Topic<Event> EVENTS = Topic.of("events", Event.class);
    private static final String EACH = "events.";

    /** A divisor of what a publisher publishes between two looks at the counts, so that none waits in a batch. */
    private static final int BATCH = 64;

    private final BrokerConfig config;
    private final Broker broker;
    private final Way way;
    private final List<Subscription> subscriptions = new ArrayList<>();
    private List<Topic<Event>> topics = List.of();

    /** How a publisher publishes to a topic. */
    @FunctionalInterface
    private interface Way {
        Consumer<Event> to(Broker broker, Topic<Event> topic);
    }

    private BrokerContender(BrokerConfig config, Way way) {
        this.config = config;
        this.way = way;
        broker = Broker.open(config);
    }

    /** Through the ring that all publishers share. */
    static BrokerContender shared() {
        return new BrokerContender(BrokerConfig.defaults(), (broker, topic) -> event -> broker.publish(topic, event));
    }

    /** Through a lane for each publisher, and each of its topics. */
    static BrokerContender lane() {
        return new BrokerContender(BrokerConfig.defaults(), (broker, topic) -> broker.lane(topic)::publish);
    }

    /** Like {@link #lane}, with a broker thread that never parks. */
    static BrokerContender spinningLane() {
        return new BrokerContender(
                BrokerConfig.defaults().withWaitMode(WaitMode.SPIN), (broker, topic) -> broker.lane(topic)::publish);
    }

    /** Like {@link #lane}, {@value #BATCH} events at a time. */
    static BrokerContender batches() {
        return new BrokerContender(BrokerConfig.defaults(), (broker, topic) -> inBatches(broker.lane(topic)));
    }

    private static Consumer<Event> inBatches(Lane<Event> lane) {
        List<Event> batch = new ArrayList<>(BATCH);
        return event -> {
            batch.add(event);
            if (batch.size() == BATCH) {
                if (lane.publishAll(batch) < BATCH) {
                    throw new IllegalStateException("not all of a batch were accepted");
                }
                batch.clear();
            }
        };
    }

    @Override
    public void open(Scenario scenario, List<Tally> subscribers) {
        topics = scenario.topics() == 1
                ? List.of(EVENTS)
                : Ways.perTopic(scenario, number -> Topic.of(EACH + number, Event.class));
        for (Tally subscriber : subscribers) {
            SubscriptionBuilder<Event> builder =
                    broker.subscription(scenario.topics() == 1 ? EVENTS : TopicPattern.of(EACH + "*", Event.class));
            subscriptions.add(builder.capacity(Load.CAPACITY).onEvent(subscriber::receive));
        }
    }

    @Override
    public Consumer<Event> publisher() {
        return Ways.byTopic(topics.stream().map(topic -> way.to(broker, topic)).toList());
    }

    @Override
    public long dropped() {
        return subscriptions.stream()
                .mapToLong(subscription -> subscription.stats().dropped())
                .sum();
    }

    @Override
    public Map<String, Object> settings() {
        return Map.of(
                "config",
                config.toString(),
                "subscriptions",
                topics.size() > 1 ? "push, by a pattern" : "push",
                "overflow",
                "DROP_NEWEST");
    }

    @Override
    public void close() {
        broker.close();
    }
}
