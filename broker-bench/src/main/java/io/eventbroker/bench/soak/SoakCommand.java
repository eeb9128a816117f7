package io.eventbroker.bench.soak;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.eventbroker.Broker;
import io.eventbroker.BrokerConfig;
import io.eventbroker.bench.lab.Commit;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code soak}. A line a second goes to standard output, violations to standard error. */
@Command(
        name = "soak",
        description = {
            "Keeps the broker under load, and a ledger of its own of what every subscriber must receive.",
            "One broker after the other, of all sizes, each with publishers through the shared ring and lanes, handlers"
                    + " and inboxes with every overflow policy, and comers and goers; drops happen for certain. Every"
                    + " event, every gap and every figure that the broker tells is checked."
        },
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:nothing was lost, duplicated, reordered, unexpected or unaccounted, and each gap was told",
            "1:something was, or the broker hung or failed, or the JSON could not be written",
            "2:the arguments are not usable"
        })
public final class SoakCommand implements Callable<Integer> {
    private static final long USUAL_MESSAGES = 100_000_000;
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @Spec
    private CommandSpec spec;

    @Option(names = "--minutes", paramLabel = "N", description = "End after so many minutes.")
    private @Nullable Long minutes;

    @Option(
            names = "--messages",
            paramLabel = "N",
            description = "End after so many messages were published: 100,000,000 unless told or --minutes is given.")
    private @Nullable Long messages;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description =
                    "From which the choice of everything follows; 1 unless told. (What the threads make of it does"
                            + " not.)")
    private long seed = 1;

    @Option(names = "--json", paramLabel = "FILE", description = "Also write the totals to a file.")
    private @Nullable Path json;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this help.")
    @SuppressWarnings("unused") // picocli reads it
    private boolean help;

    private final Function<BrokerConfig, Broker> opener;

    /** The command, for brokers as they are. */
    public SoakCommand() {
        this(Broker::open);
    }

    /** The command for brokers that may have been tampered with. */
    SoakCommand(Function<BrokerConfig, Broker> opener) {
        this.opener = opener;
    }

    @Override
    public Integer call() throws InterruptedException, IOException {
        Plan plan = plan();
        requireWritable();
        PrintWriter err = spec.commandLine().getErr();

        Soak soak = new Soak(plan, opener, spec.commandLine().getOut(), err);
        soak.run();
        String report =
                new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(report(soak));
        spec.commandLine().getOut().println(report);
        if (json != null) {
            try {
                Files.writeString(json, report + System.lineSeparator());
            } catch (IOException e) {
                err.println("soak: cannot write " + json + ": " + e);
                return ExitCode.SOFTWARE;
            }
        }
        return soak.isClean() ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private Plan plan() {
        if ((minutes != null && minutes < 1) || (messages != null && messages < 1)) {
            throw new ParameterException(spec.commandLine(), "--minutes and --messages must be at least 1");
        }
        long usual = minutes == null ? USUAL_MESSAGES : Long.MAX_VALUE;
        return new Plan(
                messages == null ? usual : messages,
                minutes == null ? Duration.ofDays(365) : Duration.ofMinutes(minutes),
                seed,
                PATIENCE);
    }

    /** So that nobody finds out after hours. */
    private void requireWritable() {
        if (json == null) {
            return;
        }
        Path folder = json.toAbsolutePath().getParent();
        if (Files.isDirectory(json) || folder == null || !Files.isWritable(Files.exists(json) ? json : folder)) {
            throw new ParameterException(spec.commandLine(), "--json: cannot write to " + json);
        }
    }

    /** What is needed to repeat it, and what it came to. */
    private Map<String, Object> report(Soak soak) {
        Map<String, Object> totals = soak.totals().asMap();
        totals.put("violations", soak.violations());
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("row", "load");
        report.put("commit", Commit.built().id());
        report.put("uncommitted", Commit.built().uncommittedChanges() ? "changes" : "");
        report.put("jdk", System.getProperty("java.runtime.version"));
        report.put("processors", Runtime.getRuntime().availableProcessors());
        report.put("seed", seed);
        report.put("command", command());
        report.put("seconds", soak.seconds());
        report.put("totals", totals);
        return report;
    }

    private String command() {
        return "java -jar broker-bench/target/broker-bench.jar soak"
                + (minutes == null ? "" : " --minutes " + minutes)
                + (messages == null ? "" : " --messages " + messages)
                + (seed == 1 ? "" : " --seed " + seed);
    }
}
