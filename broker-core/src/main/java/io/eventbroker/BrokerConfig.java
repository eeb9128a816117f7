package io.eventbroker;

import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * Settings of a broker. Immutable: each {@code with…} returns a changed copy.
 *
 * <table class="striped">
 * <caption>The settings</caption>
 * <thead><tr><th scope="col">setting</th><th scope="col">unit</th><th scope="col">from</th><th scope="col">to</th>
 * <th scope="col">default</th></tr></thead>
 * <tbody>
 * <tr><th scope="row">{@link #withName name}</th><td>characters</td><td>1</td><td>256</td><td>broker</td></tr>
 * <tr><th scope="row">{@link #withCloseTimeout closeTimeout}</th><td>time</td><td>0</td><td>292 years</td>
 * <td>10 s</td></tr>
 * <tr><th scope="row">{@link #withRingSize ringSize}</th><td>events</td><td>2</td><td>2<sup>24</sup></td>
 * <td>65,536</td></tr>
 * <tr><th scope="row">{@link #withDefaultCapacity defaultCapacity}</th><td>events</td><td>1</td>
 * <td>2<sup>24</sup></td><td>256</td></tr>
 * <tr><th scope="row">{@link #withThreadFactory threadFactory}</th><td></td><td></td><td></td><td>virtual threads where
 * the JVM has them, daemon threads elsewhere</td></tr>
 * </tbody>
 * </table>
 */
@CheckReturnValue
public final class BrokerConfig {
    /** The largest ring, in events. */
    public static final int MAX_RING_SIZE = 1 << 24;

    private static final BrokerConfig DEFAULTS = new BrokerConfig("broker", Duration.ofSeconds(10), 1 << 16, 256, null);

    final String name;
    final Duration closeTimeout;
    final int ringSize;
    final int defaultCapacity;
    final @Nullable ThreadFactory threadFactory;

    private BrokerConfig(
            String name,
            Duration closeTimeout,
            int ringSize,
            int defaultCapacity,
            @Nullable ThreadFactory threadFactory) {
        this.name = name;
        this.closeTimeout = closeTimeout;
        this.ringSize = ringSize;
        this.defaultCapacity = defaultCapacity;
        this.threadFactory = threadFactory;
    }

    /**
     * The settings of {@link Broker#open()}.
     *
     * @return the defaults
     */
    public static BrokerConfig defaults() {
        return DEFAULTS;
    }

    /**
     * Names the broker, for its thread and its log lines.
     *
     * @param name 1 to 256 characters, not blank, without control characters
     * @return the changed copy
     * @throws NullPointerException if {@code name} is null
     * @throws IllegalArgumentException if {@code name} is not allowed
     */
    public BrokerConfig withName(String name) {
        return new BrokerConfig(
                Checks.requireLabel("broker name", name), closeTimeout, ringSize, defaultCapacity, threadFactory);
    }

    /**
     * How long {@link Broker#close()} gives what was accepted to be handled.
     *
     * @param timeout zero or more; zero abandons what waits
     * @return the changed copy
     * @throws NullPointerException if {@code timeout} is null
     * @throws IllegalArgumentException if {@code timeout} is negative
     */
    public BrokerConfig withCloseTimeout(Duration timeout) {
        if (Checks.requireNonNull(timeout, "timeout").isNegative()) {
            throw new IllegalArgumentException("close timeout " + timeout + " is negative; zero or more is allowed");
        }
        return new BrokerConfig(name, timeout, ringSize, defaultCapacity, threadFactory);
    }

    /**
     * How many published messages may wait to be routed. A publisher waits, or is told "full", only when the broker
     * thread is this far behind.
     *
     * @param events from 2 to {@value #MAX_RING_SIZE}, rounded up to a power of two
     * @return the changed copy
     * @throws IllegalArgumentException if {@code events} is out of range
     */
    public BrokerConfig withRingSize(int events) {
        int given = Checks.requireRange("ring size", events, 2, MAX_RING_SIZE);
        int rounded = given == 2 ? 2 : Integer.highestOneBit(given - 1) << 1;
        return new BrokerConfig(name, closeTimeout, rounded, defaultCapacity, threadFactory);
    }

    /**
     * The capacity of a subscription that does not {@linkplain SubscriptionBuilder#capacity(int) choose} its own.
     *
     * @param events from 1 to {@value SubscriptionBuilder#MAX_CAPACITY}, exact
     * @return the changed copy
     * @throws IllegalArgumentException if {@code events} is out of range
     */
    public BrokerConfig withDefaultCapacity(int events) {
        int capacity = Checks.requireRange("default capacity", events, 1, SubscriptionBuilder.MAX_CAPACITY);
        return new BrokerConfig(name, closeTimeout, ringSize, capacity, threadFactory);
    }

    /**
     * What makes the threads of push subscriptions. It is called by the thread that subscribes, once per worker; the
     * broker names the thread after the subscription and starts it. The broker's own thread is not made by it: that is
     * always a daemon platform thread.
     *
     * <p>The default makes virtual threads where the JVM has them. Handlers that compute for long without blocking hold
     * their carriers, and with them other handlers: give those platform threads.
     *
     * @param factory must make a new thread each time it is called
     * @return the changed copy
     * @throws NullPointerException if {@code factory} is null
     */
    public BrokerConfig withThreadFactory(ThreadFactory factory) {
        return new BrokerConfig(
                name, closeTimeout, ringSize, defaultCapacity, Checks.requireNonNull(factory, "factory"));
    }

    /** The settings, for log lines. */
    @Override
    public String toString() {
        return "BrokerConfig[name=" + name + ", closeTimeout=" + closeTimeout + ", ringSize=" + ringSize
                + ", defaultCapacity=" + defaultCapacity + ", threadFactory="
                + (threadFactory == null ? "default" : threadFactory.getClass().getName()) + "]";
    }
}
