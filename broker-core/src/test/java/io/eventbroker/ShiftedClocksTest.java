package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/**
 * The broker under clocks that are not as usual: waits and deadlines across the overflow of {@link System#nanoTime()}, and
 * a time of day that is an hour ahead, an hour behind, or leaps. Hazard: times that are compared instead of subtracted, so
 * that a wait ends at once, or never; a wait that goes by the time of day. The tests of the core that have to do with
 * time are the judges: they are run once more, on the broker's classes with another clock, and measure by the true one.
 */
class ShiftedClocksTest {
    private static final Duration HOUR = Duration.ofHours(1);

    /** The overflow comes while the tests run, not before the first has begun. */
    private static final int LATEST_MILLIS = 1_500;

    private enum Shift {
        NANO_TIME_OVERFLOWS,
        NANO_TIME_PASSES_ZERO,
        AN_HOUR_AHEAD,
        AN_HOUR_BEHIND,
        LEAPING;

        boolean isOfNanos() {
            return this == NANO_TIME_OVERFLOWS || this == NANO_TIME_PASSES_ZERO;
        }

        /** The broker's classes under this shift, so long before it comes. */
        ShiftedClasses classes(Duration left) throws Exception {
            ShiftedClasses classes = new ShiftedClasses();
            switch (this) {
                case NANO_TIME_OVERFLOWS, NANO_TIME_PASSES_ZERO -> {
                    classes.clock("untilOverflow", left, this == NANO_TIME_PASSES_ZERO);
                    classes.clock("steppedUntilOverflow", left);
                }
                case AN_HOUR_AHEAD -> wall(classes, HOUR);
                case AN_HOUR_BEHIND -> wall(classes, HOUR.negated());
                case LEAPING -> wall(classes, HOUR, HOUR.negated(), Duration.ZERO);
                default -> throw new AssertionError(this);
            }
            return classes;
        }

        private static void wall(ShiftedClasses classes, Duration... shifts) throws Exception {
            classes.clock("wallBy", (Object) shifts);
        }
    }

    /** Quick ones, that every build repeats. */
    private static final List<Class<?>> FEW =
            List.of(HoleWatchTest.class, ManualBrokerCloseTest.class, SelectEdgesTest.class);

    /** Those of the core's tests that wait with a timeout, close, or look at the time of day. */
    private static final List<Class<?>> ALL = List.of(
            BackpressureTest.class,
            BackpressureWaitTest.class,
            BrokerEventTest.class,
            BrokerLogTest.class,
            DeadLettersTest.class,
            DropEpisodesTest.class,
            G12_CyclesTest.class,
            G12_InvisibleCyclesTest.class,
            G12_NoDeadlockTest.class,
            G12_NoFalseCyclesTest.class,
            G1_InterruptsTest.class,
            G2_OrderedTest.class,
            G3_IsolatedTest.class,
            G5_MessagesTest.class,
            G7_BrokerEventsAtCloseTest.class,
            G7_CloseIsCleanTest.class,
            G7_ClosersTest.class,
            G7_DeadLettersAtCloseTest.class,
            G7_EndOfThreadsAndInboxesTest.class,
            G7_InterruptsTest.class,
            G7_LanesCloseTest.class,
            G7_StuckAppenderTest.class,
            G8_EachStepTest.class,
            G8_FailsLoudlyTest.class,
            HoleWatchTest.class,
            InboxReadersTest.class,
            LaneEdgesTest.class,
            LaneTest.class,
            ManualBrokerCloseTest.class,
            ManualBrokerTest.class,
            ProgramsTest.class,
            PublishTest.class,
            QuiescenceTest.class,
            RetentionTest.class,
            SelectEdgesTest.class,
            SelectTest.class,
            SubscriptionTest.class,
            TrapsTest.class,
            WorkersTest.class);

    /** Those that look at the time of day themselves: shifts of that are not for them. */
    private static final Set<Class<?>> OF_THE_DAY = Set.of(G5_MessagesTest.class, RetentionTest.class);

    private final Map<String, Long> totals = new TreeMap<>();

    private void count(String what, long number) {
        totals.merge(what, number, Long::sum);
    }

    /** Otherwise this set would prove nothing of a clock that it does not shift. */
    @Test
    void theBrokerReadsNoOtherClocks() throws IOException {
        Set<String> readers = new TreeSet<>();
        try (Stream<Path> files = Files.walk(Path.of("target", "classes"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
                String type = file.getFileName().toString().replaceFirst("[$.].*", "");
                ShiftedClasses.calls(Files.readAllBytes(file), (owner, method) -> {
                    if (isClock(owner, method)) {
                        readers.add(owner.replaceFirst(".*/", "") + "." + method + " in " + type);
                    }
                });
            }
        }
        assertThat(readers)
                .containsExactly(
                        "Instant.now in Router",
                        "System.nanoTime in Failure",
                        "System.nanoTime in Sleeper",
                        "System.nanoTime in Timing",
                        "Thread.join in ActiveBroker"); // for a second, by the JDK's own clock
    }

    /** Whether this tells the time, or waits by a clock of its own; parking does, but only for a slice of a wait. */
    private static boolean isClock(String owner, String method) {
        boolean isTime = owner.startsWith("java/time/") && (method.equals("now") || owner.endsWith("Clock"));
        boolean isSystem =
                owner.equals("java/lang/System") && (method.equals("nanoTime") || method.equals("currentTimeMillis"));
        boolean isThread = owner.equals("java/lang/Thread") && (method.equals("sleep") || method.equals("join"));
        boolean isOther = owner.equals("java/util/Date")
                || owner.equals("java/util/Calendar")
                || owner.equals("java/util/Timer")
                || (owner.startsWith("java/util/concurrent/")
                        && (method.equals("await") || method.equals("awaitNanos") || method.equals("sleep")));
        return isTime || isSystem || isThread || isOther;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void waitsLastAsLongAcrossTheOverflow(boolean atZero) throws Exception {
        Map<String, Integer> passed = new ShiftedClasses().apply(ShiftedProbes.Waits.class, atZero);
        System.out.println("the clock passed its limit in " + passed);
        assertThat(passed).hasSize(7);
        for (String wait : List.of("tryPublish", "poll", "select", "quiescence")) {
            assertThat(passed).containsEntry(wait, 1); // the others, each begun once, may have begun too late
        }
    }

    @ParameterizedTest
    @EnumSource(value = Shift.class, mode = EnumSource.Mode.MATCH_NONE, names = "NANO.*")
    void whatIsToldOfTheTimeOfDayIsWhatTheClockSaid(Shift shift) throws Exception {
        for (boolean isManual : new boolean[] {false, true}) {
            ShiftedClasses classes = shift.classes(Duration.ZERO);
            assertThat(classes.apply(ShiftedProbes.TimesOfDay.class, isManual)).isPositive();
        }
    }

    /** The set that runs at full size on demand. */
    @Test
    void nothingElseChanges() throws Exception {
        LongRun run = LongRun.of("time", ShiftedClocksTest.class);
        int rounds = LongRun.size(1, 6);
        Random random = new Random(LongRun.seed());
        for (int round = 0; round < rounds; round++) {
            int seeds = LongRun.isAsked() ? 2_000 : 40;
            long first = LongRun.seed() + (long) round * seeds;
            int passed = new ShiftedClasses().apply(ShiftedProbes.Simulations.class, new long[] {first, seeds});
            count("simulations of a stepped broker", seeds);
            count("simulations in which its clock overflowed", passed);
            Shift shift = Shift.values()[round % Shift.values().length];
            if (LongRun.isAsked()) {
                repeat("io.eventbroker.internal.SleeperTest", shift, Duration.ofMillis(LATEST_MILLIS));
            }
            for (Class<?> test : LongRun.isAsked() ? ALL : FEW) {
                if (!shift.isOfNanos() && OF_THE_DAY.contains(test)) {
                    continue; // whatIsToldOfTheTimeOfDayIsWhatTheClockSaid is for that
                }
                repeat(test.getName(), shift, Duration.ofMillis(1 + random.nextInt(LATEST_MILLIS)));
            }
        }
        assertThat(totals.values()).allMatch(total -> total > 0);
        totals.forEach(run::total);
        run.total("rounds", rounds).done();
    }

    private void repeat(String test, Shift shift, Duration left) throws Exception {
        Launcher launcher = LauncherFactory.create(LauncherConfig.builder()
                .enableTestExecutionListenerAutoRegistration(false)
                .enableLauncherSessionListenerAutoRegistration(false)
                .enablePostDiscoveryFilterAutoRegistration(false)
                .build());
        ShiftedClasses classes = shift.classes(left);
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(classes.loadClass(test)))
                .build();
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        launcher.execute(request, listener);
        TestExecutionSummary summary = listener.getSummary();
        StringWriter failures = new StringWriter();
        summary.printFailuresTo(new PrintWriter(failures), 40);
        assertThat(summary.getTotalFailureCount())
                .as("%s, %s, %s left, of seed %d\n%s", test, shift, left, LongRun.seed(), failures)
                .isZero();
        assertThat(summary.getTestsSucceededCount()).as("%s", test).isPositive();
        count("tests repeated, " + shift, summary.getTestsSucceededCount());
        count("readings of the clock", (long) classes.clock("reads"));
        if (shift.isOfNanos()) {
            count(
                    "classes during which the clock passed its limit",
                    (boolean) classes.clock("hasPassedTheLimit") ? 1 : 0);
        }
    }
}
