package io.eventbroker.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventbroker.internal.Ring.Result;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the broker's guarantees rest on and what no race of whole brokers hits at will. */
class RingTest {
    private final Ring<Object> ring = new Ring<>(4);
    private final List<Object> seen = new ArrayList<>();

    private Result offer(Object event) {
        return ring.offer("to", event, () -> true);
    }

    private int drain() {
        return ring.drain(Integer.MAX_VALUE, (address, event) -> seen.add(event));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4, 64})
    void holdsExactlyItsSizeAndKeepsTheOrder(int size) {
        Ring<String> sized = new Ring<>(size);
        for (int lap = 0; lap < 5; lap++) {
            for (int i = 0; i < size; i++) {
                assertThat(sized.offer("to " + i, lap + "." + i, () -> true)).isEqualTo(Result.ACCEPTED);
            }
            assertThat(sized.offer("x", "x", () -> true)).isEqualTo(Result.FULL);
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

    /** Asked before the claim, the answer could be out of date: the closing loop would miss the message. */
    @Test
    void isAskedAfterTheClaimWhetherItIsStillOpen() {
        long before = ring.claimed();
        Result result = ring.offer("to", "event", () -> {
            assertThat(ring.claimed()).isEqualTo(before + 1);
            return false;
        });
        assertThat(result).isEqualTo(Result.WITHDRAWN);
        assertThat(offer("next")).isEqualTo(Result.ACCEPTED);
        assertThat(drain()).as("slots, the withdrawn one included").isEqualTo(2);
        assertThat(seen).containsExactly("next");
        assertThat(ring.orphans()).isZero();
    }

    @Test
    void aFullRingIsNotAsked() {
        for (int i = 0; i < 4; i++) {
            offer(i);
        }
        assertThat(ring.offer("to", "event", () -> {
                    throw new AssertionError("asked");
                }))
                .isEqualTo(Result.FULL);
    }

    /** An error between claim and fill must not leave a hole, at which the loop would wait for ever. */
    @Test
    void anErrorAfterTheClaimLeavesNoHole() {
        assertThatThrownBy(() -> ring.offer("to", "event", () -> {
                    throw new StackOverflowError("on purpose");
                }))
                .isInstanceOf(StackOverflowError.class);
        offer("next");
        assertThat(drain()).isEqualTo(2);
        assertThat(seen).containsExactly("next");
        assertThat(ring.orphans()).isEqualTo(1);
    }

    /** Claimed and not filled yet is not work, and what comes after it waits. */
    @Test
    void aSlotThatIsNotFilledYetHoldsUpThoseBehindIt() throws Exception {
        CountDownLatch claimed = new CountDownLatch(1);
        CountDownLatch fill = new CountDownLatch(1);
        Thread slow = new Thread(() -> ring.offer("to", "slow", () -> {
            claimed.countDown();
            awaitUninterrupted(fill);
            return true;
        }));
        slow.start();
        assertThat(claimed.await(40, TimeUnit.SECONDS)).isTrue();
        offer("fast");
        assertThat(ring.hasNext()).isFalse();
        assertThat(drain()).isZero();
        assertThat(ring.claimed()).isEqualTo(ring.consumed() + 2);
        fill.countDown();
        slow.join();
        assertThat(drain()).isEqualTo(2);
        assertThat(seen).containsExactly("slow", "fast");
    }

    @Test
    void whatIsLeftIsDiscardedOnceAlsoWhatComesLate() throws Exception {
        CountDownLatch claimed = new CountDownLatch(1);
        CountDownLatch fill = new CountDownLatch(1);
        offer("left");
        Thread late = new Thread(() -> ring.offer("to", "late", () -> {
            claimed.countDown();
            awaitUninterrupted(fill);
            return true;
        }));
        late.start();
        assertThat(claimed.await(40, TimeUnit.SECONDS)).isTrue();
        assertThat(ring.offer("to", "withdrawn", () -> false)).isEqualTo(Result.WITHDRAWN);
        assertThat(ring.discard()).isEqualTo(1);
        assertThat(ring.discard()).isZero();
        fill.countDown();
        late.join();
        assertThat(ring.discard()).isEqualTo(1);
        assertThat(ring.discard()).isZero();
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
            boolean open = i < 2;
            ring.offer(address, event, () -> open);
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

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
