package io.eventbroker.bench.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class JvmMetersTest {
    private static final int MEGABYTES_50 = 50 << 20;

    private byte[] kept = {};

    @Test
    void usedHeapSeesWhatIsKept() throws InterruptedException {
        long before = JvmMeters.usedHeap();
        kept = new byte[MEGABYTES_50];
        assertThat(JvmMeters.usedHeap() - before).isGreaterThan(MEGABYTES_50 * 9 / 10);
        assertThat(kept).hasSize(MEGABYTES_50);
    }

    @Test
    void allocatedBytesAreThoseOfOtherThreadsToo() throws InterruptedException {
        long before = JvmMeters.allocatedBytes();
        whileAlive(
                () -> kept = new byte[MEGABYTES_50],
                () -> assertThat(JvmMeters.allocatedBytes() - before).isGreaterThanOrEqualTo(MEGABYTES_50));
    }

    @Test
    void processorTimeIsThatOfOtherThreadsOnly() throws InterruptedException {
        ProcessorTime before = ProcessorTime.ofOthers();
        whileAlive(
                () -> burn(200),
                () -> assertThat(ProcessorTime.ofOthers().since(before))
                        .isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(150)));
    }

    @Test
    void aThreadThatHasEndedTakesNothingFromTheOthers() {
        ProcessorTime before = new ProcessorTime(Map.of("ends", 500L, "goes on", 10L));
        ProcessorTime after = new ProcessorTime(Map.of("goes on", 30L, "is new", 5L));

        assertThat(after.since(before)).isEqualTo(25);
    }

    /** Checks while a thread that has done something is still there. */
    private static void whileAlive(Runnable task, Runnable check) throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        Thread thread = new Thread(() -> {
            task.run();
            done.countDown();
            try {
                end.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        thread.start();
        try {
            done.await();
            check.run();
        } finally {
            end.countDown();
            thread.join();
        }
    }

    private static void burn(long millis) {
        long begun = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        while (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - begun
                < TimeUnit.MILLISECONDS.toNanos(millis)) {
            Thread.onSpinWait();
        }
    }
}
