package io.eventbroker;

import static io.eventbroker.Tests.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.eventbroker.BrokerEvent.DropsBegan;
import io.eventbroker.BrokerEvent.DropsEnded;
import io.eventbroker.BrokerEvent.HandlerFailed;
import io.eventbroker.BrokerEvent.Unrouted;
import io.eventbroker.BrokerStats.State;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** G11: what the broker thread tells, it neither compares, hashes nor prints, nor does it log; events and causes are traps. */
class G11_BrokerEventsTest {
    private static final String NAME = "eleventh-of-events";

    /** Where user code ran: what ran, and the names of the threads. */
    private static final Map<String, Set<String>> RAN = new ConcurrentHashMap<>();

    private static void ran(String what) {
        RAN.computeIfAbsent(what, w -> ConcurrentHashMap.newKeySet())
                .add(Thread.currentThread().getName());
    }

    private static final class Trap {
        @Override
        public boolean equals(Object other) {
            ran("equals");
            return this == other;
        }

        @Override
        public int hashCode() {
            ran("hashCode");
            return 1;
        }

        @Override
        public String toString() {
            ran("toString");
            return "trap";
        }
    }

    private static final class TrapException extends Exception {
        private static final long serialVersionUID = 1L;

        @Override
        public boolean equals(Object other) {
            ran("equals of a cause");
            return this == other;
        }

        @Override
        public int hashCode() {
            ran("hashCode of a cause");
            return 1;
        }

        @Override
        public String toString() {
            ran("toString of a cause");
            return "trap";
        }

        @Override
        public String getMessage() {
            ran("message of a cause");
            return "trap";
        }

        @Override
        public synchronized Throwable getCause() {
            ran("cause of a cause");
            return null;
        }
    }

    private static final Topic<Trap> TRAPS = Topic.of("traps", Trap.class);
    private static final Topic<Trap> NOBODYS = Topic.of("nobody's", Trap.class);

    private final LogLines log = new LogLines(NAME);

    @AfterEach
    void detach() {
        log.close();
    }

    @Test
    void failuresUnroutedEventsAndDropsRunNothingOfTheUser() throws Exception {
        RAN.clear();
        log.add(new ListAppender<>() {
            @Override
            protected void append(ILoggingEvent event) {
                ran("appender");
            }
        });
        List<BrokerEvent> told = new CopyOnWriteArrayList<>();
        Inbox<BrokerEvent> inbox;
        try (Broker broker = Broker.open(BrokerConfig.defaults().withName(NAME).withDefaultCapacity(2_000));
                Gate gate = new Gate()) {
            inbox = broker.inbox(BrokerEvent.TOPIC);
            broker.subscribe(BrokerEvent.TOPIC, event -> {
                ran("handler of broker events");
                told.add(event);
            });
            broker.subscription(BrokerEvent.TOPIC).capacity(1).onEvent(event -> {
                ran("failing handler of broker events");
                throw new TrapException();
            });
            broker.subscription(TRAPS).concurrency(3).onEvent(trap -> {
                ran("failing handler");
                throw new TrapException();
            });
            broker.subscription(TRAPS).capacity(2).onEvent(trap -> {
                ran("slow handler");
                gate.hold();
            });
            Inbox<Trap> full = broker.subscription(TRAPS).capacity(2).inbox();
            for (int i = 0; i < 300; i++) {
                broker.publish(TRAPS, new Trap());
                broker.publish(NOBODYS, new Trap());
            }
            Tests.awaitTrue("routed", () -> broker.stats().accepted() == 600);
            gate.open();
            Tests.awaitQuiet(broker);
            full.unsubscribe();
            assertThat(broker.close(PATIENCE).state()).isEqualTo(State.CLOSED);
        }
        assertThat(told).filteredOn(event -> event instanceof HandlerFailed).hasSize(300);
        assertThat(told).filteredOn(event -> event instanceof Unrouted).hasSize(300);
        assertThat(told).hasAtLeastOneElementOfType(DropsBegan.class).hasAtLeastOneElementOfType(DropsEnded.class);
        assertThat(inbox.stats().queued()).isEqualTo(told.size() + 1);
        assertThat(RAN.keySet())
                .contains("appender", "failing handler", "handler of broker events", "failing handler of broker events")
                .as("of an event, by anybody")
                .doesNotContain("equals", "hashCode", "toString");
        RAN.forEach((what, threads) ->
                assertThat(threads).as("threads that ran: %s", what).doesNotContain(NAME));
    }
}
