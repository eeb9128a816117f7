package io.eventbroker.bench.footprint;

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

/** The command {@code footprint}. The tables go to standard output, progress to standard error. */
@Command(
        name = "footprint",
        description = {
            "Measures what the broker takes when idle, and what it allocates when it works.",
            "Processor time of an idle JVM with and without a broker, and how quick that wakes up; heap of an idle"
                    + " subscription; heap after very many names; bytes allocated per message. Each run has a JVM of its"
                    + " own, with the flags (-X...) given to this one."
        },
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:every run was exact",
            "1:a run lost events, failed or hung, or a file could not be written",
            "2:the arguments are not usable"
        })
public final class FootprintCommand implements Callable<Integer> {
    private static final int FULL_ROUNDS = 8;
    private static final int QUICK_ROUNDS = 2;

    @Mixin
    private Options options;

    @Option(
            names = "--only",
            paramLabel = "NAME",
            converter = GroupConverter.class,
            description = "Measure only that: idle, heap, names or allocation. May be given several times.")
    private List<Group> only = new ArrayList<>();

    private final Plan full;
    private final Plan quick;

    /** The command. */
    public FootprintCommand() {
        this(Plan.FULL, Plan.QUICK);
    }

    /** The command with plans of a test's. */
    FootprintCommand(Plan full, Plan quick) {
        this.full = full;
        this.quick = quick;
    }

    @Override
    public Integer call() throws InterruptedException {
        options.check();
        Plan plan = options.quick() ? quick : full;
        List<Group> groups = only.isEmpty()
                ? List.of(Group.values())
                : only.stream().distinct().toList();
        List<Part> parts =
                groups.stream().flatMap(group -> group.parts().stream()).toList();
        int rounds = options.rounds(FULL_ROUNDS, QUICK_ROUNDS);
        Report head = options.head(rounds, plan, Map.of());
        Outcomes<Part, Figures> outcomes =
                new Outcomes<>(Figures.class, part -> part.jvm(plan), plan.patience(), Figures::summary);
        FootprintReport report = new FootprintReport(groups, plan, outcomes);
        boolean isWritten =
                outcomes.measure(parts, options.order(rounds, plan.expected()), head, report::under, options);

        boolean isClean = parts.stream().allMatch(part -> outcomes.failures(part) == 0);
        return isWritten && isClean ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    static final class GroupConverter implements ITypeConverter<Group> {
        @Override
        public Group convert(String value) {
            for (Group group : Group.values()) {
                if (group.toString().equals(value)) {
                    return group;
                }
            }
            throw new TypeConversionException("there is no part '" + value + "'; there are " + List.of(Group.values()));
        }
    }
}
