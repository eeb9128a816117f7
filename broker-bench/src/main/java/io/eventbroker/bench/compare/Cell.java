package io.eventbroker.bench.compare;

import io.eventbroker.bench.compare.load.Scenario;
import io.eventbroker.bench.compare.peers.Entry;

/** What one JVM measures. */
record Cell(Scenario scenario, Entry contender, Entry.Setting setting) {
    /** For a line of progress. */
    @Override
    public String toString() {
        return scenario + "  " + contender + (contender.settings().size() > 1 ? " (" + setting.name() + ")" : "");
    }
}
