package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Close against everything: publishing through the ring and through lanes, subscribing, unsubscribing, reading, waiting
 * for quiescence, other closers, closers in handlers, interrupted ones, with every policy and any time to do it.
 *
 * <p>Hazard: a message or a caller falls between the phases of a close. Forbidden: a call that does not return, or in a
 * way that is not documented; a publish that begins after a close returned and is not refused; a message that was
 * accepted and is not accounted for, received twice or out of order, or that was refused and is received; with closers
 * that have time, one that is lost other than by policy; a gap that was not told.
 *
 * <p>A round follows from its seed, as far as what is done is concerned: {@code -Dseed=S -Dsize=1} repeats it. Rounds are
 * run by a few crews at once, since a round mostly waits.
 */
@ExtendWith(LossesUnlogged.class)
class G7_CloseRacesTest {
    private static final int CREWS = 3;
    private static final int CREW_SIZE = 6;

    /** Ten thousand in CI; most where workers may be on virtual threads, since there are more ways to go wrong. */
    private static final int USUAL = Tests.HAS_VIRTUAL_THREADS ? 7_500 : 2_500;

    @Test
    @Timeout(value = 2, unit = TimeUnit.HOURS) // of all rounds; each has a limit of its own
    void everyCallEndsAndEveryMessageIsAccountedFor() throws Exception {
        LongRun run = LongRun.of("close", G7_CloseRacesTest.class);
        int rounds = LongRun.size(USUAL, 100_000);
        Tally tally = new Tally();
        AtomicInteger next = new AtomicInteger();
        List<Task<Boolean>> crews = new ArrayList<>();
        for (int c = 0; c < CREWS; c++) {
            String name = "crew " + c;
            crews.add(Task.run(name, () -> {
                try (Crew crew = new Crew(name, CREW_SIZE)) {
                    for (int i = next.getAndIncrement(); i < rounds; i = next.getAndIncrement()) {
                        round(LongRun.seed() + i, crew, tally);
                    }
                } finally {
                    next.set(rounds); // if one has failed, all end
                }
            }));
        }
        for (Task<Boolean> crew : crews) {
            crew.join();
        }
        assertThat(tally.count("rounds")).isEqualTo(rounds);
        tally.tell(run);
        run.done();
    }

    private static void round(long seed, Crew crew, Tally tally) {
        try {
            CloseRound round = new CloseRound(seed, tally);
            crew.together(round.jobs(crew));
            round.verify();
        } catch (Throwable e) {
            throw new AssertionError("-Dseed=" + seed + " -Dsize=1: " + e.getMessage(), e);
        }
    }
}
