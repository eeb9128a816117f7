package io.eventbroker.bench.soak;

import io.eventbroker.Message;
import io.eventbroker.Overflow;
import io.eventbroker.bench.soak.Violations.Kind;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Looks at what one subscription receives, event by event, and says what is wrong with it. */
abstract class Ledger {
    final Spec spec;
    final Numbers numbers;
    final Window window;
    final Positions positions;
    private final Violations violations;

    /** The topic of each source that it may hear of. */
    private final @Nullable String[] topics = new @Nullable String[Feed.SOURCES];

    /** What its messages told to be missing. */
    private final LongAdder told = new LongAdder();

    Ledger(Spec spec, Window window, Positions positions, Violations violations) {
        this.spec = spec;
        this.numbers = spec.numbers();
        this.window = window;
        this.positions = positions;
        this.violations = violations;
        for (int source : spec.target().sources) {
            topics[source] = Feed.of(source).topic.name();
        }
    }

    /** The one for a subscription of this kind. */
    static Ledger of(Spec spec, Window window, Positions positions, Violations violations) {
        if (spec.isOrderedByKey() || spec.policy() == Overflow.CONFLATE) {
            return new LedgerByPlace(spec, window, positions, violations);
        }
        return spec.consumers() > 1
                ? new LedgerOfSeveral(spec, window, positions, violations)
                : new LedgerInOrder(spec, window, positions, violations);
    }

    /** An event came; with the message, if the subscription asked for messages. */
    final void receive(Item item, @Nullable Message<?> message) {
        String objection = objection(item, message);
        if (objection != null) {
            violate(Kind.UNEXPECTED, item + " " + objection);
            return;
        }
        if (message != null) {
            told.add(message.missedBefore());
            if (!positions.agrees(item, message.sequence())) {
                violate(Kind.REORDERED, item + " has position " + message.sequence() + ", elsewhere another");
            }
            if (spec.isWhole() && message.missedBefore() != 0) {
                violate(Kind.GAP, item + " tells " + message.missedBefore() + " missing, and nothing can be");
            }
        }
        note(item, message);
    }

    private @Nullable String objection(Item item, @Nullable Message<?> message) {
        int source = item.source();
        int number = item.number();
        String topic = source < 0 || source >= topics.length ? null : topics[source];
        if (topic == null) {
            return "is of another topic";
        } else if (message != null && !message.topic().equals(topic)) {
            return "is said to be of " + message.topic();
        } else if (!numbers.has(number) || (spec.isSpecial() && !(item instanceof Item.Special))) {
            return "is of another class";
        } else if (number < window.beginLeast(source)) {
            return "was published before subscribing";
        } else if (number >= window.endMost(source)) {
            return "was published after unsubscribing";
        }
        return null;
    }

    /** An event came that may come. */
    abstract void note(Item item, @Nullable Message<?> message);

    /** The largest number of a source that came, or -1. */
    abstract int highest(int source);

    /** Looks at what is missing at the end, of which nobody was told before, in a subscription with messages. */
    abstract void checkTail(long missing, long discarded);

    /** Looks at all that came, the window being settled: nothing may have been refused. */
    final void checkEnd() {
        for (int source : spec.target().sources) {
            if (highest(source) >= window.endMost(source)) {
                violate(
                        Kind.UNEXPECTED,
                        source + "#" + highest(source)
                                + " was refused, or published after unsubscribing; accepted until "
                                + window.endMost(source));
            }
        }
    }

    final long told() {
        return told.sum();
    }

    /** An event that is not after the last one of its source, or key. */
    final void violateOrder(Item item, int last) {
        violate(item.number() == last ? Kind.DUPLICATED : Kind.REORDERED, item + " after number " + last);
    }

    final void violate(Kind kind, String what) {
        violations.add(kind, spec + ": " + what);
    }

    /** Numbers missing between the last that came, or -1, and this one, at least. */
    final int leastMissing(Numbers among, int source, int last, int number) {
        return among.between(last < 0 ? window.beginMost(source) : last + 1, number);
    }

    /** Numbers missing between the last that came, or -1, and this one, at most. */
    final int mostMissing(Numbers among, int source, int last, int number) {
        return among.between(last < 0 ? window.beginLeast(source) : last + 1, number);
    }

    final void checkWithin(Kind kind, String what, long least, long value, long most) {
        if (value < least || value > most) {
            violate(kind, what + " " + value + ", not from " + least + " to " + most);
        }
    }
}
