package io.eventbroker.bench.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Processor time of this JVM's threads until now, its own included, but not of the one that read it: reading costs some.
 * On Linux as the scheduler counts it, elsewhere as the JVM tells it, often in steps of 10 ms.
 *
 * @param nanos by thread; under one name if only their sum is known
 */
public record ProcessorTime(Map<String, Long> nanos) {
    private static final Path TASKS = Path.of("/proc/self/task");
    private static final Path OWN_TASK = Path.of("/proc/thread-self");

    /** That of all threads but the calling one. */
    public static ProcessorTime ofOthers() {
        try {
            return new ProcessorTime(Files.isReadable(OWN_TASK.resolve("schedstat")) ? ofTasks() : ofProcess());
        } catch (IOException e) {
            return new ProcessorTime(ofProcess());
        }
    }

    private static Map<String, Long> ofTasks() throws IOException {
        Path own = OWN_TASK.toRealPath().getFileName();
        List<Path> others;
        try (Stream<Path> tasks = Files.list(TASKS)) {
            others = tasks.filter(task -> !task.getFileName().equals(own)).toList();
        }
        Map<String, Long> nanos = new HashMap<>();
        for (Path task : others) {
            try {
                String onProcessor = Files.readString(task.resolve("schedstat")).split(" ", 2)[0];
                nanos.put(task.getFileName().toString(), Long.parseLong(onProcessor));
            } catch (NoSuchFileException e) {
                // it has ended
            }
        }
        return nanos;
    }

    private static Map<String, Long> ofProcess() {
        return Map.of("all", JvmMeters.othersProcessorNanos());
    }

    /**
     * How much has come to it since another reading by the same thread. What a thread took that has ended since then is not
     * in it: good for an idle JVM only.
     */
    public long since(ProcessorTime earlier) {
        return nanos.entrySet().stream()
                .mapToLong(entry -> Math.max(0, entry.getValue() - earlier.nanos.getOrDefault(entry.getKey(), 0L)))
                .sum();
    }
}
