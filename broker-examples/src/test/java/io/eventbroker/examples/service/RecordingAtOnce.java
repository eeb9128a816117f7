package io.eventbroker.examples.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventbroker.examples.service.model.Department;
import io.eventbroker.examples.service.model.ReturnEvent.ReturnCreated;
import io.eventbroker.examples.service.store.Database;
import io.eventbroker.examples.service.store.ReturnStore;
import java.util.Collections;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Threads that record the same effect. On PostgreSQL each has a connection of its own, on H2 they take turns at one. */
final class RecordingAtOnce {
    private static final int THREADS = 8;
    private static final int ROUNDS = 20;

    private RecordingAtOnce() {}

    static void assertOnlyOneDoes(String url, Department department) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        CyclicBarrier start = new CyclicBarrier(THREADS);
        try (Database database = Database.open(url)) {
            ReturnStore store = new ReturnStore(database.connections());
            for (int round = 0; round < ROUNDS; round++) {
                ReturnCreated created = CatchUpTest.napkins();
                store.add(created);
                Callable<Boolean> attempt = () -> {
                    start.await(60, TimeUnit.SECONDS);
                    return store.record(department, department.decide(created));
                };
                long recorded = 0;
                for (Future<Boolean> one :
                        threads.invokeAll(Collections.nCopies(THREADS, attempt), 60, TimeUnit.SECONDS)) {
                    recorded += one.get() ? 1 : 0;
                }
                assertThat(recorded).isEqualTo(1);
            }
        } finally {
            threads.shutdownNow();
        }
        try (Tables tables = Tables.of(url)) {
            assertThat(tables.stored()).hasSize(ROUNDS);
            tables.assertNothingTwice();
        }
    }
}
