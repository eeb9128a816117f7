package io.eventbroker.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.lmax.disruptor.InsufficientCapacityException;
import io.eventbroker.internal.Ring.Result;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the broker's guarantees rest on and what no race of whole brokers hits at will. */
class RingTest {
    private final LongAdder orphans = new LongAdder();
    private final Ring.Shared<Object> ring = new Ring.Shared<>(4, orphans);
    private final Ring.Lone<Object> lone = new Ring.Lone<>(4, "to", orphans);
    private final List<Object> seen = new ArrayList<>();

    private Result offer(Object event) {
        return ring.offer("to", event);
    }

    /** The first half of an offer, by a publisher that is slow with the second. */
    private int claim() throws InsufficientCapacityException {
        return ring.cell(ring.sequencer.tryNext());
    }

    private int drain() {
        return ring.drain(Integer.MAX_VALUE, (address, event) -> seen.add(event));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4, 64})
    void holdsExactlyItsSizeAndKeepsTheOrder(int size) {
        Ring.Shared<String> sized = new Ring.Shared<>(size, orphans);
        for (int lap = 0; lap < 5; lap++) {
            for (int i = 0; i < size; i++) {
                assertThat(sized.offer("to " + i, lap + "." + i)).isEqualTo(Result.ACCEPTED);
            }
            assertThat(sized.offer("x", "x")).isEqualTo(Result.FULL);
            assertThat(sized.hasNext()).isTrue();
            List<Object> drained = new ArrayList<>();
            assertThat(sized.drain(1, (to, event) -> drained.add(to + ": " + event)))
                    .isEqualTo(1);
            assertThat(sized.drain(size, (to, event) -> drained.add(to + ": " + event)))
                    .isEqualTo(size - 1);
            for (int i = 0; i < size; i++) {
                assertThat(drained.get(i)).isEqualTo("to " + i + ": " + lap + "." + i);
            }
            assertThat(sized.hasNext()).isFalse();
            assertThat(sized.consumed()).isEqualTo(sized.claimed()).isEqualTo(size * (lap + 1L) - 1);
        }
    }

    /** Decided before the claim, the closing loop would miss the message. */
    @Test
    void whetherItIsClosedIsDecidedAfterTheClaim() throws Exception {
        int cell = claim();
        ring.close();
        assertThat(ring.fill(cell, "to", "event")).isFalse();
        assertThat(offer("next")).isEqualTo(Result.WITHDRAWN);
        assertThat(drain()).as("slots without an event").isEqualTo(2);
        assertThat(seen).isEmpty();
        assertThat(orphans.sum()).isZero();
    }

    @Test
    void whatWasFilledBeforeItClosedIsConsumed() {
        offer(1);
        ring.close();
        assertThat(drain()).isEqualTo(1);
        assertThat(seen).containsExactly(1);
    }

    /** An error between claim and fill must not leave a hole, at which the loop would wait for ever. */
    @Test
    void aSlotThatItsPublisherCouldNotFillIsSkippedAndCounted() throws Exception {
        ring.cells[claim()] = Ring.ORPHANED;
        offer("next");
        assertThat(drain()).isEqualTo(2);
        assertThat(seen).containsExactly("next");
        assertThat(orphans.sum()).isEqualTo(1);
    }

    /** Claimed and not filled yet is not work, and what comes after it waits. */
    @Test
    void aSlotThatIsNotFilledYetHoldsUpThoseBehindIt() throws Exception {
        int slow = claim();
        offer("fast");
        assertThat(ring.hasNext()).isFalse();
        assertThat(drain()).isZero();
        assertThat(ring.claimed()).isEqualTo(ring.consumed() + 2);
        assertThat(ring.fill(slow, "to", "slow")).isTrue();
        assertThat(drain()).isEqualTo(2);
        assertThat(seen).containsExactly("slow", "fast");
    }

    @Test
    void whatIsLeftIsDiscardedOnceAlsoWhatComesLate() throws Exception {
        offer("left");
        int late = claim();
        ring.cells[claim()] = Ring.WITHDRAWN;
        ring.cells[claim()] = Ring.ORPHANED;
        assertThat(ring.discard()).isEqualTo(1);
        assertThat(ring.discard()).isZero();
        assertThat(ring.fill(late, "to", "late")).isTrue();
        assertThat(ring.discard()).isEqualTo(1);
        assertThat(ring.discard()).isZero();
        assertThat(orphans.sum()).isEqualTo(1);
    }

    @Test
    void aSinkThatFailsIsNotGivenTheSameAgain() {
        offer(1);
        offer(2);
        offer(3);
        assertThatThrownBy(() -> ring.drain(3, (address, event) -> {
                    if (event.equals(2)) {
                        throw new IllegalStateException("on purpose");
                    }
                    seen.add(event);
                }))
                .isInstanceOf(IllegalStateException.class);
        assertThat(drain()).isEqualTo(1);
        assertThat(seen).containsExactly(1, 3);
    }

    @Test
    void aSlotKeepsNeitherAddressNorEventAlive() {
        List<WeakReference<Object>> probes = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Object address = new Object();
            Object event = new Object();
            ring.offer(address, event);
            probes.add(new WeakReference<>(address));
            probes.add(new WeakReference<>(event));
        }
        assertThat(ring.drain(1, (address, event) -> {})).isEqualTo(1);
        ring.discard();
        Awaitility.await()
                .pollInSameThread()
                .pollDelay(Duration.ZERO)
                .atMost(Duration.ofSeconds(40))
                .until(() -> {
                    System.gc();
                    return probes.subList(0, 2).stream().allMatch(probe -> probe.refersTo(null))
                            && probes.get(3).refersTo(null)
                            && probes.get(5).refersTo(null);
                });
    }

    // ---- one producer

    private int drainLone() {
        return lone.drain(Integer.MAX_VALUE, (address, event) -> seen.add(event));
    }

    /** The first half of an offer. */
    private long claimLone() throws InsufficientCapacityException {
        return lone.sequencer.tryNext();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4, 64})
    void aLoneRingHoldsExactlyItsSizeAndKeepsTheOrder(int size) {
        Ring.Lone<String> sized = new Ring.Lone<>(size, "to", orphans);
        for (int lap = 0; lap < 5; lap++) {
            for (int i = 0; i < size; i++) {
                assertThat(sized.offer(i)).isEqualTo(Result.ACCEPTED);
            }
            assertThat(sized.offer("x")).isEqualTo(Result.FULL);
            assertThat(sized.hasNext()).isTrue();
            List<Object> drained = new ArrayList<>();
            assertThat(sized.drain(1, (to, event) -> drained.add(to + ": " + event)))
                    .isEqualTo(1);
            assertThat(sized.drain(size, (to, event) -> drained.add(to + ": " + event)))
                    .isEqualTo(size - 1);
            for (int i = 0; i < size; i++) {
                assertThat(drained.get(i)).isEqualTo("to: " + i);
            }
            assertThat(sized.hasNext()).isFalse();
            assertThat(sized.consumed()).isEqualTo(sized.claimed()).isEqualTo(size * (lap + 1L) - 1);
        }
    }

    @Test
    void afterItClosedALoneRingTakesNothingMore() {
        assertThat(lone.offer("before")).isEqualTo(Result.ACCEPTED);
        lone.close();
        assertThat(lone.isClosed()).isTrue();
        assertThat(lone.offer("after")).isEqualTo(Result.WITHDRAWN);
        assertThat(lone.offer("later")).isEqualTo(Result.WITHDRAWN);
        assertThat(drainLone()).as("slots, two of them without an event").isEqualTo(3);
        assertThat(seen).containsExactly("before");
        assertThat(orphans.sum()).isZero();
    }

    /** Whoever is first has the event, and the other knows. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void ofAnEventStoredWhileItClosedEitherTheConsumerOrTheProducerHasIt(boolean consumerFirst) throws Exception {
        long sequence = claimLone();
        int cell = lone.cell(sequence);
        lone.fill(sequence, cell, "event");
        lone.close();
        if (consumerFirst) {
            assertThat(drainLone()).isEqualTo(1);
            assertThat(lone.settle(cell, "event")).isEqualTo(Result.ACCEPTED);
        } else {
            assertThat(lone.settle(cell, "event")).isEqualTo(Result.WITHDRAWN);
            assertThat(drainLone()).isEqualTo(1);
        }
        assertThat(seen).isEqualTo(consumerFirst ? List.of("event") : List.of());
        assertThat(lone.hasNext()).isFalse();
    }

    /** After a failure nobody consumes; then whoever counts what was left is the consumer. */
    @Test
    void ofAnEventThatIsDiscardedTheProducerKnowsThatItWasAccepted() throws Exception {
        long stored = claimLone();
        lone.fill(stored, lone.cell(stored), "stored");
        lone.close();
        long late = claimLone();
        lone.sequencer.publish(late);
        assertThat(lone.discard()).isEqualTo(1);
        assertThat(lone.settle(lone.cell(stored), "stored")).isEqualTo(Result.ACCEPTED);
        lone.fill(late, lone.cell(late), "late");
        assertThat(lone.settle(lone.cell(late), "late")).isEqualTo(Result.WITHDRAWN);
        assertThat(lone.discard()).isZero();
    }

    /**
     * Hazard: the ring is closed while a producer, who issues no fence, is between its store and its look at the flag;
     * forbidden: an event that both sides have, or neither.
     */
    @Test
    void whileItClosesExactlyOneSideHasEachEvent() throws Exception {
        int rounds = 3_000;
        AtomicReference<Ring.Lone<Object>> next = new AtomicReference<>();
        AtomicReference<Result> told = new AtomicReference<>();
        Thread producer = new Thread(() -> {
            for (int i = 0; i < rounds; i++) {
                Ring.Lone<Object> raced = next.getAndSet(null);
                while (raced == null) {
                    Thread.yield();
                    raced = next.getAndSet(null);
                }
                told.set(raced.offer(i));
            }
        });
        producer.setDaemon(true);
        producer.start();
        long seed = 7;
        Random random = new Random(seed);
        EnumMap<Result, Integer> endings = new EnumMap<>(Result.class);
        for (int i = 0; i < rounds; i++) {
            Ring.Lone<Object> raced = new Ring.Lone<>(2, "to", orphans);
            next.set(raced);
            for (int pause = random.nextInt(40); pause > 0; pause--) {
                Thread.onSpinWait();
            }
            if (i % 8 == 0) { // one processor is enough for a producer that is first
                Thread.yield();
            }
            raced.close();
            List<Object> taken = new ArrayList<>();
            Result result = null;
            int looks = 0;
            while (result == null) {
                raced.drain(1, (to, event) -> taken.add(event));
                if (++looks % 1_000 == 0) {
                    Thread.yield(); // seldom, or the two of them share a processor
                } else {
                    Thread.onSpinWait();
                }
                assertThat(producer.isAlive() || told.get() != null).isTrue();
                result = told.getAndSet(null);
            }
            raced.drain(1, (to, event) -> taken.add(event));
            assertThat(taken).as("told %s", result).isEqualTo(result == Result.ACCEPTED ? List.of(i) : List.of());
            endings.merge(result, 1, Integer::sum);
        }
        System.out.println("race ring close against offer, seed " + seed + ": " + endings);
        assertThat(endings).containsOnlyKeys(Result.ACCEPTED, Result.WITHDRAWN);
    }

    @Test
    void aSlotThatALoneProducerCouldNotFillIsSkippedAndCounted() throws Exception {
        lone.cells[lone.cell(claimLone())] = Ring.ORPHANED; // the cursor has not moved yet
        assertThat(lone.hasNext()).isTrue();
        assertThat(lone.offer("next")).isEqualTo(Result.ACCEPTED);
        assertThat(drainLone()).isEqualTo(2);
        assertThat(seen).containsExactly("next");
        assertThat(orphans.sum()).isEqualTo(1);
        for (int i = 0; i < 4; i++) {
            assertThat(lone.offer(i)).as("all its room is back").isEqualTo(Result.ACCEPTED);
        }
        assertThat(lone.offer("x")).isEqualTo(Result.FULL);
        assertThat(lone.consumed()).isLessThan(lone.claimed());
    }

    @Test
    void aLoneRingKeepsNoEventAlive() {
        List<WeakReference<Object>> probes = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Object event = new Object();
            probes.add(new WeakReference<>(event));
            if (i == 3) {
                lone.close();
            }
            assertThat(lone.offer(event)).isEqualTo(i < 3 ? Result.ACCEPTED : Result.WITHDRAWN);
        }
        assertThat(lone.drain(1, (to, event) -> {})).isEqualTo(1);
        assertThat(lone.discard()).isEqualTo(2);
        Awaitility.await()
                .pollInSameThread()
                .pollDelay(Duration.ZERO)
                .atMost(Duration.ofSeconds(40))
                .until(() -> {
                    System.gc();
                    return probes.stream().allMatch(probe -> probe.refersTo(null));
                });
    }
}
