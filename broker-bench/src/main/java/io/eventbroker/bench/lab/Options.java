package io.eventbroker.bench.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that all measuring commands have: a picocli mixin. Call {@link #check} before anything runs. */
public final class Options {
    /** At the beginning of each round so far: grows, in the head of the report, too. */
    private final List<Double> loads = new ArrayList<>();

    /** In each round so far: grows likewise. */
    private final List<Double> stolen = new ArrayList<>();

    /** When the calls began that this one goes on with. */
    private final List<String> resumed = new ArrayList<>();

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(names = "--rounds", paramLabel = "N", description = "How many JVMs each measurement gets.")
    private @Nullable Integer rounds;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "From which the order of the runs follows; 1 unless told.")
    private long seed = 1;

    @Option(names = "--quick", description = "Fewer and shorter runs, for an indication.")
    private boolean quick;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Also write the results to a file, anew after each round.")
    private @Nullable Path json;

    @Option(
            names = "--html",
            paramLabel = "FILE",
            description = "Also write the results as a page with plots, anew after each round. It needs no network.")
    private @Nullable Path html;

    @Option(
            names = "--resume",
            description = "Go on after the rounds that the file of --json has from an earlier call, which was ended. It"
                    + " must be of the same build, the same machine and the same arguments.")
    private boolean resume;

    @Option(
            names = "--calm",
            paramLabel = "MINUTES",
            description =
                    "Wait before runs until the host of a virtual machine leaves the processors alone, for so long"
                            + " at most, all runs together; 0 unless told.")
    private int calm;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this help.")
    @SuppressWarnings("unused") // picocli reads it
    private boolean help;

    /**
     * So that nobody finds out after minutes.
     *
     * @throws ParameterException if an option is not usable
     */
    public void check() {
        if (rounds != null && rounds < 1) {
            throw new ParameterException(spec.commandLine(), "--rounds must be at least 1");
        }
        if (calm < 0) {
            throw new ParameterException(spec.commandLine(), "--calm must not be negative");
        }
        if (resume && json == null) {
            throw new ParameterException(spec.commandLine(), "--resume needs --json: the file to go on with");
        }
        requireWritable("--json", json);
        requireWritable("--html", html);
        if (json != null && html != null && json.toAbsolutePath().equals(html.toAbsolutePath())) {
            throw new ParameterException(spec.commandLine(), "--json and --html name the same file");
        }
    }

    private void requireWritable(String option, @Nullable Path file) {
        if (file == null) {
            return;
        }
        Path folder = file.toAbsolutePath().getParent();
        if (Files.isDirectory(file)
                || folder == null
                || !Files.isWritable(folder)
                || (Files.exists(file) && !Files.isWritable(file))) {
            throw new ParameterException(spec.commandLine(), option + ": cannot write to " + file);
        }
    }

    /** Whether an indication is enough. */
    public boolean quick() {
        return quick;
    }

    /** The rounds asked for, or else the usual number, which is less with {@code --quick}. */
    public int rounds(int full, int few) {
        if (rounds != null) {
            return rounds;
        }
        return quick ? few : full;
    }

    /**
     * So many rounds, in the order that follows from the seed; progress goes to standard error, and a warning if the
     * machine does something else.
     *
     * @param each how long one measurement is expected to take
     */
    public Rounds order(int number, Duration each) {
        double load = Machine.load();
        if (load > Machine.QUIET) {
            spec.commandLine()
                    .getErr()
                    .printf(Locale.ROOT, "warning: this machine is busy, its load average is %.2f%n", load);
        }
        return new Rounds(
                number, seed, each, spec.commandLine().getErr(), loads, stolen, new Calm(Duration.ofMinutes(calm)));
    }

    /**
     * The head of the command's report: how it was called, and how it measures.
     *
     * @param number how many rounds there are
     * @param plan how long to measure
     * @param particular settings of this command alone
     */
    public Report head(int number, Object plan, Map<String, ?> particular) {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("rounds", number);
        settings.put("seed", seed);
        settings.put("plan", plan);
        settings.put(Report.LOADS, loads);
        settings.put(Report.STOLEN, stolen);
        settings.put(Report.RESUMED, resumed);
        settings.putAll(new TreeMap<>(particular)); // always in the same order
        return Report.begun(spec.name(), commandLine(), quick, settings);
    }

    /**
     * With {@code --resume} goes on with what the file of {@code --json} has: its rounds count as run.
     *
     * @param head of the report of this call
     * @param type of the runs
     * @return the runs the file has; none without {@code --resume}
     * @throws ParameterException if there is no such file, or it is not of this build, this machine and these arguments
     */
    public <T> List<T> resumed(Report head, Class<T> type) {
        if (!resume || json == null) {
            return List.of();
        }
        Report earlier;
        List<T> runs;
        try {
            earlier = Report.read(json);
            runs = earlier.runs(type);
        } catch (IOException | IllegalArgumentException e) {
            throw new ParameterException(
                    spec.commandLine(), "--resume: cannot read " + json + ": " + e.getMessage(), e);
        }
        if (!earlier.isLike(head)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--resume: " + json + " is not of the same build, the same machine and the same arguments");
        }
        loads.addAll(earlier.list(Report.LOADS, Double.class));
        stolen.addAll(earlier.list(Report.STOLEN, Double.class));
        resumed.add(earlier.date());
        resumed.addAll(earlier.list(Report.RESUMED, String.class));
        return runs;
    }

    /** The command with its arguments as given, but for the names of files, and whether it goes on with an earlier one. */
    private List<String> commandLine() {
        List<String> line = new ArrayList<>();
        List<String> given = spec.root().commandLine().getParseResult().originalArgs();
        if (spec.parent() == null) {
            line.add(spec.name());
        }
        for (String argument : given) {
            if (!argument.equals("--resume")) {
                line.add(argument.contains("/") || argument.contains("\\") ? "FILE" : argument);
            }
        }
        return line;
    }

    /** Prints a report to standard output. */
    public void print(Report report) {
        report.print(spec.commandLine().getOut());
    }

    /**
     * Writes the files asked for. If that is not possible, standard error tells.
     *
     * @return whether all were written
     */
    public boolean write(Report report) {
        try {
            if (json != null) {
                report.writeJson(json);
            }
            if (html != null) {
                report.writeHtml(html);
            }
            return true;
        } catch (IOException e) {
            spec.commandLine().getErr().println(report.command() + ": cannot write: " + e);
            return false;
        }
    }
}
