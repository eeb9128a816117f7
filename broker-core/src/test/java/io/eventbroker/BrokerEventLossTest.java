package io.eventbroker;

import static io.eventbroker.DropEpisodesTest.assertPaired;
import static io.eventbroker.DropEpisodesTest.began;
import static io.eventbroker.DropEpisodesTest.ended;
import static io.eventbroker.DropEpisodesTest.episodesOf;
import static io.eventbroker.Tests.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.eventbroker.BrokerStats.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Subscriptions to broker events are bounded, too: what they lose ends as it began, and feeds no further loss. */
class BrokerEventLossTest {
    private static final Topic<Integer> NUMBERS = Topic.of("numbers", Integer.class);
    private static final String NAME = "events-lost";

    private final SteppedBroker broker =
            new SteppedBroker(BrokerConfig.defaults().withName(NAME), new LoopSteps());
    private final Inbox<BrokerEvent> events =
            broker.subscription(BrokerEvent.TOPIC).capacity(1_000_000).inbox();
    private final LogLines log = new LogLines(NAME);

    @AfterEach
    void close() {
        broker.close(Duration.ZERO);
        log.close();
    }

    private void publish(int count) {
        for (int i = 0; i < count; i++) {
            broker.publish(NUMBERS, i);
        }
        while (broker.stepLoop()) {
            // workers are stepped later
        }
    }

    private List<BrokerEvent> told() {
        List<BrokerEvent> told = new ArrayList<>();
        events.drainTo(told);
        return episodesOf(told);
    }

    /** What they lose is told to the others; at the end too, each episode begun has ended. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void episodesOfSubscriptionsToBrokerEventsEndByTheClose(int capacity) {
        List<Inbox<BrokerEvent>> small = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            small.add(broker.subscription(BrokerEvent.TOPIC).capacity(capacity).inbox());
        }
        Inbox<Integer> numbers =
                broker.subscription(NUMBERS).named("s").capacity(1).inbox();
        publish(3);
        broker.close(Duration.ofSeconds(1));
        List<BrokerEvent> told = told();
        assertPaired(told);
        assertThat(told).contains(began(1), ended(2));
        assertThat(numbers.stats().dropped()).isEqualTo(2);
        assertThat(small).allMatch(inbox -> inbox.stats().dropped() > 0);
    }

    /** Forbidden: what one subscriber's loss makes is the other's loss, and so on for ever. */
    @Test
    void smallSubscriptionsToBrokerEventsDoNotFeedEachOtherForEver() {
        List<Subscription> small = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            small.add(broker.subscription(BrokerEvent.TOPIC).capacity(1).onEvent(e -> {}));
        }
        publish(3); // nobody wants them
        int steps = 0;
        while (broker.runOne()) {
            assertThat(++steps).as("steps until idle").isLessThan(10_000);
        }
        assertThat(small).allMatch(s -> s.stats().matched() < 100);
    }

    /** Hazard: the ends of others' episodes, told at the close, fill subscriptions to broker events. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void alsoAnEpisodeThatTheCloseEndsIsTwoLines(int capacity) {
        for (int i = 0; i < 3; i++) {
            Inbox<BrokerEvent> small =
                    broker.subscription(BrokerEvent.TOPIC).capacity(capacity).inbox();
            assertThat(small.stats().matched()).isPositive();
        }
        Inbox<Integer> slow =
                broker.subscription(NUMBERS).named("slow").capacity(1).inbox();
        for (int i = 0; i < 3; i++) {
            broker.publish(NUMBERS, i);
        }
        broker.runUntilIdle();
        assertThat(broker.close(PATIENCE).state()).isEqualTo(State.CLOSED);
        assertThat(slow.stats().dropped()).isEqualTo(2);
        List<String> begun = linesWith("and drops");
        assertThat(begun).hasSizeBetween(1, 4);
        assertThat(linesWith("no longer drops")).as("the ends of %s", begun).hasSameSizeAs(begun);
    }

    /** Hazard: of these losses no event tells, so without a line they would be silent. */
    @Test
    void whatASubscriptionToBrokerEventsLosesIsLogged() {
        Inbox<BrokerEvent> small = broker.subscription(BrokerEvent.TOPIC)
                .named("small")
                .capacity(1)
                .inbox();
        publish(3); // nobody wants them
        broker.runUntilIdle();
        assertThat(small.stats().dropped()).isPositive();
        assertThat(linesWith("and drops"))
                .singleElement()
                .satisfies(line -> assertThat(line).contains("\"small\""));
    }

    private List<String> linesWith(String text) {
        return log.lines().stream().filter(line -> line.contains(text)).toList();
    }
}
