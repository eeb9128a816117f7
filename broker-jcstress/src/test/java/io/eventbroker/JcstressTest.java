package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.infra.Status;
import org.openjdk.jcstress.infra.collectors.DiskReadCollector;
import org.openjdk.jcstress.infra.collectors.InProcessCollector;
import org.openjdk.jcstress.infra.collectors.TestResult;
import org.openjdk.jcstress.infra.grading.GradingResult;
import org.openjdk.jcstress.infra.runners.TestList;

/**
 * Runs the tests of this module by jcstress: the product's own code, two threads at a time, millions of times, in JVMs of
 * their own. No outcome may occur that a test forbids, no test may fail or time out, and all must run: one with more
 * actors than the machine has processors is left out by jcstress without a word, therefore none has more than two.
 *
 * <p>What this cannot show: on x86 the processor itself reorders nothing but a store with a later load. That a release or
 * acquire is missing elsewhere shows there only where the compilers reorder, and on another processor perhaps at once.
 */
class JcstressTest {
    private static final Path DIRECTORY = Path.of("target", "jcstress");

    /** The first jcstress cannot try out by itself where classes are not in jars; the second keeps its log short. */
    private static final String FLAGS = "-XX:-RestrictContended -Dslf4j.internal.verbosity=ERROR";

    private static final String[] QUICK = {
        "-jvmArgs",
        FLAGS + " -XX:+UseSerialGC",
        "-sc",
        "false",
        "-af",
        "NONE",
        "-pth",
        "false",
        "-iters",
        "1",
        "-time",
        "100"
    };

    /** Interpreted, by either compiler, each actor by another, and with random orders of optimization. */
    private static final String[] FULL = {"-jvmArgsPrepend", FLAGS, "-af", "NONE", "-fsm", "1", "-iters", "1"};

    /** How long each fork runs on demand, in ms: about as long as it takes to start. */
    private static final int FORK = 400;

    /**
     * The longest that the run may take, in minutes, on a machine with much else to do. A test that hangs jcstress ends
     * after 30 s, but not if it does so in its very first round.
     */
    private static final int LONGEST = LongRun.isAsked() ? 300 : 12;

    private final LongRun run = LongRun.of("jcstress", JcstressTest.class);

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21) // on 17 jcstress runs each test twice, with and without biased locking
    @Timeout(value = 1, unit = TimeUnit.DAYS) // see LONGEST
    void noForbiddenOutcomeAndNoTestLeftOut() throws Exception {
        Collection<TestResult> results = run();

        Set<String> declared = new ClassFileImporter()
                .importPath(Path.of("target", "test-classes")).stream()
                        .filter(type -> type.isAnnotatedWith(JCStressTest.class))
                        .map(JavaClass::getFullName)
                        .map(name -> name.replace('$', '.'))
                        .collect(Collectors.toCollection(TreeSet::new));
        Set<String> ran = results.stream().map(TestResult::getName).collect(Collectors.toCollection(TreeSet::new));
        assertThat(ran).as("tests that ran").isEqualTo(declared).hasSizeGreaterThan(40);
        assertThat(declared)
                .as("actors")
                .allSatisfy(name -> assertThat(TestList.getInfo(name).threads()).isEqualTo(2));
        assertThat(runsOfEach(results)).as("how often each ran").hasSize(1);

        assertThat(results)
                .allSatisfy(result -> assertThat(result.status())
                        .as("%s: %s %s", result.getName(), result.getMessages(), result.getVmErr())
                        .isEqualTo(Status.NORMAL));
        assertThat(outcomes(results, Expect.FORBIDDEN)).as("forbidden outcomes").isEmpty();
        assertThat(outcomes(results, Expect.UNKNOWN))
                .as("outcomes without a verdict")
                .isEmpty();
        assertThat(results).allMatch(result -> result.grading().isPassed);
        Set<String> interesting = outcomes(results, Expect.ACCEPTABLE_INTERESTING);
        assertThat(interesting).as("outcomes of real races").hasSizeGreaterThan(declared.size() / 2);

        run.total("tests declared", declared.size())
                .total("tests run", ran.size())
                .total("runs of a test in a JVM of its own", results.size())
                .total(
                        "samples",
                        results.stream().mapToLong(TestResult::getTotalCount).sum())
                .total(
                        "outcomes acceptable",
                        outcomes(results, Expect.ACCEPTABLE).size())
                .total("outcomes that show a race", interesting.size())
                .total("processor", System.getProperty("os.arch"))
                .total("note", "an x86 processor reorders only a store with a later load: it shows no weaker ordering")
                .done();
    }

    /** Has jcstress run all tests, and returns what it has written of each run. */
    private static Collection<TestResult> run() throws Exception {
        if (Files.exists(DIRECTORY)) {
            try (Stream<Path> old = Files.list(DIRECTORY)) {
                for (Path file : old.filter(Files::isRegularFile).toList()) {
                    Files.delete(file);
                }
            }
        }
        Files.createDirectories(DIRECTORY);
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "org.openjdk.jcstress.Main",
                "-v",
                "-strideSize",
                "128",
                "-strideCount",
                "8"));
        command.addAll(List.of(LongRun.isAsked() ? FULL : QUICK));
        if (LongRun.isAsked()) {
            command.addAll(List.of("-time", String.valueOf(LongRun.size(FORK, FORK))));
        }
        Path log = DIRECTORY.resolve("log.txt").toAbsolutePath();
        Process jcstress = new ProcessBuilder(command)
                .directory(DIRECTORY.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            assertThat(jcstress.waitFor(LONGEST, TimeUnit.MINUTES))
                    .as("ended; if not, a test hangs, see %s", log)
                    .isTrue();
        } finally {
            jcstress.descendants().forEach(ProcessHandle::destroyForcibly);
            jcstress.destroyForcibly();
        }
        InProcessCollector results = new InProcessCollector();
        DiskReadCollector reader = new DiskReadCollector(resultFile().toString(), results);
        reader.dump();
        reader.close();
        return results.getTestResults();
    }

    private static Path resultFile() throws IOException {
        try (Stream<Path> files = Files.list(DIRECTORY)) {
            List<Path> written =
                    files.filter(file -> file.toString().endsWith(".bin.gz")).toList();
            assertThat(written).as("result files").hasSize(1);
            return written.get(0);
        }
    }

    /** How many results there are of a test: one number, or some were left out. */
    private static Set<Long> runsOfEach(Collection<TestResult> results) {
        return new TreeSet<>(results.stream()
                .collect(Collectors.groupingBy(TestResult::getName, Collectors.counting()))
                .values());
    }

    /** The outcomes that occurred and are graded so, each with its test. */
    private static Set<String> outcomes(Collection<TestResult> results, Expect grade) {
        Set<String> found = new TreeSet<>();
        for (TestResult result : results) {
            for (GradingResult outcome : result.grading().gradingResults.values()) {
                if (outcome.expect == grade && outcome.count > 0) {
                    found.add(result.getName() + ": " + outcome.id);
                }
            }
        }
        return found;
    }
}
