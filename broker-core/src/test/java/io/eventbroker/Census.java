package io.eventbroker;

import java.lang.management.ManagementFactory;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * What there is in a JVM that does nothing else: live bytes and live objects by class (a histogram of the JVM's, after a
 * full collection), threads, and whatever a broker leads to: how many objects of each class, and how much is in each of
 * its arrays, collections and maps, found by walking along all fields. Nothing of that is asked of the broker.
 */
final class Census {
    /**
     * How much more may be live than before: what the JVM keeps of code that runs for longer, and one thousand routes that
     * are remembered. A hundred thousand names of which each left 8 bytes would be twice as much.
     */
    private static final long BYTES = 384 << 10;

    /** The same for the objects of one class. */
    private static final int OBJECTS = 1_500;

    /** The same where it is a class of the broker's, of which no fixed number is remembered. */
    private static final int OWN_OBJECTS = 100;

    /**
     * By how much tables may differ that are to be bounded and not constant: what is remembered of names that match
     * patterns, until a pattern goes, and of keys that were conflated.
     */
    private static final Map<String, Integer> BOUNDED = Map.of(
            "Directory.remembered", Directory.MOST_REMEMBERED,
            "Route", Directory.MOST_REMEMBERED,
            "Route.subscriptions", 4 * Directory.MOST_REMEMBERED,
            "TopicDefinition", Directory.MOST_REMEMBERED,
            "Backlog.places", 2 * 2 * 16);

    /** The same: the names of subscriptions whose failure was logged. */
    private static final Map<String, Integer> ALWAYS_BOUNDED = Map.of("BrokerLog.complained", 1_000);

    /** The fields of classes met so far: what reflection makes of them is not to be found in the next census. */
    private static final Map<Class<?>, List<Field>> FIELDS = new HashMap<>();

    private static final List<String> WALKED = List.of("io.eventbroker.", "com.lmax.");

    /** All names of classes, fields and tables met so far, so that one census is not found in the next. */
    private static final Map<String, Integer> NAMES = new HashMap<>();

    private static final int MOST_NAMES = 8_192;

    private final long bytes;
    private final int[] objects = new int[MOST_NAMES];
    private final Set<Thread> threads = Collections.newSetFromMap(new IdentityHashMap<>());
    private final int threadCount;
    private final int[] tables = new int[MOST_NAMES];

    private Census(Object root) {
        walk(root); // first: what reflection keeps of classes is counted each time, then
        bytes = countObjects();
        threads.addAll(Thread.getAllStackTraces().keySet());
        threads.removeIf(Census::isOfTheJvm);
        threadCount = ManagementFactory.getThreadMXBean().getThreadCount();
    }

    /** Counts what is live, and what an object leads to. */
    static Census of(Object root) {
        System.gc();
        return new Census(root);
    }

    long bytes() {
        return bytes;
    }

    /** Whether the JVM itself started it, for virtual threads. */
    static boolean isOfTheJvm(Thread thread) {
        ThreadGroup group = thread.getThreadGroup();
        return (group != null && group.getName().equals("CarrierThreads"))
                || thread.getName().startsWith("VirtualThread-");
    }

    /** How many objects of a class are live. */
    int objects(String type) {
        return objects[number(type)];
    }

    int threads() {
        return threadCount;
    }

    /** How many tables and classes of objects were found. */
    long tables() {
        return Arrays.stream(tables).filter(size -> size > 0).count();
    }

    private static int number(String name) {
        return NAMES.computeIfAbsent(name, added -> NAMES.size());
    }

    /** Live bytes; a line of the histogram is rank, instances, bytes and class. */
    private long countObjects() {
        long all = 0;
        for (String line : histogram().split("\n", -1)) {
            String[] words = line.strip().split("\\s+", 5);
            if (words.length >= 4 && words[0].endsWith(":")) {
                objects[number(words[3])] += Integer.parseInt(words[1]);
                all += Long.parseLong(words[2]);
            }
        }
        return all;
    }

    private static String histogram() {
        try {
            return (String) ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName("com.sun.management:type=DiagnosticCommand"),
                            "gcClassHistogram",
                            new Object[] {new String[0]},
                            new String[] {String[].class.getName()});
        } catch (JMException e) {
            throw new AssertionError("this JVM makes no histogram", e);
        }
    }

    /** What there is more of than before, and more than may be; empty if nothing has piled up. */
    List<String> since(Census before) {
        List<String> more = new ArrayList<>();
        if (bytes - before.bytes > BYTES) {
            more.add("heap: " + before.bytes + " -> " + bytes + " bytes");
        }
        NAMES.forEach((name, i) -> {
            if (objects[i] - before.objects[i] > mostMore(name)) {
                more.add("objects of " + name + ": " + before.objects[i] + " -> " + objects[i]);
            }
        });
        threads.stream()
                .filter(thread -> !before.threads.contains(thread))
                .forEach(thread -> more.add("thread " + thread));
        more.addAll(tablesSince(before, false));
        return more;
    }

    private static int mostMore(String type) {
        boolean isOwn = type.startsWith("io.eventbroker.");
        return isOwn && !BOUNDED.containsKey(type.replaceAll(".*[.$]", "")) ? OWN_OBJECTS : OBJECTS;
    }

    /** The same, of what the broker leads to only: to the last entry, or where there is a bound, up to that. */
    List<String> tablesSince(Census before, boolean isExact) {
        List<String> more = new ArrayList<>();
        NAMES.forEach((name, i) -> {
            int bound = ALWAYS_BOUNDED.getOrDefault(name, isExact ? 0 : BOUNDED.getOrDefault(name, 0));
            if (Math.abs(tables[i] - before.tables[i]) > bound) {
                more.add(name + ": " + before.tables[i] + " -> " + tables[i]);
            }
        });
        return more;
    }

    // ---- walking

    private void walk(Object root) {
        Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Object> ahead = new ArrayDeque<>();
        ahead.add(root);
        while (!ahead.isEmpty()) {
            Object object = ahead.pop();
            if (!seen.add(object)) {
                continue;
            }
            Class<?> type = object.getClass();
            if (object instanceof Object[] array) {
                addAll(ahead, Arrays.asList(array));
            } else if (isWalked(type)) {
                tables[number(nameOf(type))]++;
                for (Field field : FIELDS.computeIfAbsent(type, Census::fields)) {
                    follow(object, field, ahead);
                }
            } else if (object instanceof Map<?, ?> map) {
                addAll(ahead, map.keySet());
                addAll(ahead, map.values());
            } else if (object instanceof Collection<?> some) {
                addAll(ahead, some);
            } else if (object instanceof AtomicReference<?> reference) {
                addAll(ahead, Collections.singleton(reference.get()));
            }
        }
    }

    private static List<Field> fields(Class<?> type) {
        List<Field> found = new ArrayList<>();
        for (Class<?> c = type; isWalked(c); c = c.getSuperclass()) {
            for (Field field : c.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers()) && !field.getType().isPrimitive()) {
                    field.setAccessible(true);
                    found.add(field);
                }
            }
        }
        return found;
    }

    private static boolean isWalked(Class<?> type) {
        return WALKED.stream().anyMatch(type.getName()::startsWith);
    }

    private void follow(Object object, Field field, Deque<Object> ahead) {
        Object value = valueOf(object, field);
        if (value == null) {
            return;
        }
        ahead.add(value);
        long size = value instanceof Map<?, ?> map
                ? map.size()
                : value instanceof Collection<?> some
                        ? some.size()
                        : value instanceof Object[] array
                                ? Arrays.stream(array).filter(Objects::nonNull).count()
                                : value.getClass().isArray() ? Array.getLength(value) : 0;
        tables[number(nameOf(field.getDeclaringClass()) + "." + field.getName())] += (int) size;
    }

    private static Object valueOf(Object object, Field field) {
        try {
            return field.get(object);
        } catch (IllegalAccessException e) {
            throw new AssertionError(field + " was made accessible", e);
        }
    }

    /** Without the package, and without the number of a lambda. */
    private static String nameOf(Class<?> type) {
        return type.getName().replaceFirst("^.*\\.(?=[A-Z])", "").replaceFirst("(?<=\\$Lambda).*", "");
    }

    private static void addAll(Deque<Object> ahead, Collection<?> some) {
        some.stream().filter(Objects::nonNull).forEach(ahead::add);
    }
}
