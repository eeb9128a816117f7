package io.eventbroker;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * G7: of a broker that has ended, or could not begin, nothing is left. Hazard: a thread that nobody ends, because what
 * would have ended it failed half-way; a thread-local, a registration or a thread of the JVM's that leads back to a class
 * of the broker's, and by it to the class loader of an application that was undeployed. Forbidden: a thread, a worker, a
 * lane or a broker that is live, and a class loader that is not collected.
 */
class G7_NothingIsLeftTest {
    @TempDir
    Path dir;

    @Test
    void neitherThreadsNorBrokersNorClassLoaders() throws Exception {
        LongRun run = LongRun.of("leaks", G7_NothingIsLeftTest.class);
        int brokers = LongRun.size(180, 10_000);
        String output = ChildJvm.run(
                dir,
                List.of("-Xmx128m", "-XX:+UseSerialGC", "-Dslf4j.internal.verbosity=ERROR"),
                LivesOfBrokers.class,
                dir,
                brokers,
                Math.max(24, brokers / 100));
        System.out.print(output);
        ChildJvm.addTotals(run, output);
        run.done();
    }
}
