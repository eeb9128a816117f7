package io.eventbroker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.lmax.disruptor.RingBuffer;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** The packaged jar, used by a program of its own in a JVM of its own. */
class JarIT {
    private static final String PROGRAM = """
            package hello;

            import io.eventbroker.Broker;
            import io.eventbroker.Topic;

            public class Hello {
                static final Topic<String> GREETINGS = Topic.of("greetings", String.class);

                public static void main(String[] args) {
                    try (Broker broker = Broker.open()) {
                        broker.subscribe(GREETINGS, System.out::println);
                        broker.publish(GREETINGS, "Hello, world");
                    }
                    System.out.println(Broker.class.getModule());
                }
            }
            """;

    @TempDir
    Path dir;

    private Path program;
    private Path classes;

    /** What a program needs at run time: JSpecify's annotations are for compilers. */
    private String jars;

    private String jarsToCompile;

    @BeforeEach
    void writeProgram() throws IOException {
        program = Files.writeString(dir.resolve("Hello.java"), PROGRAM);
        classes = dir.resolve("classes");
        jars = Stream.of(Broker.class, RingBuffer.class, LoggerFactory.class)
                .map(JarIT::jarOf)
                .collect(Collectors.joining(File.pathSeparator));
        jarsToCompile = jars + File.pathSeparator + jarOf(Nullable.class);
    }

    @Test
    void worksOnTheClassPath() throws Exception {
        compile("--class-path", jarsToCompile, program.toString());

        String output = run("--class-path", jars + File.pathSeparator + classes, "hello.Hello");

        assertThat(output.lines()).first().isEqualTo("Hello, world");
        assertThat(output.lines()).last().asString().startsWith("unnamed module");
    }

    @Test
    void worksOnTheModulePath() throws Exception {
        Path descriptor =
                Files.writeString(dir.resolve("module-info.java"), "module hello { requires io.eventbroker; }");
        compile("--module-path", jarsToCompile, descriptor.toString(), program.toString());

        String output = run("--module-path", jars + File.pathSeparator + classes, "--module", "hello/hello.Hello");

        assertThat(output.lines()).containsExactly("Hello, world", "module io.eventbroker");
    }

    private static String jarOf(Class<?> type) {
        try {
            Path jar = Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
            assertThat(jar).isRegularFile().hasExtension("jar");
            return jar.toString();
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private void compile(String... arguments) {
        List<String> command = new ArrayList<>(List.of("-Xlint:all", "-Werror", "-d", classes.toString()));
        command.addAll(List.of(arguments));
        ByteArrayOutputStream messages = new ByteArrayOutputStream();

        int exit = ToolProvider.getSystemJavaCompiler().run(null, messages, messages, command.toArray(String[]::new));

        assertThat(exit).as(messages.toString(UTF_8)).isZero();
    }

    private String run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(arguments));
        Path out = dir.resolve("out");
        Path err = dir.resolve("err");

        Process process = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        boolean ended = process.waitFor(60, TimeUnit.SECONDS);
        process.destroyForcibly();

        String complaints = Files.readString(err);
        assertThat(ended).as("the program ended; it wrote: %s", complaints).isTrue();
        assertThat(process.exitValue()).as(complaints).isZero();
        assertThat(complaints).as("warnings of the JVM").doesNotContain("WARNING:");
        return Files.readString(out);
    }
}
