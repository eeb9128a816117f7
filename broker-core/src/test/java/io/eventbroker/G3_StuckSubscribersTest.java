package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventbroker.StuckRound.How;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * One subscriber is stuck, in each way and with each policy, among others that are not.
 *
 * <p>Hazard: what waits for the stuck one holds up the broker, its neighbours, or the close. Forbidden: a neighbour that
 * does not get everything, a publisher of something else that waits, a close that does not return while the handler is
 * stuck, or before its deadline, or does not name it, or names another; a message of the stuck one's that is not
 * accounted for, before its handler ends and after.
 *
 * <p>How long a close took beyond its deadline is told, not judged: that depends on the machine.
 */
@ExtendWith(LossesUnlogged.class)
class G3_StuckSubscribersTest {
    private static final int AT_ONCE = 4;

    @Test
    void theOthersGetAllAndCloseKeepsItsDeadlineAndNamesTheStuckOne() throws Exception {
        LongRun run = LongRun.of("stuck", G3_StuckSubscribersTest.class);
        How[] ways = How.values();
        Overflow[] policies = Overflow.values();
        int rounds = LongRun.size(2 * ways.length * policies.length, 5_000);
        int mostGood = LongRun.isAsked() ? 64 : 8;
        Tally tally = new Tally();
        AtomicInteger next = new AtomicInteger();
        List<Task<Boolean>> tasks = new ArrayList<>();
        for (int t = 0; t < AT_ONCE; t++) {
            tasks.add(Task.run("rounds", () -> {
                try {
                    for (int i = next.getAndIncrement(); i < rounds; i = next.getAndIncrement()) {
                        long seed = LongRun.seed() + i;
                        int way = (int) Math.floorMod(seed, (long) ways.length * policies.length);
                        How how = ways[way % ways.length];
                        Overflow policy = policies[way / ways.length];
                        int good = 1 + (int) Math.floorMod(seed * 7, (long) mostGood);
                        round(seed, how, policy, good, tally);
                    }
                } finally {
                    next.set(rounds); // if one has failed, all end
                }
            }));
        }
        for (Task<Boolean> task : tasks) {
            task.join();
        }
        assertThat(tally.count("rounds")).isEqualTo(rounds);
        tally.tell(run);
        run.done();
    }

    private static void round(long seed, How how, Overflow policy, int good, Tally tally) {
        try {
            new StuckRound(seed, how, policy, good, tally).run();
        } catch (Throwable e) {
            String what = how + " " + policy + " among " + good;
            throw new AssertionError("-Dseed=" + seed + " -Dsize=1, " + what + ": " + e.getMessage(), e);
        }
    }
}
