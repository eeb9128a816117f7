package io.eventbroker.examples.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventbroker.BrokerStats;
import io.eventbroker.examples.service.store.Database;
import io.eventbroker.examples.service.store.ReturnStore;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Closing waits for the departments, also while the database does not answer. */
class ClosingTest {
    private static final String CLOSER = "closer";

    @TempDir
    Path folder;

    private final AtomicInteger failedForCloser = new AtomicInteger();
    private volatile boolean isDown;

    @Tag("slow")
    @Test
    void anOutageWhileItClosesDelaysAndDoesNotEndTheWaiting() throws Exception {
        String url = RunningService.fileIn(folder);
        ExecutorService closer = Executors.newSingleThreadExecutor(task -> new Thread(task, CLOSER));
        try (Database database = Database.open(url)) {
            ReturnService service = ReturnService.start(new ReturnStore(failingWhenDown(database.connections())));
            service.control("warehouse", 2_000L, null);
            service.create("700014", "T1008", 1);

            isDown = true;
            Future<BrokerStats> report = closer.submit(() -> service.close(Duration.ofMinutes(4)));
            await().atMost(ServiceClient.PATIENCE).until(() -> report.isDone() || failedForCloser.get() > 1);
            assertThat(report).isNotDone();
            service.control("warehouse", 0L, null);
            isDown = false;

            assertThat(report.get(5, TimeUnit.MINUTES).state()).isEqualTo(BrokerStats.State.CLOSED);
        } finally {
            closer.shutdownNow();
        }
        try (Tables tables = Tables.of(url)) {
            assertThat(tables.stored()).hasSize(1);
            tables.assertEachEffectOnce();
        }
    }

    private DataSource failingWhenDown(DataSource connections) {
        return (DataSource) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, arguments) -> {
                    if (isDown) {
                        if (Thread.currentThread().getName().equals(CLOSER)) {
                            failedForCloser.incrementAndGet();
                        }
                        throw new SQLException("down");
                    }
                    return method.invoke(connections, arguments);
                });
    }
}
