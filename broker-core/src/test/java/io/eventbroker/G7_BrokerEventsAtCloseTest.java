package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventbroker.BrokerEvent.DropsEnded;
import io.eventbroker.BrokerStats.State;
import io.eventbroker.internal.Timing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** G7: close tells its end in order, and takes its time from no clock but that of its deadline. */
class G7_BrokerEventsAtCloseTest {
    private static final Topic<Integer> NUMBERS = Topic.of("numbers", Integer.class);
    private static final Topic<String> WORDS = Topic.of("words", String.class);

    private static final long HOUR = Duration.ofHours(1).toNanos();

    /** Hazard: the first is interrupted at the deadline, the next is begun after that. Forbidden: one left running. */
    @Test
    void eachHandlerOfBrokerEventsThatStillRunsIsInterrupted() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        CountDownLatch first = new CountDownLatch(1);
        AtomicInteger begun = new AtomicInteger();
        AtomicInteger interrupted = new AtomicInteger();
        Broker broker = Broker.open();
        Subscription subscription = broker.subscribe(BrokerEvent.TOPIC.only(BrokerEvent.Subscribed.class), event -> {
            begun.incrementAndGet();
            first.countDown();
            try {
                never.await();
            } catch (InterruptedException e) {
                interrupted.incrementAndGet();
            }
        });
        assertThat(broker.inbox(NUMBERS)).isNotNull();
        assertThat(broker.inbox(NUMBERS)).isNotNull();
        Tests.awaitLatch(first);

        BrokerStats report = broker.close(Duration.ofMillis(100));
        assertThat(report.state()).isEqualTo(State.CLOSED);
        assertThat(begun.get()).isPositive();
        assertThat(interrupted).hasValue(begun.get());
        assertThat(subscription.stats().stuck()).isFalse();
    }

    /** The handler that is stuck keeps nobody from learning what was lost until the deadline. */
    @Test
    void theEndOfDropsIsToldThoughAHandlerIsStuck() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        Queue<DropsEnded> told = new ConcurrentLinkedQueue<>();
        Broker broker = Broker.open();
        Subscription ends = broker.subscribe(BrokerEvent.TOPIC.only(DropsEnded.class), told::add);
        Inbox<Integer> full =
                broker.subscription(NUMBERS).named("full").capacity(1).inbox();
        Subscription stuck = broker.subscribe(WORDS, word -> {
            begun.countDown();
            while (over.getCount() > 0) {
                Thread.onSpinWait();
            }
        });
        for (int i = 0; i < 3; i++) {
            broker.publish(NUMBERS, i);
        }
        broker.publish(WORDS, "go");
        Tests.awaitLatch(begun);
        broker.close(Duration.ofMillis(100));

        assertThat(stuck.stats().stuck()).isTrue();
        over.countDown();
        assertThat(told).containsExactly(new DropsEnded("full", "numbers", 2));
        assertThat(full.stats().dropped()).isEqualTo(2);
        assertThat(ends.stats().abandoned()).isZero();
    }

    @Test
    void aHandlerOfClosingMayStillPublish() throws Exception {
        for (Broker broker : List.of(Broker.open(), Broker.manual())) {
            Queue<String> seen = new ConcurrentLinkedQueue<>();
            broker.subscribe(WORDS, seen::add);
            broker.subscribe(BrokerEvent.TOPIC.only(BrokerEvent.Closing.class), event -> broker.publish(WORDS, "bye"));
            assertThat(broker.close(Tests.PATIENCE).refused()).isZero();
            assertThat(seen).containsExactly("bye");
        }
    }

    /** A clock by which the third look is beyond a lane's grace; whoever waits by it steps the broker. */
    private static final class JumpyTiming implements Timing {
        private ActiveBroker broker;
        private long now;

        @Override
        public long nanoTime() {
            return now += 2 * RingLane.GRACE / 5;
        }

        @Override
        public void pause(Object blocker, long slice, long remaining) {
            broker.loop.step(1);
        }
    }

    /** Hazard: the grace of lanes ends between two looks at the clock. Forbidden: to take that for the deadline. */
    @Test
    void theEndOfTheGraceOfLanesIsNoDeadline() throws Exception {
        int count = 100;
        JumpyTiming timing = new JumpyTiming();
        ActiveBroker broker = new ActiveBroker(BrokerConfig.defaults(), timing, new LoopSteps());
        timing.broker = broker;
        Inbox<Integer> inbox = broker.inbox(NUMBERS);
        Lane<String> lane = broker.lane(WORDS);
        for (int i = 0; i < count; i++) {
            broker.publish(NUMBERS, i);
        }
        assertThat(broker.lifecycle.drain(timing.now, 4 * HOUR)).isTrue();
        timing.now += 3 * HOUR; // three quarters have gone by: what is in the ring is for CLOSING to route
        int steps = 0;
        while (!broker.loop.closing.sealed && steps++ < 10 * count) {
            broker.loop.step(1);
        }
        assertThat(broker.loop.closing.sealed).isTrue();
        List<Integer> seen = new ArrayList<>();
        inbox.drainTo(seen);
        assertThat(seen).hasSize(count);
        assertThat(lane).isNotNull();
    }
}
