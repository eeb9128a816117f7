package io.eventbroker.bench.latency;

import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/** Who is measured. */
enum Contender {
    BROKER_SHARED("broker-shared"),
    BROKER_LANE("broker-lane"),
    SUBMISSION_PUBLISHER("submission-publisher"),
    TWO_HOPS("queue-2-hops"),
    ONE_HOP("queue-1-hop");

    /** The broker's two ways in. */
    static final List<Contender> OWN = List.of(BROKER_SHARED, BROKER_LANE);

    private final String label;

    Contender(String label) {
        this.label = label;
    }

    /** The contender of a name. */
    static Contender parse(String label) {
        return Arrays.stream(values())
                .filter(contender -> contender.label.equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "there is no contender '" + label + "'; there are " + Arrays.toString(values())));
    }

    /** Opens it. */
    Channel open(Consumer<Event> receiver) {
        return switch (this) {
            case BROKER_SHARED -> Channel.throughSharedRing(receiver);
            case BROKER_LANE -> Channel.throughLane(receiver);
            case SUBMISSION_PUBLISHER -> Channel.throughSubmissionPublisher(receiver);
            case TWO_HOPS -> Channel.throughQueues(2, receiver);
            case ONE_HOP -> Channel.throughQueues(1, receiver);
        };
    }

    /** The name in commands and reports. */
    @Override
    public String toString() {
        return label;
    }
}
