package io.eventbroker.bench.compare;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.stream.Stream;

/** What the results were measured on, without the names of hosts, users and files. */
record Machine(int cores, String os, String architecture, double loadAverage, Jvm jvm) {
    /** So that every machine gives the contenders the same memory; who starts this JVM with others overrules it. */
    private static final List<String> DEFAULT_FLAGS = List.of("-Xms512m", "-Xmx512m");

    /**
     * The JVM of the runs.
     *
     * @param flags as given, without those that have a path in them
     */
    record Jvm(String name, String version, String vendor, List<String> flags) {}

    /** This machine, with the load of the minute before. */
    static Machine current() {
        return new Machine(
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.name"),
                System.getProperty("os.arch"),
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
                new Jvm(
                        System.getProperty("java.vm.name"),
                        System.getProperty("java.runtime.version"),
                        System.getProperty("java.vendor"),
                        flags().stream().filter(Machine::namesNoFile).toList()));
    }

    /** The flags of a forked JVM: some defaults, and this JVM's own as far as they are about how it runs. */
    static List<String> flags() {
        Stream<String> own = ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> flag.startsWith("-X"));
        return Stream.concat(DEFAULT_FLAGS.stream(), own).toList();
    }

    private static boolean namesNoFile(String flag) {
        return !flag.contains("/") && !flag.contains("\\");
    }
}
