package io.eventbroker.bench;

import io.eventbroker.bench.compare.CompareCommand;
import io.eventbroker.bench.footprint.FootprintCommand;
import io.eventbroker.bench.lab.TablesCommand;
import io.eventbroker.bench.latency.LatencyCommand;
import io.eventbroker.bench.scale.ScaleCommand;
import io.eventbroker.bench.soak.SoakCommand;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** The benchmarks' command line. */
@Command(
        name = "broker-bench",
        description = "Measures the broker.",
        subcommands = {
            CompareCommand.class,
            LatencyCommand.class,
            FootprintCommand.class,
            ScaleCommand.class,
            TablesCommand.class,
            SoakCommand.class,
            BrokerBench.Jmh.class
        })
final class BrokerBench implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this help.")
    @SuppressWarnings("unused") // picocli reads it
    private boolean help;

    private BrokerBench() {}

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    /** The command line, ready to be executed. */
    static CommandLine commandLine() {
        return new CommandLine(new BrokerBench()).setExpandAtFiles(false);
    }

    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "Missing command");
    }

    /** Hands its options to JMH. */
    @Command(
            name = "jmh",
            description = {
                "Runs the JMH benchmarks, with JMH's own options (jmh -h lists them).",
                "Unless told otherwise, with -prof gc, and it fails where a benchmark fails (-foe true)."
            })
    static final class Jmh implements Callable<Integer> {
        @Unmatched
        private final List<String> options = new ArrayList<>();

        @Override
        public Integer call() throws IOException {
            addDefault("-prof", "gc");
            addDefault("-foe", "true");
            org.openjdk.jmh.Main.main(options.toArray(String[]::new));
            return CommandLine.ExitCode.OK;
        }

        private void addDefault(String option, String value) {
            if (!options.contains(option)) {
                options.add(option);
                options.add(value);
            }
        }
    }
}
