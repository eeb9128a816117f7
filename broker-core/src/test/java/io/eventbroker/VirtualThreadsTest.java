package io.eventbroker;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Thousands of virtual threads publish, subscribe, handle, read, wait for room, are interrupted, await quiescence and
 * close, where there is one carrier for all of them. Hazard: a wait that holds its carrier, for a lock, a turn or a spin,
 * until another virtual thread goes on, which it cannot. Forbidden: a standstill; a message lost, doubled or reordered.
 */
class VirtualThreadsTest {
    @TempDir
    Path dir;

    @Test
    void allGoOnWithOneCarrier() throws Exception {
        assumeTrue(Tests.HAS_VIRTUAL_THREADS, "virtual threads");
        LongRun run = LongRun.of("virtual-threads", VirtualThreadsTest.class);
        int count = LongRun.size(1_000, 10_000);
        String output = ChildJvm.run(
                dir,
                List.of(
                        "-Djdk.virtualThreadScheduler.parallelism=1",
                        "-Djdk.virtualThreadScheduler.maxPoolSize=1",
                        "-Xmx512m"),
                VirtualThreads.class,
                count,
                count);
        System.out.print(output);
        ChildJvm.addTotals(run, output);
        run.done();
    }
}
