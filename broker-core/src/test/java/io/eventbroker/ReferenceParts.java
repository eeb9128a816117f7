package io.eventbroker;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;

/** What a {@link ReferenceModel} is made of: plain records and queues. */
final class ReferenceParts {
    private ReferenceParts() {}

    record Message(String topic, Object event) {}

    /** Something the broker tells of itself. */
    record Told(String kind, List<?> parts) {
        static Told of(String kind, Object... parts) {
            return new Told(kind, Arrays.asList(parts));
        }
    }

    /** The topic of what the broker tells. */
    static final String EVENTS = "$broker.events";

    record Shape(
            String name,
            String topic,
            Class<?> definition,
            Predicate<Object> wanted,
            int capacity,
            Overflow overflow,
            int workers) {}

    /** Where messages come in, first in, first out: a lane, or the ring that all share. */
    static final class Source {
        final int size;
        final String topic;
        final Class<?> definition;
        final Deque<Message> waiting = new ArrayDeque<>();

        /** What one call offers, which takes it in as there is room. */
        final Deque<Message> underWay = new ArrayDeque<>();

        int passedOver;

        /** A lane, or without a topic the ring. */
        Source(int size, String topic, Class<?> definition) {
            this.size = size;
            this.topic = topic;
            this.definition = definition;
        }

        /** A call that offered what is under way has returned, with so many accepted. */
        void accepted(int accepted, int offered) {
            int left = accepted - (offered - underWay.size());
            require(left >= 0, "routed more than was accepted");
            for (; left > 0; left--) {
                waiting.add(underWay.remove());
            }
            underWay.clear();
            require(waiting.size() <= size, "accepted into what is full");
        }
    }

    /** A subscription; one without workers is an inbox. */
    static final class Queue {
        final Shape shape;
        final String name;
        final Deque<Object> waiting = new ArrayDeque<>();
        long matched;
        long dropped;
        long droppedOldest;
        long delivered;
        long failed;
        long abandoned;
        int inHand;
        boolean unsubscribed;

        /** The broker ended it because it was full. */
        boolean disconnected;

        boolean stuck;

        /** What was dropped since that was told. */
        long episode;

        Queue(Shape shape) {
            this.shape = shape;
            this.name = shape.name;
        }

        boolean isPush() {
            return shape.workers > 0;
        }

        boolean isAlive() {
            return !unsubscribed && !disconnected;
        }

        boolean isOfBroker() {
            return shape.topic.equals(EVENTS);
        }

        boolean isQuiet() {
            return !isPush() || (inHand == 0 && (unsubscribed || waiting.isEmpty()));
        }

        Told ended() {
            return Told.of("DropsEnded", name, shape.topic, episode);
        }
    }

    static boolean isSame(Object expected, Object got) {
        return expected instanceof Told ? expected.equals(got) : expected == got;
    }

    static void require(boolean condition, String fault) {
        if (!condition) {
            throw new AssertionError(fault);
        }
    }
}
