package io.eventbroker.bench.lab;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the results were measured on, without the names of hosts, users and files.
 *
 * @param processor its model, where the system tells; otherwise empty
 * @param cores how many processors the JVM may use
 * @param loadAverage of the minute before the run
 */
public record Machine(
        @Nullable String processor, int cores, String os, String architecture, double loadAverage, Jvm jvm) {
    /** The load average of a machine that does nothing else. */
    static final double QUIET = 0.5;

    /** So that every machine gives the contenders the same memory. */
    private static final List<String> DEFAULT_FLAGS = List.of("-Xms512m", "-Xmx512m");

    /**
     * The JVM of the runs.
     *
     * @param name of the virtual machine
     * @param flags as given, without those that have a path in them
     */
    public record Jvm(String name, String version, String vendor, List<String> flags) {}

    /** This machine, with the load of the minute before. */
    public static Machine current() {
        return new Machine(
                model(),
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.name"),
                System.getProperty("os.arch"),
                load(),
                new Jvm(
                        System.getProperty("java.vm.name"),
                        System.getProperty("java.runtime.version"),
                        System.getProperty("java.vendor"),
                        flags(List.of()).stream().filter(Machine::namesNoFile).toList()));
    }

    /** The load average of the last minute; negative where there is none. */
    static double load() {
        return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }

    private static String model() {
        try {
            return model(Files.readString(Path.of("/proc/cpuinfo")));
        } catch (IOException e) {
            return "";
        }
    }

    static String model(String cpuinfo) {
        return cpuinfo.lines()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("");
    }

    /**
     * The flags of a forked JVM: some defaults, what a measurement asks for, and this JVM's own as far as they are about
     * how it runs. Of flags that contradict each other the last holds; but if this JVM's own set the size of the heap, they
     * alone do.
     */
    static List<String> flags(List<String> extra) {
        return flags(extra, ManagementFactory.getRuntimeMXBean().getInputArguments());
    }

    static List<String> flags(List<String> extra, List<String> given) {
        List<String> own = given.stream().filter(flag -> flag.startsWith("-X")).toList();
        boolean isHeapSet = own.stream().anyMatch(Machine::setsHeap);
        Stream<String> ours =
                Stream.concat(DEFAULT_FLAGS.stream(), extra.stream()).filter(flag -> !(isHeapSet && setsHeap(flag)));
        return Stream.concat(ours, own.stream()).toList();
    }

    private static boolean setsHeap(String flag) {
        return Stream.of("-Xms", "-Xmx", "-XX:InitialHeapSize=", "-XX:MaxHeapSize=")
                .anyMatch(flag::startsWith);
    }

    /** In one line. */
    @Override
    public String toString() {
        String model = processor == null || processor.isEmpty() ? "" : " (" + processor + ")"; // old files have none
        return cores + " processors" + model + ", " + os + " " + architecture + ", " + jvm.name() + " " + jvm.version()
                + " " + String.join(" ", jvm.flags());
    }

    private static boolean namesNoFile(String flag) {
        return !flag.contains("/") && !flag.contains("\\");
    }
}
