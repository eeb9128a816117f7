package io.eventbroker.bench.compare;

import io.eventbroker.bench.compare.load.Run;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one JVM came to.
 *
 * @param round from 1
 * @param scenario its name
 * @param contender its name
 * @param setting its name
 * @param run null if it failed; with its settings in the first round only, since they are the same in all
 * @param failure why it failed; null if it did not
 */
record Trial(
        int round,
        String scenario,
        String contender,
        String setting,
        @Nullable Run run,
        @Nullable String failure) {
    static Trial of(int round, Cell cell, Run run) {
        return new Trial(
                round,
                cell.scenario().toString(),
                cell.contender().label(),
                cell.setting().name(),
                round == 1 ? run : run.withSettings(Map.of()),
                null);
    }

    static Trial failed(int round, Cell cell, String why) {
        return new Trial(
                round,
                cell.scenario().toString(),
                cell.contender().label(),
                cell.setting().name(),
                null,
                why);
    }

    /** Messages per second; 0 if it failed, or was not exact. */
    double rate() {
        return run != null && run.hasRate() ? run.messagesPerSecond() : 0;
    }
}
