package io.eventbroker.bench.scale;

import io.eventbroker.bench.lab.ForkedJvm;
import io.eventbroker.bench.lab.JsonLine;
import java.util.List;
import java.util.Locale;

/** What is measured in one JVM: one size of a series. */
record Case(Series series, int size) {
    /** A JVM that measures it. */
    ForkedJvm jvm(Plan plan) {
        return new ForkedJvm(
                ScaleRun.class, List.of(series.name(), Integer.toString(size), JsonLine.of(plan)), series.flags(size));
    }

    @Override
    public String toString() {
        return series + " " + label(size);
    }

    /** A size as people write it. */
    static String label(int size) {
        return String.format(Locale.ROOT, "%,d", size);
    }
}
