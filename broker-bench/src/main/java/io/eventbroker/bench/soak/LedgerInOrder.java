package io.eventbroker.bench.soak;

import io.eventbroker.Message;
import io.eventbroker.bench.soak.Violations.Kind;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Of a subscription with one consumer: each source in order, and the gaps where they are. Not thread-safe. */
final class LedgerInOrder extends Ledger {
    private final int[] last = new int[Feed.SOURCES];

    /** What has been seen to be missing, and what was told so far: with several sources, no less. */
    private long seen;

    private long told;
    private long lastSequence;

    /** Whether nobody else gets what this one does not, so that what is missing are the positions left out. */
    private final boolean isEverything;

    LedgerInOrder(Spec spec, Window window, Positions positions, Violations violations) {
        super(spec, window, positions, violations);
        Arrays.fill(last, -1);
        isEverything = spec.target() == Target.ALL && !spec.isSpecial() && positions.isEachWanted;
    }

    @Override
    void note(Item item, @Nullable Message<?> message) {
        int source = item.source();
        int number = item.number();
        int before = last[source];
        if (number <= before) {
            violateOrder(item, before);
            return;
        }
        last[source] = number;
        int least = leastMissing(numbers, source, before, number);
        if (least > 0 && spec.isWhole()) {
            violate(Kind.LOST, least + " before " + item);
        }
        if (message != null) {
            checkSequence(message);
            checkGap(message, least, mostMissing(numbers, source, before, number));
        }
    }

    private void checkGap(Message<?> message, int least, int most) {
        long missed = message.missedBefore();
        seen += least;
        told += missed;
        if (spec.hasOneSource()) {
            checkWithin(Kind.GAP, "missed before " + message.event(), least, missed, most);
        } else if (told < seen) {
            violate(Kind.GAP, "at " + message.event() + " " + told + " were told, and " + seen + " seen to be missing");
        }
    }

    /** Positions grow, and leave room for what is missing. */
    private void checkSequence(Message<?> message) {
        long sequence = message.sequence();
        long room = sequence - lastSequence - 1;
        boolean isExact = isEverything && lastSequence > 0 && !spec.isReplaying();
        if (room < 0) {
            violate(Kind.REORDERED, message.event() + " has position " + sequence + ", after " + lastSequence);
        } else if (message.missedBefore() > room || (isExact && message.missedBefore() < room)) {
            violate(
                    Kind.GAP,
                    message.missedBefore() + " before " + message.event() + " at position " + sequence + ", after "
                            + lastSequence);
        }
        lastSequence = sequence;
    }

    @Override
    int highest(int source) {
        return last[source];
    }

    @Override
    void checkTail(long missing, long discarded) {
        long least = -discarded;
        long most = 0;
        for (int source : spec.target().sources) {
            least += leastMissing(numbers, source, last[source], window.endLeast(source));
            most += mostMissing(numbers, source, last[source], window.endMost(source));
        }
        if (spec.hasOneSource()) {
            checkWithin(Kind.GAP, "missing at the end", least, missing, most);
        } else {
            checkWithin(
                    Kind.GAP, "missing before the last and at the end", least, told - seen + missing, Long.MAX_VALUE);
        }
    }
}
