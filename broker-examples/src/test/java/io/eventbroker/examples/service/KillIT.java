package io.eventbroker.examples.service;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The drill at its full size, on both databases, with the finished jar. Needs PostgreSQL. */
class KillIT {
    private static final int MOMENTS = 20;

    @TempDir
    Path folder;

    @Test
    void afterKillsEachEffectIsThereOnceInAFile() throws Exception {
        new KillDrill(folder, RunningService.fileIn(folder)).run(MOMENTS, 2);
    }

    @Test
    void afterKillsEachEffectIsThereOnceInPostgresql() throws Exception {
        try (PostgresServer server = PostgresServer.start()) {
            new KillDrill(folder, server.url()).run(MOMENTS, 3);
        }
    }
}
