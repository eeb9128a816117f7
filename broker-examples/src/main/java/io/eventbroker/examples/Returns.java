package io.eventbroker.examples;

import io.eventbroker.examples.gallery.GalleryCommand;
import io.eventbroker.examples.returns.ReplayCommand;
import io.eventbroker.examples.service.ServeCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The command line of the return management example.
 *
 * <pre>{@code
 * java -jar returns.jar replay [FILE]
 * java -jar returns.jar serve [--port N] [--database JDBC-URL]
 * java -jar returns.jar gallery NAME
 * }</pre>
 */
@Command(
        name = "returns",
        description = "Return management in an online store, on an event broker.",
        subcommands = {ReplayCommand.class, ServeCommand.class, GalleryCommand.class})
public final class Returns {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = CommandLine.ScopeType.INHERIT,
            description = "Show this help and exit.")
    @SuppressWarnings("UnusedVariable") // picocli knows what to do when it is set
    private boolean help;

    private Returns() {}

    /**
     * The command line, ready to be executed.
     *
     * @return a new one each time
     */
    public static CommandLine commandLine() {
        return new CommandLine(new Returns());
    }

    /**
     * Runs the program and exits with its exit code.
     *
     * @param args see {@code --help}
     */
    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }
}
