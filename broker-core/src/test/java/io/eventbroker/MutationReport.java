package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Keeps what PIT has found, and requires a reason for each mutant that lives. No build runs it by itself; after
 *
 * <pre>
 * mvn -pl broker-core -Pmutation test-compile org.pitest:pitest-maven:mutationCoverage
 * mvn -pl broker-core -Dlong -Dtest=MutationReport test
 * </pre>
 *
 * <p>the totals are in {@code docs/runs/mutation.json}, and {@code docs/mutation-survivors.md} must name each survivor as
 * this does: its class and method, the line, the mutator.
 */
class MutationReport {
    private static final Path BASE = Path.of(System.getProperty("basedir", "."));
    private static final double LEAST = 85;

    private record Mutant(String type, String place, String status) {
        static Mutant of(Element mutation) {
            String type = text(mutation, "mutatedClass").replaceAll("^io\\.eventbroker\\.|\\$.*", "");
            String mutator = text(mutation, "mutator").replaceAll(".*\\.|Mutator$", "");
            return new Mutant(
                    type,
                    type + "." + text(mutation, "mutatedMethod") + ":" + text(mutation, "lineNumber") + " " + mutator,
                    mutation.getAttribute("status"));
        }

        private static String text(Element parent, String name) {
            return parent.getElementsByTagName(name).item(0).getTextContent();
        }

        boolean lives() {
            return status.equals("SURVIVED") || status.equals("NO_COVERAGE");
        }
    }

    @Test
    void eachThatLivesHasAReason() throws Exception {
        LongRun run = LongRun.of("mutation", MutationReport.class);
        File report = BASE.resolve("target/pit-reports/mutations.xml").toFile();
        NodeList found = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(report)
                .getElementsByTagName("mutation");
        Map<String, List<Mutant>> byClass = new TreeMap<>();
        List<Mutant> all = new ArrayList<>();
        for (int i = 0; i < found.getLength(); i++) {
            Mutant mutant = Mutant.of((Element) found.item(i));
            all.add(mutant);
            byClass.computeIfAbsent(mutant.type, type -> new ArrayList<>()).add(mutant);
        }
        Map<String, Object> classes = new TreeMap<>();
        byClass.forEach((type, mutants) -> classes.put(type, totals(mutants)));
        run.total("found by", "mvn -pl broker-core -Pmutation test-compile org.pitest:pitest-maven:mutationCoverage")
                .total("all", totals(all))
                .total("by class", classes);

        String reasons = Files.readString(BASE.resolve("../docs/mutation-survivors.md"));
        assertThat(all.stream().filter(Mutant::lives).map(Mutant::place).filter(place -> !reasons.contains(place)))
                .as("survivors without a reason")
                .isEmpty();
        assertThat(percentage(all)).isGreaterThanOrEqualTo(LEAST);
        run.done();
    }

    private static Map<String, Object> totals(List<Mutant> mutants) {
        Map<String, Object> totals = new LinkedHashMap<>();
        totals.put("mutations", mutants.size());
        for (String status : new String[] {"KILLED", "TIMED_OUT", "SURVIVED", "NO_COVERAGE"}) {
            totals.put(status.toLowerCase().replace('_', ' '), count(mutants, status));
        }
        totals.put("percentage killed", percentage(mutants));
        return totals;
    }

    private static long count(List<Mutant> mutants, String status) {
        return mutants.stream().filter(mutant -> mutant.status.equals(status)).count();
    }

    /** Of all, those without coverage included; with one digit. */
    private static double percentage(List<Mutant> mutants) {
        long dead = mutants.stream().filter(mutant -> !mutant.lives()).count();
        return Math.floor(1_000.0 * dead / mutants.size()) / 10;
    }
}
