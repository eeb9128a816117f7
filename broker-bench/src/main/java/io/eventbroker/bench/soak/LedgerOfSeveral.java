package io.eventbroker.bench.soak;

import io.eventbroker.Message;
import io.eventbroker.bench.soak.Violations.Kind;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Of a subscription with several consumers, which keep no order: each event once at most, and where there is one source,
 * each event that is told to be missing, too, and not both.
 */
final class LedgerOfSeveral extends Ledger {
    private final BitSet[] came = new BitSet[Feed.SOURCES];
    private final BitSet[] missing = new BitSet[Feed.SOURCES];

    LedgerOfSeveral(Spec spec, Window window, Positions positions, Violations violations) {
        super(spec, window, positions, violations);
        for (int source = 0; source < Feed.SOURCES; source++) {
            came[source] = new BitSet();
            missing[source] = new BitSet();
        }
    }

    @Override
    synchronized void note(Item item, @Nullable Message<?> message) {
        int source = item.source();
        int number = item.number();
        if (came[source].get(number)) {
            violate(Kind.DUPLICATED, item.toString());
        } else if (missing[source].get(number)) {
            violate(Kind.GAP, item + " came, and was told to be missing");
        }
        came[source].set(number);
        if (message != null && spec.hasOneSource()) {
            noteGap(item, message.missedBefore());
        }
    }

    private void noteGap(Item item, long missed) {
        int source = item.source();
        long first = item.number() - missed * numbers.step();
        if (first < window.beginLeast(source)) {
            violate(Kind.GAP, missed + " before " + item + ", more than were published");
            return;
        }
        for (int number = (int) first; number < item.number(); number += numbers.step()) {
            if (came[source].get(number) || missing[source].get(number)) {
                violate(Kind.GAP, missed + " before " + item + ", and number " + number + " came or was told before");
                return;
            }
            missing[source].set(number);
        }
    }

    @Override
    synchronized int highest(int source) {
        return came[source].length() - 1;
    }

    @Override
    synchronized void checkTail(long untold, long discarded) {
        if (spec.hasOneSource()) {
            int source = spec.target().sources.get(0);
            long known = (long) came[source].cardinality() + missing[source].cardinality();
            long least = numbers.between(window.beginMost(source), window.endLeast(source)) - known - discarded;
            long most = numbers.between(window.beginLeast(source), window.endMost(source)) - known;
            checkWithin(Kind.GAP, "missing at the end", least, untold, most);
        }
    }
}
