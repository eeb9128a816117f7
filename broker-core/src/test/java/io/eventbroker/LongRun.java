package io.eventbroker;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * How much of a set of tests to do: what every build has time for, or, with {@code -Dlong}, all of it. What a long run
 * came to is kept in {@code docs/runs}, with what is needed to repeat it; nothing is kept of one that violated anything.
 *
 * <pre>{@code
 * LongRun run = LongRun.of("close", G7_CloseRacesTest.class);
 * for (int round = 0; round < LongRun.size(1_000, 100_000); round++) {…}       // in every build, on demand
 * run.total("rounds", rounds);                                                  // counted by the test
 * run.done();                                                                   // not reached if anything failed
 * }</pre>
 *
 * <p>{@code -Dsize=N} asks for another size, {@code -Dseed=S} for another first seed than 1. Not thread-safe.
 */
final class LongRun {
    private static final boolean LONG = System.getProperty("long") != null;

    private final String row;
    private final Class<?> test;
    private final long start = System.nanoTime();
    private final Map<String, Object> totals = new LinkedHashMap<>();

    private LongRun(String row, Class<?> test) {
        this.row = row;
        this.test = test;
    }

    /**
     * @param row the name of the set, and of its file
     * @param test the one class that holds the set
     */
    static LongRun of(String row, Class<?> test) {
        return new LongRun(row, test);
    }

    static boolean isAsked() {
        return LONG;
    }

    /** As many as asked for, with {@code usual} as what every build does. */
    static int size(int usual, int onDemand) {
        return Integer.getInteger("size", LONG ? onDemand : usual);
    }

    /** The seed from which all randomness of the run follows. */
    static long seed() {
        return Long.getLong("seed", 1);
    }

    LongRun total(String name, Object value) {
        totals.put(name, value);
        return this;
    }

    /** Prints the totals and, after a long run, keeps them. */
    void done() throws IOException, InterruptedException {
        long seconds = Duration.ofNanos(System.nanoTime() - start).toSeconds();
        System.out.println(row + ", seed " + seed() + ", " + seconds + " s: " + totals);
        if (LONG) {
            keep(seconds);
        }
    }

    private void keep(long seconds) throws IOException, InterruptedException {
        Map<String, Object> run = new LinkedHashMap<>();
        run.put("row", row);
        run.put("commit", git("rev-parse", "HEAD"));
        run.put("uncommitted", git("status", "--porcelain", "--untracked-files=no", "--", "*.java"));
        run.put("jdk", System.getProperty("java.runtime.version"));
        run.put("processors", Runtime.getRuntime().availableProcessors());
        run.put("seed", seed());
        run.put("command", command());
        run.put("seconds", seconds);
        run.put("totals", totals);
        Path runs = Files.createDirectories(Path.of(System.getProperty("basedir", "."), "..", "docs", "runs"));
        new ObjectMapper()
                .enable(SerializationFeature.INDENT_OUTPUT)
                .writeValue(runs.resolve(row + ".json").toFile(), run);
    }

    private String command() {
        String module = Path.of(System.getProperty("basedir", "."))
                .toAbsolutePath()
                .normalize()
                .getFileName()
                .toString();
        boolean isCore = module.equals("broker-core"); // others need that built first, which has no such test
        StringBuilder command = new StringBuilder("mvn -pl ")
                .append(module)
                .append(isCore ? " -Dlong" : " -am -Dsurefire.failIfNoSpecifiedTests=false -Dlong");
        for (String property : new String[] {"size", "seed", "fault"}) {
            String value = System.getProperty(property);
            if (value != null) {
                command.append(" -D").append(property).append('=').append(value);
            }
        }
        return command.append(" -Dtest=")
                .append(test.getSimpleName())
                .append(" test")
                .toString();
    }

    private static String git(String... arguments) throws IOException, InterruptedException {
        String[] command = new String[arguments.length + 1];
        command[0] = "git";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        Process git = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String said = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        return git.waitFor(1, TimeUnit.MINUTES) && git.exitValue() == 0 ? said : "unknown";
    }
}
