package io.eventbroker;

import static com.tngtech.archunit.core.domain.JavaModifier.PROTECTED;
import static com.tngtech.archunit.core.domain.JavaModifier.PUBLIC;
import static com.tngtech.archunit.core.domain.JavaModifier.SYNTHETIC;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Keeps the arrows between packages and classes, and the size of the core, as the design has them. */
class ArchitectureTest {
    private static final String FACE = "io.eventbroker";
    private static final String INTERNAL = "io.eventbroker.internal";

    private static final int CODE_LINES = 4_000;
    private static final int PUBLIC_TYPES = 25;
    private static final int FILE_LINES = 400;

    /** The only arrows that may close a cycle: from a face's factory method to the class it opens. */
    private static final Map<String, Set<String>> FACTORIES =
            Map.of(FACE + ".Broker", Set.of(FACE + ".ActiveBroker", FACE + ".SteppedBroker", FACE + ".ManualBroker"));

    /** A comment in group 1, or a literal that may look as if it held one. */
    private static final Pattern COMMENT_OR_LITERAL = Pattern.compile("""
            (?s)(//[^\\n]*|/\\*.*?\\*/)\
            |\"""(?:[^\\\\\"]|\\\\.|\"(?!\""))*+\"""\
            |"(?:[^"\\\\\\n]|\\\\.)*+"\
            |'(?:[^'\\\\\\n]|\\\\.)*+'""");

    private static final Path CLASSES = Path.of("target", "classes");
    private static final Path SOURCES = Path.of("src", "main", "java");
    private static final JavaClasses CORE = new ClassFileImporter().importPath(CLASSES);

    @Test
    void onlyTheFaceIsExported() throws IOException {
        try (InputStream in = Files.newInputStream(CLASSES.resolve("module-info.class"))) {
            ModuleDescriptor module = ModuleDescriptor.read(in);

            assertThat(module.name()).isEqualTo("io.eventbroker");
            assertThat(module.exports()).singleElement().satisfies(exported -> {
                assertThat(exported.source()).isEqualTo(FACE);
                assertThat(exported.isQualified()).isFalse();
            });
            assertThat(module.opens()).isEmpty();
        }
    }

    @Test
    void thereAreNoPackagesButTheFaceAndItsInternals() {
        assertThat(CORE.stream().map(JavaClass::getPackageName)).contains(FACE).isSubsetOf(FACE, INTERNAL);
    }

    @Test
    void theInternalsDoNotKnowTheFace() {
        noClasses()
                .that()
                .resideInAPackage(INTERNAL + "..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(FACE)
                .allowEmptyShould(true)
                .check(CORE);
    }

    @Test
    void topLevelClassesFormNoCycle() {
        assertThat(cycleIn(arrows(CORE)))
                .as("a cycle of top-level classes, each using the next")
                .isEmpty();
    }

    @Test
    void aCycleIsFound() {
        Map<String, Set<String>> arrows =
                Map.of("a", Set.of("b"), "b", Set.of("c", "d"), "c", Set.of(), "d", Set.of("b"));

        assertThat(cycleIn(arrows)).hasSize(3).containsOnly("b", "d");
    }

    @Test
    void theFaceShowsNothingOfItsMachinery() {
        List<String> leaks = CORE.stream()
                .filter(type -> type.getPackageName().equals(FACE) && isVisible(type))
                .flatMap(ArchitectureTest::leaks)
                .toList();

        assertThat(leaks)
                .as("machinery in public or protected signatures of the face")
                .isEmpty();
    }

    @Test
    void theCoreDoesWithoutReflectionUnsafeAndWeakReferences() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("sun..", "jdk.internal..", "java.lang.reflect..", "java.lang.ref..")
                .check(CORE);
    }

    @Test
    void theCoreIsWithinItsBudget() throws IOException {
        long code = 0;
        Path longest = SOURCES;
        long longestLines = 0;
        for (Path file : sources()) {
            String source = Files.readString(file);
            code += codeLines(source);
            long lines = source.lines().count();
            if (lines > longestLines) {
                longest = file;
                longestLines = lines;
            }
        }
        long types = CORE.stream()
                .filter(type -> type.isTopLevelClass() && type.getModifiers().contains(PUBLIC))
                .count();

        System.out.printf(
                Locale.ROOT,
                "budget: %,d of %,d lines, %d of %d public types, longest file %s %d of %d%n",
                code,
                CODE_LINES,
                types,
                PUBLIC_TYPES,
                longest.getFileName(),
                longestLines,
                FILE_LINES);
        assertThat(code).as("lines of code without comments").isBetween(1L, (long) CODE_LINES);
        assertThat(types).as("public top-level types").isBetween(1L, (long) PUBLIC_TYPES);
        assertThat(longestLines).as("lines of %s", longest).isLessThanOrEqualTo(FILE_LINES);
    }

    @Test
    void commentsAndBlankLinesAreNoCode() {
        String source = """
                /** A doc // comment. */
                class A { // the first line of code

                    String url = "https://example.org"; /* not a
                       comment */ char quote = '"'; // "
                    /* "
                     */
                    String block = ""\"
                        // code \\""\"
                        /* code */ ""\";
                }
                """;

        assertThat(codeLines(source)).isEqualTo(7);
    }

    /** Who uses whom among the top-level classes, nested classes counting as their outermost one. */
    private static Map<String, Set<String>> arrows(JavaClasses classes) {
        Map<String, Set<String>> arrows = new TreeMap<>();
        for (JavaClass type : classes) {
            String from = outermost(type);
            Set<String> targets = arrows.computeIfAbsent(from, name -> new TreeSet<>());
            type.getDirectDependenciesFromSelf().stream()
                    .map(Dependency::getTargetClass)
                    .map(JavaClass::getBaseComponentType)
                    .filter(target -> classes.contain(target.getName()))
                    .map(ArchitectureTest::outermost)
                    .filter(to -> !to.equals(from))
                    .filter(to -> !FACTORIES.getOrDefault(from, Set.of()).contains(to))
                    .forEach(targets::add);
        }
        return arrows;
    }

    private static String outermost(JavaClass type) {
        return type.getEnclosingClass().map(ArchitectureTest::outermost).orElse(type.getName());
    }

    /** The first cycle found, its first element repeated at the end; empty if there is none. */
    private static List<String> cycleIn(Map<String, Set<String>> arrows) {
        Set<String> visited = new HashSet<>();
        return arrows.keySet().stream()
                .map(start -> cycleFrom(start, List.of(), visited, arrows))
                .filter(cycle -> !cycle.isEmpty())
                .findFirst()
                .orElse(List.of());
    }

    private static List<String> cycleFrom(
            String node, List<String> path, Set<String> visited, Map<String, Set<String>> arrows) {
        List<String> longer = new ArrayList<>(path);
        longer.add(node);
        if (path.contains(node)) {
            return longer.subList(path.indexOf(node), longer.size());
        }
        if (!visited.add(node)) {
            return List.of();
        }
        return arrows.get(node).stream()
                .map(next -> cycleFrom(next, longer, visited, arrows))
                .filter(cycle -> !cycle.isEmpty())
                .findFirst()
                .orElse(List.of());
    }

    private static Stream<String> leaks(JavaClass type) {
        Stream<JavaType> parents = Stream.concat(
                type.getSuperclass().stream(),
                Stream.concat(type.getInterfaces().stream(), type.getTypeParameters().stream()));
        Stream<String> ofType = machinery(parents).map(leak -> type.getName() + " shows " + leak);
        Stream<String> ofMembers = type.getMembers().stream()
                .filter(ArchitectureTest::isVisible)
                .flatMap(member -> machinery(signature(member)).map(leak -> member.getFullName() + " shows " + leak));
        return Stream.concat(ofType, ofMembers);
    }

    private static Stream<JavaType> signature(JavaMember member) {
        if (member instanceof JavaField field) {
            return Stream.of(field.getType());
        }
        JavaCodeUnit unit = (JavaCodeUnit) member;
        return Stream.of(
                        Stream.of(unit.getReturnType()),
                        unit.getParameterTypes().stream(),
                        unit.getTypeParameters().stream(),
                        unit.getExceptionTypes().stream())
                .flatMap(types -> types);
    }

    private static Stream<String> machinery(Stream<? extends JavaType> types) {
        return types.flatMap(type -> type.getAllInvolvedRawTypes().stream())
                .map(JavaClass::getName)
                .filter(name -> Stream.of("com.lmax.", INTERNAL + ".").anyMatch(name::startsWith));
    }

    private static boolean isVisible(JavaClass type) {
        return isVisible(type.getModifiers())
                && type.getEnclosingClass().map(ArchitectureTest::isVisible).orElse(true);
    }

    private static boolean isVisible(JavaMember member) {
        return isVisible(member.getModifiers()) && !member.getModifiers().contains(SYNTHETIC);
    }

    private static boolean isVisible(Set<?> modifiers) {
        return modifiers.contains(PUBLIC) || modifiers.contains(PROTECTED);
    }

    private static List<Path> sources() throws IOException {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .sorted()
                    .toList();
        }
    }

    private static long codeLines(String source) {
        String code = COMMENT_OR_LITERAL
                .matcher(source)
                .replaceAll(found -> Matcher.quoteReplacement(
                        found.group(1) == null ? found.group() : found.group().replaceAll("[^\\n]", "")));
        return code.lines().filter(line -> !line.isBlank()).count();
    }
}
