package io.eventbroker.examples.service;

import static io.eventbroker.examples.service.ServiceClient.NAPKINS;
import static io.eventbroker.examples.service.ServiceClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.h2.tools.Server;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** While the database cannot be reached, nothing is taken in, and nothing of what was taken in is lost. */
@Tag("slow")
class OutageTest {
    @TempDir
    Path folder;

    @Test
    void anOutageOfTheDatabaseDelaysAndLosesNothing() throws Exception {
        Server server = start("0");
        String port = String.valueOf(server.getPort());
        String file = folder.resolve("returns").toAbsolutePath().toString();
        try (RunningService running = RunningService.on("jdbc:h2:tcp://127.0.0.1:" + port + "/" + file)) {
            running.client.control("billing", 100, "BACKPRESSURE");
            for (int i = 0; i < 5; i++) {
                running.client.create();
            }

            server.stop();
            HttpResponse<String> refused = running.client.post("/api/returns", NAPKINS);
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(json(refused).get("detail").asText()).contains("database");
            assertThat(running.client.stats().get("returns").isNull()).isTrue();

            server = start(port);
            running.client.awaitCompleted();
            running.client.create();
            running.client.awaitCompleted();
        } finally {
            server.stop();
        }
        try (Tables tables = Tables.of("jdbc:h2:file:" + file)) {
            assertThat(tables.stored()).hasSize(6);
            tables.assertEachEffectOnce();
        }
    }

    private static Server start(String port) throws Exception {
        return Server.createTcpServer("-tcpPort", port, "-ifNotExists").start();
    }
}
