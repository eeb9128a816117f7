package io.eventbroker.bench.soak;

import io.eventbroker.Inbox;
import io.eventbroker.Select;
import io.eventbroker.SubscriptionClosedException;
import io.eventbroker.bench.soak.Violations.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A thread that reads an inbox to its end, in one of the ways there are. */
final class Reader extends Thread {
    private static final long GLANCE_NANOS = 50_000;
    private static final Duration WHILE = Duration.ofMillis(5);

    /** One way to read until an inbox ends, by exception or return. */
    private interface Way {
        void read(Inbox<?> inbox, Consumer<Object> taker) throws InterruptedException;
    }

    private static final List<Way> WAYS = List.of(
            Reader::byTaking,
            Reader::byLooking,
            Reader::byWaiting,
            Reader::byDraining,
            Reader::byIterating,
            Reader::bySelecting);

    private final Inbox<?> inbox;
    private final Consumer<Object> taker;
    private final int way;
    private final Violations violations;

    /** Read when the thread has ended. */
    private @Nullable Throwable cause;

    Reader(Inbox<?> inbox, Consumer<Object> taker, int way, Violations violations) {
        super("reader of " + inbox.name());
        this.inbox = inbox;
        this.taker = taker;
        this.way = Math.floorMod(way, WAYS.size());
        this.violations = violations;
        setDaemon(true);
    }

    @Override
    public void run() {
        try {
            WAYS.get(way).read(inbox, taker);
        } catch (SubscriptionClosedException e) {
            cause = e.getCause();
        } catch (Throwable e) {
            violations.add(Kind.FAILED, getName() + ": " + e);
        }
    }

    /** Compares how it ended with how it should have; to be called when it has. */
    void requireEnd(boolean isDisconnected) {
        if (isDisconnected != (cause != null)) {
            violations.add(
                    Kind.UNEXPECTED,
                    getName() + ": " + (isDisconnected ? "" : "not ") + "disconnected, and ended by " + cause);
        }
    }

    private static void byTaking(Inbox<?> inbox, Consumer<Object> taker) throws InterruptedException {
        while (true) {
            taker.accept(inbox.take());
        }
    }

    private static void byLooking(Inbox<?> inbox, Consumer<Object> taker) {
        while (true) {
            Object content = inbox.poll();
            if (content == null) {
                LockSupport.parkNanos(GLANCE_NANOS);
            } else {
                taker.accept(content);
            }
        }
    }

    private static void byWaiting(Inbox<?> inbox, Consumer<Object> taker) throws InterruptedException {
        while (true) {
            Object content = inbox.poll(WHILE);
            if (content != null) {
                taker.accept(content);
            }
        }
    }

    private static void byDraining(Inbox<?> inbox, Consumer<Object> taker) throws InterruptedException {
        List<Object> drained = new ArrayList<>();
        while (true) {
            inbox.drainTo(drained);
            drained.forEach(taker);
            drained.clear();
            Object content = inbox.poll(WHILE);
            if (content != null) {
                taker.accept(content);
            }
        }
    }

    private static void byIterating(Inbox<?> inbox, Consumer<Object> taker) {
        for (Object content : inbox) {
            taker.accept(content);
        }
    }

    private static void bySelecting(Inbox<?> inbox, Consumer<Object> taker) throws InterruptedException {
        Select<Object> select = Select.of(inbox);
        while (true) {
            taker.accept(select.take());
        }
    }
}
