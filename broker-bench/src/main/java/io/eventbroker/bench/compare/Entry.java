package io.eventbroker.bench.compare;

import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * A contender's entry in the list.
 *
 * @param label its name in commands and reports
 * @param maker makes one that has not been opened
 * @param scenarios whether it takes part in a scenario
 */
record Entry(String label, Supplier<Contender> maker, Predicate<Scenario> scenarios) {
    /** All contenders, in the order in which they run and are reported. */
    static final List<Entry> ALL = List.of(
            new Entry("broker-shared", BrokerContender::shared, scenario -> true),
            new Entry("broker-lane", BrokerContender::lane, scenario -> true),
            new Entry("SubmissionPublisher", JdkSubmissionPublisher::new, scenario -> true),
            new Entry("go-port", GoPort::new, scenario -> true),
            new Entry("guava-eventbus", GuavaEventBus::new, scenario -> true),
            new Entry("jctools-2-hops", BareHops::new, Scenario.ONE_TO_ONE::equals));

    /** The entry of a name. */
    static Entry parse(String label) {
        return ALL.stream()
                .filter(entry -> entry.label.equals(label))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException("there is no contender '" + label + "'; there are " + ALL));
    }

    /** The name in commands and reports. */
    @Override
    public String toString() {
        return label;
    }
}
