package io.eventbroker.bench;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.stream.Stream;

/** One execution of the command line in this JVM, with all that it printed. */
public record CommandRun(int exitCode, String out, String err) {
    public static CommandRun of(Object... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = BrokerBench.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(Stream.of(args).map(Object::toString).toArray(String[]::new));
        return new CommandRun(exitCode, out.toString(), err.toString());
    }
}
