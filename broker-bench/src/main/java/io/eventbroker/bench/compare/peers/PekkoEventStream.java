package io.eventbroker.bench.compare.peers;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.eventbroker.bench.compare.load.Contender;
import io.eventbroker.bench.compare.load.Event;
import io.eventbroker.bench.compare.load.Scenario;
import io.eventbroker.bench.compare.load.Tally;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Props;
import org.apache.pekko.actor.UntypedAbstractActor;
import org.apache.pekko.event.EventStream;
import org.apache.pekko.event.japi.LookupEventBus;

/**
 * Pekko's event stream, which goes by the class of an event: an actor for each subscriber. For topics, which it has not,
 * the event bus by names that Pekko offers to build them with.
 */
final class PekkoEventStream implements Contender {
    private static final String COMMON = "pekko { daemonic = on, jvm-shutdown-hooks = off, loglevel = OFF,"
            + " stdout-loglevel = OFF, log-dead-letters = off,"
            + " coordinated-shutdown.run-by-jvm-shutdown-hook = off }\n";

    /** How many messages an actor takes before it gives its thread to another, and from what queue. */
    static final List<Entry.Setting> SETTINGS = List.of(
            new Entry.Setting("default dispatcher", () -> new PekkoEventStream("")),
            new Entry.Setting("throughput 1,000, mailbox of one consumer", () -> new PekkoEventStream("""
                            pekko.actor.default-dispatcher.throughput = 1000
                            pekko.actor.default-mailbox.mailbox-type = \
                            "org.apache.pekko.dispatch.SingleConsumerOnlyUnboundedMailbox"
                            """)));

    private static final long PATIENCE_SECONDS = 10;

    private final String particular;
    private final ActorSystem system;
    private Consumer<Event> way = event -> {
        throw new IllegalStateException("not open");
    };

    private PekkoEventStream(String particular) {
        this.particular = particular;
        Config config = ConfigFactory.parseString(COMMON + particular).withFallback(ConfigFactory.load());
        system = ActorSystem.create("events", config);
    }

    @Override
    public void open(Scenario scenario, List<Tally> subscribers) {
        List<ActorRef> actors = subscribers.stream()
                .map(subscriber -> system.actorOf(Props.create(Receiver.class, () -> new Receiver(subscriber))))
                .toList();
        if (scenario.topics() == 1) {
            EventStream stream = system.getEventStream();
            actors.forEach(actor -> stream.subscribe(actor, Event.class));
            way = stream::publish;
        } else {
            Topics topics = new Topics(Ways.perTopic(scenario, number -> "events." + number));
            actors.forEach(topics::subscribe);
            way = topics::publish;
        }
    }

    @Override
    public Consumer<Event> publisher() {
        return way;
    }

    @Override
    public Map<String, Object> settings() {
        return Map.of("config", particular.isEmpty() ? "default" : particular);
    }

    @Override
    public void close() {
        system.terminate();
        try {
            system.getWhenTerminated().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("the actors did not end", e);
        }
    }

    /** A subscriber. */
    private static final class Receiver extends UntypedAbstractActor {
        private final Tally tally;

        private Receiver(Tally tally) {
            this.tally = tally;
        }

        @Override
        public void onReceive(Object message) {
            tally.receive((Event) message);
        }
    }

    /** Actors by names of topics. */
    private static final class Topics extends LookupEventBus<Event, ActorRef, String> {
        private final List<String> names;

        private Topics(List<String> names) {
            this.names = names;
        }

        private void subscribe(ActorRef actor) {
            names.forEach(name -> subscribe(actor, name));
        }

        @Override
        public int mapSize() {
            return 128;
        }

        @Override
        public int compareSubscribers(ActorRef one, ActorRef other) {
            return one.compareTo(other);
        }

        @Override
        public String classify(Event event) {
            return names.get(event.topic());
        }

        @Override
        public void publish(Event event, ActorRef actor) {
            actor.tell(event, ActorRef.noSender());
        }
    }
}
