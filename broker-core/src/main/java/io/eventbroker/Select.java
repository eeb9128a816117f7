package io.eventbroker;

import io.eventbroker.internal.Timing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes the next event of several inboxes, whichever has one.
 *
 * <p><b>Threads.</b> Any thread may take, and several may, also while others read the same inboxes: each event goes to
 * one of them.
 *
 * <p><b>Ordering.</b> The events of one inbox come in its order. If several inboxes have events they take turns, so none
 * is starved by a busy one.
 *
 * <p><b>End.</b> An inbox that has ended and is empty falls out, in whatever way it ended. When all have, taking throws a
 * {@link SubscriptionClosedException}; its cause is that of the first inbox given that did not end in an orderly way, if
 * there is one.
 *
 * <pre>{@code
 * Select<Record> select = Select.of(orders, cancels);
 * Record next = select.poll(Duration.ofMillis(100));               // null: nothing came in time
 * }</pre>
 *
 * @param <T> what the events of all inboxes have in common
 */
public final class Select<T> {
    private final List<PullSubscription<? extends T>> inboxes;
    private final Supplier<@Nullable T> attempt = this::next; // made once, as in PullSubscription

    /** The inbox that is looked at first; a lost update does no harm. */
    private volatile int turn;

    private Select(List<PullSubscription<? extends T>> inboxes) {
        this.inboxes = inboxes;
    }

    /**
     * Selects from inboxes, of one broker or of several.
     *
     * @param <T> what their events have in common
     * @param inboxes at least one
     * @return the selection; it holds nothing that needs to be closed
     * @throws NullPointerException if {@code inboxes} or one of them is null
     * @throws IllegalArgumentException if there is none, if one is not an inbox of a broker, or if an inbox of a manual
     *     broker, where waiting is stepping, is selected together with one of another broker
     */
    @SafeVarargs
    public static <T> Select<T> of(Inbox<? extends T>... inboxes) {
        Checks.requireStack(Checks.FRAMES); // or something might be linked in vain, for ever
        List<PullSubscription<? extends T>> pulls = new ArrayList<>();
        for (Inbox<? extends T> inbox : Checks.requireNonNull(inboxes, "inboxes")) {
            Checks.requireNonNull(inbox, "inbox " + pulls.size() + " of " + inboxes.length);
            if (!(inbox instanceof PullSubscription<? extends T> pull)) {
                throw new IllegalArgumentException(
                        "inbox " + inbox + " was not made by a broker; select from what inbox() returned");
            }
            if (!pulls.isEmpty() && !pull.timing.equals(pulls.get(0).timing)) {
                throw new IllegalArgumentException(inbox + " and " + pulls.get(0)
                        + " are of different brokers, one of them manual; select from inboxes of one");
            }
            pulls.add(pull);
        }
        if (pulls.isEmpty()) {
            throw new IllegalArgumentException("no inbox is given; give at least one");
        }
        return new Select<>(List.copyOf(pulls));
    }

    /**
     * Takes the next event, waiting for it as long as it takes.
     *
     * @return the event
     * @throws SubscriptionClosedException if all inboxes have ended and are empty
     * @throws InterruptedException if interrupted while waiting; nothing was taken
     * @throws IllegalStateException on a {@link ManualBroker} if nothing can be stepped to bring an event
     */
    @SuppressWarnings("NullAway") // in time without end it comes, and a call that checks that might fail
    public T take() throws InterruptedException {
        return PullSubscription.await(inboxes, Timing.FOREVER, attempt);
    }

    /**
     * Takes the next event, waiting for it no longer than a given time. What need not wait succeeds, and keeps the
     * interrupt status.
     *
     * @param timeout how long to wait; zero or negative: not at all
     * @return the event, or null if the time passed without one
     * @throws NullPointerException if {@code timeout} is null
     * @throws SubscriptionClosedException if all inboxes have ended and are empty
     * @throws InterruptedException if interrupted while waiting; nothing was taken
     */
    public @Nullable T poll(Duration timeout) throws InterruptedException {
        return PullSubscription.await(inboxes, Timing.nanos(Checks.requireNonNull(timeout, "timeout")), attempt);
    }

    /** The next event, or null if there is none now. */
    private @Nullable T next() {
        int first = turn;
        boolean isOver = true;
        for (int i = 0; i < inboxes.size(); i++) {
            PullSubscription<? extends T> inbox = inboxes.get(Math.floorMod(first + i, inboxes.size()));
            isOver &= inbox.sealed; // read first: what was put in before is seen
            T event = inbox.receive(true);
            if (event != null) {
                turn = first + i + 1; // the next after the one that had its turn
                return event;
            }
        }
        if (isOver) {
            Throwable cause = null;
            for (int i = 0; i < inboxes.size() && cause == null; i++) {
                cause = inboxes.get(i).cause;
            }
            throw new SubscriptionClosedException("all inboxes selected from have ended", cause);
        }
        return null;
    }
}
