package io.eventbroker.bench.footprint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import io.eventbroker.bench.lab.Figures;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each part measured briefly in this JVM: that it works and counts exactly, never what the figures are. */
@Timeout(60)
class PartTest {
    private static final Plan TINY = new Plan(20, 10, 200, 8, 2, 50, 300, 20_000);

    @Test
    void anIdleJvmHasAFigure() throws InterruptedException {
        assertThat(Part.EMPTY_JVM.measure(TINY).get(Idle.PROCESSOR)).isNotNegative();
    }

    @Test
    void anIdleBrokerHandlesAllAndWakesUp() throws InterruptedException {
        Figures figures = Part.IDLE_BROKER.measure(TINY);

        assertThat(figures.get(Idle.PROCESSOR)).isNotNegative();
        assertThat(figures.get(Idle.RING + Idle.P50))
                .isPositive()
                .isLessThanOrEqualTo(figures.get(Idle.RING + Idle.MAX));
        assertThat(figures.get(Idle.LANE + Idle.P50))
                .isPositive()
                .isLessThanOrEqualTo(figures.get(Idle.LANE + Idle.MAX));
    }

    @Test
    void subscriptionsAreWeighed() throws InterruptedException {
        for (Part part : Group.HEAP.parts()) {
            assertThat(part.measure(TINY).get(HeapPerSubscription.COUNT)).isEqualTo(50);
        }
    }

    @Test
    void theHeapIsLookedAtAsNamesGrowInNumber() throws InterruptedException {
        assertThat(Names.checkpoints(10_000_000))
                .containsExactly(100_000, 215_443, 464_159, 1_000_000, 2_154_435, 4_641_589, 10_000_000);
        assertThat(Names.checkpoints(1)).containsExactly(1);
        assertThat(Part.NAMES.measure(TINY).figures()).containsOnlyKeys("3", "6", "14", "30", "65", "139", "300");
    }

    @Test
    void growthIsThatOfTheGreatestHeapOverTheFirst() {
        Map<String, Double> heap = new LinkedHashMap<>();
        heap.put("100", 50.0);
        heap.put("1000", 60.0);
        heap.put("10000", 40.0);
        assertThat(Names.growth(new Figures(heap))).isEqualTo(1.2, offset(1e-9));
        heap.put("1000", 45.0);
        assertThat(Names.growth(new Figures(heap))).isEqualTo(1.0);
    }

    @Test
    void whatIsAllocatedIsCountedWhileTheSlowOneDrops() throws InterruptedException {
        for (Part part : Group.ALLOCATION.parts()) {
            Figures figures = part.measure(TINY);

            assertThat(figures.get(Allocation.BURSTS)).isEqualTo(2);
            assertThat(figures.get(Allocation.BYTES)).isNotNegative();
            assertThat(figures.get(Allocation.DROPPED)).isBetween(90.0, 100.0);
        }
    }
}
