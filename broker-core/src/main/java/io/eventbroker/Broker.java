package io.eventbroker;

import java.time.Duration;

/**
 * Hands events from those who publish them to those who subscribed, in one process and without either knowing the
 * other.
 *
 * <p><b>Threads.</b> One broker thread owns all topics and subscriptions. Publishers put messages into a ring; the
 * broker thread takes them out, one after the other, and puts each into the bounded queue of every subscription that
 * matches it; each push subscription has a worker thread of its own, each inbox is read by whoever likes. One more
 * thread logs what the broker has to tell. Every method may be called by any thread, virtual ones and handlers included
 * ({@link #awaitQuiescence} aside, which is not for handlers). No user code runs on the broker thread.
 *
 * <p><b>Ordering.</b> All subscriptions see what they receive in one order, which agrees with real time: if one publish
 * returns before another begins, it comes first. (A {@link Lane} is faster, and its order is not that of the clock.)
 *
 * <p><b>Visibility.</b> What a thread did before publishing happens-before what a handler does with the event; what
 * handlers did, if they have ended, happens-before the return of {@link #close(Duration)} and
 * {@link #awaitQuiescence(Duration)}.
 *
 * <p><b>Full.</b> <em>A full subscription drops.</em> With a capacity of 10, the eleventh message waiting is dropped:
 * the publisher is not told, the subscription {@linkplain SubscriptionStats#dropped() counts} it, and no other
 * subscription notices. A subscription may choose otherwise, also to lose nothing: {@link Overflow}. A full ring (the
 * broker thread is behind by {@link BrokerConfig#withRingSize(int)} messages) makes {@code publish} wait and
 * {@code tryPublish} return false. So does a full subscription with {@link Overflow#BACKPRESSURE}, but only to those who
 * publish what it matches. {@code false} means nothing but "full", and that nobody gets the event.
 *
 * <p><b>Failure.</b> A handler that throws, blocks or leaves harms its own subscription only, or where that asked for
 * {@link Overflow#BACKPRESSURE}, also those who publish what it matches. If the broker thread dies the broker is
 * {@link BrokerStats.State#FAILED}: publishers and subscribers are released with the cause, and what waits for handlers is
 * abandoned. So it is if a publisher's thread comes to a halt in the very middle of a publish and the broker thread has
 * waited 30 seconds for it: nothing behind that message could be routed in order.
 *
 * <p><b>Events of its own.</b> Failures of handlers, messages that nobody wanted, episodes of drops and what else a broker
 * has to tell are a topic to subscribe to: {@link BrokerEvent}. The important ones are logged, by a thread of the
 * broker's and under the name of this interface.
 *
 * <p><b>Errors of the JVM.</b> A publish that throws a {@link StackOverflowError} or an {@link OutOfMemoryError} has
 * published nothing ({@link Lane#publishAll}: nothing more); one that returns has. An {@code OutOfMemoryError} on the
 * broker thread fails the broker: a message it was about to put into a queue counts as dropped there, those behind it as
 * {@linkplain BrokerStats#discarded() discarded}.
 *
 * <p><b>What success does not promise.</b> A publish that returns was accepted: it will be routed to all that subscribe
 * at that moment in the order, or counted as lost to a named cause. It has not been handled yet, and it does not
 * survive the process.
 *
 * <pre>{@code
 * static final Topic<String> GREETINGS = Topic.of("greetings", String.class);
 *
 * try (Broker broker = Broker.open()) {
 *   broker.subscribe(GREETINGS, System.out::println);
 *   broker.publish(GREETINGS, "Hello, world");
 * }                                             // close lets handlers finish what was published
 * }</pre>
 */
public interface Broker extends AutoCloseable {
    /**
     * Opens a broker with default settings. It lasts until it is closed.
     *
     * @return the broker
     */
    static Broker open() {
        return open(BrokerConfig.defaults());
    }

    /**
     * Opens a broker. It lasts until it is closed.
     *
     * @param config its settings
     * @return the broker
     * @throws NullPointerException if {@code config} is null
     */
    static Broker open(BrokerConfig config) {
        return ActiveBroker.open(config, new LoopSteps());
    }

    /**
     * Opens a broker without threads, which its caller steps: for tests.
     *
     * @return the broker
     */
    static ManualBroker manual() {
        return manual(BrokerConfig.defaults());
    }

    /**
     * Opens a broker without threads, which its caller steps: for tests.
     *
     * @param config its settings; thread factory and wait mode are not used
     * @return the broker
     * @throws NullPointerException if {@code config} is null
     */
    static ManualBroker manual(BrokerConfig config) {
        return new SteppedBroker(config, new LoopSteps());
    }

    /**
     * Publishes an event, waiting while the ring, or a subscription with {@link Overflow#BACKPRESSURE} that matches the
     * event, is full. A publish that need not wait ignores (and keeps) the interrupt status. Nothing was published if this
     * throws.
     *
     * @param <T> the type of the topic's events
     * @param topic where to publish
     * @param event what to publish; not copied, so it should be immutable or left alone
     * @throws NullPointerException if an argument is null
     * @throws IllegalArgumentException if the topic is the broker's own, or its {@linkplain Topic#keyedBy key function}
     *     returns what cannot be a key; what that function throws is thrown here, too; nothing was published
     * @throws IllegalStateException if the topic's name is in use with another definition; nothing was published
     * @throws BrokerClosedException if the broker is closing (handlers may publish for a while, as {@link #close(Duration)}
     *     tells), closed or failed; nothing was published
     * @throws java.util.concurrent.CancellationException if interrupted while waiting (the status is kept); nothing was
     *     published
     * @throws PublishCycleException if the caller is a handler that would wait for itself, directly or by way of others;
     *     nothing was published
     */
    <T> void publish(Topic<T> topic, T event);

    /**
     * Publishes an event if there is room now, as {@link #publish} describes. It never waits, so no interrupt concerns it,
     * and no cycle.
     *
     * @param <T> the type of the topic's events
     * @param topic where to publish
     * @param event what to publish
     * @return true if accepted; false if the ring, or a subscription with {@link Overflow#BACKPRESSURE} that matches the
     *     event, is full: then nothing was published, to no other subscription either
     * @throws NullPointerException if an argument is null
     * @throws IllegalArgumentException if the topic is the broker's own, or its {@linkplain Topic#keyedBy key function}
     *     returns what cannot be a key; what that function throws is thrown here, too; nothing was published
     * @throws IllegalStateException if the topic's name is in use with another definition; nothing was published
     * @throws BrokerClosedException if the broker is closing (handlers may publish for a while, as {@link #close(Duration)}
     *     tells), closed or failed; nothing was published
     */
    @CheckReturnValue
    <T> boolean tryPublish(Topic<T> topic, T event);

    /**
     * Publishes an event, waiting no longer than a given time for room, as {@link #publish} describes. A handler that would
     * wait for itself is ended by the time, too, and so gets false, not a {@link PublishCycleException}.
     *
     * <pre>{@code
     * if (!broker.tryPublish(RETURNS, created, Duration.ofMillis(50))) {
     *   throw new IOException("busy, try again later");
     * }
     * }</pre>
     *
     * @param <T> the type of the topic's events
     * @param topic where to publish
     * @param event what to publish
     * @param timeout how long to wait; zero or negative: not at all
     * @return true if accepted; false if there was no room in time, and nothing was published
     * @throws NullPointerException if an argument is null
     * @throws IllegalArgumentException if the topic is the broker's own, or its {@linkplain Topic#keyedBy key function}
     *     returns what cannot be a key; what that function throws is thrown here, too; nothing was published
     * @throws IllegalStateException if the topic's name is in use with another definition; nothing was published
     * @throws BrokerClosedException if the broker is closing (handlers may publish for a while, as {@link #close(Duration)}
     *     tells), closed or failed; nothing was published
     * @throws java.util.concurrent.CancellationException if interrupted while waiting (the status is kept); nothing was
     *     published
     */
    @CheckReturnValue
    <T> boolean tryPublish(Topic<T> topic, T event, Duration timeout);

    /**
     * Opens a lane: the fast path for one thread that publishes much to one topic. Waits for the broker thread, whatever
     * interrupts come (the status is kept).
     *
     * @param <T> the type of the topic's events
     * @param topic where to publish
     * @return the lane, open until it is closed
     * @throws NullPointerException if {@code topic} is null
     * @throws IllegalArgumentException if the topic is the broker's own
     * @throws IllegalStateException if the topic's name is in use with another definition
     * @throws BrokerClosedException if the broker is closing, closed or failed
     */
    @CheckReturnValue
    <T> Lane<T> lane(Topic<T> topic);

    /**
     * Subscribes a handler with default settings; the same as {@code subscription(from).onEvent(handler)}.
     *
     * @param <T> the type of the events
     * @param from what to subscribe to
     * @param handler called for each event
     * @return the subscription
     * @throws NullPointerException if an argument is null
     * @throws IllegalStateException as with {@link SubscriptionBuilder#onEvent(Handler)}
     * @throws BrokerClosedException if the broker is closing, closed or failed
     */
    default <T> Subscription subscribe(TopicPattern<T> from, Handler<? super T> handler) {
        return subscription(from).onEvent(handler);
    }

    /**
     * Subscribes an inbox with default settings; the same as {@code subscription(from).inbox()}.
     *
     * @param <T> the type of the events
     * @param from what to subscribe to
     * @return the inbox
     * @throws NullPointerException if {@code from} is null
     * @throws IllegalStateException as with {@link SubscriptionBuilder#inbox()}
     * @throws BrokerClosedException if the broker is closing, closed or failed
     */
    @CheckReturnValue
    default <T> Inbox<T> inbox(TopicPattern<T> from) {
        return subscription(from).inbox();
    }

    /**
     * Begins a subscription with settings of its own.
     *
     * @param <T> the type of the events
     * @param from what to subscribe to
     * @return a builder; nothing happens until its chain is ended
     * @throws NullPointerException if {@code from} is null
     */
    @CheckReturnValue
    <T> SubscriptionBuilder<T> subscription(TopicPattern<T> from);

    /**
     * The broker's state and totals. Answers for ever, also after the end.
     *
     * @return a snapshot
     */
    BrokerStats stats();

    /**
     * Waits until everything published has been routed and every push subscription has handled what it was given. What
     * inboxes hold does not count, nor does what a reader is doing with what it took. With publishers still at work it
     * tells of one moment between call and return. A closed broker is quiet once its handlers have ended.
     *
     * <pre>{@code
     * if (!broker.awaitQuiescence(Duration.ofSeconds(5))) throw new AssertionError("not handled in time");
     * }</pre>
     *
     * @param timeout how long to wait; zero or negative: not at all
     * @return true if everything was quiet, false if the time passed
     * @throws NullPointerException if {@code timeout} is null
     * @throws IllegalStateException if called by a handler of this broker, which would wait for itself
     * @throws BrokerClosedException if the broker failed
     * @throws InterruptedException if interrupted while waiting
     */
    boolean awaitQuiescence(Duration timeout) throws InterruptedException;

    /**
     * Closes the broker.
     *
     * <p>First every thread outside a handler is refused while handlers may still publish, until everything is quiet or
     * a quarter of the time is left, so that a chain of handlers loses no tail. Then everybody is refused, and what was
     * accepted is routed and delivered until the deadline. At the deadline what still waits is abandoned, each handler
     * still running is interrupted once, and this method returns soon after: handlers are given 100 ms to end, after that
     * those of broker events the same, and the broker's threads a second. Inboxes end, and what is in them can still
     * be taken; readers are not waited for.
     *
     * <p>So of ten seconds, chains of handlers have up to seven and a half; a handler that publishes in the last quarter
     * gets a {@link BrokerClosedException}, and fails unless it catches that. Publishers that wait for room get a
     * {@link BrokerClosedException}: those outside handlers at once, handlers when everybody is refused. Losses are
     * logged once, at WARN, by a thread of the broker's, for which a caller that waited for the end waits a second at most.
     * What handlers did happens-before the return, except for a handler reported as {@linkplain SubscriptionStats#stuck()
     * stuck}, which is still at it.
     *
     * <p>With a timeout of zero or less the deadline is now. A second call waits for the end too, at most its own
     * timeout, after which its report is an interim one, as its {@linkplain BrokerStats#state() state} tells. A
     * caller that is interrupted, before or while it waits, moves the deadline to now, and keeps its status. Called by a
     * handler it does not wait: the close goes on without it, and the report is an interim one. On a failed broker it
     * returns the report, without waiting for handlers still running.
     *
     * <pre>{@code
     * try (Broker broker = Broker.open()) {
     *   ...
     *   log.info("{}", broker.close(Duration.ofMinutes(1)));     // the close of the try block then has nothing to do
     * }
     * }</pre>
     *
     * @param timeout how long to wait for handlers
     * @return the report: what became of every message (of subscriptions that had ended before, their own statistics tell),
     *     and which handler would not stop
     * @throws NullPointerException if {@code timeout} is null
     */
    BrokerStats close(Duration timeout);

    /**
     * Closes the broker with the {@linkplain BrokerConfig#withCloseTimeout(Duration) configured} timeout; does nothing if
     * it is closed. What was lost until then is logged; to have it as a report call {@link #close(Duration)}.
     */
    @Override
    void close();
}
