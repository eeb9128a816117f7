package io.eventbroker;

import static io.eventbroker.Tests.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Policies that lose, while consumers take what is about to be lost. */
class OverflowUnderLoadTest {
    private static final Topic<Integer> NUMBERS = Topic.of("numbers", Integer.class);
    private static final int COUNT = 100_000;

    private enum Ending {
        SOME_LOST,
        NONE_LOST
    }

    /**
     * Hazard: the loop drops the oldest event at the moment when a consumer takes it. Forbidden: an event that was both
     * taken and counted as dropped, or neither; one taken twice; a consumer that sees an older one after a newer one; an
     * end of the stream that is lost although there was room for it.
     */
    @ParameterizedTest
    @CsvSource({"1,1,true", "1,3,true", "2,2,true", "16,1,true", "1,1,false", "2,3,false", "16,2,false"})
    void G1_droppingTheOldestEachEventEndsInOneWay(int capacity, int consumers, boolean isPush) throws Exception {
        Queue<List<Integer>> received = new ConcurrentLinkedQueue<>();
        List<Task<Boolean>> readers = new ArrayList<>();
        Subscription subscription;
        BrokerStats report;
        try (Broker broker = Broker.open(BrokerConfig.defaults().withRingSize(64))) {
            SubscriptionBuilder<Integer> builder =
                    broker.subscription(NUMBERS).capacity(capacity).overflow(Overflow.DROP_OLDEST);
            if (isPush) {
                ThreadLocal<List<Integer>> own = ThreadLocal.withInitial(() -> {
                    List<Integer> mine = new ArrayList<>();
                    received.add(mine);
                    return mine;
                });
                subscription =
                        builder.concurrency(consumers).onEvent(n -> own.get().add(n));
            } else {
                Inbox<Integer> inbox = builder.inbox();
                subscription = inbox;
                for (int i = 0; i < consumers; i++) {
                    List<Integer> mine = new ArrayList<>();
                    received.add(mine);
                    readers.add(Task.run("reader", () -> inbox.forEach(mine::add)));
                }
            }
            for (int i = 0; i < COUNT; i++) {
                broker.publish(NUMBERS, i);
            }
            report = broker.close(PATIENCE);
        }
        for (Task<Boolean> reader : readers) {
            assertThat(reader.get()).isTrue();
        }

        BitSet seen = new BitSet();
        for (List<Integer> mine : received) {
            assertThat(mine).isSorted();
            for (int n : mine) {
                assertThat(seen.get(n)).as("%d twice", n).isFalse();
                seen.set(n);
            }
        }
        SubscriptionStats stats = subscription.stats();
        assertThat(report.accepted()).isEqualTo(COUNT);
        assertThat(stats.matched()).isEqualTo(COUNT);
        assertThat(stats.delivered()).isEqualTo(seen.cardinality());
        assertThat(stats.droppedOldest() + stats.droppedNewest()).isEqualTo(COUNT - seen.cardinality());
        assertThat(stats.queued() + stats.inHand() + stats.abandoned()).isZero();
        if (stats.droppedNewest() == 0) {
            assertThat(seen.get(COUNT - 1)).as("the last is never the oldest").isTrue();
        }
    }

    /**
     * Hazard: a subscription is disconnected while its consumer takes, and while its owner unsubscribes. Forbidden: a gap
     * in what was delivered, an event after the end, one that is not accounted for.
     */
    @ParameterizedTest
    @CsvSource({"1,true", "4,true", "1,false", "4,false"})
    void G1_ofADisconnectedSubscriptionABeginningIsDelivered(int capacity, boolean isPush) throws Exception {
        try (Broker broker = Broker.open()) {
            Tests.race("disconnect " + capacity + " " + isPush, Ending.class, 60, () -> {
                List<Integer> received = new ArrayList<>();
                boolean isPolite = ThreadLocalRandom.current().nextBoolean();
                AtomicInteger published = new AtomicInteger();
                SubscriptionBuilder<Integer> builder =
                        broker.subscription(NUMBERS).capacity(capacity).overflow(Overflow.DISCONNECT);
                CyclicBarrier both = new CyclicBarrier(2);
                Task<Boolean> publisher = Task.run("publisher", () -> {
                    Tests.meet(both);
                    for (int i = 0; i < 2 * capacity; i++) {
                        broker.publish(NUMBERS, published.getAndIncrement());
                        if (isPolite) {
                            Thread.yield();
                        }
                    }
                });
                Subscription subscription;
                Task<Boolean> reader = null;
                if (isPush) {
                    subscription = builder.onEvent(received::add);
                } else {
                    Inbox<Integer> inbox = builder.inbox();
                    subscription = inbox;
                    reader = Task.run("reader", () -> {
                        try {
                            inbox.forEach(received::add);
                        } catch (SubscriptionClosedException e) {
                            assertThat(e).hasRootCauseInstanceOf(IllegalStateException.class);
                        }
                    });
                }
                Tests.meet(both);
                assertThat(publisher.get()).isTrue();
                Tests.awaitQuiet(broker);
                subscription.unsubscribe();
                if (reader != null) {
                    assertThat(reader.get()).isTrue();
                }
                Tests.awaitQuiet(broker);

                SubscriptionStats stats = subscription.stats();
                assertThat(received).hasSize((int) stats.delivered());
                for (int i = 0; i < received.size(); i++) {
                    assertThat(received.get(i)).isEqualTo(i);
                }
                assertThat(stats.matched()).isEqualTo(received.size() + stats.disconnected() + stats.abandoned());
                assertThat(stats.queued() + stats.inHand() + stats.abandoned()).isZero();
                assertThat(received.size() == 2 * capacity).isEqualTo(stats.disconnected() == 0);
                return stats.disconnected() == 0 ? Ending.NONE_LOST : Ending.SOME_LOST;
            });
        }
    }
}
