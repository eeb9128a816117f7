package io.eventbroker.bench.scale;

import io.eventbroker.bench.lab.Figures;
import io.eventbroker.bench.lab.Options;
import io.eventbroker.bench.lab.Outcomes;
import io.eventbroker.bench.lab.Report;
import io.eventbroker.bench.lab.Rounds;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
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

    @Spec
    private CommandSpec spec;

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
        PrintWriter err = spec.commandLine().getErr();

        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("rounds", rounds);
        settings.put("seed", options.seed());
        settings.put("plan", plan);
        settings.put("inFlight", Flow.IN_FLIGHT);
        settings.put("hotTopics", Growth.HOT);
        settings.put("controlBytes", Control.WEIGHT);
        Report head = Report.begun(spec.name(), options.commandLine(), options.quick(), settings);
        Outcomes<Case, Figures> outcomes =
                new Outcomes<>(Figures.class, one -> one.jvm(plan), plan.patience(), Figures::summary);
        ScaleReport report = new ScaleReport(some, plan, outcomes);
        boolean isWritten = outcomes.measure(
                cases,
                new Rounds(rounds, options.seed(), plan.expected(), err),
                () -> report.under(head),
                options,
                err);
        report.under(head).print(spec.commandLine().getOut());

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
