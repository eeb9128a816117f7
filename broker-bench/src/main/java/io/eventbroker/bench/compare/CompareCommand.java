package io.eventbroker.bench.compare;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The command {@code compare}. The table goes to standard output, progress to standard error. */
@Command(
        name = "compare",
        description = {
            "Measures the broker beside its peers: messages per second, end to end.",
            "Lossless: publishers have fewer events in flight than any queue holds, and every subscriber counts,"
                    + " orders and adds up what it receives. Each run has a JVM of its own, with the flags (-X...) given"
                    + " to this one; the median of the runs counts."
        },
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:every run was exact",
            "1:a run lost or reordered events, failed or hung, or the JSON could not be written",
            "2:the arguments are not usable"
        })
public final class CompareCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--scenario",
            paramLabel = "PxS",
            converter = ScenarioConverter.class,
            description = "Publishers and subscribers: 1x1, 1x4, 2x1 or 2x4. May be given several times; without it,"
                    + " 1x1 and 2x4.")
    private List<Scenario> scenarios = new ArrayList<>();

    @Option(
            names = "--contender",
            paramLabel = "NAME",
            converter = EntryConverter.class,
            description =
                    "Who takes part. May be given several times; without it, all. There are"
                            + " broker-shared, broker-lane, SubmissionPublisher, go-port, guava-eventbus, and jctools-2-hops (1x1 only).")
    private List<Entry> contenders = new ArrayList<>();

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "How many JVMs each contender gets for each scenario: 5 unless told, 2 with --quick.")
    private @Nullable Integer rounds;

    @Option(names = "--quick", description = "Fewer and shorter runs, for an indication.")
    private boolean quick;

    @Option(names = "--json", paramLabel = "FILE", description = "Also write the results to a file.")
    private @Nullable Path json;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this help.")
    @SuppressWarnings("unused") // picocli reads it
    private boolean help;

    @Override
    public Integer call() throws InterruptedException {
        Plan plan = plan();
        requireWritable();
        Machine machine = Machine.current();
        PrintWriter err = spec.commandLine().getErr();

        List<Result> results = new Comparison(scenarios(), contenders(), plan, err).run();
        Report report = new Report(results, plan, quick, machine);
        report.printTable(spec.commandLine().getOut());
        boolean written = write(report, err);
        return written && results.stream().allMatch(Result::isClean) ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private Plan plan() {
        Plan plan = quick ? Plan.QUICK : Plan.FULL;
        if (rounds == null) {
            return plan;
        }
        if (rounds < 1) {
            throw new ParameterException(spec.commandLine(), "--rounds must be at least 1");
        }
        return plan.withRounds(rounds);
    }

    private List<Scenario> scenarios() {
        return scenarios.isEmpty()
                ? List.of(Scenario.ONE_TO_ONE, Scenario.TWO_TO_FOUR)
                : scenarios.stream().distinct().toList();
    }

    private List<Entry> contenders() {
        return contenders.isEmpty() ? Entry.ALL : contenders.stream().distinct().toList();
    }

    /** So that nobody finds out after minutes. */
    private void requireWritable() {
        if (json == null) {
            return;
        }
        Path folder = json.toAbsolutePath().getParent();
        if (Files.isDirectory(json) || folder == null || !Files.isWritable(Files.exists(json) ? json : folder)) {
            throw new ParameterException(spec.commandLine(), "--json: cannot write to " + json);
        }
    }

    private boolean write(Report report, PrintWriter err) {
        if (json == null) {
            return true;
        }
        try {
            Files.writeString(json, report.toJson() + System.lineSeparator());
            return true;
        } catch (IOException e) {
            err.println("compare: cannot write " + json + ": " + e);
            return false;
        }
    }

    /** Picocli shows the message of a {@link TypeConversionException} as it is. */
    private static <T> T convert(String value, Function<String, T> parser) {
        try {
            return parser.apply(value);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }

    static final class ScenarioConverter implements ITypeConverter<Scenario> {
        @Override
        public Scenario convert(String value) {
            return CompareCommand.convert(value, Scenario::parse);
        }
    }

    static final class EntryConverter implements ITypeConverter<Entry> {
        @Override
        public Entry convert(String value) {
            return CompareCommand.convert(value, Entry::parse);
        }
    }
}
