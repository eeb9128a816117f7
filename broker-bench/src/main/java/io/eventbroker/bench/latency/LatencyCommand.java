package io.eventbroker.bench.latency;

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
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The command {@code latency}. The tables go to standard output, progress to standard error. */
@Command(
        name = "latency",
        description = {
            "Measures how long an event takes to its handler while events are published at a steady rate.",
            "Open loop: each event is due at a time of its own, and late from then on, whatever held it up; so no"
                    + " omission is coordinated. Between events the sending thread parks if there is time, and spins the"
                    + " last 120 µs. Every event must arrive, in order, or the run has no figure. Each run has a JVM of"
                    + " its own, with the flags (-X...) given to this one."
        },
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:every run of the broker's was exact",
            "1:one of them lost or reordered events, failed or hung, or a file could not be written",
            "2:the arguments are not usable"
        })
public final class LatencyCommand implements Callable<Integer> {
    private static final int FULL_ROUNDS = 8;
    private static final int QUICK_ROUNDS = 2;
    private static final int HIGHEST_RATE = 1_000_000;

    @Spec
    private CommandSpec spec;

    @Mixin
    private Options options;

    @Option(
            names = "--rate",
            paramLabel = "N",
            description = "Events a second. May be given several times; without it, 1000, 10000 and 100000.")
    private List<Integer> rates = new ArrayList<>();

    @Option(
            names = "--contender",
            paramLabel = "NAME",
            converter = ContenderConverter.class,
            description = "Who takes part. May be given several times; without it, all. There are broker-shared,"
                    + " broker-lane, submission-publisher, queue-2-hops (ArrayBlockingQueue) and queue-1-hop.")
    private List<Contender> contenders = new ArrayList<>();

    private final Plan full;
    private final Plan quick;

    /** The command. */
    public LatencyCommand() {
        this(Plan.FULL, Plan.QUICK);
    }

    /** The command with plans of a test's. */
    LatencyCommand(Plan full, Plan quick) {
        this.full = full;
        this.quick = quick;
    }

    @Override
    public Integer call() throws InterruptedException {
        options.check();
        List<Integer> someRates = rates();
        List<Contender> some = contenders.isEmpty()
                ? List.of(Contender.values())
                : contenders.stream().distinct().toList();
        Plan plan = options.quick() ? quick : full;
        int rounds = options.rounds(FULL_ROUNDS, QUICK_ROUNDS);
        List<Case> cases = some.stream()
                .flatMap(contender -> someRates.stream().map(rate -> new Case(contender, rate)))
                .toList();

        Report head = options.head(
                rounds, plan, Map.of("queueCapacity", Channel.CAPACITY, "submission-publisher", "ForkJoinPool(1)"));
        Outcomes<Case, LatencyRun> outcomes =
                new Outcomes<>(LatencyRun.class, measured -> measured.jvm(plan), plan.patience(), LatencyRun::summary);
        LatencyReport report = new LatencyReport(some, someRates, outcomes);
        boolean isWritten =
                outcomes.measure(cases, options.order(rounds, plan.expected()), head, report::under, options);

        boolean isClean = cases.stream()
                .filter(measured -> Contender.OWN.contains(measured.contender()))
                .allMatch(measured -> outcomes.failures(measured) == 0);
        return isWritten && isClean ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private List<Integer> rates() {
        for (int rate : rates) {
            if (rate < 1 || rate > HIGHEST_RATE) {
                throw new ParameterException(
                        spec.commandLine(), "--rate must be from 1 to " + HIGHEST_RATE + ", not " + rate);
            }
        }
        return rates.isEmpty()
                ? List.of(1_000, 10_000, 100_000)
                : rates.stream().distinct().toList();
    }

    static final class ContenderConverter implements ITypeConverter<Contender> {
        @Override
        public Contender convert(String value) {
            try {
                return Contender.parse(value);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
