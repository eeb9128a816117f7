package io.eventbroker.bench.compare.peers;

import io.eventbroker.bench.compare.load.Contender;
import io.eventbroker.bench.compare.load.Scenario;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * A contender's entry in the list.
 *
 * @param label its name in commands and reports
 * @param role what it is there for
 * @param settings of these the better one counts, for each scenario by itself
 * @param scenarios whether it takes part in a scenario
 */
public record Entry(String label, Role role, List<Setting> settings, Predicate<Scenario> scenarios) {
    /**
     * One way to set a contender up.
     *
     * @param name what is particular to it
     * @param maker makes one that has not been opened
     */
    public record Setting(String name, Supplier<Contender> maker) {
        /** The name. */
        @Override
        public String toString() {
            return name;
        }
    }

    /** The broker through the ring that all publishers share. */
    public static final Entry SHARED = new Entry(
            "broker-shared", Role.OWN, List.of(new Setting("default", BrokerContender::shared)), Entry::isAny);

    /** The broker through a lane for each publisher. */
    public static final Entry LANE =
            new Entry("broker-lane", Role.OWN, List.of(new Setting("default", BrokerContender::lane)), Entry::isAny);

    /** The JDK's own. */
    public static final Entry SUBMISSION_PUBLISHER =
            new Entry("submission-publisher", Role.ASYNCHRONOUS, JdkSubmissionPublisher.SETTINGS, Entry::isAny);

    /** As much as two queues can carry that a broker is made of. */
    public static final Entry BARE_HOPS =
            new Entry("spsc-2-hops", Role.LIMIT, BareHops.SETTINGS, Scenario.ONE_TO_ONE::equals);

    /** As much as a ring with several publishers can carry. */
    public static final Entry DISRUPTOR =
            new Entry("disruptor-multi", Role.LIMIT, BareDisruptor.MULTI, Entry::hasOneTopic);

    /** All contenders, in the order in which they are listed. */
    public static final List<Entry> ALL = List.of(
            LANE,
            SHARED,
            new Entry(
                    "broker-lane-spin",
                    Role.EXTRA,
                    List.of(new Setting("WaitMode.SPIN", BrokerContender::spinningLane)),
                    Scenario.ONE_TO_ONE::equals),
            new Entry(
                    "broker-lane-batch",
                    Role.EXTRA,
                    List.of(new Setting("publishAll", BrokerContender::batches)),
                    scenario -> scenario.equals(Scenario.ONE_TO_ONE) || scenario.equals(Scenario.TWO_TO_FOUR)),
            SUBMISSION_PUBLISHER,
            new Entry("rxjava", Role.ASYNCHRONOUS, RxJava.SETTINGS, Entry::isAny),
            new Entry("reactor", Role.ASYNCHRONOUS, Reactor.SETTINGS, Entry::isAny),
            new Entry("mbassador-async", Role.ASYNCHRONOUS, MBassadorBus.ASYNCHRONOUS, Entry::isAny),
            new Entry("guava-async", Role.ASYNCHRONOUS, GuavaEventBus.ASYNCHRONOUS, Entry::isAny),
            new Entry("greenrobot-async", Role.ASYNCHRONOUS, GreenrobotEventBus.ASYNCHRONOUS, Entry::isAny),
            new Entry("spring-async", Role.ASYNCHRONOUS, SpringMulticaster.ASYNCHRONOUS, Entry::isAny),
            new Entry("pekko", Role.ASYNCHRONOUS, PekkoEventStream.SETTINGS, Entry::isAny),
            new Entry("vertx", Role.ASYNCHRONOUS, VertxEventBus.SETTINGS, Entry::isAny),
            new Entry("go-port", Role.ASYNCHRONOUS, GoPort.SETTINGS, Entry::isAny),
            new Entry("guava", Role.SAME_THREAD, GuavaEventBus.SAME_THREAD, Entry::isAny),
            new Entry("greenrobot", Role.SAME_THREAD, GreenrobotEventBus.SAME_THREAD, Entry::isAny),
            new Entry("mbassador", Role.SAME_THREAD, MBassadorBus.SAME_THREAD, Entry::isAny),
            new Entry("spring", Role.SAME_THREAD, SpringMulticaster.SAME_THREAD, Entry::isAny),
            BARE_HOPS,
            DISRUPTOR,
            new Entry("disruptor-single", Role.LIMIT, BareDisruptor.SINGLE, Entry::hasOnePublisher));

    /** Enough for an indication: the broker, the fastest peer of the JDK and of others, one of each kind. */
    public static final List<Entry> QUICK = Stream.of(
                    "broker-lane", "broker-shared", "submission-publisher", "rxjava", "guava", "disruptor-multi")
            .map(Entry::parse)
            .toList();

    private static boolean isAny(Scenario scenario) {
        return true;
    }

    private static boolean hasOneTopic(Scenario scenario) {
        return scenario.topics() == 1;
    }

    private static boolean hasOnePublisher(Scenario scenario) {
        return scenario.publishers() == 1 && hasOneTopic(scenario);
    }

    /** The entry of a name. */
    public static Entry parse(String label) {
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
