package io.eventbroker.bench.lab;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs a main class in a JVM of its own: the same Java, class path and flags as this one's. */
public final class ForkedJvm {
    /** What the class path had when this JVM began. */
    private static final List<String> BEGAN_WITH = jars(System.getProperty("java.class.path"));

    private final Class<?> main;
    private final List<String> arguments;
    private final List<String> extraFlags;

    /**
     * A JVM that has not been started.
     *
     * @param main has a {@code public static void main}
     * @param arguments for it
     * @param extraFlags of the JVM, before this JVM's own: those overrule them
     */
    public ForkedJvm(Class<?> main, List<String> arguments, List<String> extraFlags) {
        this.main = main;
        this.arguments = List.copyOf(arguments);
        this.extraFlags = List.copyOf(extraFlags);
    }

    /**
     * Waits for its end. What it prints to standard error goes to this JVM's; if this JVM ends, so does the other.
     *
     * @param patience how long it may take; after that it is ended by force
     * @return the last line that it printed
     * @throws IOException if it could not be started, was not done in time, or failed, or if a jar of the class path was
     *     built anew since this JVM began
     * @throws InterruptedException if interrupted while waiting; the JVM is ended
     */
    public String run(Duration patience) throws IOException, InterruptedException {
        if (!jars(System.getProperty("java.class.path")).equals(BEGAN_WITH)) {
            throw new IOException("the code to be measured was built anew meanwhile");
        }
        Path output = Files.createTempFile("broker-bench", ".out");
        try {
            Process process = new ProcessBuilder(command())
                    .redirectOutput(output.toFile())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            Thread undertaker = new Thread(process::destroyForcibly);
            Runtime.getRuntime().addShutdownHook(undertaker);
            try {
                await(process, patience);
            } finally {
                process.destroyForcibly();
                Runtime.getRuntime().removeShutdownHook(undertaker);
            }
            return lastLine(output);
        } finally {
            Files.delete(output);
        }
    }

    private static void await(Process process, Duration patience) throws IOException, InterruptedException {
        if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IOException("the JVM was not done within " + patience.toSeconds() + " s");
        }
        if (process.exitValue() != 0) {
            throw new IOException("the JVM ended with exit code " + process.exitValue());
        }
    }

    private static String lastLine(Path output) throws IOException {
        List<String> lines = Files.readAllLines(output, UTF_8);
        if (lines.isEmpty()) {
            throw new IOException("the JVM printed no result");
        }
        return lines.get(lines.size() - 1);
    }

    /** The jars of a class path, with size and age. */
    static List<String> jars(String classPath) {
        return Stream.of(classPath.split(File.pathSeparator))
                .map(File::new)
                .filter(File::isFile)
                .map(jar -> jar + " " + jar.length() + " " + jar.lastModified())
                .toList();
    }

    private List<String> command() {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(Machine.flags(extraFlags));
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(main.getName());
        command.addAll(arguments);
        return command;
    }
}
