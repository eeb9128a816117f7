package io.eventbroker.examples.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Kills a service again and again while clients have it take returns in, and looks into its tables each time, and when at
 * last it was left to finish. A moment is a number of returns that were promised to be kept, from a seed; where exactly
 * all threads are just then is different each time.
 */
final class KillDrill {
    private static final int CLIENTS = 3;

    /** Of the returns in one life of the service; the first moments come while it still catches up. */
    private static final int LATEST_MOMENT = 60;

    private final Path folder;
    private final String url;
    private final Set<UUID> promised = ConcurrentHashMap.newKeySet();
    private long openWhenKilled;

    KillDrill(Path folder, String url) {
        this.folder = folder;
        this.url = url;
    }

    void run(int moments, long seed) throws Exception {
        Random random = new Random(seed);
        for (int i = 0; i < moments; i++) {
            int moment = random.nextInt(LATEST_MOMENT);
            killAfter(moment);
            try (Tables tables = Tables.of(url)) {
                assertThat(tables.stored())
                        .as("stored, after it was killed at %s promises, moment %s of seed %s", moment, i, seed)
                        .containsAll(promised);
                tables.assertNothingTwice();
                openWhenKilled += tables.open();
            }
        }
        assertThat(openWhenKilled).as("returns in work when it was killed").isPositive();

        try (ServiceProcess service = ServiceProcess.serve(folder, url)) {
            service.client().awaitCompleted();
            service.terminate();
            service.awaitEnd();
        }
        try (Tables tables = Tables.of(url)) {
            assertThat(tables.stored()).containsAll(promised);
            tables.assertEachEffectOnce();
        }
        System.out.printf(
                "killed %d times, seed %d: %d returns promised, %d in work when killed%n",
                moments, seed, promised.size(), openWhenKilled);
    }

    private void killAfter(int promises) throws Exception {
        CountDownLatch moment = new CountDownLatch(promises);
        ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
        try (ServiceProcess service = ServiceProcess.serve(folder, url)) {
            ServiceClient client = service.client();
            client.control("billing", 5, "DROP_NEWEST"); // so that there is always something in work, and to catch up
            List<Future<?>> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(threads.submit(() -> createUntilItIsGone(client, moment)));
            }
            assertThat(moment.await(ServiceClient.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .as("%s returns were taken in; it wrote: %s", promises, service.err())
                    .isTrue();
            service.kill();
            for (Future<?> one : clients) {
                one.get(ServiceClient.PATIENCE.toSeconds(), TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private Void createUntilItIsGone(ServiceClient client, CountDownLatch moment) throws InterruptedException {
        try {
            while (true) {
                promised.add(client.create());
                moment.countDown();
            }
        } catch (IOException e) {
            return null; // killed
        }
    }
}
