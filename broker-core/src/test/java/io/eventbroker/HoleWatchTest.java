package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.lmax.disruptor.InsufficientCapacityException;
import com.lmax.disruptor.Sequencer;
import io.eventbroker.BrokerStats.State;
import io.eventbroker.internal.Ring;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A slot that its publisher claimed and never fills fails the broker; one that is filled late does not. */
class HoleWatchTest {
    private static final long ROUND = HoleWatch.LONGEST_ROUND;

    /** Looks, one round apart, that a hole survives; the first only begins the count. */
    private static final int LOOKS = (int) (HoleWatch.LIMIT / ROUND) + 1;

    /** The first half of a publish, by a publisher that then stops; returns the slot. */
    private static long claim(Ring<?> ring) throws ReflectiveOperationException, InsufficientCapacityException {
        return sequencer(ring).tryNext();
    }

    private static Sequencer sequencer(Ring<?> ring) throws ReflectiveOperationException {
        Field field = Ring.class.getDeclaredField("sequencer");
        field.setAccessible(true);
        return (Sequencer) field.get(ring);
    }

    /** The second half. */
    private static <A> void fill(Ring.Shared<A> ring, long slot, A address, Object event)
            throws ReflectiveOperationException {
        Method cell = Ring.class.getDeclaredMethod("cell", long.class);
        cell.setAccessible(true);
        Method fill = Ring.Shared.class.getDeclaredMethod("fill", int.class, Object.class, Object.class);
        fill.setAccessible(true);
        assertThat(fill.invoke(ring, cell.invoke(ring, slot), address, event)).isEqualTo(true);
    }

    @Nested
    class TheWatch {
        private final Ring.Shared<String> ring = new Ring.Shared<>(8, new LongAdder());
        private final HoleWatch watch = new HoleWatch("the ring", ring);
        private final List<Object> seen = new ArrayList<>();
        private long now = 1_000_000_007;

        private void look(int times, long apart) {
            for (int i = 0; i < times; i++) {
                assertThat(watch.isHole()).isTrue();
                watch.look(now);
                now += apart;
            }
        }

        private void drain(int expected) {
            assertThat(ring.drain(8, (to, event) -> seen.add(event))).isEqualTo(expected);
        }

        /** The first slot of all is no different from any other, nor is a clock that began at another point. */
        @ParameterizedTest
        @ValueSource(
                longs = {0, 1, -1, HoleWatch.LIMIT, -10 * HoleWatch.LIMIT, Long.MIN_VALUE, Long.MAX_VALUE - 1_000_000})
        void failsAfterTheLimitWhereverTheClockBegan(long origin) throws Exception {
            claim(ring);
            now = origin;
            look(LOOKS - 1, ROUND);
            assertThatThrownBy(() -> look(3, ROUND))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("slot 0 of the ring");
        }

        @Test
        void namesTheSlot() throws Exception {
            for (int i = 0; i < 5; i++) {
                assertThat(ring.offer("to", i)).isEqualTo(Ring.Result.ACCEPTED);
            }
            long hole = claim(ring);
            assertThat(ring.offer("to", "behind")).isEqualTo(Ring.Result.ACCEPTED);
            drain(5);
            look(LOOKS, ROUND);
            assertThatThrownBy(() -> look(1, ROUND))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("slot " + hole + " of the ring");
        }

        /** While the whole JVM stands still, the publisher that is to fill the slot cannot go on either. */
        @Test
        void aPauseOfTheJvmAgesNothing() throws Exception {
            claim(ring);
            look(LOOKS / 2, Duration.ofHours(1).toNanos());
            look(LOOKS / 2 - 1, ROUND);
            assertThatThrownBy(() -> look(5, ROUND)).isInstanceOf(IllegalStateException.class);
        }

        @Test
        void looksInQuickSuccessionAddNoMoreThanTheTimeBetweenThem() throws Exception {
            claim(ring);
            look(10 * LOOKS, ROUND / 1000);
            look(LOOKS - LOOKS / 100 - 5, ROUND);
            assertThatThrownBy(() -> look(LOOKS / 100, ROUND)).isInstanceOf(IllegalStateException.class);
        }

        @Test
        void aHoleFilledInTimeIsForgotten() throws Exception {
            for (int lap = 0; lap < 20; lap++) {
                long slot = claim(ring);
                look(LOOKS - 1, ROUND);
                fill(ring, slot, "to", lap);
                assertThat(watch.isHole()).isFalse();
                drain(1);
                assertThat(watch.isHole()).isFalse();
            }
            assertThat(seen).hasSize(20);
        }

        @Test
        void aSlotThatIsFilledOrFreeIsNoHole() throws Exception {
            assertThat(watch.isHole()).isFalse();
            assertThat(ring.offer("to", 1)).isEqualTo(Ring.Result.ACCEPTED);
            assertThat(watch.isHole()).isFalse();
            claim(ring);
            assertThat(watch.isHole()).as("what is behind a filled slot").isFalse();
            drain(1);
            assertThat(watch.isHole()).isTrue();
        }
    }

    @Nested
    class InABroker {
        private static final Topic<Integer> NUMBERS = Topic.of("numbers", Integer.class);
        private static final Topic<Integer> FAST = Topic.of("fast", Integer.class);

        private final SteppedBroker broker = (SteppedBroker) Broker.manual();
        private final Ring.Shared<TopicDefinition> ring = broker.loop.inflow.shared;
        private final Inbox<Integer> inbox = broker.inbox(NUMBERS);

        private void step(int times, long apart) {
            for (int i = 0; i < times; i++) {
                broker.stepLoop();
                broker.advance(Duration.ofNanos(apart));
            }
        }

        private void assertFailedAt(long hole, int lost) {
            BrokerStats stats = broker.stats();
            assertThat(stats.state()).isEqualTo(State.FAILED);
            assertThat(stats.failure()).hasMessageContaining("slot " + hole + " of the ring");
            assertThat(stats.discarded()).as("published behind the hole").isEqualTo(lost);
            assertThat(stats.accepted()).isEqualTo(stats.routed() + stats.unrouted() + stats.discarded());
            assertThatThrownBy(() -> broker.publish(NUMBERS, 1))
                    .isInstanceOf(BrokerClosedException.class)
                    .cause()
                    .hasMessageContaining("slot " + hole);
        }

        @Test
        void G8_aSlotThatIsNeverFilledFailsItAndNothingOvertakesTheHole() throws Exception {
            broker.publish(NUMBERS, 1);
            long hole = claim(ring);
            broker.publish(NUMBERS, 2);
            broker.publish(NUMBERS, 3);
            step(LOOKS - 1, ROUND);
            assertThat(broker.stats().state()).isEqualTo(State.OPEN);
            assertThat(inbox.poll()).isEqualTo(1);
            assertThat(inbox.poll()).isNull();

            step(3, ROUND);
            assertFailedAt(hole, 2);
            assertThatThrownBy(inbox::poll)
                    .isInstanceOf(SubscriptionClosedException.class)
                    .cause()
                    .hasMessageContaining("slot " + hole);
        }

        /** Hazard: a slot that another thread has claimed and not filled yet passes for "nothing to step". */
        @Test
        void whileAnotherThreadFillsItsSlotNothingThatWaitsForRoutingGivesUp() throws Exception {
            long hole = claim(ring);
            Thread owner = Thread.currentThread();
            Task<Boolean> publisher = Task.run("publisher", () -> {
                Tests.awaitParked(owner);
                fill(ring, hole, NUMBERS.definition(), 1);
            });
            inbox.unsubscribe();
            publisher.get();
            assertThat(inbox.poll()).isEqualTo(1);
        }

        @Test
        void aPauseOfTheJvmDoesNotFailItAndWhatWasLateComesInItsPlace() throws Exception {
            long hole = claim(ring);
            broker.publish(NUMBERS, 2);
            step(LOOKS / 2, Duration.ofHours(1).toNanos());
            assertThat(broker.stats().state()).isEqualTo(State.OPEN);
            fill(ring, hole, NUMBERS.definition(), 1);
            assertThat(broker.runUntilIdle()).isEqualTo(2);
            assertThat(inbox.poll()).isEqualTo(1);
            assertThat(inbox.poll()).isEqualTo(2);

            claim(ring);
            step(LOOKS - 1, ROUND);
            assertThat(broker.stats().state()).as("the next hole begins anew").isEqualTo(State.OPEN);
        }

        /** It would hold up the lane, and with it every command. */
        @Test
        void G8_aSlotOfALaneThatIsNeverFilledFailsItToo() throws Exception {
            Lane<Integer> lane = broker.lane(FAST);
            Ring<?> lanesRing = ((RingLane<Integer>) lane).ring;
            assertThat(lane.tryPublish(1)).isTrue();
            long hole = claim(lanesRing);
            sequencer(lanesRing).publish(hole); // for a lone publisher, that is to claim
            broker.publish(NUMBERS, 1);
            step(LOOKS - 1, ROUND);
            assertThat(broker.stats().state()).isEqualTo(State.OPEN);
            assertThat(inbox.poll()).as("routed past the hole").isEqualTo(1);
            step(5, ROUND);
            assertThat(broker.stats().state()).isEqualTo(State.FAILED);
            assertThat(broker.stats().failure()).hasMessageContaining("slot " + hole + " of lane to ");
        }

        /** The loop always has something to do, and still it must see that the shared ring stands still. */
        @Test
        void busyLanesDoNotHideAHole() throws Exception {
            Inbox<Integer> fast = broker.inbox(FAST);
            Lane<Integer> lane = broker.lane(FAST);
            long hole = claim(ring);
            broker.publish(NUMBERS, 2);
            int rounds = 0;
            int given = 0;
            while (rounds < 100 * LOOKS && broker.lifecycle.isOpen()) {
                boolean isIn = lane.tryPublish(rounds++);
                boolean isBusy = broker.stepLoop();
                given += fast.poll() == null || !isIn || !isBusy ? 0 : 1;
                broker.advance(Duration.ofNanos(ROUND));
            }
            assertThat(given).as("routed past the hole").isEqualTo(rounds);
            assertThat(rounds).as("the hole had its time").isGreaterThan(LOOKS - 1);
            assertFailedAt(hole, 1);
        }

        /** A publisher preempted in the middle of a publish holds up a close only as long as that may take. */
        @ParameterizedTest
        @ValueSource(booleans = {false, true})
        void G7_closeWaitsForAHoleUntilItsDeadline(boolean isManual) throws Exception {
            ActiveBroker closing = isManual ? broker : (ActiveBroker) Broker.open();
            Inbox<Integer> numbers = closing.inbox(NUMBERS);
            closing.publish(NUMBERS, 1);
            claim(closing.loop.inflow.shared);
            closing.publish(NUMBERS, 2);
            BrokerStats report = closing.close(Duration.ofMillis(50));
            assertThat(report.state()).isEqualTo(State.CLOSED);
            assertThat(report.discarded()).isEqualTo(1);
            assertThat(numbers.poll()).isEqualTo(1);
            assertThatThrownBy(numbers::poll)
                    .isInstanceOf(SubscriptionClosedException.class)
                    .hasNoCause();
        }
    }
}
