package io.eventbroker.bench.compare.peers;

import io.eventbroker.bench.compare.load.Contender;
import io.eventbroker.bench.compare.load.Event;
import io.eventbroker.bench.compare.load.Load;
import io.eventbroker.bench.compare.load.Scenario;
import io.eventbroker.bench.compare.load.Tally;
import io.eventbroker.bench.lab.JvmMeters;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.MessageCodec;
import io.vertx.core.eventbus.MessageConsumerOptions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The event bus of Vert.x, in one process: a verticle for each subscriber, an address for each topic. */
final class VertxEventBus implements Contender {
    /** On what threads a verticle's handlers are called. */
    static final List<Entry.Setting> SETTINGS = Stream.of(
                    new Entry.Setting("event loop", () -> new VertxEventBus(ThreadingModel.EVENT_LOOP)),
                    new Entry.Setting("worker", () -> new VertxEventBus(ThreadingModel.WORKER)),
                    new Entry.Setting("virtual threads", () -> new VertxEventBus(ThreadingModel.VIRTUAL_THREAD)))
            .limit(JvmMeters.hasVirtualThreads() ? 3 : 2)
            .toList();

    private static final long PATIENCE_SECONDS = 10;

    private final ThreadingModel model;
    private final Vertx vertx = Vertx.vertx();
    private final EventBus bus = vertx.eventBus();
    private final DeliveryOptions local = new DeliveryOptions().setLocalOnly(true);
    private List<String> addresses = List.of();

    private VertxEventBus(ThreadingModel model) {
        this.model = model;
        bus.registerDefaultCodec(Event.class, new AsItIs());
    }

    @Override
    public void open(Scenario scenario, List<Tally> subscribers)
            throws InterruptedException, ExecutionException, TimeoutException {
        addresses = Ways.perTopic(scenario, number -> "events." + number);
        DeploymentOptions options = new DeploymentOptions().setThreadingModel(model);
        for (Tally subscriber : subscribers) {
            await(vertx.deployVerticle(
                    context -> {
                        addresses.forEach(address -> consume(address, subscriber));
                        return Future.succeededFuture();
                    },
                    options));
        }
    }

    private void consume(String address, Tally subscriber) {
        MessageConsumerOptions options = new MessageConsumerOptions()
                .setAddress(address)
                .setLocalOnly(true)
                .setMaxBufferedMessages(Load.CAPACITY);
        bus.<Event>consumer(options, message -> subscriber.receive(message.body()));
    }

    private static void await(Future<?> future) throws InterruptedException, ExecutionException, TimeoutException {
        future.toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public Consumer<Event> publisher() {
        return Ways.byTopic(addresses.stream()
                .<Consumer<Event>>map(address -> event -> bus.publish(address, event, local))
                .toList());
    }

    @Override
    public Map<String, Object> settings() {
        return Map.of("threadingModel", model.name(), "delivery", "local, events as they are");
    }

    @Override
    public void close() {
        try {
            await(vertx.close());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("Vert.x did not end", e);
        }
    }

    /** Hands events over without a copy. */
    private static final class AsItIs implements MessageCodec<Event, Event> {
        @Override
        public void encodeToWire(Buffer buffer, Event event) {
            throw new UnsupportedOperationException("for one process only");
        }

        @Override
        public Event decodeFromWire(int position, Buffer buffer) {
            throw new UnsupportedOperationException("for one process only");
        }

        @Override
        public Event transform(Event event) {
            return event;
        }

        @Override
        public String name() {
            return "as it is";
        }

        @Override
        public byte systemCodecID() {
            return -1;
        }
    }
}
