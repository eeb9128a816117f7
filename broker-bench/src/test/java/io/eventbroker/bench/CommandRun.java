package io.eventbroker.bench;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;

/** One execution of the command line in this JVM, with all that it printed. */
public record CommandRun(int exitCode, String out, String err) {
    public static CommandRun of(Object... args) {
        return execute(BrokerBench.commandLine(), args);
    }

    /** One execution of a command by itself, with its files. */
    public static CommandRun of(Callable<Integer> command, String options, Path json, Path html) {
        return execute(
                new CommandLine(command),
                Stream.concat(Stream.of(options.split(" ")), Stream.of("--json", json, "--html", html))
                        .toArray());
    }

    private static CommandRun execute(CommandLine command, Object... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = command.setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(Stream.of(args).map(Object::toString).toArray(String[]::new));
        return new CommandRun(exitCode, out.toString(), err.toString());
    }
}
