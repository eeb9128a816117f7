package io.eventbroker.bench.scale;

import io.eventbroker.bench.lab.Figures;
import io.eventbroker.bench.lab.Options;
import io.eventbroker.bench.lab.Outcomes;
import io.eventbroker.bench.lab.Report;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The command {@code scale}. The tables go to standard output, progress to standard error. */
@Command(
        name = "scale",
        description = {
            "Measures what a message costs as topics, patterns, subscribers and publishers grow in number.",
            "End to end and lossless: publishers have fewer messages in flight than any queue holds, every subscriber"
                    + " counts and adds up what it receives, and a run in which that is not exact has no figure. Each run"
                    + " has a JVM of its own, with the flags (-X...) given to this one; the largest take 3 GiB of heap."
        },
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:every run was exact",
            "1:a run lost messages, failed or hung, or a file could not be written",
            "2:the arguments are not usable"
        })
public final class ScaleCommand implements Callable<Integer> {
    private static final int FULL_ROUNDS = 8;
    private static final int QUICK_ROUNDS = 2;

    @Mixin
    private Options options;

    @Option(
            names = "--series",
            paramLabel = "NAME",
            converter = SeriesConverter.class,
            description = "What grows: topics, names (that one pattern matches), control (as many places in memory,"
                    + " without a broker), patterns, subscribers, publishers (through the shared ring) or lanes. May be"
                    + " given several times; without it, all.")
    private List<Series> series = new ArrayList<>();

    private final Plan full;
    private final Plan quick;

    /** The command. */
    public ScaleCommand() {
        this(Plan.FULL, Plan.QUICK);
    }

    /** The command with plans of a test's. */
    ScaleCommand(Plan full, Plan quick) {
        this.full = full;
        this.quick = quick;
    }

    @Override
    public Integer call() throws InterruptedException {
        options.check();
        Plan plan = options.quick() ? quick : full;
        List<Series> some = series.isEmpty()
                ? List.of(Series.values())
                : series.stream().distinct().toList();
        List<Case> cases = some.stream()
                .flatMap(one -> one.sizes(plan).stream().map(size -> new Case(one, size)))
                .toList();
        int rounds = options.rounds(FULL_ROUNDS, QUICK_ROUNDS);
        Report head = options.head(
                rounds,
                plan,
                Map.of("inFlight", Flow.IN_FLIGHT, "hotTopics", Growth.HOT, "controlBytes", Control.WEIGHT));
        Outcomes<Case, Figures> outcomes =
                new Outcomes<>(Figures.class, one -> one.jvm(plan), plan.patience(), Figures::summary);
        ScaleReport report = new ScaleReport(some, plan, outcomes);
        boolean isWritten =
                outcomes.measure(cases, options.order(rounds, plan.expected()), head, report::under, options);

        boolean isClean = cases.stream().allMatch(one -> outcomes.failures(one) == 0);
        return isWritten && isClean ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    static final class SeriesConverter implements ITypeConverter<Series> {
        @Override
        public Series convert(String value) {
            for (Series series : Series.values()) {
                if (series.toString().equals(value)) {
                    return series;
                }
            }
            throw new TypeConversionException(
                    "there is no series '" + value + "'; there are " + List.of(Series.values()));
        }
    }
}
