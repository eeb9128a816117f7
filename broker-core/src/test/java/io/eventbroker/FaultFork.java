package io.eventbroker;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/**
 * The program of a JVM that runs tests against a broker with a mistake, one after the other, each broker in a class loader
 * of its own. Arguments: a file of orders, each a line {@code number, folder with classes, test} with tabs between;
 * the file for the findings, each a line {@code number, milliseconds, how it ended, what it says}. Ends when one has
 * hung. All wait for what they await as long, so that what passes without a mistake does not fail with one only since
 * it is slow.
 */
final class FaultFork {
    static final String PASSED = "passed";
    static final String ASSERTION = "assertion";
    static final String TIMEOUT = "timeout";
    static final String ERROR = "error";

    /** For how many seconds tests await what must come; there are mistakes that show only when that is over. */
    private static final String PATIENCE = "5";

    /** For how many seconds a test may run. */
    private static final long LONGEST = 60;

    private FaultFork() {}

    /** The broker's classes and the tests once more, those in a folder rather than their originals. */
    private static final class Loader extends URLClassLoader {
        Loader(Path folder) throws IOException {
            super(new URL[] {folder.toUri().toURL(), home(Broker.class), home(FaultFork.class)});
        }

        private static URL home(Class<?> one) {
            return one.getProtectionDomain().getCodeSource().getLocation();
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("io.eventbroker.")) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> known = findLoadedClass(name);
                return known == null ? findClass(name) : known;
            }
        }
    }

    public static void main(String[] args) throws Exception {
        for (String order : Files.readAllLines(Path.of(args[0]))) {
            String[] parts = order.split("\t", -1);
            long start = System.nanoTime();
            FutureTask<String> running = new FutureTask<>(() -> run(Path.of(parts[1]), parts[2]));
            new Thread(running, "tests").start();
            String finding;
            try {
                finding = running.get(LONGEST, TimeUnit.SECONDS);
            } catch (TimeoutException e) {
                finding = TIMEOUT + "\tnothing for " + LONGEST + " s";
            }
            Files.writeString(
                    Path.of(args[1]),
                    parts[0] + "\t" + (System.nanoTime() - start) / 1_000_000 + "\t" + finding + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
            if (!running.isDone()) {
                break;
            }
        }
        Runtime.getRuntime().halt(0); // whatever threads are left
    }

    private static String run(Path folder, String test) throws Exception {
        System.setProperty("patience", PATIENCE); // read anew by each loader's tests
        Loader loader = new Loader(folder);
        Thread.currentThread().setContextClassLoader(loader);
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(select(loader, test))
                                .build(),
                        listener);
        TestExecutionSummary summary = listener.getSummary();
        List<TestExecutionSummary.Failure> failures = summary.getFailures();
        if (failures.isEmpty()) {
            return summary.getTestsSucceededCount() > 0 ? PASSED + "\t" : ERROR + "\tno test " + test;
        }
        Throwable first = failures.get(0).getException();
        return kind(first) + "\t" + first.toString().strip().replaceAll("\\s+", " ");
    }

    private static DiscoverySelector select(Loader loader, String test) throws ClassNotFoundException {
        int hash = test.indexOf('#');
        if (hash < 0) {
            return selectClass(loader.loadClass("io.eventbroker." + test));
        }
        Class<?> type = loader.loadClass("io.eventbroker." + test.substring(0, hash));
        for (var method : type.getDeclaredMethods()) { // whatever its parameters
            if (method.getName().equals(test.substring(hash + 1))) {
                return selectMethod(type, method);
            }
        }
        throw new ClassNotFoundException(test);
    }

    private static String kind(Throwable failure) {
        for (Throwable e = failure; e != null; e = e.getCause()) {
            if (e instanceof LinkageError) {
                return ERROR;
            }
        }
        if (failure instanceof TimeoutException) {
            return TIMEOUT;
        }
        boolean isAwaited = failure.getClass().getSimpleName().equals("ConditionTimeoutException");
        return failure instanceof AssertionError || isAwaited ? ASSERTION : ERROR;
    }
}
