package io.eventbroker;

import org.jspecify.annotations.Nullable;

/**
 * Thrown by what publishes to or subscribes to a {@link Broker} that is closing (at first its handlers may still
 * publish), closed or failed, and by {@link Broker#awaitQuiescence} if it failed. Where the broker failed, the
 * {@linkplain #getCause() cause} is what its thread died of.
 */
public final class BrokerClosedException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    BrokerClosedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
