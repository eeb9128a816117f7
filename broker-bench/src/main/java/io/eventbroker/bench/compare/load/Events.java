package io.eventbroker.bench.compare.load;

import java.util.SplittableRandom;

/** The events of one publisher, made beforehand and published over and over, to one topic after the other. */
final class Events {
    private final Event[] events;

    /** At {@code i} the sum of the first {@code i} values. */
    private final long[] sums;

    Events(int publisher, Scenario scenario) {
        int topics = scenario.topics();
        SplittableRandom random = new SplittableRandom(publisher);
        events = new Event[topics * Load.eventsOfStream(topics)];
        sums = new long[events.length + 1];
        for (int i = 0; i < events.length; i++) {
            int topic = i % topics;
            events[i] = new Event(publisher * topics + topic, topic, i / topics, random.nextLong());
            sums[i + 1] = sums[i] + events[i].value();
        }
    }

    /** How many there are. */
    int size() {
        return events.length;
    }

    /** One of them. */
    Event get(int place) {
        return events[place];
    }

    /** What the first so many events of the endless row add up to. */
    long sum(long count) {
        return count / events.length * sums[events.length] + sums[(int) (count % events.length)];
    }
}
