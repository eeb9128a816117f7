package io.eventbroker.bench.lab;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.util.concurrent.TimeUnit;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/** What this JVM has taken of the machine. */
public final class JvmMeters {
    private static final int COLLECTIONS = 12;
    private static final int UNCHANGED = 3;
    private static final long PAUSE_MILLIS = 30;

    private static final String TOTAL = "TotalThreadAllocatedBytes";
    private static final MBeanServer SERVER = ManagementFactory.getPlatformMBeanServer();
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** From JDK 21 on the JVM tells it of all threads, those that have ended included. */
    private static final boolean HAS_TOTAL = Runtime.version().feature() >= 21;

    private JvmMeters() {}

    /** Whether this JVM has virtual threads, as the broker's workers are where it can. */
    public static boolean hasVirtualThreads() {
        return Runtime.version().feature() >= 21;
    }

    /** Processor time of all threads, in ns, the JVM's own included, but not the calling one. */
    public static long othersProcessorNanos() {
        return ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
                        .getProcessCpuTime()
                - THREADS.getCurrentThreadCpuTime();
    }

    /**
     * Bytes on the heap that are in use, after collecting until that changes no more.
     *
     * @throws InterruptedException if interrupted meanwhile
     */
    public static long usedHeap() throws InterruptedException {
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        long least = Long.MAX_VALUE;
        int unchanged = 0;
        for (int i = 0; i < COLLECTIONS && unchanged < UNCHANGED; i++) {
            System.gc();
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            long used = memory.getHeapMemoryUsage().getUsed();
            unchanged = used < least - least / 1_000 ? 0 : unchanged + 1;
            least = Math.min(least, used);
        }
        return least;
    }

    /**
     * Bytes that all threads have allocated since the JVM began; reading it allocates next to nothing. What virtual threads
     * allocate their carriers have; before JDK 21, threads that have ended are not counted.
     */
    public static long allocatedBytes() {
        return HAS_TOTAL ? ofAllThreads() : ofLivingThreads();
    }

    private static long ofAllThreads() {
        try {
            // by name, since on JDK 17 there is no such method
            return ((Number) SERVER.getAttribute(new ObjectName(ManagementFactory.THREAD_MXBEAN_NAME), TOTAL))
                    .longValue();
        } catch (JMException e) {
            throw new IllegalStateException("this JVM does not tell what it allocates", e);
        }
    }

    private static long ofLivingThreads() {
        long sum = 0;
        for (long bytes : THREADS.getThreadAllocatedBytes(THREADS.getAllThreadIds())) {
            sum += Math.max(0, bytes); // -1 for one that has ended meanwhile
        }
        return sum;
    }
}
