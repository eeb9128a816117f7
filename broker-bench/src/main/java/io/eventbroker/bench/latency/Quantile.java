package io.eventbroker.bench.latency;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** The places in a distribution that are reported. */
enum Quantile {
    P50("p50", 50),
    P75("p75", 75),
    P90("p90", 90),
    P95("p95", 95),
    P99("p99", 99),
    P99_5("p99.5", 99.5),
    P99_9("p99.9", 99.9),
    MAX("max", 100);

    private final String label;
    private final double percentile;

    Quantile(String label, double percentile) {
        this.label = label;
        this.percentile = percentile;
    }

    /** A histogram of times up to an hour in ns, to three digits: of one size, so that recording allocates nothing. */
    static Histogram newHistogram() {
        return new Histogram(TimeUnit.HOURS.toNanos(1), 3);
    }

    /** The values at all of them. */
    static Map<Quantile, Long> of(Histogram histogram) {
        Map<Quantile, Long> values = new EnumMap<>(Quantile.class);
        for (Quantile quantile : values()) {
            values.put(quantile, histogram.getValueAtPercentile(quantile.percentile));
        }
        return values;
    }

    /** Of how many events one is beyond it; infinite for the greatest. */
    double oneIn() {
        return 100 / (100 - percentile);
    }

    @Override
    public String toString() {
        return label;
    }
}
