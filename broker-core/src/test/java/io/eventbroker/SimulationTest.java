package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random publishers, subscribers, readers and closers on a manual broker, against the {@link ReferenceModel}.
 *
 * <p>Seeds of every build are 1,000, with {@code -Dlong} 1,000,000 (see {@link LongRun}); {@code -Dsimulation.seed=S} runs
 * that one only, and prints what happens in it.
 *
 * <p>Faults, apart from what users may do at any time (closing, interrupting, unsubscribing, misuse, in handlers too):
 * the loop dies at one of its steps, of an exception, an error or for want of memory; handlers fail by all kinds of
 * throwables, or hang; key functions, collections, sinks and appenders fail; the clock jumps and overflows; whoever waits
 * is woken for nothing. A manual broker starts no threads, so that those fail is for others to try.
 */
class SimulationTest {
    private static final int SEEDS_PER_LINE = 50_000;

    private static SimulationLog log;

    /** Where the seeds together must go; a simulation that never gets there proves nothing. */
    private static final List<String> CORNERS = List.of(
            "abandoned by close",
            "abandoned by unsubscribe",
            "appender failed",
            "backpressure ended",
            "bad key",
            "called interrupted",
            "clock jumped",
            "clock overflows",
            "close by a handler",
            "close with time",
            "close without time",
            "closed after a handler closed",
            "collection failed",
            "concurrent handler calls",
            "conflated",
            "died at BEGIN_CLOSING",
            "died at CANCEL",
            "died at CLOSE_RINGS",
            "died at COMMAND",
            "died at END",
            "died at FLUSH",
            "died at ROUTE",
            "died at SEAL",
            "died at SEAL_EVENTS",
            "died of Death",
            "died of IllegalStateException",
            "died of OutOfMemoryError",
            "died of StackOverflowError",
            "discarded",
            "disconnected",
            "disconnected of the broker's",
            "dropped",
            "dropped at capacity 1",
            "dropped oldest",
            "failed",
            "failed by AssertionError",
            "failed by BrokerClosedException",
            "failed by CancellationException",
            "failed by Deliberate",
            "failed by IllegalStateException",
            "failed by InterruptedException",
            "failed by NoClassDefFoundError",
            "failed by OutOfMemoryError",
            "failed by StackOverflowError",
            "failed by Throwable",
            "forgotten",
            "given up",
            "hopeless take",
            "hung",
            "interrupted at the deadline",
            "iterated to the end",
            "key function failed by BadKey",
            "key function failed by OutOfMemoryError",
            "lane ACCEPTED",
            "lane CANCELLED",
            "lane CLOSED",
            "lane CYCLE",
            "lane FOREVER",
            "lane FULL",
            "lane closed by another",
            "lane closed by its owner",
            "lane in a handler",
            "lane misused, ANOTHER",
            "lane misused, closed",
            "lane refused, closed",
            "lane refused, in use",
            "lane waited",
            "message after a gap",
            "missed at end",
            "nested handler",
            "poll timed out",
            "publish ACCEPTED",
            "publish CANCELLED",
            "publish CLASH",
            "publish CLOSED",
            "publish CYCLE",
            "publish FOREVER",
            "publish FULL",
            "publish waited",
            "publishAll cut short",
            "published all, waiting",
            "quiescence asked: false",
            "quiescence asked: true",
            "quiescence awaited",
            "read interrupted",
            "read to the disconnection",
            "read to the end",
            "read to the failure",
            "replayed",
            "selected",
            "selected to the end",
            "sink failed",
            "subscribe refused, closed",
            "subscribe refused, in use",
            "subscribe refused, senseless",
            "subscribed in order of keys",
            "subscribed to a pattern",
            "timed poll nested in a handler",
            "told DropsEnded",
            "told HandlerFailed",
            "told Unsubscribed",
            "unsubscribe of a running handler",
            "woken for nothing");

    @BeforeAll
    static void whatIsLoggedIsCompared() {
        log = new SimulationLog();
    }

    @AfterAll
    static void logAsUsual() {
        log.close();
    }

    @Test
    void G1_G2_G6_G7_G12_everySeedBehavesAsTheModelSays() throws Exception {
        Long only = Long.getLong("simulation.seed");
        if (only != null) {
            replay(only);
            return;
        }
        LongRun run = LongRun.of("simulation", SimulationTest.class);
        int seeds = LongRun.size(1_000, 1_000_000);
        Map<String, Long> notes = new TreeMap<>();
        long actions = 0;
        long steps = 0;
        for (int i = 0; i < seeds; i++) {
            long seed = LongRun.seed() + i;
            Simulation simulation = new Simulation(seed, log, false);
            try {
                simulation.run();
            } catch (Simulation.Failure e) {
                throw new AssertionError(story(seed, e), e);
            }
            simulation.notes.forEach((note, count) -> notes.merge(note, (long) count, Long::sum));
            actions += simulation.actions();
            steps += simulation.things();
            if ((i + 1) % SEEDS_PER_LINE == 0) {
                System.out.println(i + 1 + " seeds");
            }
        }
        assertThat(notes.keySet()).containsAll(CORNERS);
        run.total("seeds", seeds)
                .total("actions", actions)
                .total("steps of the broker", steps)
                .total("corners", notes)
                .done();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 42, 4711})
    void aSeedRunsTheSameWayTwice(long seed) {
        List<String> first = new Simulation(seed, log, true).run();
        List<String> second = new Simulation(seed, log, true).run();

        assertThat(first).isNotEmpty().isEqualTo(second);
    }

    private static void replay(long seed) {
        Simulation simulation = new Simulation(seed, log, true);
        try {
            simulation.run();
        } finally {
            simulation.traced().forEach(System.out::println);
        }
    }

    /** Runs the seed once more, with a trace; it must fail in the same way. */
    private static String story(long seed, Simulation.Failure failure) {
        Simulation again = new Simulation(seed, log, true);
        String second = "nothing: the run is not deterministic";
        try {
            again.run();
        } catch (Simulation.Failure e) {
            second = e.getMessage();
        }
        List<String> trace = again.traced();
        return failure.getMessage() + "\nreplay it with -Dsimulation.seed=" + seed + "; a second run gave: " + second
                + "\nits last lines:\n"
                + String.join("\n", trace.subList(Math.max(0, trace.size() - 40), trace.size()));
    }
}
