package io.eventbroker;

import java.time.Duration;
import java.util.Collection;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * A subscription that is read by pulling: a bounded channel.
 *
 * <p><b>Threads.</b> Any thread may read, and several may: each event goes to exactly one of them, in the order of
 * taking.
 *
 * <p><b>Full.</b> With a capacity of 10, the eleventh event waiting is dropped, unless another {@link Overflow} policy
 * was chosen, and counted in {@link SubscriptionStats#dropped()}. With {@link Overflow#BACKPRESSURE} an inbox that nobody
 * reads holds up its publishers until it is unsubscribed.
 *
 * <p><b>End.</b> As with {@link java.util.concurrent.BlockingQueue}, {@code null} means "nothing now". "Never again" is
 * a {@link SubscriptionClosedException}, thrown once the inbox has ended (by {@link #unsubscribe()}, by the broker's
 * close or failure, or by {@link Overflow#DISCONNECT}) and what was in it has been taken. Closing the broker does not wait
 * for readers: a loop that reads until the end is, to the broker, an outsider. End it by {@link #unsubscribe()}.
 *
 * <p><b>Visibility.</b> What a thread did before publishing an event happens-before what the reader does after taking
 * it.
 *
 * <pre>{@code
 * try (Inbox<Job> jobs = broker.inbox(JOBS)) {
 *   for (Job job : jobs) work(job);                  // until the inbox ends
 * }
 * }</pre>
 *
 * @param <T> the type of the events
 */
public interface Inbox<T> extends Subscription, Iterable<T>, AutoCloseable {
    /**
     * Takes the next event, waiting for it as long as it takes.
     *
     * @return the event
     * @throws SubscriptionClosedException if the inbox has ended and is empty
     * @throws InterruptedException if interrupted while waiting
     * @throws IllegalStateException on a {@link ManualBroker} if nothing can be stepped to bring an event
     */
    T take() throws InterruptedException;

    /**
     * Takes the next event if there is one now. Does not look at the interrupt status.
     *
     * @return the event, or null if nothing is there now
     * @throws SubscriptionClosedException if the inbox has ended and is empty
     */
    @Nullable T poll();

    /**
     * Takes the next event, waiting for it no longer than a given time.
     *
     * @param timeout how long to wait; zero or negative: not at all
     * @return the event, or null if the time passed without one
     * @throws NullPointerException if {@code timeout} is null
     * @throws SubscriptionClosedException if the inbox has ended and is empty
     * @throws InterruptedException if interrupted while waiting
     */
    @Nullable T poll(Duration timeout) throws InterruptedException;

    /**
     * Moves what is there now into a collection. Never waits, and never throws because the inbox has ended.
     *
     * @param sink where to put the events, in order; if its {@code add} throws, the event it was given counts as
     *     delivered and the rest stays in the inbox
     * @return how many were moved
     * @throws NullPointerException if {@code sink} is null
     */
    int drainTo(Collection<? super T> sink);

    /**
     * The events to come, to the end of the inbox. {@code hasNext} waits for the next event; it is false after an
     * orderly end, throws {@link SubscriptionClosedException} if the broker failed or disconnected the inbox, and
     * {@link java.util.concurrent.CancellationException} if interrupted while waiting (the status is kept). What it has
     * taken is {@linkplain SubscriptionStats#inHand() in hand} until {@code next} gives it. An iterator is for one
     * thread; several threads may iterate, each with its own.
     *
     * @return an iterator that does not support removal
     */
    @Override
    Iterator<T> iterator();

    /** The same as {@link #unsubscribe()}: what waits can still be taken. */
    @Override
    default void close() {
        unsubscribe();
    }
}
