package io.eventbroker;

/**
 * A broker without threads, for deterministic tests: the same routing and the same delivery, one step at a time, on the
 * thread of the caller.
 *
 * <p><b>Threads.</b> The thread that opened it steps it; handlers run on that thread. Any thread may publish; what makes
 * another thread wait makes it wait in real time, until the owner steps.
 *
 * <p><b>Waiting.</b> What would wait on a threaded broker (a publish to a full ring, lane or {@link Overflow#BACKPRESSURE
 * subscription}, {@code subscribe}, {@code unsubscribe}, opening and closing a lane, {@code take}, a timed {@code poll},
 * {@code awaitQuiescence}, {@code close}) steps instead until it need not wait: first routing, then handlers not already
 * running further up the stack, then time, which is the broker's own and passes only so. If nothing can be stepped and no
 * timeout ends the wait, it would wait for ever, and {@link IllegalStateException} says so; nothing was published then. As
 * time stands still while there is something to step, handlers that publish to each other without end are stepped without
 * end, whatever the timeout.
 *
 * <pre>{@code
 * try (ManualBroker broker = Broker.manual()) {
 *   new Shipping(broker);                                  // subscribes to ORDERED, publishes SHIPPED
 *   Inbox<Shipped> shipped = broker.inbox(SHIPPED);
 *   broker.publish(ORDERED, new Ordered("1"));
 *   broker.runUntilIdle();
 *   assertEquals(new Shipped("1"), shipped.poll());
 * }
 * }</pre>
 */
public interface ManualBroker extends Broker {
    /**
     * Does one thing, if there is one to do: routes one message, does one thing it was asked for (as to subscribe), or lets
     * one handler handle one event. Routing comes before handling; subscriptions take turns.
     *
     * @return whether something was done
     * @throws IllegalStateException if called by a thread other than the one that opened the broker
     */
    boolean runOne();

    /**
     * Does one thing after the other until there is nothing to do; with handlers that publish to each other without end,
     * for ever.
     *
     * @return how many things were done
     * @throws IllegalStateException if called by a thread other than the one that opened the broker
     */
    int runUntilIdle();
}
