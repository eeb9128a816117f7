package io.eventbroker.bench.scale;

import io.eventbroker.Broker;
import io.eventbroker.TopicPattern;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/** A broker whose messages all go to the same push subscriptions, or to nobody. */
final class PushSubject implements Subject {
    final Broker broker = Broker.open();
    private final List<LongConsumer> ways = new ArrayList<>();
    private final List<Receipts> subscribers = new ArrayList<>();

    /** Subscribes another, to everything that will be published. */
    PushSubject with(TopicPattern<Event> pattern) {
        Receipts receipts = new Receipts();
        broker.subscription(pattern).capacity(Flow.IN_FLIGHT).onEvent(receipts::receive);
        subscribers.add(receipts);
        return this;
    }

    /** Adds a publisher. */
    PushSubject with(LongConsumer way) {
        ways.add(way);
        return this;
    }

    @Override
    public List<LongConsumer> ways() {
        return List.copyOf(ways);
    }

    /** Without subscribers a message has come to everybody when it was routed. */
    @Override
    public long arrived() {
        if (subscribers.isEmpty()) {
            return broker.stats().unrouted();
        }
        long least = Long.MAX_VALUE;
        for (Receipts subscriber : subscribers) {
            least = Math.min(least, subscriber.count());
        }
        return least;
    }

    @Override
    public boolean isExact(long count, long sum) {
        return subscribers.stream().allMatch(subscriber -> subscriber.count() == count && subscriber.sum() == sum)
                && (!subscribers.isEmpty() || broker.stats().unrouted() == count);
    }

    @Override
    public void close() {
        broker.close();
    }
}
