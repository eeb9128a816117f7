package io.eventbroker.bench.compare;

import io.eventbroker.bench.compare.load.Plan;
import io.eventbroker.bench.compare.load.Scenario;
import io.eventbroker.bench.compare.peers.Entry;
import io.eventbroker.bench.compare.peers.Role;
import io.eventbroker.bench.lab.Options;
import io.eventbroker.bench.lab.Report;
import io.eventbroker.bench.lab.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The command {@code compare}. The tables go to standard output, progress to standard error. */
@Command(
        name = "compare",
        description = {
            "Measures the broker beside its peers: messages per second, end to end.",
            "Lossless: publishers have fewer events in flight than any queue holds, and every subscriber counts,"
                    + " orders and adds up what it receives. Each run has a JVM of its own, with the flags (-X...) given"
                    + " to this one; the median of the runs counts. Peers get the better of two or three settings, found"
                    + " in the first two rounds; the broker has its defaults. Usual are 8 rounds (about 75 minutes), and"
                    + " 3 with --quick (about 3 minutes)."
        },
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:every run of the broker was exact, whatever the verdicts are",
            "1:a run of the broker lost or reordered events, failed or hung, or a file could not be written",
            "2:the arguments are not usable"
        })
public final class CompareCommand implements Callable<Integer> {
    private static final int ROUNDS = 8;
    private static final int QUICK_ROUNDS = 3;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--scenario",
            paramLabel = "PxS",
            converter = ScenarioConverter.class,
            description =
                    "Publishers and subscribers: 1x1, 1x4, 2x1, 2x4, 4x16, 1x64, or 1x1x100 for 100 topics. May be"
                            + " given several times; without it, all; with --quick, 1x1 and 2x4.")
    private List<Scenario> scenarios = new ArrayList<>();

    @Option(
            names = "--contender",
            paramLabel = "NAME",
            converter = EntryConverter.class,
            description = "Who takes part. May be given several times; without it, all; with --quick, six. There are"
                    + " broker-lane, broker-shared, broker-lane-spin, broker-lane-batch, submission-publisher, rxjava,"
                    + " reactor, mbassador-async, guava-async, greenrobot-async, spring-async, pekko, vertx, go-port,"
                    + " guava, greenrobot, mbassador, spring, spsc-2-hops, disruptor-multi, disruptor-single.")
    private List<Entry> contenders = new ArrayList<>();

    @Option(
            names = "--gate",
            description = "Also print the table of targets with verdicts: needs all scenarios, all contenders, at least"
                    + " 7 rounds, and no shorter windows than usual.")
    private boolean gate;

    @Option(
            names = "--window",
            paramLabel = "MILLIS",
            description = "How long publishers publish between two checks of all accounts: 200 unless told. A run has 5"
                    + " windows, and up to 15 before them until the rate is steady; for up to three times as long if the"
                    + " host of a virtual machine keeps the processors meanwhile.")
    private @Nullable Integer window;

    @Mixin
    private Options options;

    @Override
    public Integer call() throws InterruptedException {
        options.check();
        Plan plan = plan();
        int rounds = options.rounds(ROUNDS, QUICK_ROUNDS);
        if (gate) {
            requireWhole(rounds);
        }

        Comparison comparison = new Comparison(scenarios(), contenders(), plan);
        Report head = options.head(rounds, plan, Map.of("trialRounds", Result.TRIAL_ROUNDS));
        comparison.add(options.resumed(head, Trial.class));
        boolean[] written = {true};
        comparison.run(
                options.order(rounds, plan.expected()),
                round -> written[0] = options.write(report(head, comparison.results(), round)));
        options.print(report(head, comparison.results(), rounds));

        boolean clean = comparison.results().stream()
                .filter(result -> result.contender().role() == Role.OWN
                        || result.contender().role() == Role.EXTRA)
                .allMatch(Result::isClean);
        return clean && written[0] ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private Report report(Report head, List<Result> results, int rounds) {
        Gate verdicts = new Gate(results, rounds);
        return head.with(
                gate ? verdicts.verdicts() : List.of(),
                new Tables(results, verdicts).sections(),
                results.stream().flatMap(result -> result.all().stream()).toList());
    }

    private Plan plan() {
        Plan plan = options.quick() ? Plan.QUICK : Plan.FULL;
        if (window == null) {
            return plan;
        }
        if (window < 1) {
            throw new ParameterException(spec.commandLine(), "--window must be at least 1");
        }
        return plan.withWindowMillis(window);
    }

    /** A verdict of some contenders or scenarios would be one on what was chosen. */
    private void requireWhole(int rounds) {
        if (rounds < Verdict.FEWEST_ROUNDS) {
            throw new ParameterException(
                    spec.commandLine(), "--gate needs at least " + Verdict.FEWEST_ROUNDS + " rounds, not " + rounds);
        }
        if (window != null && window < Plan.FULL.windowMillis()) {
            throw new ParameterException(
                    spec.commandLine(), "--gate needs windows of at least " + Plan.FULL.windowMillis() + " ms");
        }
        if (options.quick() || !scenarios.isEmpty() || !contenders.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--gate needs all scenarios and contenders: not with --quick, --scenario or --contender");
        }
    }

    private List<Scenario> scenarios() {
        if (scenarios.isEmpty()) {
            return options.quick() ? List.of(Scenario.ONE_TO_ONE, Scenario.TWO_TO_FOUR) : Scenario.ALL;
        }
        return scenarios.stream().distinct().toList();
    }

    private List<Entry> contenders() {
        if (contenders.isEmpty()) {
            return options.quick() ? Entry.QUICK : Entry.ALL;
        }
        return contenders.stream().distinct().toList();
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
