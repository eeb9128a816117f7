package io.eventbroker;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.lmax.disruptor.RingBuffer;
import java.lang.ref.WeakReference;
import java.lang.reflect.Field;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import javax.tools.ToolProvider;
import org.slf4j.LoggerFactory;

/** What {@link G7_NothingIsLeftTest} runs in a JVM of its own: brokers that come and go, also with their class loaders. */
final class LivesOfBrokers {
    private static final BrokerLife[] LIVES = BrokerLife.values();

    /** As the core's, but the last of so many threads cannot be started. */
    private static final String SHORT_OF_THREADS = """
            package io.eventbroker;

            import java.util.concurrent.ThreadFactory;
            import java.util.concurrent.atomic.AtomicInteger;

            final class WorkerThreads {
                static final ThreadFactory DEFAULT = task -> daemon(task, "worker");
                private static final AtomicInteger started = new AtomicInteger();

                static Thread daemon(Runnable task, String name) {
                    Thread thread = new Thread(null, task, name, 0, false) {
                        @Override
                        public void start() {
                            if (started.incrementAndGet() == NUMBER) {
                                throw new OutOfMemoryError("unable to create native thread");
                            }
                            super.start();
                        }
                    };
                    thread.setDaemon(true);
                    return thread;
                }
            }
            """;

    /** So many threads are started in {@link BrokerLife#AS_FAR_AS_THREADS_GO}, the last at the end by who tells of losses. */
    private static final int STARTS = 7;

    private final Path dir;
    private final Set<Thread> before = Collections.newSetFromMap(new IdentityHashMap<>());

    private LivesOfBrokers(Path dir) {
        this.dir = dir;
        before.addAll(Thread.getAllStackTraces().keySet());
    }

    /** Arguments: a directory; how many brokers; how many class loaders. */
    public static void main(String[] arguments) {
        ChildJvm.main(() -> {
            LivesOfBrokers lives = new LivesOfBrokers(Path.of(arguments[0]));
            lives.openAndEnd(Integer.parseInt(arguments[1]));
            lives.loadAndForget(Integer.parseInt(arguments[2]));
        });
    }

    private void openAndEnd(int brokers) throws Exception {
        ((Logger) LoggerFactory.getLogger(Broker.class)).setLevel(Level.OFF);
        long threads = 0;
        for (int i = 0; i < brokers; i++) {
            threads += LIVES[i % LIVES.length].call();
            if (i % 500 == 499 || i == brokers - 1) {
                awaitNothingLeft(i + " brokers");
            }
        }
        ChildJvm.total("brokers", brokers);
        ChildJvm.total("ways to live", LIVES.length);
        ChildJvm.total("threads made by given factories", threads);
    }

    /** No thread, and no broker or worker, be it on a virtual thread. */
    private void awaitNothingLeft(String what) throws Exception {
        List<String> left = new ArrayList<>();
        try {
            Tests.awaitTrue("nothing left", () -> {
                left.clear();
                for (Thread thread : Thread.getAllStackTraces().keySet()) {
                    if (!before.contains(thread) && !Census.isOfTheJvm(thread)) {
                        left.add(thread.toString());
                    }
                }
                Census census = Census.of("nothing");
                for (String type : List.of(
                        ActiveBroker.class.getName(),
                        PushSubscription.class.getName() + "$Worker",
                        RingLane.class.getName(),
                        "java.lang.VirtualThread")) {
                    if (census.objects(type) > 0) {
                        left.add(census.objects(type) + " of " + type);
                    }
                }
                return left.isEmpty();
            });
        } catch (RuntimeException e) {
            throw new AssertionError(what + " left " + left, e);
        }
    }

    private void loadAndForget(int loaders) throws Exception {
        List<WeakReference<ClassLoader>> probes = new ArrayList<>();
        AtomicLong refusals = new AtomicLong();
        for (int i = 0; i < loaders; i++) {
            List<URL> urls = urls();
            BrokerLife life = LIVES[i / 2 % LIVES.length];
            if (i % 2 == 1) {
                life = BrokerLife.AS_FAR_AS_THREADS_GO;
                urls.add(0, shortOfThreads(i / 2 % STARTS + 1));
            }
            probes.add(live(urls, life.name(), refusals));
        }
        Tests.awaitTrue("class loaders collected", () -> {
            System.gc();
            return probes.stream().allMatch(probe -> probe.refersTo(null));
        });
        awaitNothingLeft(loaders + " class loaders");
        ChildJvm.total("class loaders", loaders);
        ChildJvm.total("class loaders collected", probes.size());
        Churn.check(refusals.get() > 0, "some thread could not be started");
        ChildJvm.total("threads that could not be started", refusals.get());
    }

    /** The core, its libraries and these tests; nothing of that is shared. */
    private static List<URL> urls() {
        List<URL> urls = new ArrayList<>();
        for (Class<?> one : List.of(Broker.class, LivesOfBrokers.class, RingBuffer.class, LoggerFactory.class)) {
            URL url = one.getProtectionDomain().getCodeSource().getLocation();
            if (!urls.contains(url)) {
                urls.add(url);
            }
        }
        return urls;
    }

    private URL shortOfThreads(int number) throws Exception {
        Path classes = dir.resolve("short-" + number);
        if (!Files.exists(classes)) {
            Path source = Files.writeString(
                    Files.createDirectories(classes).resolve("WorkerThreads.java"),
                    SHORT_OF_THREADS.replace("NUMBER", Integer.toString(number)));
            int exit = ToolProvider.getSystemJavaCompiler()
                    .run(null, null, null, "-proc:none", "-d", classes.toString(), source.toString());
            Churn.checkEqual("exit of the compiler", exit, 0);
        }
        return classes.toUri().toURL();
    }

    private static WeakReference<ClassLoader> live(List<URL> urls, String life, AtomicLong refusals) throws Exception {
        try (URLClassLoader loader =
                new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
            Class<?> lives = loader.loadClass(BrokerLife.class.getName());
            Churn.check(lives.getClassLoader() == loader && lives != BrokerLife.class, "a copy");
            for (Object constant : lives.getEnumConstants()) {
                if (constant.toString().equals(life)) {
                    ((Callable<?>) constant).call();
                }
            }
            Field field = lives.getDeclaredField("REFUSALS");
            field.setAccessible(true);
            refusals.addAndGet(((AtomicLong) field.get(null)).get());
            return new WeakReference<>(loader);
        }
    }
}
