package io.eventbroker.examples.gallery;

import static io.eventbroker.Overflow.BACKPRESSURE;

import io.eventbroker.Broker;
import io.eventbroker.Handler;
import io.eventbroker.Topic;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * A semaphore: no more than so many at once, whoever they are. For something scarce that handlers of several subscriptions
 * share, such as licences; for one subscription {@code concurrency(n)} is enough. Never more are inside, and a permit
 * comes back however the call ends. It does not make fast what is slow: who waits holds its thread, and its
 * subscription. In Go this is a buffered channel of tokens.
 */
final class SemaphoreBulkhead {
    private final Semaphore permits;

    SemaphoreBulkhead(int most) {
        permits = new Semaphore(most, true); // fair: none waits while others pass it by
    }

    /** Waits for a permit. */
    <T> T call(Callable<T> task) throws Exception {
        permits.acquire();
        return holding(task);
    }

    /** Waits for a permit no longer than that; empty if none came, and the task was not begun. */
    <T> Optional<T> tryCall(Callable<T> task, Duration patience) throws Exception {
        return permits.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS)
                ? Optional.of(holding(task))
                : Optional.empty();
    }

    private <T> T holding(Callable<T> task) throws Exception {
        try {
            return task.call();
        } finally {
            permits.release();
        }
    }

    <T> Handler<T> around(Handler<T> handler) {
        return event -> {
            permits.acquire();
            try {
                handler.handle(event);
            } finally {
                permits.release();
            }
        };
    }

    int free() {
        return permits.availablePermits();
    }

    static void run(PrintWriter out) {
        Topic<String> labels = Topic.of("labels", String.class);
        Topic<String> invoices = Topic.of("invoices", String.class);
        SemaphoreBulkhead printers = new SemaphoreBulkhead(2);
        try (Broker broker = Broker.open()) {
            for (Topic<String> topic : List.of(labels, invoices)) {
                broker.subscription(topic)
                        .named(topic.name())
                        .concurrency(4)
                        .overflow(BACKPRESSURE)
                        .onEvent(printers.around(text -> out.println("printing " + text)));
            }
            broker.publish(labels, "a label");
            broker.publish(invoices, "an invoice");
        }
        out.println(printers.free() + " printers are free");
    }
}
