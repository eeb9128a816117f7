package io.eventbroker.bench.scale;

/**
 * Which of many places is visited when: scattered at random, the same for whoever asks, and without a memory of its own
 * that would be in the way of what is measured.
 *
 * @param places how many there are
 * @param visited how many of them are ever visited, spread evenly over all
 */
record Walk(int places, int visited) {
    /** Over all places. */
    static Walk overAll(int places) {
        return new Walk(places, places);
    }

    /** The place of a step. */
    int at(long step) {
        long mixed = mix(step) >>> 32;
        int chosen = (int) ((mixed * visited) >>> 32);
        return (int) ((long) chosen * places / visited);
    }

    /** As SplittableRandom mixes its seeds: each step differs from the next in half of its bits. */
    private static long mix(long step) {
        long mixed = step * 0x9E3779B97F4A7C15L;
        mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }
}
