package io.eventbroker.bench.lab;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** Waits until the host of a virtual machine leaves the processors alone, which only load on all of them can tell. */
final class Calm {
    /** Long enough for some sixty ticks of steal time on two processors. */
    private static final Duration PROBE = Duration.ofMillis(300);

    private static final Duration PAUSE = Duration.ofSeconds(5);

    private final Window.Measured<Double> probe;
    private final Duration pause;

    /** How many pauses may still be made. */
    private long left;

    /** Waits so long at most, all calls together. */
    Calm(Duration atMost) {
        this(atMost.dividedBy(PAUSE), PAUSE, Calm::stolenUnderLoad);
    }

    Calm(long pauses, Duration pause, Window.Measured<Double> probe) {
        this.left = pauses;
        this.pause = pause;
        this.probe = probe;
    }

    /** Returns when it is calm, or it was waited for long enough. */
    void await() throws InterruptedException {
        while (left > 0 && probe.get() > Window.MOST) {
            left--;
            Thread.sleep(pause.toMillis());
        }
    }

    static double stolenUnderLoad() throws InterruptedException {
        int processors = Runtime.getRuntime().availableProcessors();
        CountDownLatch done = new CountDownLatch(processors);
        long end = System.nanoTime() + PROBE.toNanos();
        StealTime before = StealTime.now();
        for (int i = 0; i < processors; i++) {
            Thread thread = new Thread(() -> {
                while (System.nanoTime() - end < 0) {
                    Thread.onSpinWait();
                }
                done.countDown();
            });
            thread.setDaemon(true);
            thread.start();
        }
        done.await();
        return StealTime.now().since(before);
    }
}
