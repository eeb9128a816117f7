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
 * <p>{@code -Dsimulation.seeds=N} runs N seeds instead of 1,000; {@code -Dsimulation.seed=S} runs that one only, and
 * prints what happens in it.
 */
class SimulationTest {
    private static SimulationLog log;

    /** Where the seeds together must go; a simulation that never gets there proves nothing. */
    private static final List<String> CORNERS = List.of(
            "abandoned by close",
            "abandoned by unsubscribe",
            "backpressure ended",
            "bad key",
            "called interrupted",
            "close by a handler",
            "close with time",
            "close without time",
            "closed after a handler closed",
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
            "discarded",
            "dropped",
            "dropped at capacity 1",
            "dropped oldest",
            "disconnected",
            "disconnected of the broker's",
            "read to the disconnection",
            "failed",
            "forgotten",
            "hopeless take",
            "interrupted at the deadline",
            "iterated to the end",
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
            "read to the end",
            "read to the failure",
            "replayed",
            "selected",
            "selected to the end",
            "subscribe refused, closed",
            "subscribe refused, in use",
            "subscribe refused, senseless",
            "subscribed in order of keys",
            "subscribed to a pattern",
            "timed poll nested in a handler",
            "told DropsEnded",
            "told HandlerFailed",
            "told Unsubscribed",
            "unsubscribe of a running handler");

    @BeforeAll
    static void whatIsLoggedIsCompared() {
        log = new SimulationLog();
    }

    @AfterAll
    static void logAsUsual() {
        log.close();
    }

    @Test
    void G1_G2_G6_G7_G12_everySeedBehavesAsTheModelSays() {
        Long only = Long.getLong("simulation.seed");
        if (only != null) {
            replay(only);
            return;
        }
        int seeds = Integer.getInteger("simulation.seeds", 1_000);
        Map<String, Integer> notes = new TreeMap<>();
        for (long seed = 1; seed <= seeds; seed++) {
            Simulation simulation = new Simulation(seed, log, false);
            try {
                simulation.run();
            } catch (Simulation.Failure e) {
                throw new AssertionError(story(seed, e), e);
            }
            simulation.notes.forEach((note, count) -> notes.merge(note, count, Integer::sum));
        }
        System.out.println(seeds + " seeds: " + notes);
        assertThat(notes.keySet()).containsAll(CORNERS);
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
