package io.eventbroker.examples.gallery;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Once: a value that is made when it is first needed, and only then. For a connection or a table that is expensive,
 * and perhaps never needed. It is made at most once, by the first thread that asks; the others wait for it, and all
 * get the same, fully made. A failure is remembered, too: all get it, and it is not tried again. The first thread
 * does the making, so an interrupt of it can be such a failure. Asking from inside the making waits for ever. A value
 * that needs nothing at run time is simpler as a {@code static final} field of a class of its own, which the JVM
 * initialises once.
 */
final class Once<T> {
    private final FutureTask<T> made;

    Once(Callable<T> maker) {
        made = new FutureTask<>(maker);
    }

    /** Waits while another thread makes it. */
    T get() throws InterruptedException, ExecutionException {
        made.run(); // does nothing but the first time
        return made.get();
    }

    static void run(PrintWriter out) throws InterruptedException, ExecutionException {
        Once<String> table = new Once<>(() -> {
            out.println("reading the table");
            return "the table";
        });
        out.println("nothing has been read yet");
        out.println(table.get());
        out.println(table.get());
    }
}
