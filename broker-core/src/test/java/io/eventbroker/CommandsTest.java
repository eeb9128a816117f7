package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Commands that wait together. */
class CommandsTest {
    private static final Topic<Integer> NUMBERS = Topic.of("numbers", Integer.class);

    /** Hazard: the second command waits for a message of the lane that the first one opened, which may never come. */
    @Test
    void aLaneThatWasJustOpenedHoldsUpNoCommandBehindIt() throws Exception {
        try (ManualBroker broker = Broker.manual()) {
            Task<Lane<Integer>> opener = Task.call("opener", () -> broker.lane(NUMBERS));
            Tests.awaitParked(opener.thread());
            Task<Inbox<Integer>> subscriber = Task.call("subscriber", () -> broker.inbox(NUMBERS));
            Tests.awaitParked(subscriber.thread());
            broker.runUntilIdle();
            Lane<Integer> lane = opener.get();
            Inbox<Integer> inbox = subscriber.get();
            lane.publish(1);
            broker.runUntilIdle();
            assertThat(inbox.poll()).isEqualTo(1);
        }
    }
}
