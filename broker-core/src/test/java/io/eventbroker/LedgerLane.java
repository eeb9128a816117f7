package io.eventbroker;

import java.util.ArrayList;
import java.util.List;

/** A lane that records in a {@link Ledger} what was offered through it and what came of that. For one thread. */
final class LedgerLane<E extends Ledger.Entry> {
    private final Lane<E> lane;
    private final Topic<E> topic;
    private final LedgerPublisher publisher;

    LedgerLane(Lane<E> lane, Topic<E> topic, LedgerPublisher publisher) {
        this.lane = lane;
        this.topic = topic;
        this.publisher = publisher;
    }

    /** Publishes the next event, with outcomes as {@link LedgerPublisher#publish}. */
    void publish(Ledger.Maker<? extends E> maker) {
        E event = publisher.offer(topic, maker);
        try {
            lane.publish(event);
        } catch (RuntimeException e) {
            throw publisher.settle(event, e);
        }
        publisher.accepted(event);
    }

    /** Like {@link #publish}; what was answered is returned. */
    boolean tryPublish(Ledger.Maker<? extends E> maker) {
        E event = publisher.offer(topic, maker);
        try {
            return publisher.settle(event, lane.tryPublish(event));
        } catch (RuntimeException e) {
            throw publisher.settle(event, e);
        }
    }

    /**
     * Publishes so many events by one call; what was answered is returned. Of more than one, nobody may close the lane
     * meanwhile: a number that is too small does not tell that from a refusal.
     */
    int publishAll(Ledger.Maker<? extends E> maker, int count) {
        List<E> events = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            events.add(publisher.offer(topic, maker));
        }
        int accepted = 0;
        boolean isOffer = true;
        try {
            accepted = lane.publishAll(events);
            return accepted;
        } catch (RuntimeException e) {
            isOffer = LedgerPublisher.isRefusal(e);
            throw e;
        } finally {
            settle(events, accepted, isOffer);
        }
    }

    /** Of those not accepted the first was refused, and the others were not offered any more. */
    private void settle(List<E> events, int accepted, boolean isOffer) {
        for (int i = 0; i < events.size(); i++) {
            if (i < accepted) {
                publisher.accepted(events.get(i));
            } else if (i == accepted && isOffer) {
                publisher.refused(events.get(i));
            } else {
                publisher.withdrawn(events.get(i));
            }
        }
    }

    void close() {
        lane.close();
    }
}
