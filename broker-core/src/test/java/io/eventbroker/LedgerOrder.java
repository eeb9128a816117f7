package io.eventbroker;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Looks for one order that a number of sequences agree with, by merging them: an event is next when it heads every
 * sequence that has it. Sequences that disagree, two of them or more in a ring, come to a stand; then one head is
 * taken out of its place and counted, and the merge goes on.
 */
final class LedgerOrder {
    private static final int NONE = -1;
    private static final int MOST_BREACHES = 1_000;

    private final List<int[]> sequences = new ArrayList<>();
    private final int[] missingHeads;
    private final int[] firstWaiting;

    private int[] position = {};
    private int[] nextWaiting = {};
    private int breaches;
    private int firstBreach = NONE;

    LedgerOrder(int events) {
        missingHeads = new int[events];
        firstWaiting = new int[events];
        Arrays.fill(firstWaiting, NONE);
    }

    /** Adds a sequence of events, none of them twice. */
    void add(int[] sequence) {
        sequences.add(sequence);
        for (int event : sequence) {
            missingHeads[event]++;
        }
    }

    /** How often a head had to be taken out of its place; 0 if there is one order. */
    int breaches() {
        position = new int[sequences.size()];
        nextWaiting = new int[sequences.size()];
        for (int s = 0; s < sequences.size(); s++) {
            arrive(s);
        }
        for (int s = 0; s < sequences.size() && breaches < MOST_BREACHES; s++) {
            while (position[s] < sequences.get(s).length && breaches < MOST_BREACHES) {
                takeOut(s);
            }
        }
        return breaches;
    }

    /** The first event found out of place. */
    int firstBreach() {
        return firstBreach;
    }

    private void takeOut(int sequence) {
        int event = head(sequence);
        breaches++;
        firstBreach = firstBreach == NONE ? event : firstBreach;
        leave(sequence, event);
        position[sequence]++;
        arrive(sequence);
        if (missingHeads[event] == 0) {
            release(event);
        }
    }

    private void arrive(int sequence) {
        if (position[sequence] == sequences.get(sequence).length) {
            return;
        }
        int event = head(sequence);
        nextWaiting[sequence] = firstWaiting[event];
        firstWaiting[event] = sequence;
        missingHeads[event]--;
        if (missingHeads[event] == 0) {
            release(event);
        }
    }

    /** Moves all sequences on that wait with this event at their heads, and those that this lets move. */
    private void release(int released) {
        List<Integer> ready = new ArrayList<>(List.of(released));
        while (!ready.isEmpty()) {
            int event = ready.remove(ready.size() - 1);
            int sequence = firstWaiting[event];
            firstWaiting[event] = NONE;
            while (sequence != NONE) {
                int next = nextWaiting[sequence];
                position[sequence]++;
                advance(sequence, ready);
                sequence = next;
            }
        }
    }

    private void advance(int sequence, List<Integer> ready) {
        if (position[sequence] == sequences.get(sequence).length) {
            return;
        }
        int event = head(sequence);
        nextWaiting[sequence] = firstWaiting[event];
        firstWaiting[event] = sequence;
        missingHeads[event]--;
        if (missingHeads[event] == 0) {
            ready.add(event);
        }
    }

    private void leave(int sequence, int event) {
        int before = NONE;
        for (int s = firstWaiting[event]; s != sequence; s = nextWaiting[s]) {
            before = s;
        }
        if (before == NONE) {
            firstWaiting[event] = nextWaiting[sequence];
        } else {
            nextWaiting[before] = nextWaiting[sequence];
        }
    }

    private int head(int sequence) {
        return sequences.get(sequence)[position[sequence]];
    }
}
