package io.eventbroker.examples.returns;

import io.eventbroker.examples.returns.ReturnEvent.RestockPlanned;
import io.eventbroker.examples.returns.ReturnEvent.ReturnCreated;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Plans what goes back on the shelves, and counts the units by stock code. */
final class Inventory implements Department {
    private final Map<String, Long> units = new TreeMap<>();

    @Override
    public Optional<ReturnEvent> decide(ReturnCreated created) {
        units.merge(created.stockCode(), (long) created.units(), Long::sum);
        return Optional.of(new RestockPlanned(created.returnId(), created.stockCode(), created.units()));
    }

    Map<String, Long> unitsByStockCode() {
        return Collections.unmodifiableMap(units);
    }

    long units() {
        return units.values().stream().mapToLong(Long::longValue).sum();
    }
}
