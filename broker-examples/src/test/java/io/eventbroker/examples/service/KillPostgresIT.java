package io.eventbroker.examples.service;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The drill at its full size, on PostgreSQL, with the finished jar. In a class of its own, so in a JVM beside the other. */
class KillPostgresIT {
    @TempDir
    Path folder;

    @Test
    void afterKillsEachEffectIsThereOnceInPostgresql() throws Exception {
        try (PostgresServer server = PostgresServer.start()) {
            new KillDrill(folder, server.url()).run(KillIT.MOMENTS, 3);
        }
    }
}
