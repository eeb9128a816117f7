package io.eventbroker.examples.returns;

import io.eventbroker.Overflow;
import io.eventbroker.examples.returns.Options.CapacityConverter;
import io.eventbroker.examples.returns.Options.DepartmentConverter;
import io.eventbroker.examples.returns.Options.DurationConverter;
import io.eventbroker.examples.returns.Options.OverflowConverter;
import io.eventbroker.examples.returns.Options.Said;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * The command {@code replay}. Results go to standard output, everything else to standard error.
 *
 * <p>A file is read to its end before the first return is published, so that an unreadable one changes nothing.
 */
@Command(
        name = "replay",
        description = "Publishes each return in a file of invoice lines as one event, and tells what the departments"
                + " made of it: billing, warehouse, inventory and notifications.",
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:everything was handled, or dropped and counted",
            "1:a handler failed, a department was disconnected or not done in time, or the ledger does not balance",
            "2:the arguments or the file are not usable"
        })
public final class ReplayCommand implements Callable<Integer> {
    private static final double MIN_RATE = 0.001;
    private static final double MAX_RATE = 1e9;

    @Spec
    private CommandSpec spec;

    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            description = "The invoice lines: CSV with the columns InvoiceNo, StockCode, Description, Quantity,"
                    + " InvoiceDate, UnitPrice, CustomerID and Country. Without it, a sample.")
    private @Nullable Path file;

    @Option(
            names = "--rate",
            paramLabel = "N",
            description = "Publish N returns per second. Without it, as fast as it goes.")
    private @Nullable Double rate;

    @Option(names = "--repeat", paramLabel = "N", description = "Publish the file's returns N times.")
    private int repeat = 1;

    @Option(
            names = "--capacity",
            paramLabel = "[DEPARTMENT=]N",
            converter = CapacityConverter.class,
            description = "How many returns may wait for a department, or for each; 65536 unless told. What happens"
                    + " when more come is up to --overflow.")
    private List<Said<Integer>> capacities = new ArrayList<>();

    @Option(
            names = "--overflow",
            paramLabel = "[DEPARTMENT=]POLICY",
            converter = OverflowConverter.class,
            description = "What happens when too many returns wait for a department, or for any: BACKPRESSURE, unless"
                    + " told, has the file wait, so that none is lost; DROP_NEWEST and DROP_OLDEST lose some, and"
                    + " DISCONNECT ends the department. CONFLATE replaces a return by a later one of the same id,"
                    + " which no file has, and is otherwise DROP_NEWEST.")
    private List<Said<Overflow>> overflows = new ArrayList<>();

    @Option(
            names = "--slow",
            paramLabel = "DEPARTMENT=DURATION",
            converter = {DepartmentConverter.class, DurationConverter.class},
            description = "How much longer a department takes over each return, such as warehouse=50ms.")
    private Map<DepartmentName, Duration> slow = new EnumMap<>(DepartmentName.class);

    @Option(
            names = "--close-timeout",
            paramLabel = "DURATION",
            converter = DurationConverter.class,
            description = "How long to wait for the departments in the end; 10m unless told.")
    private Duration closeTimeout = Duration.ofMinutes(10);

    @Option(
            names = "--outbox",
            paramLabel = "DIR",
            description = "Where to write the customers' mails. Without it, a new temporary folder, which stays.")
    private @Nullable Path outbox;

    @Option(names = "--json", description = "Print one JSON object instead of text.")
    private boolean json;

    @Option(
            names = {"-q", "--quiet"},
            description = "No progress bar, and no table: only the totals.")
    private boolean quiet;

    @Override
    public Integer call() {
        Replay.Settings settings = settings();
        PrintWriter err = spec.commandLine().getErr();
        RetailFile retail;
        Outbox mails;
        try {
            retail = file == null ? RetailFile.sample() : RetailFile.of(file);
        } catch (IOException e) {
            err.println("returns: cannot read " + (file == null ? "the sample" : file) + ": " + reason(e));
            return ExitCode.USAGE;
        }
        try {
            mails = outbox == null ? Outbox.inTemporaryFolder() : Outbox.in(outbox);
        } catch (IOException e) {
            err.println(
                    "returns: cannot write to " + (outbox == null ? "a temporary folder" : outbox) + ": " + reason(e));
            return ExitCode.USAGE;
        }
        retail.malformed().forEach(line -> err.println("malformed line " + line.number() + ": " + line.cause()));
        err.flush(); // whatever comes of the replay comes after it

        try {
            Replay.Result result = run(new Replay(settings, mails), retail);
            print(new Report(retail, result));
            return result.ledger().balances() && result.ledger().complete() ? ExitCode.OK : ExitCode.SOFTWARE;
        } catch (IllegalStateException e) {
            err.println("returns: " + e.getMessage());
            return ExitCode.SOFTWARE;
        }
    }

    private Replay.Result run(Replay replay, RetailFile retail) {
        long events = Replay.eventsOf(retail.returns()) * repeat;
        if (quiet || events == 0 || !Progress.canBeSeen()) {
            return replay.run(retail.returns(), broker -> {});
        }
        try (Progress progress = new Progress(events)) {
            return replay.run(retail.returns(), progress::watch);
        }
    }

    private void print(Report report) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(report.toJson());
        } else {
            if (!quiet) {
                report.printTable(out);
            }
            report.printTotals(out);
        }
        out.flush();
    }

    private Replay.Settings settings() {
        if (repeat < 1) {
            throw new ParameterException(spec.commandLine(), "--repeat must be at least 1");
        }
        if (rate != null && !(rate >= MIN_RATE && rate <= MAX_RATE)) {
            throw new ParameterException(spec.commandLine(), "--rate must be from 0.001 to 1000000000");
        }
        return new Replay.Settings(
                repeat, rate, Said.perDepartment(capacities), Said.perDepartment(overflows), slow, closeTimeout);
    }

    /** The exceptions of {@code java.nio.file} have nothing but the path for a message. */
    private static String reason(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "there is no such file";
        }
        if (e instanceof AccessDeniedException) {
            return "access is denied";
        }
        if (e instanceof FileAlreadyExistsException) {
            return "it is not a folder";
        }
        return String.valueOf(e.getMessage());
    }
}
