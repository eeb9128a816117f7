package io.eventbroker;

import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
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
 * <tr><th scope="row">{@link #withLaneSize laneSize}</th><td>events</td><td>2</td><td>2<sup>24</sup></td>
 * <td>65,536</td></tr>
 * <tr><th scope="row">{@link #withDefaultCapacity defaultCapacity}</th><td>events</td><td>1</td>
 * <td>2<sup>24</sup></td><td>256</td></tr>
 * <tr><th scope="row">{@link #withDefaultOverflow defaultOverflow}</th><td></td><td></td><td></td>
 * <td>{@link Overflow#DROP_NEWEST}</td></tr>
 * <tr><th scope="row">{@link #withMaxRetained maxRetained}</th><td>events</td><td>1</td>
 * <td>2<sup>24</sup></td><td>10,000</td></tr>
 * <tr><th scope="row">{@link #withWaitMode waitMode}</th><td></td><td></td><td></td><td>{@link WaitMode#PARK}</td></tr>
 * <tr><th scope="row">{@link #withThreadFactory threadFactory}</th><td></td><td></td><td></td><td>virtual threads where
 * the JVM has them, daemon threads elsewhere</td></tr>
 * </tbody>
 * </table>
 *
 * <pre>{@code
 * Broker returns = Broker.open(BrokerConfig.defaults()
 *     .withName("returns").withDefaultCapacity(1_000).withDefaultOverflow(Overflow.DROP_OLDEST));
 * }</pre>
 */
@CheckReturnValue
public final class BrokerConfig implements Cloneable {
    /** The largest ring or lane, in events. */
    public static final int MAX_RING_SIZE = 1 << 24;

    private static final BrokerConfig DEFAULTS = new BrokerConfig();

    // written before the object is handed out, by with(), which ends like a constructor of final fields
    String name = "broker";
    Duration closeTimeout = Duration.ofSeconds(10);
    int ringSize = 1 << 16;
    int laneSize = 1 << 16;
    int defaultCapacity = 256;
    Overflow defaultOverflow = Overflow.DROP_NEWEST;
    int maxRetained = 10_000;
    WaitMode waitMode = WaitMode.PARK;

    @Nullable ThreadFactory threadFactory;

    private BrokerConfig() {}

    private BrokerConfig with(Consumer<BrokerConfig> change) {
        try {
            BrokerConfig copy = (BrokerConfig) clone();
            change.accept(copy);
            VarHandle.storeStoreFence();
            return copy;
        } catch (CloneNotSupportedException e) {
            throw new AssertionError(e);
        }
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
        return with(copy -> copy.name = Checks.requireLabel("broker name", name));
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
        return with(copy -> copy.closeTimeout = timeout);
    }

    /**
     * How many published messages may wait to be routed. A publisher waits, or is told "full", when the broker thread is
     * this far behind (and for a subscription with {@link Overflow#BACKPRESSURE}, which has nothing to do with this). The
     * ring is allocated when the broker is opened: about 12 bytes an event.
     *
     * @param events from 2 to {@value #MAX_RING_SIZE}, rounded up to a power of two
     * @return the changed copy
     * @throws IllegalArgumentException if {@code events} is out of range
     */
    public BrokerConfig withRingSize(int events) {
        return with(copy -> copy.ringSize = roundUp("ring size", events));
    }

    /**
     * How many messages published through one {@linkplain Lane lane} may wait to be routed. Each lane allocates its buffer
     * when it is opened: about 4 bytes an event.
     *
     * @param events from 2 to {@value #MAX_RING_SIZE}, rounded up to a power of two
     * @return the changed copy
     * @throws IllegalArgumentException if {@code events} is out of range
     */
    public BrokerConfig withLaneSize(int events) {
        return with(copy -> copy.laneSize = roundUp("lane size", events));
    }

    private static int roundUp(String what, int events) {
        int given = Checks.requireRange(what, events, 2, MAX_RING_SIZE);
        return given == 2 ? 2 : Integer.highestOneBit(given - 1) << 1;
    }

    /**
     * The capacity of a subscription that does not {@linkplain SubscriptionBuilder#capacity(int) choose} its own.
     *
     * @param events from 1 to {@value SubscriptionBuilder#MAX_CAPACITY}, exact
     * @return the changed copy
     * @throws IllegalArgumentException if {@code events} is out of range
     */
    public BrokerConfig withDefaultCapacity(int events) {
        return with(copy -> copy.defaultCapacity =
                Checks.requireRange("default capacity", events, 1, SubscriptionBuilder.MAX_CAPACITY));
    }

    /**
     * What happens when a subscription is full that does not {@linkplain SubscriptionBuilder#overflow(Overflow) choose}
     * for itself. On the broker's own topics {@link Overflow#BACKPRESSURE} and {@link Overflow#CONFLATE} are not possible;
     * there {@link Overflow#DROP_NEWEST} takes their place. With {@link Overflow#CONFLATE} subscribing to a topic without
     * a key is refused, unless the subscription chooses otherwise.
     *
     * @param policy what is lost, or who waits
     * @return the changed copy
     * @throws NullPointerException if {@code policy} is null
     */
    public BrokerConfig withDefaultOverflow(Overflow policy) {
        return with(copy -> copy.defaultOverflow = Checks.requireNonNull(policy, "policy"));
    }

    /**
     * How many events the broker {@linkplain Topic#retaining retains}, of all topics together. Beyond that it forgets those
     * of the topic that was published to longest ago, and counts them in {@link BrokerStats#forgotten()}.
     *
     * @param events from 1 to {@value SubscriptionBuilder#MAX_CAPACITY}
     * @return the changed copy
     * @throws IllegalArgumentException if {@code events} is out of range
     */
    public BrokerConfig withMaxRetained(int events) {
        return with(copy -> copy.maxRetained =
                Checks.requireRange("the most events retained", events, 1, SubscriptionBuilder.MAX_CAPACITY));
    }

    /**
     * What the broker thread does when it has nothing to do.
     *
     * @param mode how much processor time to spend for a lower latency
     * @return the changed copy
     * @throws NullPointerException if {@code mode} is null
     */
    public BrokerConfig withWaitMode(WaitMode mode) {
        return with(copy -> copy.waitMode = Checks.requireNonNull(mode, "wait mode"));
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
        return with(copy -> copy.threadFactory = Checks.requireNonNull(factory, "factory"));
    }

    /** The settings, for log lines. */
    @Override
    public String toString() {
        return "BrokerConfig[name=" + name + ", closeTimeout=" + closeTimeout + ", ringSize=" + ringSize
                + ", laneSize=" + laneSize + ", defaultCapacity=" + defaultCapacity + ", defaultOverflow="
                + defaultOverflow + ", maxRetained=" + maxRetained + ", waitMode=" + waitMode
                + ", threadFactory="
                + (threadFactory == null ? "default" : threadFactory.getClass().getName()) + "]";
    }
}
