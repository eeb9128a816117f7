package io.eventbroker.bench.compare.load;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/** How much the threads of this JVM have allocated. Reading it allocates next to nothing. */
final class Allocation {
    private static final String TOTAL = "TotalThreadAllocatedBytes";

    private static final MBeanServer SERVER = ManagementFactory.getPlatformMBeanServer();
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** From JDK 21 on the JVM tells it of all threads, those that have ended included. */
    private static final boolean HAS_TOTAL = Runtime.version().feature() >= 21;

    private Allocation() {}

    /**
     * The bytes that all threads have allocated since the JVM began. What virtual threads allocate their carriers have;
     * before JDK 21, threads that have ended are not counted.
     */
    static long bytes() {
        return HAS_TOTAL ? ofAllThreads() : ofLivingThreads();
    }

    private static long ofAllThreads() {
        try {
            // by name, since on JDK 17 there is no such method
            return ((Number) SERVER.getAttribute(new ObjectName(ManagementFactory.THREAD_MXBEAN_NAME), TOTAL))
                    .longValue();
        } catch (JMException e) {
            throw new IllegalStateException("the JVM does not tell what it allocates", e);
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
