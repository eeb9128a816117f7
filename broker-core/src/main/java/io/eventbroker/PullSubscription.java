package io.eventbroker;

import io.eventbroker.internal.Timing;
import io.eventbroker.internal.WaitSet.Waiter;
import java.time.Duration;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A subscription that is read by pulling. */
final class PullSubscription<T> extends QueuedSubscription<T> implements Inbox<T> {
    /** What a reader's stack must have room for, or an event might be taken that nobody gets. */
    private static final int FRAMES = 64;

    final Timing timing;

    /** Events that readers were given. */
    private final AtomicLong delivered = new AtomicLong();

    final EventQueue queue = queues.get(0);

    PullSubscription(SubscriptionSpec<?> spec, Timing timing, Host host) {
        super(spec, 0, host);
        this.timing = timing;
    }

    @Override
    public T take() throws InterruptedException {
        return Objects.requireNonNull(await(Timing.FOREVER, true));
    }

    @Override
    public @Nullable T poll() {
        return nextOrEnd(true);
    }

    @Override
    public @Nullable T poll(Duration timeout) throws InterruptedException {
        return await(Timing.nanos(Checks.requireNonNull(timeout, "timeout")), true);
    }

    @Override
    public int drainTo(Collection<? super T> sink) {
        Checks.requireNonNull(sink, "sink");
        int moved = 0;
        for (int left = queue.size(); left > 0; left--) {
            T event = receive(true);
            if (event == null) {
                break; // another reader was faster
            }
            sink.add(event);
            moved++;
        }
        return moved;
    }

    @Override
    public Iterator<T> iterator() {
        return new Events();
    }

    @Override
    public SubscriptionStats stats() {
        boolean isPuttingOver = sealed;
        return snapshot(0, 0, delivered.get(), Long.MAX_VALUE, false, isPuttingOver);
    }

    /** The next event, if it comes in time. */
    private @Nullable T await(long nanos, boolean given) throws InterruptedException {
        return await(List.of(this), nanos, () -> nextOrEnd(given), this::isIdle);
    }

    /** Whether there is nothing here that a reader could do. */
    boolean isIdle() {
        return queue.isEmpty() && !sealed;
    }

    /** The next event of some inboxes, if it comes in time. One waiter waits for all of them. */
    static <E> @Nullable E await(
            List<? extends PullSubscription<?>> inboxes,
            long nanos,
            Supplier<? extends @Nullable E> attempt,
            BooleanSupplier areIdle)
            throws InterruptedException {
        E event = attempt.get();
        if (event != null || nanos <= 0) {
            return event;
        }
        Timing.Wait wait = Timing.Wait.signalled(inboxes.get(0).timing, inboxes.get(0), nanos);
        Waiter waiter = new Waiter();
        boolean wasSignalled = false;
        try {
            inboxes.forEach(inbox -> inbox.queue.consumers.add(waiter));
            while (true) {
                waiter.prepare();
                event = attempt.get();
                if (event != null || wait.isOver()) {
                    return event;
                }
                while (waiter.isWaiting() && areIdle.getAsBoolean() && !wait.isOver()) {
                    if (Thread.interrupted()) {
                        throw new InterruptedException();
                    }
                    wait.pause();
                }
                wasSignalled |= waiter.cancel();
            }
        } finally {
            wasSignalled |= waiter.cancel(); // first: removing may fail, and a signal must not be for nobody
            for (PullSubscription<?> inbox : inboxes) {
                inbox.queue.consumers.remove(waiter);
                if (wasSignalled && !inbox.queue.isEmpty()) {
                    inbox.queue.consumers.signalOne(); // the signal was for somebody who goes on reading
                }
            }
        }
    }

    /** The next event, or null if there is none now. */
    private @Nullable T nextOrEnd(boolean given) {
        T event = receive(given);
        if (event == null && sealed) {
            event = receive(given); // it may have come just before the end
            if (event == null) {
                throw new SubscriptionClosedException(this + " has ended", cause);
            }
        }
        return event;
    }

    /** The next event, which is given to its reader at once, or stays in hand. */
    @Nullable T receive(boolean given) {
        Checks.requireStack(FRAMES);
        Object content;
        synchronized (queue) { // for the taking only, and unlike a lock never left held, whatever fails
            content = queue.take(isWrapped);
        }
        noteRelief();
        if (content == null) {
            return null;
        }
        if (given) {
            delivered.incrementAndGet();
        }
        if (!queue.isEmpty()) {
            queue.consumers.signalOne();
        }
        return open(content);
    }

    private final class Events implements Iterator<T> {
        private @Nullable T upcoming;

        @Override
        public boolean hasNext() {
            try {
                upcoming = upcoming == null ? await(Timing.FOREVER, false) : upcoming;
                return true;
            } catch (SubscriptionClosedException e) {
                if (e.getCause() == null) {
                    return false;
                }
                throw e;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CancellationException("interrupted while waiting for the next event of " + name());
            }
        }

        @Override
        public T next() {
            if (!hasNext()) {
                throw new NoSuchElementException(PullSubscription.this + " has ended");
            }
            T event = Objects.requireNonNull(upcoming);
            delivered.incrementAndGet(); // first: it may fail
            upcoming = null;
            return event;
        }
    }
}
