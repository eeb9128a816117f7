package io.eventbroker.bench.soak;

/** Every n-th number of a source, from one of them on: so a subscriber knows what is meant for it. */
record Numbers(int step, int first) {
    /** Those of a plain subscription. */
    static final Numbers ALL = new Numbers(1, 0);

    /** Those of which the events are {@link Item.Special}. */
    static final Numbers SPECIAL = new Numbers(4, 3);

    /** Of these numbers those that have a key. Keys are more than a step apart, so it is all of them or none. */
    Numbers ofKey(int key) {
        int first = key % Item.KEYS;
        return has(first) ? new Numbers(Item.KEYS, first) : new Numbers(Integer.MAX_VALUE, Integer.MAX_VALUE);
    }

    boolean has(int number) {
        return number % step == first;
    }

    /** How many there are from one number on and before another; 0 if that is smaller. */
    int between(int from, int to) {
        return Math.max(0, below(to) - below(from));
    }

    private int below(int number) {
        return number <= first ? 0 : (number - first - 1) / step + 1;
    }
}
