package io.eventbroker.bench.soak;

import io.eventbroker.Overflow;
import io.eventbroker.SubscriptionBuilder;

/**
 * A subscription to be.
 *
 * @param isSpecial whether it wants the {@link Item.Special} only
 * @param isPull whether it is an inbox
 * @param hasMessages whether it asks for messages
 * @param consumers workers, or threads that read
 */
record Spec(
        String name,
        Target target,
        boolean isSpecial,
        Overflow policy,
        int capacity,
        boolean isPull,
        boolean hasMessages,
        int consumers,
        boolean isOrderedByKey,
        boolean isReplaying,
        Role role) {
    /** What a handler does besides keeping the account. */
    enum Role {
        PLAIN,
        /** Waits with its first event in hand until it has lost some. */
        HELD,
        SLOW,
        FAILING,
        RELAY
    }

    Numbers numbers() {
        return isSpecial ? Numbers.SPECIAL : Numbers.ALL;
    }

    /** Whether all it gets is without a gap. */
    boolean isWhole() {
        return policy == Overflow.BACKPRESSURE || policy == Overflow.DISCONNECT;
    }

    boolean hasOneSource() {
        return target.sources.size() == 1;
    }

    Spec again(int time) {
        return new Spec(
                name + "." + time,
                target,
                isSpecial,
                policy,
                capacity,
                isPull,
                hasMessages,
                consumers,
                isOrderedByKey,
                isReplaying,
                role == Role.HELD ? Role.PLAIN : role);
    }

    <T> SubscriptionBuilder<T> applyTo(SubscriptionBuilder<T> builder) {
        SubscriptionBuilder<T> result = builder.named(name).capacity(capacity).overflow(policy);
        if (consumers > 1 && !isPull) {
            result = result.concurrency(consumers);
        }
        if (isOrderedByKey) {
            result = result.orderedByKey();
        }
        return isReplaying ? result.replayRetained() : result;
    }
}
