package io.eventbroker.examples.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.eventbroker.Broker;
import io.eventbroker.examples.service.Duty.Task;
import io.eventbroker.examples.service.model.ReturnEvent;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Lines about a return carry its id, whichever thread wrote them. */
class LogTest {
    private final Logger logger = (Logger) LoggerFactory.getLogger("io.eventbroker.examples.service");
    private final List<ILoggingEvent> lines = new CopyOnWriteArrayList<>();
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent line) {
            line.getMDCPropertyMap(); // taken now, from the thread that logs
            lines.add(line);
        }
    };
    private final Level level = logger.getLevel();

    @TempDir
    Path folder;

    @BeforeEach
    void listen() {
        appender.setContext(logger.getLoggerContext());
        appender.start();
        logger.addAppender(appender);
        logger.setLevel(Level.DEBUG);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(appender);
        logger.setLevel(level);
    }

    @Test
    void theIdOfTheReturnGoesAcrossTheBroker() throws Exception {
        try (RunningService running = RunningService.on(RunningService.fileIn(folder))) {
            UUID first = running.client.create();
            UUID second = running.client.create();
            running.client.awaitCompleted();

            for (UUID id : List.of(first, second)) {
                await().atMost(ServiceClient.PATIENCE)
                        .untilAsserted(() -> assertThat(messages(AuditLog.class, id))
                                .containsExactlyInAnyOrder(
                                        "ReturnCreated: 1 x T1008 of order 700014",
                                        "RefundIssued: 0.0600 to customer 20005.0",
                                        "ParcelExpected: from United Kingdom",
                                        "RestockPlanned: 1 x T1008",
                                        "CustomerNotified: to customer 20005.0",
                                        "ReturnCompleted: every department is done"));
                assertThat(messages(Desk.class, id))
                        .containsExactlyInAnyOrder(
                                "billing: RefundIssued, 0.0600 to customer 20005.0",
                                "warehouse: ParcelExpected, from United Kingdom",
                                "inventory: RestockPlanned, 1 x T1008",
                                "notifications: CustomerNotified, to customer 20005.0",
                                "completion: ReturnCompleted, every department is done");
            }
        }
    }

    @Test
    void aTaskThatFailsIsToldOnceWithTheIdOfItsReturn() throws Exception {
        UUID id = UUID.randomUUID();
        Task hopeless = new Task(id, () -> {
            throw new IllegalStateException("hopeless");
        });
        try (Broker broker = Broker.open()) {
            Desk<?> desk = new Desk<>(
                    broker, new Duty<>("desk", ReturnEvent.CREATED, created -> hopeless, atMost -> List.of(hopeless)));

            desk.catchUp();
            desk.catchUp();
        }

        assertThat(messages(Desk.class, id))
                .containsExactly("desk failed, and tries again until it succeeds:"
                        + " java.lang.IllegalStateException: hopeless");
    }

    private List<String> messages(Class<?> logger, UUID id) {
        return lines.stream()
                .filter(line -> line.getLoggerName().equals(logger.getName()))
                .filter(line -> id.toString().equals(line.getMDCPropertyMap().get(Desk.RETURN)))
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }
}
