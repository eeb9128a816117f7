package io.eventbroker.examples.returns;

import io.eventbroker.Handler;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * Sees everything, and counts it by kind.
 *
 * <p><b>Threads.</b> As {@link Department}: the counts belong to the subscription's worker until the broker has closed.
 */
final class Audit implements Handler<ReturnEvent> {
    private final Map<String, Long> seen = new TreeMap<>();

    @Override
    public void handle(ReturnEvent event) {
        seen.merge(event.getClass().getSimpleName(), 1L, Long::sum);
    }

    Map<String, Long> seenByKind() {
        return Collections.unmodifiableMap(seen);
    }

    long seen() {
        return seen.values().stream().mapToLong(Long::longValue).sum();
    }
}
