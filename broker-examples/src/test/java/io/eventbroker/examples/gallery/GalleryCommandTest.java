package io.eventbroker.examples.gallery;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventbroker.examples.Returns;
import io.eventbroker.examples.gallery.Gallery.Example;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The command line of the gallery, and that its list, its sources and its page agree with each other. */
class GalleryCommandTest {
    private static final Path SOURCES = Path.of("src/main/java/io/eventbroker/examples/gallery");
    private static final Path PAGE = Path.of("../docs/gallery.md");
    private static final int MOST_LINES = 120;
    private static final Set<String> EXIT_WITH_1 = Set.of("bulk-delete-stopping", "bulk-delete-collecting");

    private record CommandRun(int exitCode, String out, String err) {
        static CommandRun of(String... args) {
            StringWriter out = new StringWriter();
            StringWriter err = new StringWriter();
            int exitCode = Returns.commandLine()
                    .setOut(new PrintWriter(out))
                    .setErr(new PrintWriter(err))
                    .execute(args);
            return new CommandRun(exitCode, out.toString(), err.toString());
        }
    }

    static List<Example> examples() {
        return Gallery.EXAMPLES;
    }

    static Stream<String> names() {
        return Gallery.EXAMPLES.stream().map(Example::name);
    }

    @ParameterizedTest
    @MethodSource("names")
    void runsAndLeavesNoThreadBehind(String name) throws Exception {
        Contention.assertNoThreadLeft(() -> {
            CommandRun run = CommandRun.of("gallery", name);
            assertThat(run.err()).isEmpty();
            assertThat(run.exitCode()).isEqualTo(EXIT_WITH_1.contains(name) ? 1 : 0);
            assertThat(run.out()).isNotBlank();
        });
    }

    @Test
    void listsOneALineTheNameFirst() {
        CommandRun run = CommandRun.of("gallery", "--list");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out().lines().map(line -> line.replaceFirst(" +", ": ")))
                .containsExactlyElementsOf(Gallery.EXAMPLES.stream()
                        .map(example -> example.name() + ": " + example.sentence())
                        .toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "no-such-example", "Tee", "--no-such-option", "tee bridge", "tee --list", "--list tee"})
    void whatCannotBeMeantIsRefusedWithUsage(String args) {
        CommandRun run = CommandRun.of(Stream.concat(Stream.of("gallery"), Stream.of(args.split(" ")))
                .filter(arg -> !arg.isEmpty())
                .toArray(String[]::new));
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("Usage: returns gallery");
    }

    @Test
    void anUnknownNameIsToldWithThoseThereAre() {
        assertThat(CommandRun.of("gallery", "worker-pol").err())
                .contains("'worker-pol'")
                .contains("worker-pool");
    }

    @Test
    void eachHasANameAndAClassOfItsOwn() {
        assertThat(Gallery.EXAMPLES).extracting(Example::name).doesNotHaveDuplicates();
        assertThat(Gallery.EXAMPLES).extracting(Example::source).doesNotHaveDuplicates();
        assertThat(Gallery.EXAMPLES)
                .allSatisfy(example -> assertThat(example.name()).matches("[a-z0-9]+(-[a-z0-9]+)*"));
    }

    @Test
    void everyClassThatRunsIsListed() throws IOException {
        try (Stream<Path> files = Files.list(SOURCES)) {
            Set<String> run = new HashSet<>();
            for (Path file : files.toList()) {
                if (Files.readString(file).contains(" run(PrintWriter out)") && !file.endsWith("Gallery.java")) {
                    run.add(file.getFileName().toString());
                }
            }
            assertThat(run)
                    .isEqualTo(Gallery.EXAMPLES.stream()
                            .map(GalleryCommandTest::fileName)
                            .collect(Collectors.toSet()));
        }
    }

    @ParameterizedTest
    @MethodSource("examples")
    void eachIsShortAndSaysWhenToUseIt(Example example) throws IOException {
        String source = Files.readString(SOURCES.resolve(fileName(example)));
        assertThat(source.lines().count()).isLessThanOrEqualTo(MOST_LINES);
        String head = source.substring(
                0, source.indexOf("\nfinal class") < 0 ? source.indexOf("\nrecord") : source.indexOf("\nfinal class"));
        assertThat(head.replaceAll("\\s+\\*?\\s*", " "))
                .contains("/** ")
                .containsPattern("\\. For |\\. \"[^\"]+\" For ");
    }

    @ParameterizedTest
    @MethodSource("examples")
    void thePageHasARowAndAParagraph(Example example) throws IOException {
        List<String> page = Files.readAllLines(PAGE);
        String link = "broker-examples/" + SOURCES.resolve(fileName(example));
        assertThat(page.stream().filter(line -> line.startsWith("| ") && line.contains("`" + example.name() + "`")))
                .as("rows")
                .hasSize(1)
                .allSatisfy(row -> assertThat(row).contains("](../" + link + ")"));
        List<String> paragraphs = page.stream()
                .filter(line -> line.startsWith("**`" + example.name() + "`**"))
                .toList();
        assertThat(paragraphs).as("paragraphs").hasSize(1);
        assertThat(paragraphs.get(0).length()).isGreaterThan(150);
    }

    private static String fileName(Example example) {
        return example.source().getSimpleName() + ".java";
    }
}
