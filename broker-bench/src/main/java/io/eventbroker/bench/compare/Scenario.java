package io.eventbroker.bench.compare;

import java.util.List;

/** How many publish, and how many subscribe to all of it. */
record Scenario(int publishers, int subscribers) {
    static final Scenario ONE_TO_ONE = new Scenario(1, 1);
    static final Scenario TWO_TO_FOUR = new Scenario(2, 4);
    static final List<Scenario> ALL = List.of(ONE_TO_ONE, new Scenario(1, 4), new Scenario(2, 1), TWO_TO_FOUR);

    /** The scenario of a name such as {@code 1x4}. */
    static Scenario parse(String name) {
        return ALL.stream()
                .filter(scenario -> scenario.toString().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "there is no scenario '" + name + "'; there are " + ALL + " (publishers x subscribers)"));
    }

    @Override
    public String toString() {
        return publishers + "x" + subscribers;
    }
}
