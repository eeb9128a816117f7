package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.eventbroker.FaultMatrix.Kind;
import io.eventbroker.FaultMatrix.Place;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Faults of users' code: of every kind, at every place, with every policy; and those of the JVM, in JVMs of their own. */
class FaultsTest {
    private static final List<String> SHALLOW = List.of("-XX:MaxJavaStackTraceDepth=16");
    private static final List<String> SMALL = List.of("-Xmx24m", "-XX:+UseSerialGC");

    /** How many events a case has, how many kinds of calls a JVM tries. */
    private static final int EVENTS = LongRun.isAsked() ? 250 : 16;

    private static final int CALLS = LongRun.isAsked() ? 2 : 7;

    /** From one such JVM to the next; a long run begins with each call in turn, so that it is the coldest. */
    private static final long STEP = LongRun.isAsked() ? 7 : CALLS;

    private static final int DIVES = LongRun.isAsked() ? 40 : 4;
    private static final int READERS = LongRun.isAsked() ? 2_000 : 60;
    private static final int FILLINGS = LongRun.isAsked() ? 20 : 6;

    @TempDir
    Path dir;

    private final Logger logger = (Logger) LoggerFactory.getLogger("io.eventbroker.Broker");
    private final LongAdder printed = new LongAdder();

    /** Prints each line in full, but nowhere. */
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        private final PatternLayout layout = new PatternLayout();

        @Override
        public void start() {
            layout.setContext((LoggerContext) LoggerFactory.getILoggerFactory());
            layout.setPattern("%level %msg%n%ex");
            layout.start();
            super.start();
        }

        @Override
        protected void append(ILoggingEvent event) {
            printed.add(layout.doLayout(event).length());
        }
    };

    @BeforeEach
    void print() {
        appender.start();
        logger.addAppender(appender);
        logger.setAdditive(false);
        logger.setLevel(Level.WARN);
    }

    @AfterEach
    void printNoMore() {
        logger.detachAppender(appender);
        logger.setAdditive(true);
        logger.setLevel(null);
    }

    @Test
    @Timeout(value = 2, unit = TimeUnit.HOURS) // each wait in it has a limit of its own
    void othersGetEverythingAndEachFailureIsCounted() throws Exception {
        LongRun run = LongRun.of("faults", FaultsTest.class);
        int least = LongRun.size(1, 1_000_000);
        Map<Kind, Integer> thrown = new EnumMap<>(Kind.class);
        int cases = 0;
        while (thrown.values().stream().mapToInt(n -> n).sum() < least) {
            for (Kind kind : Kind.values()) {
                for (Place place : Place.values()) {
                    for (Overflow policy : policies(kind, place)) {
                        FaultMatrix matrix = new FaultMatrix(kind, place, policy, EVENTS);
                        if (matrix.makesSense()) {
                            thrown.merge(kind, runCase(matrix, kind, place, policy), Integer::sum);
                            cases++;
                        }
                    }
                }
            }
        }
        assertThat(printed.sum()).as("characters that were logged").isPositive();
        run.total("cases", cases);
        thrown.forEach((kind, count) -> run.total("thrown " + kind, count));

        List<String> divers = inChildren(
                Math.max(3, least / 4_600),
                number -> ChildJvm.run(
                        ChildJvm.limit(10),
                        dir,
                        SHALLOW,
                        StackEnd.class,
                        LongRun.seed() + number * STEP,
                        CALLS,
                        DIVES));
        long overflows = ChildJvm.sum(divers, "overflows");
        assertThat(overflows).isPositive();
        run.total("cold JVMs", divers.size()).total("stack overflows inside calls of the broker", overflows);

        List<String> starved = inChildren(
                Math.max(2, least / 25_000),
                number -> ChildJvm.run(dir, SMALL, StarvedHeap.class, LongRun.seed() + number, FILLINGS));
        long failed = ChildJvm.sum(starved, "failed");
        long errors = ChildJvm.sum(starved, "errors");
        run.total("JVMs without memory", starved.size())
                .total("of these FAILED with the rest counted", failed)
                .total("of these OPEN with nothing lost", starved.size() - failed)
                .total("errors of their handlers and readers", errors)
                .done();
    }

    @Test
    @Timeout(value = 2, unit = TimeUnit.HOURS) // each wait in it has a limit of its own
    void whatAReaderTakesAtTheEndOfItsStackItIsGiven() throws Exception {
        for (List<String> options : List.of(List.<String>of(), ReadsAtStackEnd.INTERPRETED)) {
            String output = ChildJvm.run(dir, options, ReadsAtStackEnd.class, READERS);
            assertThat(ChildJvm.sum(List.of(output), "overflows")).isPositive();
        }
    }

    @FunctionalInterface
    private interface Child {
        String run(int number) throws Exception;
    }

    /** Two at a time; returns what they wrote. */
    private static List<String> inChildren(int count, Child child) throws Exception {
        ExecutorService two = Executors.newFixedThreadPool(2);
        try {
            List<Future<String>> running = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int number = i;
                running.add(two.submit(() -> child.run(number)));
            }
            List<String> outputs = new ArrayList<>();
            for (Future<String> each : running) {
                outputs.add(each.get());
            }
            return outputs;
        } finally {
            two.shutdownNow();
        }
    }

    /** In every build one policy for each kind and place, so that each policy meets each kind and each place. */
    private static List<Overflow> policies(Kind kind, Place place) {
        List<Overflow> all = List.of(Overflow.values());
        return LongRun.isAsked() ? all : List.of(all.get((kind.ordinal() + place.ordinal()) % all.size()));
    }

    private static int runCase(FaultMatrix matrix, Kind kind, Place place, Overflow policy) throws Exception {
        try {
            return matrix.run();
        } catch (Throwable e) {
            throw new AssertionError(kind + ", " + place + ", " + policy + ": " + e, e);
        }
    }
}
