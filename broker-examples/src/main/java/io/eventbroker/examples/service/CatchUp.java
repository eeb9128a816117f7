package io.eventbroker.examples.service;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has each desk look into the tables, at once and then every second: for what was stored before this process began, what
 * was dropped or abandoned, what failed, and what was never published because the broker was full. One means for all of
 * them, so none needs to be noticed to be made good.
 *
 * <p><b>Threads.</b> One for each desk, so that a slow one delays no other.
 */
final class CatchUp {
    private static final Duration PERIOD = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(CatchUp.class);

    private final ScheduledExecutorService threads;
    private final Set<String> failing = ConcurrentHashMap.newKeySet();

    private CatchUp(int desks) {
        this.threads = Executors.newScheduledThreadPool(desks, task -> {
            Thread thread = new Thread(task, "catch-up");
            thread.setDaemon(true);
            return thread;
        });
    }

    static CatchUp of(List<Desk<?>> desks) {
        CatchUp catchUp = new CatchUp(desks.size());
        for (Desk<?> desk : desks) {
            ScheduledFuture<?> unused = catchUp.threads.scheduleWithFixedDelay(
                    () -> catchUp.look(desk), 0, PERIOD.toMillis(), TimeUnit.MILLISECONDS);
        }
        return catchUp;
    }

    /** Never throws, which would end the desk's catching up for good. */
    private void look(Desk<?> desk) {
        try {
            desk.catchUp();
            if (failing.remove(desk.name())) {
                LOG.info("{} can catch up again", desk.name());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            if (failing.add(desk.name())) {
                LOG.warn("{} cannot catch up, and tries again every second: {}", desk.name(), String.valueOf(e));
            }
        }
    }

    /** Ends it; what a desk is just doing is interrupted if it takes longer than a moment. */
    void stop(Duration moment) {
        threads.shutdown();
        try {
            if (!threads.awaitTermination(moment.toMillis(), TimeUnit.MILLISECONDS)) {
                threads.shutdownNow();
            }
        } catch (InterruptedException e) {
            threads.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
