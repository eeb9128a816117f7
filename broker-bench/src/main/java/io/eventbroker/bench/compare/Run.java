package io.eventbroker.bench.compare;

import java.util.List;
import java.util.Map;

/**
 * What came of one measurement in one JVM.
 *
 * @param rates messages published per second and delivered to every subscriber, a window each; none if the run was not
 *     exact
 * @param lost how many deliveries are missing, by the subscribers' counts
 * @param reordered how many deliveries came after a later event of the same publisher, or twice
 * @param published how many events were published, warm-up included
 * @param checksum the values of all events delivered, added up
 * @param settings of the contender and of the load
 */
record Run(List<Double> rates, long lost, long reordered, long published, long checksum, Map<String, Object> settings) {
    boolean hasRate() {
        return !rates.isEmpty();
    }

    /** The median window, in messages per second. */
    double messagesPerSecond() {
        return Median.of(rates);
    }
}
