package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventbroker.BrokerEvent.PublishersWaiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** BACKPRESSURE, step by step: from which message on there is no room, until when, what is told, what becomes of the rest. */
class BackpressureTest {
    private static final String NAME = "stepped";
    private static final Topic<Integer> NUMBERS = Topic.of("numbers", Integer.class);

    private final LogLines log = new LogLines(NAME);
    private final SteppedBroker broker =
            new SteppedBroker(BrokerConfig.defaults().withName(NAME), new LoopSteps());

    @AfterEach
    void close() {
        broker.close(Duration.ZERO);
        log.close();
    }

    private SubscriptionBuilder<Integer> with(int capacity) {
        return broker.subscription(NUMBERS).named("s").capacity(capacity).overflow(Overflow.BACKPRESSURE);
    }

    private void publish(int from, int to) {
        for (int i = from; i < to; i++) {
            broker.publish(NUMBERS, i);
        }
    }

    private void route() {
        while (broker.stepLoop()) {
            // workers are stepped by hand
        }
    }

    // ---- from when, until when

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 10, 1_500})
    void thereIsRoomUntilMoreWaitsThanTheCapacity(int capacity) {
        Inbox<Integer> inbox = with(capacity).inbox();
        publish(0, capacity);
        route();
        assertThat(broker.tryPublish(NUMBERS, capacity)).as("at the capacity").isTrue();
        route();
        assertThat(broker.tryPublish(NUMBERS, -1)).as("beyond the capacity").isFalse();
        assertThat(broker.tryPublish(NUMBERS, -1)).isFalse();

        assertThat(inbox.poll()).isEqualTo(0);
        assertThat(broker.tryPublish(NUMBERS, capacity + 1))
                .as("at the capacity again")
                .isTrue();
        route();
        assertThat(broker.tryPublish(NUMBERS, -1)).isFalse();
        assertThat(Tests.taken(inbox)).isEqualTo(Tests.range(1, capacity + 2));
        assertThat(broker.tryPublish(NUMBERS, capacity + 2)).isTrue();
        route();
        assertThat(broker.stats().refused()).isEqualTo(3);
        assertThat(broker.stats().accepted()).isEqualTo(capacity + 3);
    }

    @ParameterizedTest
    @CsvSource({"1,1", "3,1", "1,2", "2,3"})
    void whatHandlersHaveInHandTakesNoRoom(int capacity, int workers) throws Exception {
        try (Broker threaded = Broker.open();
                Gate gate = new Gate(workers)) {
            threaded.subscription(NUMBERS)
                    .capacity(capacity)
                    .concurrency(workers)
                    .overflow(Overflow.BACKPRESSURE)
                    .onEvent(n -> gate.hold());
            for (int i = 0; i < workers; i++) {
                threaded.publish(NUMBERS, i);
            }
            gate.awaitEntered();
            for (int i = 1; i <= capacity + 1; i++) {
                assertThat(threaded.tryPublish(NUMBERS, i)).as("number %d", i).isTrue();
                int routed = workers + i;
                Tests.awaitTrue("routed", () -> threaded.stats().routed() == routed);
            }
            assertThat(threaded.tryPublish(NUMBERS, -1)).isFalse();
        }
    }

    @Test
    void whatIsInTheRingsIsPutInAllTheSame() {
        Inbox<Integer> inbox = with(1).inbox();
        Lane<Integer> lane = broker.lane(NUMBERS);
        publish(0, 100);
        assertThat(lane.publishAll(Tests.range(100, 200))).isEqualTo(100);
        route();
        assertThat(inbox.stats().queued()).isEqualTo(200);
        assertThat(inbox.stats().dropped()).isZero();
        assertThat(lane.tryPublish(-1)).isFalse();
        for (int i = 0; i < 198; i++) {
            assertThat(inbox.poll()).isNotNull();
            assertThat(broker.tryPublish(NUMBERS, -1)).as("%d left", 199 - i).isFalse();
        }
        assertThat(inbox.poll()).isNotNull();
        assertThat(lane.tryPublish(200)).isTrue();
    }

    @Test
    void eachOfSeveralThatAreFullHoldsUpThePublisher() {
        Inbox<Integer> one = with(1).inbox();
        Inbox<Integer> two = broker.subscription(NUMBERS)
                .capacity(2)
                .overflow(Overflow.BACKPRESSURE)
                .inbox();
        publish(0, 3);
        route();
        assertThat(Tests.taken(one)).hasSize(3);
        assertThat(broker.tryPublish(NUMBERS, -1)).isFalse();
        assertThat(two.poll()).isEqualTo(0);
        assertThat(broker.tryPublish(NUMBERS, 3)).isTrue();
        assertThat(one.stats().dropped() + two.stats().dropped()).isZero();
    }

    @Test
    void aTimedTryPassesTheTimeOfAManualBrokerAndSaysNo() {
        assertThat(with(1).inbox()).isNotNull();
        publish(0, 2);
        route();
        assertThat(broker.tryPublish(NUMBERS, -1, Duration.ofHours(1))).isFalse();
        assertThat(broker.tryPublish(NUMBERS, -1, Duration.ofHours(-1))).isFalse();
        assertThat(broker.stats().refused()).isEqualTo(2);
    }

    @Test
    void aPublishThatWaitsStepsAManualBroker() {
        List<Integer> handled = new ArrayList<>();
        with(1).onEvent(handled::add);
        publish(0, 1_000);
        route();
        publish(1_000, 2_000);
        broker.runUntilIdle();
        assertThat(handled).isEqualTo(Tests.range(0, 2_000));
    }

    @Test
    void whereNothingCanBeSteppedAPublishFailsAndOffersNothing() {
        assertThat(with(1).inbox()).isNotNull();
        publish(0, 2);
        route();
        assertThatThrownBy(() -> broker.publish(NUMBERS, -1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("nothing to step");
        assertThat(broker.stats().offered()).isEqualTo(2);
        assertThat(broker.stats().accepted()).isEqualTo(2);
    }

    // ---- what is told

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 10})
    void thatPublishersWaitIsToldOnceInAnEpisodeAndNotLogged(int capacity) {
        Inbox<BrokerEvent> events = broker.inbox(BrokerEvent.TOPIC);
        Inbox<Integer> inbox = with(capacity).inbox();
        assertThat(Tests.taken(events)).hasSize(2);
        for (int episode = 0; episode < 3; episode++) {
            publish(0, capacity);
            route();
            assertThat(Tests.taken(events)).as("full is no reason to wait").isEmpty();
            publish(0, 1);
            route();
            assertThat(Tests.taken(events)).containsExactly(new PublishersWaiting("s", "numbers", capacity));
            assertThat(inbox.poll()).isNotNull();
            publish(0, 1); // too many again, before it has drained to half
            route();
            assertThat(Tests.taken(events)).as("the same episode").isEmpty();
            assertThat(Tests.taken(inbox)).hasSize(capacity + 1);
            route();
            assertThat(Tests.taken(events)).as("the end is silent").isEmpty();
        }
        broker.close(Duration.ZERO);
        assertThat(log.lines()).noneMatch(line -> line.startsWith("WARN") || line.startsWith("ERROR"));
    }

    @Test
    void anEpisodeEndsWhenTheQueueHasDrainedToHalf() {
        Inbox<PublishersWaiting> events = broker.inbox(BrokerEvent.TOPIC.only(PublishersWaiting.class));
        Inbox<Integer> inbox = with(10).inbox();
        publish(0, 11);
        route();
        assertThat(Tests.taken(events)).hasSize(1);
        for (int i = 0; i < 5; i++) {
            assertThat(inbox.poll()).isEqualTo(i);
        }
        route();
        publish(11, 16); // 11 wait again: 6 was more than half
        route();
        assertThat(Tests.taken(events)).isEmpty();
        for (int i = 5; i < 11; i++) {
            assertThat(inbox.poll()).isEqualTo(i);
        }
        route();
        publish(16, 22); // 5 was half
        route();
        assertThat(Tests.taken(events)).hasSize(1);
    }

    // ---- what becomes of the rest

    @Test
    void whatAnUnsubscribedInboxHoldsCanBeReadInOrder() {
        Inbox<Integer> inbox = with(2).inbox();
        publish(0, 50);
        inbox.unsubscribe();
        assertThat(broker.tryPublish(NUMBERS, 50)).isTrue();
        route();
        assertThat(Tests.taken(inbox)).isEqualTo(Tests.range(0, 50));
        assertThatThrownBy(inbox::poll).isInstanceOf(SubscriptionClosedException.class);
        assertThat(inbox.stats().delivered()).isEqualTo(50);
        assertThat(inbox.stats().abandoned()).isZero();
        assertThat(broker.stats().unrouted()).isEqualTo(1);
    }

    @Test
    void whatAnUnsubscribedHandlerHasNotTakenIsAbandonedAndCounted() {
        List<Integer> handled = new ArrayList<>();
        Subscription push = with(2).onEvent(handled::add);
        publish(0, 50);
        route();
        assertThat(broker.workers().get(0).stepAsGuest()).isTrue();
        push.unsubscribe();
        broker.runUntilIdle();
        assertThat(handled).containsExactly(0);
        assertThat(push.stats().abandoned()).isEqualTo(49);
        assertThat(push.stats().queued() + push.stats().dropped()).isZero();
        assertThat(broker.tryPublish(NUMBERS, 50)).isTrue();
    }

    @Test
    void whatWaitsAtACloseIsHandledBeforeTheDeadline() {
        List<Integer> handled = new ArrayList<>();
        with(2).onEvent(handled::add);
        Inbox<Integer> inbox = broker.subscription(NUMBERS)
                .capacity(1)
                .overflow(Overflow.BACKPRESSURE)
                .inbox();
        publish(0, 50);
        route();
        BrokerStats report = broker.close(Duration.ofSeconds(1));
        assertThat(handled).isEqualTo(Tests.range(0, 50));
        assertThat(Tests.taken(inbox)).isEqualTo(Tests.range(0, 50));
        assertThat(report.subscriptions()).allMatch(s -> s.abandoned() == 0 && s.dropped() == 0);
    }

    @Test
    void whatWaitsAtTheDeadlineOfACloseIsAbandonedAndCounted() {
        List<Integer> handled = new ArrayList<>();
        Subscription push = with(2).onEvent(handled::add);
        publish(0, 50);
        route();
        broker.close(Duration.ZERO);
        assertThat(push.stats().abandoned()).isEqualTo(50L - handled.size());
        assertThat(push.stats().handled()).isEqualTo(handled.size());
    }

    // ---- whom it is for

    @Test
    void itMayBeTheDefaultButNotOfTheBrokersOwnEvents() {
        BrokerConfig config = BrokerConfig.defaults()
                .withDefaultOverflow(Overflow.BACKPRESSURE)
                .withDefaultCapacity(1);
        try (ManualBroker waiting = Broker.manual(config)) {
            Inbox<BrokerEvent> events = waiting.inbox(BrokerEvent.TOPIC);
            Inbox<Integer> inbox = waiting.inbox(NUMBERS);
            Inbox<Integer> chosen =
                    waiting.subscription(NUMBERS).overflow(Overflow.DROP_NEWEST).inbox();
            waiting.publish(NUMBERS, 1);
            waiting.publish(NUMBERS, 2);
            waiting.runUntilIdle();
            assertThat(waiting.tryPublish(NUMBERS, 3)).isFalse();
            assertThat(Tests.taken(inbox)).containsExactly(1, 2);
            assertThat(Tests.taken(chosen)).containsExactly(1);
            assertThat(events.stats().droppedNewest()).isPositive();
        }
        assertThatThrownBy(() -> broker.subscription(BrokerEvent.TOPIC)
                        .overflow(Overflow.BACKPRESSURE)
                        .onEvent(e -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("choose another policy");
        assertThat(broker.stats().subscriptions()).isEmpty();
    }
}
