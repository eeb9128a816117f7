package io.eventbroker;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * G4: a broker that lives long stays as it was, whatever came and went: live bytes, live objects of each class, threads,
 * and to the last entry every table the broker leads to. Hazard: a name, key, lane, subscription, waiter, thread or failure
 * of which something small stays, in a table or on a thread that lives on. Forbidden: more of anything than after a tenth
 * of the rounds.
 */
class G4_MemoryTest {
    @TempDir
    Path dir;

    @Test
    void whateverComesAndGoesLeavesAllAsItWas() throws Exception {
        LongRun run = LongRun.of("memory", G4_MemoryTest.class);
        int names = LongRun.size(50_000, 10_000_000);
        String output = ChildJvm.run(
                dir,
                List.of("-Xmx128m", "-XX:+UseSerialGC"),
                MemoryOfABroker.class,
                names,
                LongRun.isAsked() ? names / 10 : names / 50,
                Math.max(1_000, names / 500));
        System.out.print(output);
        ChildJvm.addTotals(run, output);
        run.done();
    }
}
