package io.eventbroker.bench.compare.load;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TallyTest {
    private static final Scenario TWO_TO_ONE = new Scenario(2, 1, 1);
    private static final int EVENTS = Load.eventsOfStream(1);

    private final Events first = new Events(0, TWO_TO_ONE);
    private final Events second = new Events(1, TWO_TO_ONE);
    private final Tally tally = new Tally(TWO_TO_ONE);

    @Test
    void addsUpWhatEachPublisherPublishedOverAndOver() {
        long count = EVENTS + 5L;
        for (int i = 0; i < count; i++) {
            tally.receive(first.get(i % EVENTS));
            tally.receive(second.get(i % EVENTS));
        }

        assertThat(tally.received()).isEqualTo(2 * count);
        assertThat(tally.received(1)).isEqualTo(count);
        assertThat(tally.sum()).isEqualTo(first.sum(count) + second.sum(count));
        assertThat(tally.reordered()).isZero();
    }

    @Test
    void publishersMayOvertakeEachOther() {
        receive(first, 0, 1, 2);
        receive(second, 0, 1, 2);
        receive(first, 3);

        assertThat(tally.reordered()).isZero();
    }

    @Test
    void aGapIsNoDisorder() {
        receive(first, 0, 1, 4, 5, 9, 9 + EVENTS / 2);

        assertThat(tally.received()).isEqualTo(6);
        assertThat(tally.reordered()).isZero();
    }

    @Test
    void anOvertakenEventIsCountedOnce() {
        receive(first, 0, 2, 3, 1, 4, 5, 7, 6, 8);

        assertThat(tally.received()).isEqualTo(9);
        assertThat(tally.reordered()).isEqualTo(2);
    }

    @Test
    void anEventThatComesTwiceIsCountedOnce() {
        receive(first, 0, 1, 1, 2, 3);

        assertThat(tally.reordered()).isOne();
    }

    @Test
    void topicsMayOvertakeEachOtherButNotTheEventsOfOne() {
        Scenario scenario = new Scenario(1, 1, 100);
        Events events = new Events(0, scenario);
        Tally ofTopics = new Tally(scenario);

        ofTopics.receive(events.get(1));
        ofTopics.receive(events.get(0));
        ofTopics.receive(events.get(101));
        ofTopics.receive(events.get(100));
        assertThat(ofTopics.reordered()).isZero();

        ofTopics.receive(events.get(301));
        ofTopics.receive(events.get(201));
        assertThat(ofTopics.reordered()).isOne();
        assertThat(ofTopics.received(0)).isEqualTo(6);
    }

    @Test
    void eventsGoThroughTheTopicsAndEveryStreamHasTwiceWhatItMayHaveInFlight() {
        Scenario scenario = new Scenario(2, 1, 100);
        Events events = new Events(1, scenario);

        assertThat(events.get(0))
                .extracting(Event::stream, Event::topic, Event::index)
                .containsExactly(100, 0, 0);
        assertThat(events.get(205))
                .extracting(Event::stream, Event::topic, Event::index)
                .containsExactly(105, 5, 2);
        assertThat(events.size()).isEqualTo(100 * Load.eventsOfStream(100));
        assertThat(Load.eventsOfStream(100)).isEqualTo(1_024).isGreaterThanOrEqualTo(2 * Load.IN_FLIGHT / 100);
        assertThat(Load.eventsOfStream(1)).isEqualTo(2 * Load.IN_FLIGHT);
    }

    private void receive(Events events, int... positions) {
        for (int position : positions) {
            tally.receive(events.get(position));
        }
    }
}
