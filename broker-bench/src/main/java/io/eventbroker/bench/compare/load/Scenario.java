package io.eventbroker.bench.compare.load;

import java.util.List;

/**
 * How many publish, how many subscribe to all of it, and to how many topics: a publisher goes through them one after the
 * other, event by event.
 */
public record Scenario(int publishers, int subscribers, int topics) {
    /** One publisher, one subscriber. */
    public static final Scenario ONE_TO_ONE = new Scenario(1, 1, 1);

    /** One publisher, four subscribers. */
    public static final Scenario ONE_TO_FOUR = new Scenario(1, 4, 1);

    /** Two publishers, four subscribers. */
    public static final Scenario TWO_TO_FOUR = new Scenario(2, 4, 1);

    /** All there are, in the order in which they are reported. */
    public static final List<Scenario> ALL = List.of(
            ONE_TO_ONE,
            ONE_TO_FOUR,
            new Scenario(2, 1, 1),
            TWO_TO_FOUR,
            new Scenario(4, 16, 1),
            new Scenario(1, 64, 1),
            new Scenario(1, 1, 100));

    /** The scenario of a name such as {@code 1x4}. */
    public static Scenario parse(String name) {
        return ALL.stream()
                .filter(scenario -> scenario.toString().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no scenario '" + name + "'; there are " + ALL
                        + " (publishers x subscribers x topics)"));
    }

    @Override
    public String toString() {
        return publishers + "x" + subscribers + (topics == 1 ? "" : "x" + topics);
    }
}
