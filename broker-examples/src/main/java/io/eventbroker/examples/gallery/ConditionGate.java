package io.eventbroker.examples.gallery;

import io.eventbroker.Broker;
import io.eventbroker.Handler;
import io.eventbroker.Overflow;
import io.eventbroker.Topic;
import java.io.PrintWriter;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A condition: threads wait until a gate is open. For handlers that are to pause, such as while a database is moved, and
 * for any wait for a state that comes and goes. While the gate is shut nobody who comes passes; opening lets all who wait
 * pass at once. It does not interrupt who has passed already. For a state that comes once and stays a
 * {@code CountDownLatch} is simpler. In Go this is {@code sync.Cond}, or a channel that is closed.
 */
final class ConditionGate {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition opened = lock.newCondition();
    private boolean isShut; // guarded by the lock

    void shut() {
        lock.lock();
        try {
            isShut = true;
        } finally {
            lock.unlock();
        }
    }

    void open() {
        lock.lock();
        try {
            isShut = false;
            opened.signalAll(); // not signal(): that would let one pass
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the gate is open. */
    void pass() throws InterruptedException {
        lock.lock();
        try {
            while (isShut) { // again after each wake-up: it may have been shut meanwhile, or the wake-up be nobody's
                opened.await();
            }
        } finally {
            lock.unlock();
        }
    }

    <T> Handler<T> before(Handler<T> handler) {
        return event -> {
            pass();
            handler.handle(event);
        };
    }

    static void run(PrintWriter out) {
        Topic<String> orders = Topic.of("orders", String.class);
        ConditionGate gate = new ConditionGate();
        gate.shut();
        try (Broker broker = Broker.open()) {
            broker.subscription(orders)
                    .named("orders")
                    .overflow(Overflow.BACKPRESSURE)
                    .onEvent(gate.before(out::println));
            broker.publish(orders, "ann orders a lamp");
            broker.publish(orders, "bob orders a table");
            out.println("the gate is shut");
            gate.open();
        }
    }
}
