package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A part of a test in a JVM of its own, where nothing else makes garbage, threads or classes. */
final class ChildJvm {
    private static final String TOTAL = "total ";

    private ChildJvm() {}

    /** Runs a main class on this JVM's class path; returns what it wrote. Fails if it exits with anything but 0. */
    static String run(Path dir, List<String> options, Class<?> main, Object... arguments) throws Exception {
        return run(limit(2), dir, options, main, arguments);
    }

    /** So many times as long as a test waits for anything; in a long run half a day. */
    static Duration limit(int patiences) {
        return LongRun.isAsked() ? Duration.ofHours(12) : Tests.PATIENCE.multipliedBy(patiences);
    }

    /** The same, with more time than most need. */
    static String run(Duration limit, Path dir, List<String> options, Class<?> main, Object... arguments)
            throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        Path out = Files.createTempFile(dir, main.getSimpleName(), ".out");
        Process child = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        boolean ended;
        try {
            ended = child.waitFor(limit.toSeconds(), TimeUnit.SECONDS);
        } finally {
            child.destroyForcibly();
        }
        String output = Files.readString(out);
        assertThat(ended).as("the child ended; it wrote: %s", output).isTrue();
        assertThat(child.exitValue()).as("exit; the child wrote: %s", output).isZero();
        return output;
    }

    /** Takes over the totals a child has printed. */
    static void addTotals(LongRun run, String output) {
        output.lines().filter(line -> line.startsWith(TOTAL)).forEach(line -> {
            String[] words = line.substring(TOTAL.length()).split(": ", 2);
            run.total(words[0], Long.valueOf(words[1]));
        });
    }

    /** A total that some children have printed, each once or several times, in all. */
    static long sum(List<String> outputs, String name) {
        return outputs.stream()
                .flatMap(String::lines)
                .filter(line -> line.startsWith(TOTAL + name + ": "))
                .mapToLong(line -> Long.parseLong(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    // ---- for the child

    /** Runs what the child is for, and ends the JVM with 0, or, having said why, with 1. */
    static void main(Tests.Body body) {
        try {
            body.run();
        } catch (Throwable e) {
            e.printStackTrace();
            Runtime.getRuntime().halt(1);
        }
        Runtime.getRuntime().halt(0);
    }

    static void total(String name, long count) {
        System.out.println(TOTAL + name + ": " + count);
    }
}
