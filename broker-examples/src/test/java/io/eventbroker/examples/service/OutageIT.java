package io.eventbroker.examples.service;

import static io.eventbroker.examples.service.ServiceClient.NAPKINS;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** {@code OutageTest} with PostgreSQL, which crashes and comes back. Needs PostgreSQL. */
class OutageIT {
    @Test
    void aCrashOfTheDatabaseDelaysAndLosesNothing() throws Exception {
        try (PostgresServer server = PostgresServer.start()) {
            try (RunningService running = RunningService.on(server.url())) {
                running.client.control("billing", 100, "BACKPRESSURE");
                for (int i = 0; i < 5; i++) {
                    running.client.create();
                }

                server.stop();
                assertThat(running.client.post("/api/returns", NAPKINS).statusCode())
                        .isEqualTo(503);
                server.startAgain();
                running.client.awaitCompleted();
                running.client.create();
                running.client.awaitCompleted();
            }
            try (Tables tables = Tables.of(server.url())) {
                assertThat(tables.stored()).hasSize(6);
                tables.assertEachEffectOnce();
            }
        }
    }
}
