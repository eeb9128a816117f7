package io.eventbroker.examples.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventbroker.examples.Returns;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A service in a process of its own, which can be killed. */
final class ServiceProcess implements AutoCloseable {
    private static final String ADDRESS = "returns: http";

    private final Process process;
    private final Path out;
    private final Path err;

    private ServiceProcess(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /** Runs the command line with arguments; what it prints goes to files in the folder. */
    static ServiceProcess run(Path folder, String... arguments) throws IOException {
        Path out = Files.createTempFile(folder, "service", ".out");
        Path err = Files.createTempFile(folder, "service", ".err");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m"));
        String jar = System.getProperty("returns.jar"); // set where the finished jar is there to be tried
        command.addAll(
                jar == null
                        ? List.of("-cp", System.getProperty("java.class.path"), Returns.class.getName())
                        : List.of("-jar", jar));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        return new ServiceProcess(process, out, err);
    }

    /** Starts a service, and waits until it listens. */
    static ServiceProcess serve(Path folder, String url) throws IOException {
        ServiceProcess service = run(folder, "serve", "--port", "0", "--database", url);
        await().atMost(ServiceClient.PATIENCE)
                .until(() -> !service.process.isAlive() || service.out().contains(ADDRESS));
        assertThat(service.out()).as("standard error: %s", service.err()).contains(ADDRESS);
        return service;
    }

    ServiceClient client() {
        String line = out().lines()
                .filter(text -> text.startsWith(ADDRESS))
                .findFirst()
                .orElseThrow();
        return new ServiceClient(URI.create(line.substring("returns: ".length())));
    }

    /** SIGTERM. */
    void terminate() {
        process.destroy();
    }

    /** SIGKILL, and waits until the process is gone. */
    void kill() throws InterruptedException {
        assertThat(process.isAlive())
                .as("alive until it is killed; it wrote: %s", err())
                .isTrue();
        process.destroyForcibly();
        awaitEnd();
    }

    int awaitEnd() throws InterruptedException {
        assertThat(process.waitFor(ServiceClient.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .as("the process ended; it wrote: %s", err())
                .isTrue();
        return process.exitValue();
    }

    String out() {
        return read(out);
    }

    String err() {
        return read(err);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
