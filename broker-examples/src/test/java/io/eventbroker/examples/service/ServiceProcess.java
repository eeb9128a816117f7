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

    /** The finished jar, set where it is there to be tried; otherwise null. */
    private static final String JAR = System.getProperty("returns.jar");

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
        List<String> flags = JAR == null ? List.of() : List.of("-XX:SharedArchiveFile=" + Archive.FILE);
        return start(folder, flags, arguments);
    }

    private static ServiceProcess start(Path folder, List<String> flags, String... arguments) throws IOException {
        Path out = Files.createTempFile(folder, "service", ".out");
        Path err = Files.createTempFile(folder, "service", ".err");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m"));
        command.addAll(flags);
        command.addAll(
                JAR == null
                        ? List.of("-cp", System.getProperty("java.class.path"), Returns.class.getName())
                        : List.of("-jar", JAR));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        return new ServiceProcess(process, out, err);
    }

    /** Starts a service, and waits until it listens. */
    static ServiceProcess serve(Path folder, String url) throws IOException {
        return run(folder, serving(url)).awaitListening();
    }

    private static String[] serving(String url) {
        return new String[] {"serve", "--port", "0", "--database", url};
    }

    private ServiceProcess awaitListening() {
        await().atMost(ServiceClient.PATIENCE).until(() -> !process.isAlive() || out().contains(ADDRESS));
        assertThat(out()).as("standard error: %s", err()).contains(ADDRESS);
        return this;
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

    /**
     * The classes of the finished jar as a JVM has them once they are loaded: with the file a service starts in little
     * more than half the processor time. Made once in this JVM, by a service that takes a return in and ends. A JVM to
     * which the file does not fit does without.
     */
    private static final class Archive {
        static final Path FILE = make();

        private static Path make() {
            try {
                Path folder = Files.createTempDirectory(Path.of(JAR).getParent(), "archive");
                Path file = folder.resolve("returns.jsa");
                List<String> flags = List.of("-XX:ArchiveClassesAtExit=" + file);
                try (ServiceProcess service = start(folder, flags, serving(RunningService.fileIn(folder)))) {
                    service.awaitListening();
                    service.client().create();
                    service.client().awaitCompleted();
                    service.terminate();
                    service.awaitEnd();
                }
                assertThat(file).isNotEmptyFile();
                return file;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                throw new IllegalStateException("interrupted while the archive is made", e);
            }
        }
    }
}
