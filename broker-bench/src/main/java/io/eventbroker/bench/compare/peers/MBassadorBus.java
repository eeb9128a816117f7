package io.eventbroker.bench.compare.peers;

import io.eventbroker.bench.compare.load.Contender;
import io.eventbroker.bench.compare.load.Event;
import io.eventbroker.bench.compare.load.Load;
import io.eventbroker.bench.compare.load.Scenario;
import io.eventbroker.bench.compare.load.Tally;
import io.eventbroker.bench.compare.load.Threads;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import net.engio.mbassy.bus.MBassador;
import net.engio.mbassy.bus.config.BusConfiguration;
import net.engio.mbassy.bus.config.Feature;
import net.engio.mbassy.bus.config.IBusConfiguration;
import net.engio.mbassy.dispatch.ReflectiveHandlerInvocation;
import net.engio.mbassy.listener.Handler;
import net.engio.mbassy.listener.Invoke;
import net.engio.mbassy.listener.Listener;
import net.engio.mbassy.listener.References;

/**
 * MBassador: subscribers on the publisher's thread, or behind a queue with one thread. More threads, which are its
 * default, would call one subscriber several times at once and out of order. A bus for each topic; asynchronous handlers
 * of all share the executor.
 */
final class MBassadorBus implements Contender {
    /** How a subscriber's method is called. */
    static final List<Entry.Setting> SAME_THREAD = List.of(
            new Entry.Setting("by method handle", () -> new MBassadorBus(0, ByMethodHandle::new)),
            new Entry.Setting("by reflection", () -> new MBassadorBus(0, ByReflection::new)));

    /** On which side of the bus the queue is. */
    static final List<Entry.Setting> ASYNCHRONOUS = List.of(
            new Entry.Setting("publishAsync, one dispatcher", () -> new MBassadorBus(1, ByMethodHandle::new)),
            new Entry.Setting("asynchronous handlers, one thread", () -> new MBassadorBus(0, Asynchronous::new)));

    private final ExecutorService executor = Executors.newSingleThreadExecutor(Threads::daemon);
    private final int dispatchers;
    private final Function<Tally, Object> listener;

    /** The bus swallows what handlers throw. */
    private final AtomicLong errors = new AtomicLong();

    private List<MBassador<Event>> buses = List.of();

    private MBassadorBus(int dispatchers, Function<Tally, Object> listener) {
        this.dispatchers = dispatchers;
        this.listener = listener;
    }

    @Override
    public void open(Scenario scenario, List<Tally> subscribers) {
        buses = Ways.perTopic(scenario, number -> new MBassador<>(configuration()));
        for (MBassador<Event> bus : buses) {
            subscribers.forEach(subscriber -> bus.subscribe(listener.apply(subscriber)));
        }
    }

    private IBusConfiguration configuration() {
        return new BusConfiguration()
                .addPublicationErrorHandler(error -> errors.incrementAndGet())
                .addFeature(Feature.SyncPubSub.Default())
                .addFeature(new Feature.AsynchronousHandlerInvocation().setExecutor(executor))
                .addFeature(Feature.AsynchronousMessageDispatch.Default()
                        .setNumberOfMessageDispatchers(dispatchers)
                        .setMessageQueue(new LinkedBlockingQueue<>(Load.CAPACITY)));
    }

    @Override
    public Consumer<Event> publisher() {
        return Ways.byTopic(buses.stream()
                .<Consumer<Event>>map(bus -> dispatchers > 0 ? bus::publishAsync : bus::publish)
                .toList());
    }

    @Override
    public long dropped() {
        return errors.get();
    }

    @Override
    public Map<String, Object> settings() {
        return Map.of("dispatchers", dispatchers, "references", "strong");
    }

    @Override
    public void close() {
        buses.forEach(MBassador::shutdown);
        executor.shutdownNow();
    }

    /** Called by whoever has the message, the usual way. Public, as the bus wants it. */
    @Listener(references = References.Strong)
    public static final class ByMethodHandle {
        private final Tally tally;

        private ByMethodHandle(Tally tally) {
            this.tally = tally;
        }

        /** Is called. */
        @Handler
        public void on(Event event) {
            tally.receive(event);
        }
    }

    /** Called by whoever has the message, by reflection. */
    @Listener(references = References.Strong)
    public static final class ByReflection {
        private final Tally tally;

        private ByReflection(Tally tally) {
            this.tally = tally;
        }

        /** Is called. */
        @Handler(invocation = ReflectiveHandlerInvocation.class)
        public void on(Event event) {
            tally.receive(event);
        }
    }

    /** Called by the executor. */
    @Listener(references = References.Strong)
    public static final class Asynchronous {
        private final Tally tally;

        private Asynchronous(Tally tally) {
            this.tally = tally;
        }

        /** Is called. */
        @Handler(delivery = Invoke.Asynchronously)
        public void on(Event event) {
            tally.receive(event);
        }
    }
}
