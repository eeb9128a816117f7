package io.eventbroker.examples.service;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever the moment at which the service is killed: what it promised is kept. {@code KillIT} does so more often. */
@Tag("one-jdk") // it takes long
class KillTest {
    @TempDir
    Path folder;

    @Test
    void afterKillsEachEffectIsThereOnceInAFile() throws Exception {
        new KillDrill(folder, RunningService.fileIn(folder)).run(4, 1);
    }
}
