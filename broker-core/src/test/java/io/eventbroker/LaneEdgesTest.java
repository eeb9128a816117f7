package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventbroker.BrokerEvent.Unrouted;
import io.eventbroker.BrokerStats.State;
import io.eventbroker.LoopSteps.Step;
import io.eventbroker.internal.Ring;
import io.eventbroker.internal.Sleeper;
import io.eventbroker.internal.Timing;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Interleavings that a review found, each held where it did harm. */
class LaneEdgesTest {
    private static final Topic<Integer> NUMBERS = Topic.of("numbers", Integer.class);

    /** Hazard: routing has ended by the deadline, and then the lane is closed: its events are in no total. */
    @Test
    void G1_whatALaneHoldsWhenRoutingEndsIsDiscardedAlsoIfTheLaneIsClosedThen() throws Exception {
        SteppedBroker broker = (SteppedBroker) Broker.manual();
        Lane<Integer> lane = broker.lane(NUMBERS);
        // a handler that runs on keeps the broker in CLOSING while the lane is closed
        broker.subscribe(NUMBERS, n -> {
            assertThat(lane.publishAll(List.of(1, 2, 3, 4, 5, 6, 7, 8, 9))).isEqualTo(9);
            Task<BrokerStats> closer = Task.call("closer", () -> broker.close(Duration.ZERO));
            Tests.awaitTrue("closing", () -> broker.stats().state() == State.DRAINING);
            Tests.awaitParked(closer.thread());
            while (broker.stats().state() != State.CLOSING) {
                broker.stepLoop();
            }
            broker.stepLoop(); // nothing more is routed
            lane.close();
        });
        broker.publish(NUMBERS, 0);
        broker.runUntilIdle();
        broker.close(Duration.ZERO);

        BrokerStats report = broker.stats();
        assertThat(report.accepted()).isEqualTo(10);
        assertThat(report.routed() + report.unrouted() + report.discarded()).isEqualTo(10);
        assertThat(report.discarded()).isPositive();
    }

    /** Hazard: what the loop is about to tell is in no queue and in no total, and the broker looks quiet. */
    @Test
    void theBrokerIsNotQuietWhileItHasSomethingToTell() {
        List<Boolean> quiet = new ArrayList<>();
        SteppedBroker[] holder = new SteppedBroker[1];
        SteppedBroker broker = new SteppedBroker(BrokerConfig.defaults(), new LoopSteps() {
            @Override
            void at(Step step) {
                if (step == Step.FLUSH && holder[0] != null) {
                    quiet.add(holder[0].loop.isQuiet());
                }
            }
        });
        try (broker) {
            broker.subscribe(BrokerEvent.TOPIC.only(Unrouted.class), unrouted -> {});
            broker.runUntilIdle();
            broker.publish(NUMBERS, 1);
            holder[0] = broker;
            broker.stepLoop();
            assertThat(quiet).containsExactly(false);
            broker.runUntilIdle();
            assertThat(broker.loop.isQuiet()).isTrue();
        }
    }

    /** Hazard: a lane that was let go is let go once more, and with it its name, which another uses. */
    @Test
    void toCloseALaneTwiceIsToCloseItOnce() {
        try (SteppedBroker broker = (SteppedBroker) Broker.manual()) {
            Lane<Integer> lane = broker.lane(NUMBERS);
            lane.close();
            Lane<Integer> next = broker.lane(NUMBERS);
            lane.close();
            next.publish(1);
            broker.runUntilIdle();
            assertThat(broker.stats().state()).isEqualTo(State.OPEN);
            assertThatThrownBy(() -> broker.inbox(Topic.of("numbers", String.class)))
                    .as("the other lane names it")
                    .isInstanceOf(IllegalStateException.class);
            next.close();
            assertThat(broker.inbox(Topic.of("numbers", String.class)).poll()).isNull();
        }
    }

    /** Hazard: the loop sleeps before a slot whose publisher withdraws and tells nobody; a command waits behind it. */
    @Test
    void G10_anOfferThatIsWithdrawnWakesTheLoop() throws Exception {
        Sleeper loop = new Sleeper(Timing.FOREVER);
        CountDownLatch asked = new CountDownLatch(2);
        Queue<Ring.Result> results = new ArrayDeque<>(List.of(Ring.Result.WITHDRAWN));
        Entrance entrance =
                new Entrance(new Lifecycle("broker", Timing.SYSTEM, new LoopSteps()), loop, new Congestion()) {
                    @Override
                    void require(TopicDefinition topic) {}

                    @Override
                    Ring.Result attempt(TopicDefinition topic, Object event) {
                        if (results.isEmpty()) {
                            throw new IllegalStateException("closed");
                        }
                        return results.remove();
                    }
                };
        boolean[] needed = new boolean[1];
        Task<Boolean> sleeper = Task.run(
                "sleeper",
                () -> loop.sleep(
                        () -> {
                            asked.countDown();
                            return needed[0];
                        },
                        Timing.FOREVER));
        Tests.awaitLatch(asked); // it has looked again, and sleeps for long
        Tests.awaitParked(sleeper.thread());
        needed[0] = true;
        assertThatThrownBy(() -> entrance.offer(NUMBERS.definition(), 1, 0)).hasMessage("closed");
        sleeper.get();
    }
}
