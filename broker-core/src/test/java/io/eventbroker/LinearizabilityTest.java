package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The queue of every {@link Overflow}, inboxes and the stepped broker under Lincheck: small random scenarios for three
 * threads, each run many times. A model checker runs one thread after the other and switches between any two accesses
 * to shared memory; stress runs them at once. What all operations answered must be what the same operations answer
 * when they are called one after the other in some order, of a plain list (a {@code Specification}).
 *
 * <p>Forbidden: an element that is lost, given twice or out of order, a size or an end that was never true, a gap told
 * at the wrong place. The model checker assumes sequential consistency: it says nothing of a fence that is missing.
 * Scenarios and switches follow from Lincheck's own seed, which is always the same.
 */
@Tag("one-jdk") // what is checked is the same on each
class LinearizabilityTest {
    @Test
    @Timeout(value = 1, unit = TimeUnit.DAYS) // the child has a limit of its own
    void G1_G2_G5_eachHistoryIsOneThatAPlainListCouldHave(@TempDir Path dir) throws Exception {
        LongRun run = LongRun.of("lincheck", LinearizabilityTest.class);
        int scenarios = LongRun.size(1, 20);
        int checked = LongRun.isAsked() ? 150 : 20;
        int stressed = LongRun.isAsked() ? 10_000 : 300;
        // what Lincheck makes of the bytecode takes C2 longer to compile than to run
        List<String> options = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
        String output =
                ChildJvm.run(ChildJvm.limit(20), dir, options, LinearHistories.class, scenarios, checked, stressed);

        for (LinearHistories.Structure structure : LinearHistories.Structure.values()) {
            for (String strategy : List.of("model checking", "stress")) {
                assertThat(output).contains("total " + structure + ", " + strategy + ", scenarios: " + scenarios);
            }
        }
        ChildJvm.addTotals(run, output);
        run.total("histories that cannot be explained", 0).done();
    }
}
