package io.eventbroker.bench.lab;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What the results were measured on, without the names of hosts, users and files.
 *
 * @param cores how many processors the JVM may use
 * @param loadAverage of the minute before the run
 */
public record Machine(int cores, String os, String architecture, double loadAverage, Jvm jvm) {
    /** So that every machine gives the contenders the same memory; who starts this JVM with others overrules it. */
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
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.name"),
                System.getProperty("os.arch"),
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
                new Jvm(
                        System.getProperty("java.vm.name"),
                        System.getProperty("java.runtime.version"),
                        System.getProperty("java.vendor"),
                        flags(List.of()).stream().filter(Machine::namesNoFile).toList()));
    }

    /**
     * The flags of a forked JVM: some defaults, what a measurement asks for, and this JVM's own as far as they are about
     * how it runs. Of flags that contradict each other the last holds.
     */
    static List<String> flags(List<String> extra) {
        Stream<String> own = ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> flag.startsWith("-X"));
        return Stream.of(DEFAULT_FLAGS.stream(), extra.stream(), own)
                .flatMap(Function.identity())
                .toList();
    }

    /** In one line. */
    @Override
    public String toString() {
        return cores + " processors, " + os + " " + architecture + ", " + jvm.name() + " " + jvm.version() + " "
                + String.join(" ", jvm.flags());
    }

    private static boolean namesNoFile(String flag) {
        return !flag.contains("/") && !flag.contains("\\");
    }
}
