package io.eventbroker;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot of a broker's state and totals. Immutable.
 *
 * <p>When the broker is at rest, every message is accounted for:
 *
 * <pre>{@code
 * offered  = accepted + refused
 * accepted = routed + unrouted + discarded
 * }</pre>
 *
 * <p>While messages are moving, the terms are read one after the other: no total ever goes backwards, and a snapshot
 * never shows more routed than accepted. A call that misused the broker (a null event, say) is no offer.
 */
public interface BrokerStats {
    /** Where a broker is in its life. */
    enum State {
        /** Everybody may publish and subscribe. */
        OPEN,
        /** Closing: only handlers of this broker may publish, until everything is quiet or a quarter of the time is left. */
        DRAINING,
        /** Closing: nobody may publish; what was accepted is routed and delivered until the deadline. */
        CLOSING,
        /** Closed. */
        CLOSED,
        /** The broker's thread died; see {@link BrokerStats#failure()}. */
        FAILED
    }

    /**
     * Where the broker is in its life.
     *
     * @return the state
     */
    State state();

    /**
     * What the broker's thread died of.
     *
     * @return the cause if the state is {@link State#FAILED}, otherwise null
     */
    @Nullable Throwable failure();

    /**
     * Messages that publishers offered.
     *
     * @return a count since the broker opened
     */
    long offered();

    /**
     * Messages the broker took.
     *
     * @return a count since the broker opened
     */
    long accepted();

    /**
     * Messages the broker did not take, because it was full, closing, closed or failed, because the publisher was
     * interrupted while it waited, or because it would have waited in a cycle. The publisher was told by {@code false} or by
     * an exception.
     *
     * @return a count since the broker opened
     */
    long refused();

    /**
     * Accepted messages that at least one subscription matched.
     *
     * @return a count since the broker opened
     */
    long routed();

    /**
     * Accepted messages that no subscription matched.
     *
     * @return a count since the broker opened
     */
    long unrouted();

    /**
     * Accepted messages that were not routed because the broker's close reached its deadline, or because it failed.
     *
     * @return a count since the broker opened
     */
    long discarded();

    /**
     * {@linkplain BrokerEvent Events of the broker's own} that were told, whether or not anybody subscribes to them. They
     * are in none of the other totals here; the subscriptions that get them count them like other events.
     *
     * @return a count since the broker opened
     */
    long events();

    /**
     * Retained messages that were forgotten because there were too many in all, and other topics were published to later;
     * see {@link BrokerConfig#withMaxRetained(int)}. Those that gave way to later ones of their own topic are not counted.
     *
     * @return a count since the broker opened
     */
    long forgotten();

    /**
     * The living subscriptions, oldest first; once the broker is closing, those that were alive when that began, and in the
     * end also those unsubscribed before whose handler would not stop. What subscriptions that ended earlier dropped or
     * abandoned is known to their own {@link Subscription#stats()} only.
     *
     * @return an immutable list
     */
    List<SubscriptionStats> subscriptions();
}
