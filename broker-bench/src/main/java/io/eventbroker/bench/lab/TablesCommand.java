package io.eventbroker.bench.lab;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code tables}: the results of several runs in Markdown. */
@Command(
        name = "tables",
        description = {
            "Prints the tables of results, in Markdown.",
            "First all targets with their verdicts, then what each file has."
        },
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:printed", "2:a file is missing or has no results"})
public final class TablesCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "Results, as written by --json.")
    private List<Path> files = new ArrayList<>();

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this help.")
    @SuppressWarnings("unused") // picocli reads it
    private boolean help;

    @Override
    public Integer call() {
        List<Report> reports = files.stream().map(this::read).toList();
        PrintWriter out = spec.commandLine().getOut();
        if (reports.stream().map(Report::origin).distinct().count() > 1) {
            out.println("**These results are not all of one build and one machine:** see below which is of what.\n");
        }
        out.println(Targets.table(reports.stream()
                        .flatMap(report -> report.verdicts().stream())
                        .toList())
                .toMarkdown());
        for (Report report : reports) {
            out.println("## " + report.command() + "\n");
            out.println("`" + report.headline() + "`  ");
            out.println(report.machine() + "  ");
            out.println("commit " + report.commit() + "\n");
            report.sections().forEach(section -> out.println(section.toMarkdown()));
        }
        out.flush();
        return ExitCode.OK;
    }

    private Report read(Path file) {
        Report report;
        try {
            report = Report.read(file);
        } catch (IOException e) {
            throw new ParameterException(spec.commandLine(), "no results in " + file + ": " + firstLine(e));
        }
        if (report.command() == null || report.sections() == null || report.verdicts() == null) {
            throw new ParameterException(spec.commandLine(), "no results in " + file + ": not written by --json");
        }
        return report;
    }

    private static String firstLine(IOException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }
}
