package io.eventbroker;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.ThreadFactory;

/** The broker's own threads, and those of push subscriptions where the user gave no factory. */
final class WorkerThreads {
    /** Virtual threads on Java 21 and later, daemon platform threads before. */
    static final ThreadFactory DEFAULT = choose();

    private WorkerThreads() {}

    private static ThreadFactory choose() {
        if (Runtime.version().feature() < 21) {
            return task -> daemon(task, "worker");
        }
        try {
            // Thread.ofVirtual().inheritInheritableThreadLocals(false).factory(), which Java 17 cannot name
            Class<?> builder = Class.forName("java.lang.Thread$Builder");
            Class<?> ofVirtual = Class.forName("java.lang.Thread$Builder$OfVirtual");
            MethodHandles.Lookup lookup = MethodHandles.publicLookup();
            MethodHandle create = lookup.findStatic(Thread.class, "ofVirtual", MethodType.methodType(ofVirtual));
            MethodHandle inherit = lookup.findVirtual(
                    builder, "inheritInheritableThreadLocals", MethodType.methodType(builder, boolean.class));
            MethodHandle factory = lookup.findVirtual(builder, "factory", MethodType.methodType(ThreadFactory.class));
            return (ThreadFactory) factory.invoke(inherit.invoke(create.invoke(), false));
        } catch (Throwable e) {
            throw new LinkageError("this JVM (" + Runtime.version() + ") should have virtual threads", e);
        }
    }

    /** A platform thread that keeps no JVM alive and inherits nothing; not started. */
    static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(null, task, name, 0, false);
        thread.setDaemon(true);
        return thread;
    }
}
