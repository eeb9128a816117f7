package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Every thread there is, the broker's included, is interrupted at random while all of them work on small rings:
 * publishers with and without lanes, handlers that publish and that do not, readers of every kind, those who come and go,
 * who wait for quiescence, who close.
 *
 * <p>Hazard: an interrupt ends a wait, skips an event, takes a signal with it, or kills a thread. Forbidden: that an
 * event which was accepted is not received exactly once by each subscription that loses nothing, and in order; that one
 * which was refused is received; that somebody waits for ever; that somebody loses his interrupt status, or gets one
 * that was not meant for him, such as that of the event before.
 *
 * <p>Most are interrupted only inside a call, so that the test knows for what; the broker's thread, and the workers of one
 * subscription, at any moment. An interrupt is counted if its thread had none pending.
 */
@ExtendWith(LossesUnlogged.class)
class G1_InterruptStormTest {
    private static final int INTERRUPTS_EACH = 500;

    @Test
    void nothingIsLostDoubledOrReordered() throws Exception {
        LongRun run = LongRun.of("interrupts", G1_InterruptStormTest.class);
        int interrupts = LongRun.size(10_000, 200_000);
        Tally tally = new Tally();
        for (long storm = LongRun.seed(); tally.count("interrupts") < interrupts; storm++) {
            try {
                new InterruptStorm(storm, tally).blow(INTERRUPTS_EACH, storm % 4 < 2);
            } catch (Throwable e) {
                throw new AssertionError("-Dseed=" + storm + " -Dsize=1: " + e.getMessage(), e);
            }
        }
        assertThat(tally.count("interrupts of the broker's thread")).isPositive();
        assertThat(tally.count("interrupts of handlers")).isPositive();
        tally.tell(run);
        run.done();
    }
}
