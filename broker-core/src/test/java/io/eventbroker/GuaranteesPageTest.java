package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code docs/guarantees.md} names tests that there are, all of a guarantee's, and figures that long runs have left. */
class GuaranteesPageTest {
    private static final Path ROOT = Path.of(System.getProperty("basedir", "."), "..");
    private static final Pattern NAMED = Pattern.compile("`(\\w+Test|MutationReport)\\b[^`]*`");
    private static final Pattern GUARANTEE = Pattern.compile("(?ms)^### G(\\d+) .*?(?=^###? )");
    private static final Pattern NUMBERED = Pattern.compile("G(\\d+)_\\w+Test");

    /** A row of the table of long runs: its file, what it came to, its command. */
    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| \\[[^]]+]\\(runs/([\\w-]+\\.json)\\) \\|(.*)\\| `([^`]+)` \\|$");

    private static final Pattern NUMBER = Pattern.compile("\\d{1,3}(,\\d{3})+|\\d+(\\.\\d+)?");

    private final String page = read(ROOT.resolve("docs/guarantees.md"));

    @Test
    void everyTestItNamesExists() {
        assertThat(all(NAMED, page, 1)).isNotEmpty().isSubsetOf(testClasses());
    }

    @Test
    void everyTestOfAGuaranteeIsNamedThere() {
        Map<String, Set<String>> expected = testClasses().stream()
                .filter(NUMBERED.asMatchPredicate())
                .collect(Collectors.groupingBy(
                        name -> name.replaceAll("^G|_.*", ""), TreeMap::new, Collectors.toCollection(TreeSet::new)));
        List<MatchResult> sections = GUARANTEE.matcher(page).results().toList();
        assertThat(sections).hasSize(12);
        for (MatchResult section : sections) {
            assertThat(all(NAMED, section.group(), 1))
                    .as("G%s", section.group(1))
                    .containsAll(expected.getOrDefault(section.group(1), Set.of()));
        }
    }

    /** Each number in a row is one that the run counted itself; what has violated anything leaves no file. */
    @Test
    void everyFigureIsOfALongRun() throws IOException {
        Set<String> files = new TreeSet<>();
        for (MatchResult row : ROW.matcher(page).results().toList()) {
            files.add(row.group(1));
            JsonNode run = new ObjectMapper()
                    .readTree(ROOT.resolve("docs/runs").resolve(row.group(1)).toFile());
            Set<String> known = all(NUMBER, run.path("totals").toString(), 0);
            Set<String> told = all(NUMBER, row.group(2), 0).stream()
                    .map(number -> number.replace(",", ""))
                    .collect(Collectors.toSet());
            assertThat(known).as(row.group(1)).containsAll(told);
            assertThat(run.path("command").asText()).as(row.group(1)).isEqualTo(row.group(3));
            assertThat(run.path("commit").asText()).as(row.group(1)).matches("[0-9a-f]{40}");
        }
        try (Stream<Path> runs = Files.list(ROOT.resolve("docs/runs"))) {
            assertThat(runs.filter(run -> read(run).contains("\"row\""))
                            .map(run -> run.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(files);
        }
    }

    private static Set<String> testClasses() {
        try (Stream<Path> modules = Files.list(ROOT)) {
            return modules.map(module -> module.resolve("src/test/java"))
                    .filter(Files::isDirectory)
                    .flatMap(GuaranteesPageTest::walk)
                    .map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".java"))
                    .map(name -> name.replace(".java", ""))
                    .collect(Collectors.toCollection(TreeSet::new));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<Path> walk(Path root) {
        try {
            return Files.walk(root);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Set<String> all(Pattern pattern, String text, int group) {
        return pattern.matcher(text)
                .results()
                .map(found -> found.group(group))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
