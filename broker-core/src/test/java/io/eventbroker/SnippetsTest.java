package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;

/** What the README and the Javadoc of public types show as code compiles, and every feature is shown. */
class SnippetsTest {
    private static final Path README = Path.of("..", "README.md");
    private static final Path SOURCES = Path.of("src", "main", "java", "io", "eventbroker");

    /** Laws, not code. */
    private static final List<String> FORMULAS = List.of("BrokerStats", "SubscriptionStats", "package-info");

    private static final Pattern IN_README = Pattern.compile("(?s)```java\n(.*?)```");
    private static final Pattern IN_JAVADOC = Pattern.compile("(?s)<pre>\\{@code\n(.*?)\n *\\* \\}</pre>");

    /** What begins a declaration of a member; all else are statements. */
    private static final Pattern DECLARATION = Pattern.compile("(static|final|sealed|record|interface|class|enum) .*");

    /** A row of the table of features: what it names as code, and the file it links to. */
    private static final Pattern FEATURE =
            Pattern.compile("(?m)^\\| [^|]+ \\| ([^|]*): \\[(\\w+)\\]\\((broker-core/[^)]+)\\) \\|$");

    private static final Pattern NAMED = Pattern.compile("(\\w+)\\(|\\b([A-Z_]{5,})\\b");

    /** What the snippets take for granted. */
    private static final String SURROUNDINGS = """
            import static io.eventbroker.Overflow.*;
            import io.eventbroker.*;
            import io.eventbroker.BrokerEvent.*;
            import java.io.IOException;
            import java.math.BigDecimal;
            import java.time.Duration;
            import java.util.*;

            class Snippets {
                sealed interface ReturnEvent {}
                record ReturnCreated(String id, String customer, int units, BigDecimal price) implements ReturnEvent {}
                record OrderEvent() {}
                record Price(String symbol, double bid) {}
                record Payment(String account, long pence) {}
                record Config(String json) {}
                record Job() {}
                record Ordered(String id) {}
                record Shipped(String id) {}
                record Shipping(Broker broker) {}

                static final Topic<ReturnEvent> RETURNS = Topic.of("returns", ReturnEvent.class);
                static final TopicPattern<ReturnCreated> CREATED = RETURNS.only(ReturnCreated.class);
                static final Topic<Price> PRICES = Topic.of("prices", Price.class);
                static final Topic<Payment> PAYMENTS = Topic.of("payments", Payment.class).keyedBy(Payment::account);
                static final Topic<Config> CONFIG = Topic.of("config", Config.class).retaining(1);
                static final Topic<Job> JOBS = Topic.of("jobs", Job.class);
                static final Topic<Ordered> ORDERED = Topic.of("ordered", Ordered.class);
                static final Topic<Shipped> SHIPPED = Topic.of("shipped", Shipped.class);

                static class Reader {
                    void send(Object event) {}
                    void show(Object event) {}
                    void add(Object event) {}
                    void gap(long missed) {}
                    void refund(Object event) {}
                    void configure(Object event) {}
                }

                static Reader mailer, screen, chart, billing, service;
                static org.slf4j.Logger log;
                static Broker broker;
                static ReturnCreated created;
                static Iterator<Price> feed;
                static Inbox<Ordered> orders;
                static Inbox<Shipped> cancels;
                static Map<String, Long> balances;

                static BigDecimal amountOf(Object event) { return BigDecimal.ONE; }
                static void store(Object... all) {}
                static void work(Object job) {}
                static void assertEquals(Object expected, Object actual) {}
            """;

    private record Snippet(String place, String code) {}

    @TempDir
    Path folder;

    /** By the file they stand in. */
    private static Map<String, List<Snippet>> all() throws IOException {
        Map<String, List<Snippet>> found = new LinkedHashMap<>();
        String readme = Files.readString(README);
        found.put("README", find("README", IN_README, readme));
        try (Stream<Path> files = Files.list(SOURCES)) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".java")).sorted().toList()) {
                String source = Files.readString(file);
                String type = file.getFileName().toString().replace(".java", "");
                boolean isPublic =
                        Pattern.compile("(?m)^public ").matcher(source).find();
                List<Snippet> inFile = find(type, IN_JAVADOC, source);
                if (isPublic && !inFile.isEmpty() && !FORMULAS.contains(type)) {
                    found.put(type, inFile);
                }
            }
        }
        return found;
    }

    private static List<Snippet> find(String place, Pattern pattern, String text) {
        List<MatchResult> results = pattern.matcher(text).results().toList();
        List<Snippet> found = new ArrayList<>();
        for (MatchResult result : results) {
            String code = result.group(1).replaceAll("(?m)^ *\\* ?", "").replaceAll("(?m)^ *\\.\\.\\.$", "");
            found.add(new Snippet(place + " " + (found.size() + 1), code));
        }
        return found;
    }

    /** A class of its own, whose members hide those of the surroundings. */
    private static String wrapped(Snippet snippet) {
        StringBuilder members = new StringBuilder();
        StringBuilder statements = new StringBuilder();
        int depth = 0;
        StringBuilder current = statements;
        for (String line : snippet.code().lines().toList()) {
            if (depth == 0 && !line.isBlank() && !line.startsWith(" ")) {
                current = DECLARATION.matcher(line).matches() ? members : statements;
            }
            current.append("// ")
                    .append(snippet.place())
                    .append('\n')
                    .append(line)
                    .append('\n');
            String code = line.replaceAll("//.*", "");
            depth += code.replaceAll("[^{(]", "").length()
                    - code.replaceAll("[^})]", "").length();
        }
        String name = snippet.place().replaceAll("\\W", "");
        return "static class In" + name + " {\n" + members + "void run() throws Exception {\n" + statements + "}\n}\n";
    }

    private static String compile(String source, Path folder) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        JavaFileObject file =
                new SimpleJavaFileObject(URI.create("string:///Snippets.java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return source;
                    }
                };
        String classPath = Stream.of(Broker.class, Logger.class, NullMarked.class)
                .map(SnippetsTest::placeOf)
                .collect(Collectors.joining(System.getProperty("path.separator")));
        StringWriter said = new StringWriter();
        List<String> options =
                List.of("-d", folder.toString(), "-classpath", classPath, "-proc:none", "--release", "17", "-nowarn");
        boolean isCompiled =
                compiler.getTask(said, null, null, options, null, List.of(file)).call();
        return isCompiled ? "" : said.toString();
    }

    private static String placeOf(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void everySnippetCompiles() throws IOException {
        StringBuilder source = new StringBuilder(SURROUNDINGS);
        Map<String, List<Snippet>> all = all();
        all.values().forEach(snippets -> snippets.forEach(snippet -> source.append(wrapped(snippet))));
        assertThat(compile(source + "}\n", folder)).as("%s", source).isEmpty();
        assertThat(all.get("README")).hasSizeGreaterThanOrEqualTo(2);
        assertThat(all).hasSizeGreaterThan(10);
    }

    @Test
    void oneThatDoesNotCompileIsSeen() throws IOException {
        for (String wrong : List.of("broker.publish(PRICES, 1);", "broker.subscribe(PRICES, p -> p.ask());", "{")) {
            String source = SURROUNDINGS + wrapped(new Snippet("wrong", wrong)) + "}\n";
            assertThat(compile(source, folder)).contains("error");
        }
    }

    /** What a row of the table of features names is in a snippet of the file that the row links to. */
    @Test
    void everyFeatureOfTheReadmeIsShown() throws IOException {
        String readme = Files.readString(README);
        Map<String, List<Snippet>> all = all();
        String table = readme.substring(readme.indexOf("| what you need | how |"));
        List<String> rows =
                table.lines().takeWhile(line -> line.startsWith("|")).skip(2).toList();
        assertThat(rows).hasSizeGreaterThan(15);
        for (String row : rows) {
            List<MatchResult> parts = FEATURE.matcher(row).results().toList();
            assertThat(parts).as("link in %s", row).hasSize(1);
            String type = parts.get(0).group(2);
            assertThat(Path.of("..").resolve(parts.get(0).group(3)))
                    .as(row)
                    .exists()
                    .hasFileName(type + ".java");
            String shown = all.getOrDefault(type, List.of()).stream()
                    .map(Snippet::code)
                    .collect(Collectors.joining());
            List<String> names = NAMED.matcher(parts.get(0).group(1))
                    .results()
                    .map(name -> name.group(1) == null ? name.group(2) : name.group(1))
                    .toList();
            assertThat(names).as("named in %s", row).isNotEmpty();
            assertThat(names).as("shown by %s, of %s", type, row).allMatch(name -> shown.contains(name));
        }
    }
}
