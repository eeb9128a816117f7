package io.eventbroker;

import static io.eventbroker.Tests.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** G3: a lane that is always full delays neither another lane, nor the shared ring, nor commands for long. */
class G3_FairPollingTest {
    private static final Topic<Integer> BUSY = Topic.of("busy", Integer.class);
    private static final Topic<Integer> CALM = Topic.of("calm", Integer.class);
    private static final int SIZE = 8;
    private static final int BUSY_LANES = 3;

    private final SteppedBroker broker = (SteppedBroker)
            Broker.manual(BrokerConfig.defaults().withLaneSize(SIZE).withRingSize(SIZE));
    private final List<Lane<Integer>> busy = new ArrayList<>();

    private void openBusyLanes() {
        for (int i = 0; i < BUSY_LANES; i++) {
            busy.add(broker.lane(BUSY));
        }
    }

    /** So full is full that each step finds more than one event in each busy lane. */
    private void saturate() {
        for (Lane<Integer> lane : busy) {
            int published = 0;
            while (lane.tryPublish(0)) {
                published++;
            }
            assertThat(published).isLessThanOrEqualTo(SIZE);
        }
    }

    private void saturateRing() {
        int published = 0;
        while (broker.tryPublish(BUSY, 0)) {
            published++;
        }
        assertThat(published).isLessThanOrEqualTo(SIZE);
    }

    /** How many steps of the loop, which takes one event in each, it needs until an event is there. */
    private int stepsUntilReceived(Inbox<Integer> inbox) {
        int steps = 0;
        while (inbox.poll() == null) {
            assertThat(steps).as("steps").isLessThan(100 * SIZE);
            saturate();
            assertThat(broker.stepLoop()).isTrue();
            steps++;
        }
        return steps;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anotherLaneHasItsTurnInEachRound(boolean openedFirst) {
        Inbox<Integer> calm = broker.inbox(CALM);
        Lane<Integer> lane = openedFirst ? broker.lane(CALM) : null;
        openBusyLanes();
        Lane<Integer> own = lane == null ? broker.lane(CALM) : lane;
        for (int i = 0; i < 20; i++) {
            saturate();
            own.publish(i);
            assertThat(stepsUntilReceived(calm)).isLessThanOrEqualTo(BUSY_LANES + 1);
        }
    }

    @Test
    void theSharedRingHasItsTurnInEachRound() {
        Inbox<Integer> calm = broker.inbox(CALM);
        openBusyLanes();
        for (int i = 0; i < 20; i++) {
            saturate();
            broker.publish(CALM, i);
            assertThat(stepsUntilReceived(calm)).isLessThanOrEqualTo(BUSY_LANES + 1);
        }
    }

    @Test
    void aSaturatedSharedRingDelaysNoLane() {
        Inbox<Integer> calm = broker.inbox(CALM);
        Lane<Integer> own = broker.lane(CALM);
        for (int i = 0; i < 20; i++) {
            saturateRing();
            own.publish(i);
            int steps = 0;
            while (calm.poll() == null) {
                saturateRing();
                assertThat(broker.stepLoop()).isTrue();
                steps++;
            }
            assertThat(steps).isLessThanOrEqualTo(2);
        }
    }

    /** The turn stays fair when the array of lanes changes under it. */
    @Test
    void turnsStayFairWhenLanesComeAndGo() {
        Inbox<Integer> calm = broker.inbox(CALM);
        openBusyLanes();
        Lane<Integer> own = broker.lane(CALM);
        for (int i = 0; i < 20; i++) {
            saturate();
            busy.remove(i % busy.size()).close();
            busy.add(broker.lane(BUSY));
            saturate();
            own.publish(i);
            assertThat(stepsUntilReceived(calm)).isLessThanOrEqualTo(BUSY_LANES + 1);
            broker.publish(CALM, i);
            assertThat(stepsUntilReceived(calm)).isLessThanOrEqualTo(BUSY_LANES + 1);
        }
    }

    /** What was published before a command is routed before it: no more than all rings hold; what comes later waits. */
    @Test
    void aCommandWaitsForNoMoreThanTheRingsHeldWhenItCame() throws Exception {
        openBusyLanes();
        for (int i = 0; i < 5; i++) {
            saturate();
            Task<Inbox<Integer>> caller = Task.call("caller", () -> broker.inbox(CALM));
            Tests.awaitParked(caller.thread());
            int steps = 0;
            while (broker.stats().subscriptions().isEmpty()) {
                assertThat(steps).isLessThanOrEqualTo((BUSY_LANES + 1) * SIZE);
                saturate();
                assertThat(broker.stepLoop()).isTrue();
                steps++;
            }
            Inbox<Integer> inbox = caller.get();
            inbox.close();
        }
    }

    /** The same for the batches of the threaded loop: a lane's backlog is not taken at once. */
    @Test
    void aBatchOfTheLoopTakesSomeOfEachRing() {
        SteppedBroker large = (SteppedBroker) Broker.manual();
        Inbox<Integer> calm = large.inbox(CALM);
        Lane<Integer> first = large.lane(BUSY);
        Lane<Integer> last = large.lane(CALM);
        assertThat(first.publishAll(Collections.nCopies(60_000, 0))).isEqualTo(60_000);
        last.publish(1);
        large.publish(CALM, 2);
        int batch = 4_096;
        assertThat(large.loop.step(batch)).isLessThanOrEqualTo(batch);
        assertThat(calm.drainTo(new ArrayList<>())).isEqualTo(2);
    }

    @Test
    void aBatchOfTheLoopIsNoLongerThanItsLimit() {
        SteppedBroker large = (SteppedBroker) Broker.manual();
        Lane<Integer> lane = large.lane(BUSY);
        assertThat(lane.publishAll(Collections.nCopies(600, 0))).isEqualTo(600);
        for (int i = 0; i < 600; i++) {
            large.publish(CALM, i);
        }
        assertThat(large.loop.step(700)).isEqualTo(700);
        assertThat(large.stats().unrouted()).isEqualTo(700);
    }

    /**
     * Hazard: publishers that never pause keep the broker thread busy for good; forbidden: a command, another lane or the
     * shared ring waits until they end.
     */
    @Test
    void withLanesSaturatedByThreadsTheOthersAndCommandsGoOn() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        Broker threaded = Broker.open(BrokerConfig.defaults().withLaneSize(64));
        List<Task<Boolean>> publishers = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            publishers.add(Task.run("busy publisher", () -> {
                Lane<Integer> lane = threaded.lane(BUSY);
                List<Integer> batch = Collections.nCopies(1_000, 0);
                while (!done.get()) {
                    assertThat(lane.publishAll(batch)).isEqualTo(1_000);
                }
            }));
        }
        Task<Boolean> others = Task.run("others", () -> {
            for (int i = 0; i < 100; i++) {
                Inbox<Integer> calm = threaded.inbox(CALM);
                Lane<Integer> lane = threaded.lane(CALM);
                lane.publish(2 * i);
                assertThat(calm.poll(PATIENCE)).isEqualTo(2 * i);
                threaded.publish(CALM, 2 * i + 1);
                assertThat(calm.poll(PATIENCE)).isEqualTo(2 * i + 1);
                lane.close();
                calm.unsubscribe();
            }
        });
        others.get();
        assertThat(publishers).noneMatch(Task::isDone);
        done.set(true);
        for (Task<Boolean> publisher : publishers) {
            publisher.get();
        }
        threaded.close(PATIENCE);
    }
}
