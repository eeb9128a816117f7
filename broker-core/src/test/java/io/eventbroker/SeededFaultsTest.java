package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The net that is to catch mistakes, tried with mistakes: each {@link Fault} is compiled into a copy of the broker, and the
 * test named for it, run against that copy in another JVM, must fail, by an assertion of its own and not because the copy
 * does not load. The same tests must pass in the same way against copies without a mistake. The product has no
 * switches for this.
 *
 * <p>Forbidden: a mistake that is not caught, and one that no longer fits the source. {@code -Dlong} tries all, and asks
 * of each, too, whether the simulation catches it; {@code -Dfault=…} tries only those whose name has that in it, a regular
 * expression.
 */
@Tag("one-jdk")
class SeededFaultsTest {
    private static final int FORKS = 2;

    /** Of the mistakes each build tries every third, and whether the others still fit. */
    private static final int USUALLY_EVERY = 3;

    private static final int A_FORKS_SHARE = 33;
    private static final Duration LONGEST = Duration.ofMinutes(10);

    /** One run of a test against a copy of the broker. */
    private record Order(int number, Path folder, String test) {
        String line() {
            return String.join("\t", "" + number, folder.toString(), test);
        }
    }

    /** What came of it, and after how many milliseconds. */
    private record Finding(String outcome, long millis, String message) {
        @Override
        public String toString() {
            return outcome + " after " + millis + " ms " + message;
        }
    }

    @TempDir
    private Path scratch;

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void eachIsCaught() throws Exception {
        LongRun run = LongRun.of("net", SeededFaultsTest.class);
        Pattern wanted = Pattern.compile(System.getProperty("fault", ""));
        List<Fault> all = Fault.all();
        assertThat(all).extracting(Fault::toString).doesNotHaveDuplicates();
        for (Fault fault : all) {
            assertThat(fault.mistaken()).as("not stale").isNotEqualTo(fault.original());
        }
        int every = LongRun.isAsked() || !wanted.pattern().isEmpty() ? 1 : USUALLY_EVERY;
        List<Fault> faults = IntStream.range(0, all.size())
                .filter(i -> i % every == 0)
                .mapToObj(all::get)
                .filter(fault -> wanted.matcher(fault.toString()).find())
                .toList();
        List<Order> orders = new ArrayList<>(controls(faults));
        int controls = orders.size();
        List<Path> copies =
                faults.parallelStream().map(this::mistakenCopy).toList(); // to compile takes longer than most tests
        for (int i = 0; i < copies.size(); i++) {
            orders.add(new Order(orders.size(), copies.get(i), faults.get(i).test()));
        }
        int named = orders.size();
        for (int i = controls; i < named && LongRun.isAsked(); i++) {
            orders.add(new Order(orders.size(), orders.get(i).folder(), "SimulationSample"));
        }

        Map<Integer, Finding> findings = carryOut(orders);

        List<String> violations = new ArrayList<>();
        for (int i = 0; i < controls; i++) {
            System.out.println("without a mistake " + orders.get(i).test() + ": " + findings.get(i));
            if (!findings.get(i).outcome().equals(FaultFork.PASSED)) {
                violations.add("without a mistake " + orders.get(i).test() + ": " + findings.get(i));
            }
        }
        Map<String, Integer> caught = new TreeMap<>();
        List<String> notBySimulation = new ArrayList<>();
        for (int i = controls; i < named; i++) {
            Fault fault = faults.get(i - controls);
            Finding finding = findings.get(i);
            System.out.println(fault + ", " + fault.test() + ": " + finding);
            if (finding.outcome().equals(FaultFork.ASSERTION)) {
                caught.merge(fault.test().replaceAll("#.*", ""), 1, Integer::sum);
            } else {
                violations.add(fault + " is not caught by " + fault.test() + ": " + finding);
            }
            Finding simulated = findings.getOrDefault(i - controls + named, finding);
            if (!simulated.outcome().equals(FaultFork.ASSERTION)) {
                notBySimulation.add(fault + ": " + simulated);
            }
        }
        assertThat(violations).isEmpty();
        run.total("faults", faults.size())
                .total(
                        "faults by part",
                        faults.stream()
                                .collect(Collectors.groupingBy(Fault::part, TreeMap::new, Collectors.counting())))
                .total("caught, by test", caught)
                .total("tests that pass without a mistake", controls);
        if (LongRun.isAsked()) {
            run.total("caught by the simulation, too", faults.size() - notBySimulation.size())
                    .total("not by the simulation", notBySimulation);
        }
        run.done();
    }

    /** All tests that are to catch something, against a copy in which all sources are as they are. */
    private List<Order> controls(List<Fault> faults) throws IOException {
        Path folder = Files.createDirectories(scratch.resolve("control"));
        Map<String, Fault> bySource = new LinkedHashMap<>();
        faults.forEach(fault -> bySource.putIfAbsent(fault.source(), fault));
        for (Fault one : bySource.values()) {
            one.compile(one.original(), folder);
        }
        List<String> tests = faults.stream().map(Fault::test).distinct().toList();
        List<Order> orders = new ArrayList<>();
        for (String test : tests) {
            orders.add(new Order(orders.size(), folder, test));
        }
        return orders;
    }

    private Path mistakenCopy(Fault fault) {
        try {
            Path folder = Files.createTempDirectory(scratch, "copy");
            fault.compile(fault.mistaken(), folder);
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Has forks carry out all orders; returns what each came to. */
    private Map<Integer, Finding> carryOut(List<Order> orders) throws Exception {
        ExecutorService forks = Executors.newFixedThreadPool(FORKS);
        try {
            List<Future<Map<Integer, Finding>>> parts = new ArrayList<>();
            int count = (orders.size() + A_FORKS_SHARE - 1) / A_FORKS_SHARE;
            for (int part = 0; part < count; part++) {
                int remainder = part;
                List<Order> share = orders.stream()
                        .filter(o -> o.number() % count == remainder)
                        .toList();
                parts.add(forks.submit(() -> carryOutInTurn(share)));
            }
            Map<Integer, Finding> findings = new TreeMap<>();
            for (Future<Map<Integer, Finding>> part : parts) {
                findings.putAll(part.get());
            }
            return findings;
        } finally {
            forks.shutdownNow();
        }
    }

    /** A fork ends when something hangs; another goes on. */
    private Map<Integer, Finding> carryOutInTurn(List<Order> share) throws Exception {
        Map<Integer, Finding> findings = new TreeMap<>();
        List<Order> left = new ArrayList<>(share);
        while (!left.isEmpty()) {
            Map<Integer, Finding> found = fork(left);
            assertThat(found).as("findings of a fork").isNotEmpty();
            findings.putAll(found);
            left.removeIf(order -> found.containsKey(order.number()));
        }
        return findings;
    }

    private Map<Integer, Finding> fork(List<Order> orders) throws Exception {
        Path folder = Files.createTempDirectory(scratch, "fork");
        Path ordered = folder.resolve("orders");
        Path found = folder.resolve("findings");
        Files.write(ordered, orders.stream().map(Order::line).toList());
        List<String> options = List.of(
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xshare:auto",
                "-Xmx256m",
                "-Dsample=" + LongRun.size(60, 300));
        ChildJvm.run(LONGEST, folder, options, FaultFork.class, ordered, found);
        return Files.readAllLines(found).stream()
                .map(line -> line.split("\t", 4))
                .collect(Collectors.toMap(
                        parts -> Integer.valueOf(parts[0]),
                        parts -> new Finding(parts[2], Long.parseLong(parts[1]), parts[3])));
    }
}
