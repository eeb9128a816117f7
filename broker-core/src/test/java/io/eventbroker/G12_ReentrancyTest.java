package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventbroker.ReentrantDeed.Ending;
import io.eventbroker.ReentrantDeed.Kind;
import io.eventbroker.ReentrantScene.Situation;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * G12: whatever a handler asks of its broker finishes, as documented, whatever it or another handler asked before or asks
 * at the same time. Every ordered pair of all there is to ask, in one call of a handler and in those of two, while
 * everything is empty, while ring, lane or queue are full, while publishers wait for what is full, and while the broker
 * closes or is closed. Hazard: two operations that each work, but not one after the other, or not together. Forbidden: a
 * hang, an ending that the Javadoc does not name, a message of which the ledger does not know what became.
 */
@ExtendWith(LossesUnlogged.class)
class G12_ReentrancyTest {
    private static final List<ReentrantDeed> OF_ALL = Arrays.stream(ReentrantDeed.values())
            .filter(deed -> deed.kind != Kind.STEP)
            .toList();
    private static final List<ReentrantDeed> OF_MANUAL = List.of(ReentrantDeed.values());
    private static final Situation[] SITUATIONS = Situation.values();

    /** So many at a time are under watch. */
    private static final int BATCH = 25;

    private final Map<Ending, Integer> endings = new EnumMap<>(Ending.class);
    private int scenes;
    private long offered;
    private long refused;
    private long dropped;
    private long abandoned;

    /** A scene to be played. */
    private record Script(
            Situation situation,
            boolean isManual,
            boolean onPlatformThreads,
            boolean isTogether,
            List<ReentrantDeed> deeds) {
        Script {
            if (onPlatformThreads && isManual) {
                throw new IllegalArgumentException("a manual broker has no threads");
            }
        }
    }

    /** The set that runs at full size on demand: there every pair in every situation, and random triples. */
    @Test
    @Timeout(value = 2, unit = TimeUnit.HOURS) // of all; each batch is under watch
    void everyPairOfOperationsInAHandlerFinishes() throws Exception {
        LongRun run = LongRun.of("reentrancy", G12_ReentrancyTest.class);
        int rounds = LongRun.size(0, 1);
        if (rounds == 0) {
            onceEach(new Random(LongRun.seed()));
        }
        for (int round = 0; round < rounds; round++) {
            everything(new Random(LongRun.seed() + round));
        }
        run.total("operations", OF_MANUAL.size())
                .total("ordered pairs", OF_ALL.size() * OF_ALL.size())
                .total("scenes", scenes)
                .total("endings", endings)
                .total("messages offered", offered)
                .total("refused", refused)
                .total("dropped by policy", dropped)
                .total("abandoned at close", abandoned)
                .done();
    }

    /** Every pair in one of the situations, by turns. */
    private void onceEach(Random random) throws Exception {
        int first = random.nextInt(SITUATIONS.length);
        for (boolean isTogether : new boolean[] {false, true}) {
            for (boolean isManual : new boolean[] {true, false}) {
                int[] at = {first++};
                // with threads CLOSED takes a tenth of a second
                int choice = isManual ? SITUATIONS.length : SITUATIONS.length - 1;
                perform(pairs(isManual, isTogether)
                        .map(pair -> new Script(
                                SITUATIONS[at[0]++ % choice],
                                isManual,
                                !isManual && random.nextBoolean(),
                                isTogether,
                                pair)));
            }
        }
        perform(Stream.of(new Script(Situation.CLOSED, false, false, false, OF_ALL)));
    }

    /** Every pair in every situation, and as many random triples. */
    private void everything(Random random) throws Exception {
        for (Situation situation : SITUATIONS) {
            for (boolean isTogether : new boolean[] {false, true}) {
                perform(pairs(true, isTogether).map(pair -> new Script(situation, true, false, isTogether, pair)));
                perform(pairs(false, isTogether)
                        .map(pair -> new Script(situation, false, random.nextBoolean(), isTogether, pair)));
                perform(pairs(false, isTogether)
                        .map(pair -> new Script(situation, false, random.nextBoolean(), isTogether, triple(random))));
            }
        }
    }

    /** All ordered pairs; of what two handlers do together neither has to be the first, so there each pair once. */
    private static Stream<List<ReentrantDeed>> pairs(boolean isManual, boolean isTogether) {
        List<ReentrantDeed> deeds = isManual ? OF_MANUAL : OF_ALL;
        return deeds.stream()
                .flatMap(first -> deeds.stream()
                        .filter(second -> !isTogether || first.compareTo(second) <= 0)
                        .map(second -> List.of(first, second)));
    }

    private static List<ReentrantDeed> triple(Random random) {
        return IntStream.range(0, 3)
                .mapToObj(i -> OF_ALL.get(random.nextInt(OF_ALL.size())))
                .toList();
    }

    private void perform(Stream<Script> scripts) throws Exception {
        List<Script> all = scripts.toList();
        for (int from = 0; from < all.size(); from += BATCH) {
            List<Script> some = all.subList(from, Math.min(from + BATCH, all.size()));
            Script[] last = new Script[1];
            try {
                Task.underWatch(() -> {
                    for (Script script : some) {
                        last[0] = script;
                        perform(script);
                    }
                });
            } catch (AssertionError e) {
                throw new AssertionError(last[0] + ", of seed " + LongRun.seed() + ": " + e.getMessage(), e);
            }
        }
    }

    private void perform(Script script) throws Exception {
        ReentrantScene scene = new ReentrantScene(script.situation, script.isManual, script.onPlatformThreads);
        List<ReentrantDeed> deeds = script.deeds;
        int half = deeds.size() / 2;
        Map<Ending, Integer> ended = script.isTogether
                ? scene.play(deeds.subList(0, half), deeds.subList(half, deeds.size()))
                : scene.play(deeds);
        ended.forEach((ending, count) -> endings.merge(ending, count, Integer::sum));
        scenes++;
        BrokerStats stats = scene.stats();
        offered += stats.offered();
        refused += stats.refused();
        for (SubscriptionStats subscription : stats.subscriptions()) {
            dropped += subscription.dropped();
            abandoned += subscription.abandoned();
        }
        assertThat(stats.offered()).isPositive();
    }
}
