package io.eventbroker;

import org.jspecify.annotations.Nullable;

/**
 * Thrown by an {@link Inbox} that has ended and is empty, and by a {@link Select} of such inboxes: nothing will ever come
 * again. Where the broker failed, the {@linkplain #getCause() cause} is what its thread died of; where the inbox was full
 * and asked for {@link Overflow#DISCONNECT}, it says so; after an orderly end there is none.
 */
public final class SubscriptionClosedException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    SubscriptionClosedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
