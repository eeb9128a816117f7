package io.eventbroker.examples.service;

import io.eventbroker.BrokerStats;
import io.eventbroker.examples.service.store.Database;
import io.eventbroker.examples.service.store.ReturnStore;
import io.javalin.util.JavalinException;
import java.io.PrintWriter;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code serve}: return management as a service, until the process is told to end. */
@Command(
        name = "serve",
        description =
                "Takes in returns over HTTP, on this machine only, and shows on a page what the departments make of"
                        + " them. Runs until it is ended by SIGTERM or Ctrl-C: then it finishes what it has taken in.",
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"1:the port or the database cannot be used", "2:the arguments are not usable"})
public final class ServeCommand implements Callable<Integer> {
    private static final int MAX_PORT = 65_535;
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(20);

    private static final Logger LOG = LoggerFactory.getLogger(ServeCommand.class);

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--port",
            paramLabel = "N",
            description = "Where to listen; 8080 unless told, 0 for any that is free.")
    private int port = 8080;

    @Option(
            names = "--database",
            paramLabel = "JDBC-URL",
            description =
                    "Where to keep returns: a PostgreSQL database, or one of H2 that is not in memory. Without it, files in the folder"
                            + " returns-data.")
    private String url = Database.DEFAULT_URL;

    @Override
    public Integer call() throws InterruptedException {
        if (port < 0 || port > MAX_PORT) {
            throw new ParameterException(spec.commandLine(), "--port must be from 0 to " + MAX_PORT);
        }
        if (!Database.supports(url)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--database must be a JDBC URL that begins jdbc:h2: or jdbc:postgresql:, and not one in memory,"
                            + " which would keep nothing");
        }
        PrintWriter err = spec.commandLine().getErr();
        try {
            serve(Database.open(url));
            return ExitCode.OK;
        } catch (SQLException e) {
            err.println("returns: cannot use the database " + e.getMessage());
        } catch (JavalinException e) {
            err.println("returns: cannot listen on " + WebServer.HOST + ":" + port + ": " + reason(e));
        }
        return ExitCode.SOFTWARE;
    }

    private void serve(Database database) throws InterruptedException {
        ReturnStore store = new ReturnStore(database.connections());
        ReturnService service = ReturnService.start(store);
        WebServer web;
        try {
            web = WebServer.start(service, store, port);
        } catch (JavalinException e) {
            service.close(Duration.ZERO);
            database.close();
            throw e;
        }

        CountDownLatch closed = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            close(service, web, database);
                            closed.countDown();
                        },
                        "close"));
        PrintWriter out = spec.commandLine().getOut();
        out.println("returns: http://" + WebServer.HOST + ":" + web.port() + "/");
        out.flush();
        closed.await();
    }

    /** First what was taken in is finished, and requests are answered meanwhile, if only by a refusal. */
    private static void close(ReturnService service, WebServer web, Database database) {
        BrokerStats report = service.close(CLOSE_TIMEOUT);
        LOG.info("closed: {}", report);
        web.close();
        database.close();
    }

    private static String reason(Throwable e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage());
    }
}
