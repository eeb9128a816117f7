package io.eventbroker.examples.service;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The drill at its full size, on H2, with the finished jar. */
class KillIT {
    static final int MOMENTS = Integer.getInteger("kills", 20);

    @TempDir
    Path folder;

    @Test
    void afterKillsEachEffectIsThereOnceInAFile() throws Exception {
        new KillDrill(folder, RunningService.fileIn(folder)).run(MOMENTS, 2);
    }
}
