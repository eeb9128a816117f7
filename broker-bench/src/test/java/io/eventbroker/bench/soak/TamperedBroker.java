package io.eventbroker.bench.soak;

import io.eventbroker.Broker;
import io.eventbroker.BrokerConfig;
import io.eventbroker.BrokerStats;
import io.eventbroker.Handler;
import io.eventbroker.Message;
import io.eventbroker.SubscriptionBuilder;
import io.eventbroker.Topic;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.CountDownLatch;

/** Brokers with a fault, made of a good one: what passes through them is changed on its way. */
final class TamperedBroker {
    private static final int SOURCE = 0;
    private static final int ONE_IN = 1_000;

    enum Fault {
        NONE,
        /** An event of which the publisher is told that it was accepted. */
        LOSES,
        DUPLICATES,
        SWAPS,
        HIDES_GAPS,
        /** A handler is called with what a handler was called with before. */
        REPEATS,
        MISCOUNTS,
        HANGS
    }

    private final Fault fault;

    /** Only for the one publisher whose events are tampered with. */
    private Item held = Item.of(SOURCE, 0);

    private final CountDownLatch end;

    private TamperedBroker(Fault fault, CountDownLatch end) {
        this.fault = fault;
        this.end = end;
    }

    /** Opens one; if it hangs, until the latch is released. */
    static Broker open(Fault fault, BrokerConfig config, CountDownLatch end) {
        TamperedBroker tampered = new TamperedBroker(fault, end);
        Broker broker = Broker.open(config);
        return proxy(Broker.class, (self, method, arguments) -> switch (method.getName()) {
            case "publish" -> tampered.publish(broker, method, arguments);
            case "subscription" -> tampered.builder(call(broker, method, arguments));
            case "close", "stats" -> tampered.stats(call(broker, method, arguments));
            default -> call(broker, method, arguments);
        });
    }

    private Object publish(Broker broker, Method method, Object[] arguments) throws Throwable {
        Item item = (Item) arguments[1];
        if (item.source() != SOURCE || item.number() == 0) {
            return call(broker, method, arguments);
        }
        boolean isNow = item.number() % ONE_IN == 0;
        if (fault == Fault.SWAPS) {
            @SuppressWarnings("unchecked")
            Topic<Item> topic = (Topic<Item>) arguments[0];
            if (isNow) {
                held = item;
                return null;
            }
            call(broker, method, arguments);
            if (held.number() > 0) {
                broker.publish(topic, held);
                held = Item.of(SOURCE, 0);
            }
            return null;
        }
        if (fault == Fault.HANGS && isNow) {
            end.await();
        }
        if (fault == Fault.DUPLICATES && isNow) {
            call(broker, method, arguments);
        }
        return fault == Fault.LOSES && isNow ? null : call(broker, method, arguments);
    }

    private Object builder(Object builder) {
        return proxy(SubscriptionBuilder.class, (self, method, arguments) -> {
            if (method.getName().equals("onMessage") && fault == Fault.HIDES_GAPS) {
                arguments[0] = hidingGaps(arguments[0]);
            } else if (method.getName().equals("onEvent") && fault == Fault.REPEATS) {
                arguments[0] = repeating(arguments[0]);
            }
            Object result = call(builder, method, arguments);
            return result instanceof SubscriptionBuilder<?> ? builder(result) : result;
        });
    }

    private static Handler<Message<Item>> hidingGaps(Object handler) {
        @SuppressWarnings("unchecked")
        Handler<Message<Item>> original = (Handler<Message<Item>>) handler;
        return message -> original.handle(new Told.Said(message.event(), message.topic(), message.sequence(), 0));
    }

    private static Handler<Object> repeating(Object handler) {
        @SuppressWarnings("unchecked")
        Handler<Object> original = (Handler<Object>) handler;
        return event -> {
            original.handle(event);
            if (event instanceof Item item && item.number() % ONE_IN == 0) {
                original.handle(event);
            }
        };
    }

    private Object stats(Object result) {
        return fault == Fault.MISCOUNTS && result instanceof BrokerStats stats
                ? new Told.OfBroker(stats, accepted -> accepted + 1)
                : result;
    }

    private static Object call(Object target, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
