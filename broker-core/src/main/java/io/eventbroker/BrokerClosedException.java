package io.eventbroker;

import org.jspecify.annotations.Nullable;

/**
 * Thrown by operations of a {@link Broker} that is closing (to everybody but its
 * handlers at first), closed or failed. Where the broker failed, the
 * {@linkplain #getCause() cause} is what its thread died of.
 */
public final class BrokerClosedException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    BrokerClosedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
