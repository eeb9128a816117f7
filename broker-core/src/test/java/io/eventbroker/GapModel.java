package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What one subscription should keep, lose and tell, worked out from the numbers published to it alone: a list and the
 * definitions of the policies. With order by key it has a queue for each worker, otherwise one.
 */
final class GapModel {
    private static final class Place {
        int number;

        /** With conflation: what is to be told of by the one in this place. */
        long missed;
    }

    private final Overflow policy;
    private final int capacity;
    private final IntUnaryOperator keyOf;
    private final IntUnaryOperator queueOf;

    /** What waits, of all queues together, in the order of its places. */
    private final List<Place> waiting = new ArrayList<>();

    private final List<Integer> lost = new ArrayList<>();

    /** With conflation: lost in a queue since something was last put into it. */
    private final Map<Integer, Long> untold = new HashMap<>();

    private final Map<Integer, Integer> lastTaken = new HashMap<>();

    long newest;
    long oldest;
    long conflated;
    long disconnected;
    long taken;

    /** The sum of all gaps that were told. */
    long told;

    /** A model for numbers that have a key each, and by that a queue. */
    GapModel(Overflow policy, int capacity, IntUnaryOperator keyOf, IntUnaryOperator queueOf) {
        this.policy = policy;
        this.capacity = capacity;
        this.keyOf = keyOf;
        this.queueOf = queueOf;
    }

    boolean isDisconnected() {
        return disconnected > 0;
    }

    long lost() {
        return lost.size();
    }

    long waiting() {
        return waiting.size();
    }

    private int queue(int number) {
        return queueOf.applyAsInt(keyOf.applyAsInt(number));
    }

    /** A number is routed. */
    void offer(int number) {
        if (isDisconnected() || (policy == Overflow.CONFLATE && isReplacing(number))) {
            return;
        }
        if (waiting.size() == capacity) {
            if (policy == Overflow.DROP_OLDEST) {
                oldest++;
                lost.add(waiting.remove(0).number);
            } else {
                newest += policy == Overflow.DISCONNECT ? 0 : 1;
                disconnected += policy == Overflow.DISCONNECT ? 1 : 0;
                lost.add(number);
                untold.merge(queue(number), 1L, Long::sum);
                return;
            }
        }
        Place place = new Place();
        place.number = number;
        place.missed = tell(number);
        waiting.add(place);
    }

    private boolean isReplacing(int number) {
        for (Place place : waiting) {
            if (keyOf.applyAsInt(place.number) == keyOf.applyAsInt(number)) {
                lost.add(place.number);
                conflated++;
                place.number = number;
                place.missed += 1 + tell(number);
                return true;
            }
        }
        return false;
    }

    private long tell(int number) {
        Long before = untold.remove(queue(number));
        return before == null ? 0 : before;
    }

    /** The number that is next for a consumer of a queue; null if none waits there. */
    @Nullable Integer next(int queue) {
        Place next = first(queue);
        return next == null ? null : next.number;
    }

    private @Nullable Place first(int queue) {
        return waiting.stream()
                .filter(place -> queue(place.number) == queue)
                .findFirst()
                .orElse(null);
    }

    /** A message was taken: it is the next of its queue, and tells what it should. */
    void take(Message<Integer> message) {
        int number = message.event();
        int queue = queue(number);
        assertThat(number).as("next in queue %d", queue).isEqualTo(next(queue));
        Place place = first(queue);
        waiting.remove(place);
        int last = lastTaken.getOrDefault(queue, 0);
        long missed = policy == Overflow.CONFLATE ? place.missed : lostBetween(queue, last, number);
        assertThat(message.missedBefore()).as("gap before %d", number).isEqualTo(missed);
        lastTaken.put(queue, number);
        taken++;
        told += message.missedBefore();
    }

    private long lostBetween(int queue, int after, int before) {
        return lost.stream()
                .filter(n -> n > after && n < before && queue(n) == queue)
                .count();
    }

    /** What was lost after all that was taken or waits in the only queue. */
    long lostAfterAllThatWaits() {
        if (policy == Overflow.CONFLATE) {
            return untold.getOrDefault(0, 0L);
        }
        int last = waiting.isEmpty() ? lastTaken.getOrDefault(0, 0) : waiting.get(waiting.size() - 1).number;
        return lost.stream().filter(n -> n > last).count();
    }
}
