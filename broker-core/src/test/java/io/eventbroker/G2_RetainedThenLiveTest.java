package io.eventbroker;

import static io.eventbroker.Tests.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * G2: a subscriber that joins under running publishers sees what is retained, then what is live, in one order.
 *
 * <p>Hazard: an event comes just as the subscription begins. Forbidden: that it is in neither part, or in both, or that
 * one of the old comes after one of the new. Judged by each publisher's own numbers inside the events.
 */
class G2_RetainedThenLiveTest {
    private record Event(int publisher, long number) {}

    private static final int SUBSCRIBERS = 500;
    private static final int JOINERS = 8;
    private static final int PUBLISHERS = 4;
    private static final int RETAINED = 50;

    /** How many of each publisher's a subscriber waits for that began after it had subscribed. */
    private static final int LIVE = 20;

    /** By publisher: the last number whose publish has begun, and the last whose publish has returned. */
    private final AtomicLongArray begun = new AtomicLongArray(PUBLISHERS);

    private final AtomicLongArray returned = new AtomicLongArray(PUBLISHERS);

    private volatile boolean isOver;

    /** What a subscriber has seen; it has seen enough when it has seen late numbers of all. */
    private static final class Witness {
        final List<Event> seen = new ArrayList<>();
        final CountDownLatch enough = new CountDownLatch(1);

        private final long[] last = new long[PUBLISHERS];
        private volatile long[] target = new long[0];

        void see(Event event) {
            seen.add(event);
            last[event.publisher()] = event.number();
            long[] until = target;
            if (until.length > 0 && IntStream.range(0, PUBLISHERS).allMatch(p -> last[p] >= until[p])) {
                enough.countDown();
            }
        }

        void see(Message<Event> message) {
            assertThat(message.missedBefore()).isZero();
            see(message.event());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void eachSeesRetainedThenLiveWithoutHoleDoubleOrSwap(boolean isKeyed) throws Exception {
        Topic<Event> plain = Topic.of("stress.events", Event.class);
        Topic<Event> topic =
                isKeyed ? plain.keyedBy(Event::publisher).retaining(PUBLISHERS) : plain.retaining(RETAINED);
        BrokerConfig config = BrokerConfig.defaults()
                .withRingSize(256)
                .withLaneSize(256)
                .withDefaultOverflow(Overflow.BACKPRESSURE)
                .withCloseTimeout(PATIENCE);
        try (Broker broker = Broker.open(config)) {
            List<Task<Boolean>> publishers = new ArrayList<>();
            for (int p = 0; p < PUBLISHERS; p++) {
                int number = p;
                publishers.add(Task.run("publisher", () -> publish(broker, topic, number)));
            }
            Tests.awaitTrue("all publish", () -> all(returned, RETAINED));
            AtomicInteger next = new AtomicInteger();
            List<Task<Boolean>> joiners = new ArrayList<>();
            for (int j = 0; j < JOINERS; j++) {
                joiners.add(Task.run("joiner", () -> {
                    for (int i = next.getAndIncrement(); i < SUBSCRIBERS; i = next.getAndIncrement()) {
                        join(broker, topic, i, isKeyed);
                    }
                }));
            }
            try {
                for (Task<Boolean> joiner : joiners) {
                    joiner.get();
                }
            } finally {
                isOver = true;
            }
            for (Task<Boolean> publisher : publishers) {
                publisher.get();
            }
        }
    }

    private static boolean all(AtomicLongArray numbers, long atLeast) {
        for (int i = 0; i < numbers.length(); i++) {
            if (numbers.get(i) < atLeast) {
                return false;
            }
        }
        return true;
    }

    /** Half of them through a lane. */
    private void publish(Broker broker, Topic<Event> topic, int publisher) {
        try (Lane<Event> lane = broker.lane(topic)) {
            for (long number = 1; !isOver; number++) {
                begun.set(publisher, number);
                Event event = new Event(publisher, number);
                if (publisher % 2 == 0) {
                    broker.publish(topic, event);
                } else {
                    lane.publish(event);
                }
                returned.set(publisher, number);
            }
        }
    }

    private static long[] copy(AtomicLongArray numbers) {
        long[] copy = new long[numbers.length()];
        Arrays.setAll(copy, numbers::get);
        return copy;
    }

    private void join(Broker broker, Topic<Event> topic, int style, boolean isKeyed) throws Exception {
        TopicPattern<Event> from = style % 3 == 0 ? TopicPattern.of("stress.*", Event.class) : topic;
        SubscriptionBuilder<Event> builder = broker.subscription(from).replayRetained();
        Witness witness = new Witness();
        long[] before = copy(returned);
        long[] after;
        Subscription subscription;
        if (style % 4 == 0) {
            Inbox<Event> inbox = builder.inbox();
            after = expect(witness);
            while (witness.enough.getCount() > 0) {
                witness.see(inbox.take());
            }
            subscription = inbox;
        } else if (style % 4 == 1) {
            Inbox<Message<Event>> inbox = builder.messageInbox();
            after = expect(witness);
            while (witness.enough.getCount() > 0) {
                witness.see(inbox.take());
            }
            subscription = inbox;
        } else {
            subscription = style % 4 == 2 ? builder.onEvent(witness::see) : builder.onMessage(witness::see);
            after = expect(witness);
            Tests.awaitLatch(witness.enough);
        }
        subscription.unsubscribe();
        Tests.awaitTrue("no call under way", () -> subscription.stats().inHand() == 0);
        check(List.copyOf(witness.seen), before, after, isKeyed);
        assertThat(subscription.stats().failed() + subscription.stats().dropped())
                .isZero();
    }

    /** Called when the subscription has begun. */
    private long[] expect(Witness witness) {
        long[] after = copy(begun);
        witness.target = Arrays.stream(after).map(n -> n + LIVE).toArray();
        return after;
    }

    /** What was published before is old, at most; what was published after is live, at least; n of them are old. */
    private static void check(List<Event> seen, long[] before, long[] after, boolean isKeyed) {
        long[] last = new long[PUBLISHERS];
        long oldAtLeast = 0;
        long oldAtMost = 0;
        for (int i = 0; i < seen.size(); i++) {
            Event event = seen.get(i);
            int publisher = event.publisher();
            if (last[publisher] > 0) {
                assertThat(event.number())
                        .as("number %d seen, of publisher %d, in %s", i, publisher, seen)
                        .isEqualTo(last[publisher] + 1);
            } else {
                assertThat(event.number()).as("nothing live is missing").isLessThanOrEqualTo(after[publisher] + 1);
                if (isKeyed) {
                    assertThat(i).as("the latest of each come first").isLessThan(PUBLISHERS);
                    assertThat(event.number()).isGreaterThanOrEqualTo(before[publisher]);
                }
            }
            last[publisher] = event.number();
            oldAtLeast += event.number() <= before[publisher] ? 1 : 0;
            oldAtMost += event.number() <= after[publisher] ? 1 : 0;
        }
        if (isKeyed) {
            assertThat(oldAtLeast).isLessThanOrEqualTo(PUBLISHERS);
        } else {
            assertThat(oldAtLeast).isLessThanOrEqualTo(RETAINED);
            assertThat(oldAtMost).isGreaterThanOrEqualTo(RETAINED);
        }
    }
}
