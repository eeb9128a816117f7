package io.eventbroker.bench.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventbroker.bench.soak.TamperedBroker.Fault;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** A broker that breaks its word is found, by the command as a whole. */
@Tag("one-jdk") // it is the harness that is tested
class SoakTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final CountDownLatch end = new CountDownLatch(1);

    private int soak(Fault fault) {
        return new CommandLine(new SoakCommand(config -> TamperedBroker.open(fault, config, end)))
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute("--messages", "60000", "--seed", "5");
    }

    @ParameterizedTest
    @CsvSource({
        "LOSES, lost:",
        "DUPLICATES, duplicated:",
        "SWAPS, reordered:",
        "HIDES_GAPS, gap:",
        "REPEATS, duplicated:",
        "MISCOUNTS, unaccounted: accepted: counted"
    })
    void aFaultIsFoundAndNamed(Fault fault, String finding) {
        int exitCode = soak(fault);

        assertThat(err.toString()).contains("VIOLATION, seed 5, generation ").contains(finding);
        assertThat(exitCode).isOne();
    }

    @Test
    void nothingIsFoundInAGoodBroker() {
        int exitCode = soak(Fault.NONE);

        assertThat(err.toString()).isEmpty();
        assertThat(exitCode).isZero();
    }

    @Test
    void aHangIsFoundAndAllThreadsAreShown() throws InterruptedException {
        Plan plan = new Plan(20_000, Duration.ofDays(1), 5, Duration.ofSeconds(5));
        Soak soak = new Soak(
                plan,
                config -> TamperedBroker.open(Fault.HANGS, config, end),
                new PrintWriter(out, true),
                new PrintWriter(err, true));
        soak.run();
        end.countDown();

        assertThat(soak.isClean()).isFalse();
        assertThat(err.toString())
                .contains("hung: nothing has happened for PT5S")
                .contains("shared publisher of 0")
                .contains("TamperedBroker.publish");
    }
}
