package io.eventbroker;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** Where a handler is held until the test lets it go. */
final class Gate implements AutoCloseable {
    private final CountDownLatch entered;
    private final CountDownLatch opened = new CountDownLatch(1);
    private final AtomicInteger interrupts = new AtomicInteger();

    Gate() {
        this(1);
    }

    /** {@link #awaitEntered} waits for so many. */
    Gate(int parties) {
        entered = new CountDownLatch(parties);
    }

    /** Ends by an interrupt, too. */
    void hold() throws InterruptedException {
        entered.countDown();
        try {
            opened.await();
        } catch (InterruptedException e) {
            interrupts.incrementAndGet();
            throw e;
        }
    }

    /** Counts interrupts and ignores them, which makes a handler stuck. */
    void holdStubbornly() {
        entered.countDown();
        while (true) {
            try {
                opened.await();
                return;
            } catch (InterruptedException e) {
                interrupts.incrementAndGet();
            }
        }
    }

    void awaitEntered() throws InterruptedException {
        Tests.awaitLatch(entered);
    }

    int interrupts() {
        return interrupts.get();
    }

    void open() {
        opened.countDown();
    }

    /** Opens, so that a failing test leaves no handler behind. */
    @Override
    public void close() {
        open();
    }
}
