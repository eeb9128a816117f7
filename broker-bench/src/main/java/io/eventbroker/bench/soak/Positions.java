package io.eventbroker.bench.soak;

import java.util.concurrent.atomic.AtomicLongArray;

/** The positions that messages say to have in the broker's one order: of some events, whoever tells must tell the same. */
final class Positions {
    private static final int ONE_IN = 256;

    /** Whether no message of the broker goes unwanted, so that a subscription to all leaves no position out. */
    final boolean isEachWanted;

    private final AtomicLongArray[] known = new AtomicLongArray[Feed.SOURCES];

    /**
     * Those of a generation.
     *
     * @param messages how many there will be of each source, about
     */
    Positions(boolean isEachWanted, int messages) {
        this.isEachWanted = isEachWanted;
        for (int source = 0; source < known.length; source++) {
            known[source] = new AtomicLongArray(messages / ONE_IN + 1);
        }
    }

    /** Whether an event has this position as far as is known. */
    boolean agrees(Item item, long position) {
        int index = item.number() / ONE_IN;
        AtomicLongArray ofSource = known[item.source()];
        if (item.number() % ONE_IN != ONE_IN - 1 || index >= ofSource.length()) {
            return true;
        }
        long first = ofSource.get(index);
        return first == position
                || (first == 0 && (ofSource.compareAndSet(index, 0, position) || ofSource.get(index) == position));
    }
}
