package io.eventbroker.bench.soak;

import io.eventbroker.Message;
import io.eventbroker.Overflow;
import io.eventbroker.bench.soak.Violations.Kind;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Of a subscription in which order is that of each key, and of a topic without key that of the topic. What one call
 * writes for a key the next call for it sees, or the broker has broken its word.
 */
final class LedgerByPlace extends Ledger {
    private static final int KEYED = Feed.SOURCES * Item.KEYS;

    /** What one consumer has seen to be missing, and was told. */
    private static final class Sums {
        private long seen;
        private long told;
    }

    private final int[] last = new int[KEYED + Feed.SOURCES];
    private final Numbers[] of = new Numbers[last.length];
    private final @Nullable Thread[] owners = new @Nullable Thread[last.length];
    private final boolean[] isKeyed = new boolean[Feed.SOURCES];

    /** Whether nothing is lost but what a later one of its place has replaced, so that each knows what it missed. */
    private final boolean isExact;

    private final ThreadLocal<Sums> sums = ThreadLocal.withInitial(Sums::new);

    LedgerByPlace(Spec spec, Window window, Positions positions, Violations violations) {
        super(spec, window, positions, violations);
        Arrays.fill(last, -1);
        for (int source = 0; source < Feed.SOURCES; source++) {
            isKeyed[source] = Feed.of(source).isKeyed;
            of[KEYED + source] = numbers;
        }
        for (int key = 0; key < KEYED; key++) {
            of[key] = numbers.ofKey(key);
        }
        isExact = spec.policy() == Overflow.CONFLATE
                && spec.capacity() >= spec.target().places();
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // the very thread
    void note(Item item, @Nullable Message<?> message) {
        int source = item.source();
        int number = item.number();
        int place = isKeyed[source] ? item.key() : KEYED + source;
        int before = last[place];
        if (number <= before) {
            violateOrder(item, before);
            return;
        }
        last[place] = number;
        if (spec.isOrderedByKey()) {
            Thread owner = owners[place];
            if (owner == null) {
                owners[place] = Thread.currentThread();
            } else if (owner != Thread.currentThread()) {
                violate(Kind.REORDERED, item + " in " + Thread.currentThread() + ", and its key belongs to " + owner);
            }
        }
        int least = leastMissing(of[place], source, before, number);
        if (least > 0 && spec.isWhole()) {
            violate(Kind.LOST, least + " before " + item);
        }
        if (message != null) {
            checkGap(message, least, mostMissing(of[place], source, before, number));
        }
    }

    private void checkGap(Message<?> message, int least, int most) {
        long missed = message.missedBefore();
        Sums own = sums.get();
        own.seen += least;
        own.told += missed;
        if (isExact) {
            checkWithin(Kind.GAP, "missed before " + message.event(), least, missed, most);
        } else if (own.told < own.seen) {
            violate(
                    Kind.GAP,
                    "at " + message.event() + " " + own.told + " were told, and " + own.seen + " seen to be missing");
        }
    }

    @Override
    int highest(int source) {
        int highest = last[KEYED + source];
        for (int key = source * Item.KEYS; key < (source + 1) * Item.KEYS; key++) {
            highest = Math.max(highest, last[key]);
        }
        return highest;
    }

    /** How many are missing behind the last of each key is known; before it, consumers saw no more than they were told. */
    @Override
    void checkTail(long missing, long discarded) {
        if (isExact) {
            long least = -discarded;
            long most = 0;
            for (int source : spec.target().sources) {
                int first = isKeyed[source] ? source * Item.KEYS : KEYED + source;
                int end = isKeyed[source] ? first + Item.KEYS : first + 1;
                for (int place = first; place < end; place++) {
                    least += leastMissing(of[place], source, last[place], window.endLeast(source));
                    most += mostMissing(of[place], source, last[place], window.endMost(source));
                }
            }
            checkWithin(Kind.GAP, "missing at the end", least, missing, most);
        }
    }
}
