package io.eventbroker;

/**
 * Thrown by a publish inside a handler that would wait for ever: for room in a subscription with
 * {@link Overflow#BACKPRESSURE} whose handlers wait in turn, directly or by way of others, for the very subscription of
 * this handler. A {@code tryPublish}, whose wait the time ends, returns false instead; while it waits, others that wait
 * for its handler are not on a cycle. The message names the cycle. Nothing was published, and of the handlers on a cycle
 * one is told at a time. Give one of its subscriptions another policy, or let the handler hand the event to another
 * thread.
 */
public final class PublishCycleException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    PublishCycleException(String message) {
        super(message);
    }
}
