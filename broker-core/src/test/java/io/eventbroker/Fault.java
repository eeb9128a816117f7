package io.eventbroker;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * A mistake that somebody might make in the broker, as a change of its source, and the test that is to catch it. Mistakes
 * are kept in {@code src/test/resources/faults}, like this:
 *
 * <pre>
 * Overflow | Backlog | what is evicted is not counted
 * -            in.add(DROPPED_OLDEST, 1);
 * fails SimulationSample
 * </pre>
 *
 * <p>A part of the broker, the source, what is wrong; behind {@code -} what stands in the source now, once; behind
 * {@code +} what stands there by mistake, if anything; at last the test class, or one of its methods behind a {@code #},
 * that fails by an assertion.
 */
record Fault(String part, String source, String name, String found, String replacement, String test) {
    private static final Path SOURCES = Path.of(System.getProperty("basedir", "."), "src");

    /** All there are. */
    static List<Fault> all() throws IOException {
        List<Fault> all = new ArrayList<>();
        for (String file : new String[] {"way-in", "queues", "ends"}) {
            List<String> lines = Files.readAllLines(SOURCES.resolve("test/resources/faults/" + file + ".txt"));
            for (int at = 0; at < lines.size(); at++) {
                String line = lines.get(at);
                if (!line.isEmpty() && !line.startsWith("#")) {
                    int end = at + 1;
                    while ("-+".indexOf(lines.get(end).charAt(0)) >= 0) {
                        end++;
                    }
                    all.add(parse(line.split(" \\| ", -1), lines.subList(at + 1, end), lines.get(end)));
                    at = end;
                }
            }
        }
        return all;
    }

    private static Fault parse(String[] title, List<String> change, String end) {
        return new Fault(
                title[0],
                title[1],
                title[2],
                joined(change, "-"),
                joined(change, "+"),
                end.substring("fails ".length()));
    }

    private static String joined(List<String> change, String mark) {
        List<String> lines = change.stream()
                .filter(line -> line.startsWith(mark))
                .map(line -> line.substring(1))
                .toList();
        return String.join("\n", lines);
    }

    String original() throws IOException {
        return Files.readString(file());
    }

    /** The source with the mistake; fails if it is not what it was when the mistake was thought of. */
    String mistaken() throws IOException {
        String text = original();
        int at = text.indexOf(found);
        if (at < 0 || text.indexOf(found, at + 1) >= 0) {
            throw new AssertionError(this + " is stale: this must stand in " + file() + " once:\n" + found);
        }
        return text.substring(0, at) + replacement + text.substring(at + found.length());
    }

    private Path file() {
        return SOURCES.resolve("main/java/io/eventbroker").resolve(source + ".java");
    }

    /** Compiles a text in the place of the source against the broker as built, into a folder. */
    void compile(String text, Path folder) throws IOException {
        Path file = folder.resolve(file().getFileName());
        Files.writeString(file, text);
        JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
        StringWriter said = new StringWriter();
        List<String> options = new ArrayList<>(List.of("--release", "17", "-proc:none", "-nowarn", "-implicit:none"));
        options.addAll(List.of("-d", folder.toString(), "-cp", System.getProperty("java.class.path")));
        try (StandardJavaFileManager files = javac.getStandardFileManager(null, null, null)) {
            if (!javac.getTask(said, files, null, options, null, files.getJavaFileObjects(file))
                    .call()) {
                throw new AssertionError(this + " does not compile:\n" + said);
            }
        }
    }

    @Override
    public String toString() {
        return part + ": " + name;
    }
}
