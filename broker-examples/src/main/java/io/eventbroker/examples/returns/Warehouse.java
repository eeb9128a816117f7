package io.eventbroker.examples.returns;

import io.eventbroker.examples.returns.ReturnEvent.ParcelExpected;
import io.eventbroker.examples.returns.ReturnEvent.ReturnCreated;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Expects parcels, and counts them by the country they come from. */
final class Warehouse implements Department {
    private final Map<String, Long> parcels = new TreeMap<>();

    @Override
    public Optional<ReturnEvent> decide(ReturnCreated created) {
        parcels.merge(created.country(), 1L, Long::sum);
        return Optional.of(new ParcelExpected(created.returnId(), created.country()));
    }

    Map<String, Long> parcelsByCountry() {
        return Collections.unmodifiableMap(parcels);
    }
}
