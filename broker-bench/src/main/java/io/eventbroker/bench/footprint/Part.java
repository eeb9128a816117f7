package io.eventbroker.bench.footprint;

import io.eventbroker.bench.lab.Figures;
import io.eventbroker.bench.lab.ForkedJvm;
import io.eventbroker.bench.lab.JsonLine;
import java.util.List;

/** What is measured, each in a JVM of its own. */
enum Part {
    EMPTY_JVM("idle, without a broker"),
    IDLE_BROKER("idle, with a broker"),
    HEAP_ONE_TOPIC("heap, subscriptions to one topic"),
    HEAP_OWN_TOPICS("heap, subscriptions to a topic each"),
    HEAP_FILLED_ONCE("heap, subscriptions whose queues were full once"),
    NAMES("names"),
    ALLOCATION_SHARED("allocation, shared ring"),
    ALLOCATION_LANE("allocation, lane");

    private final String label;

    Part(String label) {
        this.label = label;
    }

    /** A JVM that measures it. */
    ForkedJvm jvm(Plan plan) {
        boolean isLarge = Group.HEAP.parts().contains(this);
        return new ForkedJvm(
                FootprintRun.class,
                List.of(name(), JsonLine.of(plan)),
                isLarge ? List.of("-Xms1g", "-Xmx1g") : List.of());
    }

    /** Measures it in this JVM, which should do nothing else. */
    Figures measure(Plan plan) throws InterruptedException {
        return switch (this) {
            case EMPTY_JVM -> Idle.withoutBroker(plan);
            case IDLE_BROKER -> Idle.withBroker(plan);
            case HEAP_ONE_TOPIC -> HeapPerSubscription.measure(plan, false, 1);
            case HEAP_OWN_TOPICS -> HeapPerSubscription.measure(plan, true, 1);
            case HEAP_FILLED_ONCE -> HeapPerSubscription.measure(plan, false, HeapPerSubscription.FULL);
            case NAMES -> Names.measure(plan);
            case ALLOCATION_SHARED -> Allocation.throughSharedRing(plan);
            case ALLOCATION_LANE -> Allocation.throughLane(plan);
        };
    }

    @Override
    public String toString() {
        return label;
    }
}
