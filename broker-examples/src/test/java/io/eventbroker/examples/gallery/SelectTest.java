package io.eventbroker.examples.gallery;

import static io.eventbroker.examples.gallery.Contention.PATIENCE;
import static io.eventbroker.examples.gallery.Contention.awaitLatch;
import static io.eventbroker.examples.gallery.Contention.together;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.eventbroker.Broker;
import io.eventbroker.Inbox;
import io.eventbroker.Overflow;
import io.eventbroker.Select;
import io.eventbroker.SubscriptionClosedException;
import io.eventbroker.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The examples that read several sources: silence, a total time and the end of sources end it, and nothing is lost. */
class SelectTest {
    private static final Topic<Integer> NORTH = Topic.of("north", Integer.class);
    private static final Topic<Integer> SOUTH = Topic.of("south", Integer.class);

    @Test
    void selectWithTimeoutEndsInSilenceAndTakesNothingMore() throws Exception {
        try (Broker broker = Broker.open();
                Inbox<Integer> north = broker.inbox(NORTH);
                Inbox<Integer> south = broker.inbox(SOUTH)) {
            for (int i = 0; i < 10; i++) {
                broker.publish(i % 2 == 0 ? NORTH : SOUTH, i);
            }
            awaitRouted(broker); // from here on there is silence
            Select<Integer> sources = Select.of(north, south);
            long start = System.nanoTime();
            assertThat(SelectWithTimeout.listen(sources, Duration.ofMillis(20), PATIENCE))
                    .containsExactlyInAnyOrderElementsOf(range(0, 10));
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(PATIENCE);
            broker.publish(SOUTH, 10);
            assertThat(south.take()).isEqualTo(10);

            broker.publish(SOUTH, 11);
            broker.publish(NORTH, 12);
            assertThat(north.take()).isEqualTo(12); // so 11 is there, too
            assertThat(SelectWithTimeout.listen(sources, PATIENCE, Duration.ZERO))
                    .as("no time, though there is something to read")
                    .isEmpty();
            assertThat(south.poll()).isEqualTo(11);
        }
    }

    @Test
    void selectWithTimeoutEndsByTheTotalTimeHoweverBusyItsSources() throws Exception {
        AtomicBoolean isOver = new AtomicBoolean();
        List<Integer> heard = Collections.synchronizedList(new ArrayList<>());
        AtomicInteger published = new AtomicInteger();
        try (Broker broker = Broker.open();
                Inbox<Integer> north = broker.subscription(NORTH)
                        .overflow(Overflow.BACKPRESSURE)
                        .inbox();
                Inbox<Integer> south = broker.subscription(SOUTH)
                        .overflow(Overflow.BACKPRESSURE)
                        .inbox()) {
            broker.publish(NORTH, published.getAndIncrement());
            awaitRouted(broker); // so there is something to hear, however slow the publisher below
            together(2, index -> {
                if (index == 0) { // never idle
                    while (!isOver.get()) {
                        int next = published.get();
                        if (broker.tryPublish(next % 2 == 0 ? NORTH : SOUTH, next)) {
                            published.incrementAndGet();
                        }
                    }
                } else {
                    try {
                        heard.addAll(
                                SelectWithTimeout.listen(Select.of(north, south), PATIENCE, Duration.ofMillis(500)));
                    } finally {
                        isOver.set(true);
                    }
                }
            });
            north.unsubscribe();
            south.unsubscribe();
            int listened = heard.size();
            assertThat(listened).isPositive();
            north.drainTo(heard);
            south.drainTo(heard);
            Collections.sort(heard);
            assertThat(heard).as("heard and left").isEqualTo(range(0, published.get()));
        }
    }

    @Test
    void selectWithTimeoutEndsByTheTotalTimeAlsoInSilence() throws Exception {
        try (Broker broker = Broker.open();
                Inbox<Integer> north = broker.inbox(NORTH)) {
            long start = System.nanoTime();
            assertThat(SelectWithTimeout.listen(Select.of(north), PATIENCE, Duration.ofMillis(20)))
                    .isEmpty();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(PATIENCE);
        }
    }

    @Test
    void selectWithTimeoutEndsWithItsSources() throws Exception {
        try (Broker broker = Broker.open();
                Inbox<Integer> north = broker.inbox(NORTH)) {
            broker.publish(NORTH, 1);
            north.unsubscribe();
            assertThat(SelectWithTimeout.listen(Select.of(north), PATIENCE, PATIENCE))
                    .containsExactly(1);
        }
    }

    @Test
    void selectWithTimeoutLosesNothingToAnInterrupt() throws Exception {
        try (Broker broker = Broker.open();
                Inbox<Integer> north = broker.inbox(NORTH)) {
            broker.publish(NORTH, 1);
            awaitRouted(broker);
            Select<Integer> sources = Select.of(north);
            Thread.currentThread().interrupt();
            assertThat(SelectWithTimeout.listen(sources, PATIENCE, PATIENCE)).containsExactly(1);
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
            assertThatExceptionOfType(InterruptedException.class)
                    .isThrownBy(() -> SelectWithTimeout.listen(sources, PATIENCE, PATIENCE));
        } finally {
            Thread.interrupted(); // for the other tests
        }
    }

    /** An inbox with one event, whose room was not enough for the next. */
    private static Inbox<Integer> disconnectedAfterOne(Broker broker) {
        Inbox<Integer> north = broker.subscription(NORTH)
                .capacity(1)
                .overflow(Overflow.DISCONNECT)
                .inbox();
        broker.publish(NORTH, 1);
        broker.publish(NORTH, 2);
        awaitRouted(broker);
        return north;
    }

    @Test
    void selectWithTimeoutDoesNotTakeADisconnectForTheEnd() throws Exception {
        try (Broker broker = Broker.open();
                Inbox<Integer> north = disconnectedAfterOne(broker)) {
            Select<Integer> sources = Select.of(north);
            assertThat(SelectWithTimeout.listen(sources, PATIENCE, PATIENCE)).containsExactly(1);
            assertThatExceptionOfType(SubscriptionClosedException.class)
                    .isThrownBy(() -> SelectWithTimeout.listen(sources, PATIENCE, PATIENCE));
        }
    }

    @Test
    void selectGoesOnWhenOneSourceClosesAndEndsWithTheLast() throws Exception {
        int each = 2_000;
        List<Integer> read = Collections.synchronizedList(new ArrayList<>());
        try (Broker broker = Broker.open()) {
            Inbox<Integer> north =
                    broker.subscription(NORTH).overflow(Overflow.BACKPRESSURE).inbox();
            Inbox<Integer> south =
                    broker.subscription(SOUTH).overflow(Overflow.BACKPRESSURE).inbox();
            Select<Integer> sources = Select.of(north, south);
            CountDownLatch northIsOver = new CountDownLatch(1);
            together(5, index -> {
                if (index == 0) {
                    IntStream.range(0, each).forEach(i -> broker.publish(NORTH, i));
                    north.unsubscribe();
                    northIsOver.countDown();
                } else if (index == 1) {
                    awaitLatch(northIsOver);
                    IntStream.range(each, 2 * each).forEach(i -> broker.publish(SOUTH, i));
                    south.unsubscribe();
                } else {
                    for (Optional<Integer> next = SelectClosingSources.next(sources);
                            next.isPresent();
                            next = SelectClosingSources.next(sources)) {
                        read.add(next.get());
                    }
                }
            });
        }
        assertThat(read).containsExactlyInAnyOrderElementsOf(range(0, 2 * each));
    }

    @Test
    void selectDoesNotTakeADisconnectForTheEnd() throws Exception {
        try (Broker broker = Broker.open();
                Inbox<Integer> north = disconnectedAfterOne(broker)) {
            Select<Integer> sources = Select.of(north);
            assertThat(SelectClosingSources.next(sources)).contains(1);
            assertThatExceptionOfType(SubscriptionClosedException.class)
                    .isThrownBy(() -> SelectClosingSources.next(sources));
        }
    }

    /** Returns when what was published before is in the inboxes. */
    private static void awaitRouted(Broker broker) {
        broker.inbox(SOUTH).close();
    }

    private static List<Integer> range(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }
}
