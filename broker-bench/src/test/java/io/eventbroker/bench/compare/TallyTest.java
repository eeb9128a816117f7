package io.eventbroker.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TallyTest {
    private final Events first = new Events(0);
    private final Events second = new Events(1);
    private final Tally tally = new Tally(2);

    @Test
    void addsUpWhatEachPublisherPublishedOverAndOver() {
        long count = Load.EVENTS + 5L;
        for (long i = 0; i < count; i++) {
            tally.receive(first.get(i));
            tally.receive(second.get(i));
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
        receive(first, 0, 1, 4, 5, 9, 9 + Load.EVENTS / 2);

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

    private void receive(Events events, long... positions) {
        for (long position : positions) {
            tally.receive(events.get(position));
        }
    }
}
