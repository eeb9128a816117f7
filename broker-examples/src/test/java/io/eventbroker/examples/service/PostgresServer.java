package io.eventbroker.examples.service;

import static java.nio.file.FileVisitResult.CONTINUE;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A PostgreSQL server of its own, as Debian installs it, on an empty folder. It refuses to be run by root. */
final class PostgresServer implements AutoCloseable {
    private static final Path INSTALLED = Path.of("/usr/lib/postgresql");
    private static final String USER = "postgres";

    private final Path programs;
    private final Path data;
    private final int port;

    private PostgresServer() throws IOException, InterruptedException {
        this.programs = programs();
        this.port = freePort();
        this.data = Files.createTempDirectory("returns-postgresql");
        if (isRoot()) {
            Files.setOwner(
                    data, data.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(USER));
        }
    }

    static PostgresServer start() throws IOException, InterruptedException {
        PostgresServer server = new PostgresServer();
        server.run("initdb", "-D", server.data.toString(), "-A", "trust", "-U", USER, "-E", "UTF8", "--no-sync");
        server.startAgain();
        return server;
    }

    /** Starts it on what it has, after {@link #stop()}. */
    void startAgain() throws IOException, InterruptedException {
        String options = "-p " + port + " -h 127.0.0.1 -k '' -c fsync=off";
        run(
                "pg_ctl",
                "-D",
                data.toString(),
                "-o",
                options,
                "-l",
                data.resolve("log").toString(),
                "-w",
                "start");
    }

    /** Ends it as if it had crashed. */
    void stop() throws IOException, InterruptedException {
        run("pg_ctl", "-D", data.toString(), "-m", "immediate", "-w", "stop");
    }

    String url() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=" + USER;
    }

    private void run(String program, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        if (isRoot()) {
            command.addAll(List.of("setpriv", "--reuid=" + USER, "--regid=" + USER, "--clear-groups"));
        }
        command.add(programs.resolve(program).toString());
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile("returns-postgresql", ".log");
        try {
            Process process = new ProcessBuilder(command)
                    .directory(Path.of("/").toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            assertThat(process.waitFor(ServiceClient.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .as("%s ended", command)
                    .isTrue();
            assertThat(process.exitValue())
                    .as("%s: %s", command, Files.readString(output))
                    .isZero();
        } finally {
            Files.delete(output);
        }
    }

    private static Path programs() throws IOException {
        assertThat(INSTALLED).as("PostgreSQL, by Debian's package postgresql").isDirectory();
        try (Stream<Path> versions = Files.list(INSTALLED)) {
            return versions.max(Comparator.comparing(
                            version -> Double.parseDouble(version.getFileName().toString())))
                    .orElseThrow()
                    .resolve("bin");
        }
    }

    private static boolean isRoot() {
        return System.getProperty("user.name").equals("root");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() throws IOException {
        try {
            if (Files.exists(data.resolve("postmaster.pid"))) {
                stop();
            }
        } catch (InterruptedException e) {
            throw new IOException("interrupted while the server ends", e);
        }
        Files.walkFileTree(data, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, IOException failure) throws IOException {
                Files.delete(folder);
                return CONTINUE;
            }
        });
    }
}
