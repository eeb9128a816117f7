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
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A subscription that is read by pulling. */
final class PullSubscription<T> extends QueuedSubscription<T> implements Inbox<T> {
    final Timing timing;

    /** Events that readers were given. Written under the monitor of the queue. */
    private volatile long delivered;

    final EventQueue queue = queues.get(0);

    /** Made once: where a lambda is linked first at the end of a stack, it fails, on some JVMs for ever. */
    private final Supplier<@Nullable T> give = this::poll;

    @SuppressWarnings("UnnecessaryLambda") // see above
    private final Supplier<@Nullable T> show = () -> nextOrEnd(false);

    PullSubscription(SubscriptionSpec<?> spec, Timing timing, Host host) {
        super(spec, 0, host);
        this.timing = timing;
    }

    @Override
    @SuppressWarnings("NullAway") // in time without end it comes, and a call that checks that might fail
    public T take() throws InterruptedException {
        return await(List.of(this), Timing.FOREVER, give);
    }

    @Override
    public @Nullable T poll() {
        return nextOrEnd(true);
    }

    @Override
    public @Nullable T poll(Duration timeout) throws InterruptedException {
        return await(List.of(this), Timing.nanos(Checks.requireNonNull(timeout, "timeout")), give);
    }

    @Override
    public int drainTo(Collection<? super T> sink) {
        Checks.requireNonNull(sink, "sink");
        Checks.requireStack(Checks.FRAMES); // or an event might be taken and not be added
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
        return snapshot(0, 0, delivered, Long.MAX_VALUE, false, isPuttingOver);
    }

    /** Whether there is nothing in any of them that a reader could do. */
    private static boolean areIdle(List<? extends PullSubscription<?>> inboxes) {
        return inboxes.stream().allMatch(inbox -> inbox.queue.isEmpty())
                && inboxes.stream().anyMatch(inbox -> !inbox.sealed);
    }

    /** The next event of some inboxes, if it comes in time. One waiter waits for all of them. */
    static <E> @Nullable E await(
            List<? extends PullSubscription<?>> inboxes, long nanos, Supplier<? extends @Nullable E> attempt)
            throws InterruptedException {
        E event = attempt.get();
        if (event != null || nanos <= 0) {
            return event;
        }
        Checks.requireStack(Checks.FRAMES); // or an event might be taken, and what follows fail
        Timing.Wait wait = new Timing.Wait(inboxes.get(0).timing, inboxes.get(0), nanos, Timing.FOREVER);
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
                while (waiter.isWaiting() && areIdle(inboxes) && !wait.isOver()) {
                    if (Thread.interrupted()) {
                        throw new InterruptedException();
                    }
                    wait.pause();
                }
                wasSignalled |= waiter.cancel();
            }
        } finally {
            wasSignalled |= waiter.cancel(); // first: removing may fail, and a signal must not be for nobody
            for (int i = 0; i < inboxes.size(); i++) { // without memory for an iterator
                PullSubscription<?> inbox = inboxes.get(i);
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
    @Nullable @SuppressWarnings("unchecked") // the loop offers what `accepts` let through
    T receive(boolean given) {
        if (queue.size() > 1) {
            queue.consumers.signalOne(); // there will be one left; now, because it may fail
        }
        Object event;
        synchronized (queue) { // for the taking only, and unlike a lock never left held, whatever fails
            event = queue.take();
            if (given && event != null) {
                delivered = delivered + 1;
            }
        }
        try {
            noteRelief();
        } catch (Throwable e) {
            // as it does itself when it fails
        }
        return (T) event;
    }

    private final class Events implements Iterator<T> {
        private @Nullable T upcoming;

        @Override
        public boolean hasNext() {
            try {
                upcoming = upcoming == null ? await(List.of(PullSubscription.this), Timing.FOREVER, show) : upcoming;
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
            synchronized (queue) {
                delivered = delivered + 1;
            }
            upcoming = null;
            return event;
        }
    }
}
