package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** {@code docs/synchronization.md} has a row for each field that can change, or refers to something that can. */
class SynchronizationPageTest {
    private static final Path PAGE = Path.of(System.getProperty("basedir", "."), "..", "docs", "synchronization.md");
    private static final Pattern ROW = Pattern.compile("^\\| `(\\w+\\.\\w+)` \\|", Pattern.MULTILINE);

    /** How the names of types begin that hold what can change; the core's own have rows for their fields. */
    private static final List<String> MUTABLE = List.of(
            "[",
            "java.util.Collection",
            "java.util.List",
            "java.util.Map",
            "java.util.Queue",
            "java.util.Set",
            "java.util.concurrent.",
            "java.lang.ThreadLocal",
            "com.lmax.");

    private static final Set<String> STATELESS = Set.of(
            "java.util.concurrent.Executor",
            "java.util.concurrent.ThreadFactory",
            "java.util.concurrent.atomic.AtomicIntegerFieldUpdater",
            "java.util.concurrent.atomic.AtomicLongFieldUpdater");

    @Test
    void everyMutableFieldHasARowAndEveryRowAField() throws IOException {
        Set<String> rows = ROW.matcher(Files.readString(PAGE))
                .results()
                .map((MatchResult row) -> row.group(1))
                .collect(Collectors.toSet());

        Set<String> fields = new ClassFileImporter()
                        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                        .importPackages("io.eventbroker")
                        .stream()
                        .filter(each -> !each.isRecord() && !each.isEnum())
                        .flatMap(each -> each.getFields().stream())
                        .filter(SynchronizationPageTest::canChange)
                        .map(field -> field.getOwner().getSimpleName() + "." + field.getName())
                        .collect(Collectors.toSet());

        assertThat(rows).containsExactlyInAnyOrderElementsOf(fields);
    }

    private static boolean canChange(JavaField field) {
        Set<JavaModifier> modifiers = field.getModifiers();
        if (modifiers.contains(JavaModifier.SYNTHETIC)) {
            return false;
        }
        if (!modifiers.contains(JavaModifier.FINAL)) {
            return true;
        }
        JavaClass type = field.getRawType();
        return !modifiers.contains(JavaModifier.STATIC)
                && !STATELESS.contains(type.getName())
                && MUTABLE.stream().anyMatch(type.getName()::startsWith);
    }
}
