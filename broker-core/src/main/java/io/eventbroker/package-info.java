/**
 * An in-process publish/subscribe event broker. Begin with {@link io.eventbroker.Broker} and
 * {@link io.eventbroker.Topic}.
 *
 * <h2>Guarantees</h2>
 *
 * The tests of a guarantee carry its number.
 *
 * <dl>
 *   <dt>G1 Accounted
 *   <dd>Every message offered is accepted or refused, and the caller is told which. Every accepted message is, for every
 *       subscription that matches it, delivered, queued, in hand, lost to a named {@linkplain io.eventbroker.Overflow
 *       cause}, or abandoned at its end; so is every retained message that is replayed:
 *       {@code matched + replayed = delivered + dropped + abandoned + queued + inHand}.
 *       {@link io.eventbroker.BrokerStats} and {@link io.eventbroker.SubscriptionStats} add up whenever the broker is at
 *       rest, and totals never go backwards.
 *   <dt>G2 Ordered
 *   <dd>All subscriptions see what they receive in one broker-wide order. Through {@code Broker.publish} that order
 *       agrees with real time. Each {@link io.eventbroker.Lane} is first in, first out; between lanes, and between a lane
 *       and {@code Broker.publish}, the order is the same for all subscribers, but not that of the clock. With several
 *       consumers it is the order of taking. A subscriber that begins with what is retained sees that first, and then,
 *       without a hole or a double, what is published. {@link io.eventbroker.Overflow#CONFLATE} keeps the order of equal
 *       keys only.
 *   <dt>G3 Isolated
 *   <dd>A slow, stuck, throwing or leaving subscriber delays neither the broker thread nor another topic. Only a
 *       subscription that asked for {@link io.eventbroker.Overflow#BACKPRESSURE} slows others, and only the publishers of
 *       what it matches.
 *   <dt>G4 Bounded
 *   <dd>Memory is bounded by the configuration: rings, queues, retained messages; how much a queue holds beyond its
 *       capacity {@link io.eventbroker.Overflow#BACKPRESSURE} says. Of names that no subscription and no lane names, and
 *       of which nothing is retained, 1,024 at most are remembered where there are patterns, otherwise none. Nothing keeps an event alive after it was delivered
 *       or dropped, unless it is retained.
 *   <dt>G5 Loss is told at its place
 *   <dd>A subscription that asks for {@link io.eventbroker.Message}s learns on the first message after a gap, in the order
 *       of the queue and whoever takes it, exactly how many it missed there; what is lost at the end is told in the end.
 *       Loss and closing are different signals. Every loss is counted, by subscription and cause, and the begin and the
 *       end of each episode of drops is a {@link io.eventbroker.BrokerEvent}.
 *   <dt>G6 Subscribing takes effect between call and return
 *   <dd>A publish that begins after {@code subscribe} returned is seen; one that happened before the call is not. After
 *       {@code unsubscribe} nothing further is dispatched; at most one call per worker may still run.
 *   <dt>G7 Close is clean
 *   <dd>A chain of handlers loses no tail; a publish that races with close is accepted and accounted, or refused;
 *       nothing hangs; the deadline is kept; the report says what became of everything and which handler would not stop.
 *   <dt>G8 Fails loudly
 *   <dd>If the broker thread dies, the broker is failed: publishers and subscribers are released with the cause,
 *       the remainder is counted, and it is told as a {@link io.eventbroker.BrokerEvent}.
 *   <dt>G9 Visible
 *   <dd>What a thread did before publishing happens-before what a handler does with the event; one call of a handler with
 *       one worker happens-before its next; what handlers that have ended did happens-before the return of {@code close}
 *       and {@code awaitQuiescence}.
 *   <dt>G10 Quiet
 *   <dd>With {@link io.eventbroker.WaitMode#PARK}, the default, an idle broker is parked, and wakes once a second; a
 *       wake-up comes at most 200 microseconds late. A push subscription holds no platform thread where the JVM has
 *       virtual threads.
 *   <dt>G11 No user code on the broker thread
 *   <dd>Not a handler, a key function, an appender, a thread factory, nor {@code equals}, {@code hashCode} or
 *       {@code toString} of an event. What the broker has to tell are {@linkplain io.eventbroker.BrokerEvent events on a
 *       topic of its own}, from which it is also logged.
 *   <dt>G12 No deadlock among handlers
 *   <dd>Publishing, subscribing, unsubscribing and closing from inside a handler finish: accepted, refused, or failing
 *       with a {@link io.eventbroker.PublishCycleException} that names the cycle of push subscriptions with
 *       {@link io.eventbroker.Overflow#BACKPRESSURE} that wait for each other. A cycle through pull loops or locks of
 *       one's own cannot be seen: there {@code close}, interrupts and timeouts end the wait.
 * </dl>
 */
@NullMarked
package io.eventbroker;

import org.jspecify.annotations.NullMarked;
