package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventbroker.G1_InterruptsTest.Hold;
import io.eventbroker.LoopSteps.Step;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who subscribes, unsubscribes, opens a lane or closes one waits until that is done, whatever interrupts come. */
class G6_InterruptsTest {
    private static final Topic<Integer> NUMBERS = Topic.of("numbers", Integer.class);
    private static final Topic<Integer> OTHERS = Topic.of("others", Integer.class);

    private enum Call {
        SUBSCRIBE,
        INBOX,
        UNSUBSCRIBE,
        LANE,
        CLOSE_LANE
    }

    @ParameterizedTest
    @EnumSource
    void anInterruptEndsNoCommandAndIsKept(Call call) throws Exception {
        ConcurrentLinkedQueue<Integer> handled = new ConcurrentLinkedQueue<>();
        try (Hold hold = new Hold(Step.COMMAND);
                Broker broker = ActiveBroker.open(BrokerConfig.defaults(), hold)) {
            Inbox<Integer> old = broker.inbox(OTHERS);
            Lane<Integer> lane = broker.lane(NUMBERS);
            Inbox<Integer> all = broker.inbox(NUMBERS);
            AtomicReference<Inbox<Integer>> opened = new AtomicReference<>();
            hold.arm();
            Task<Boolean> caller = Task.call("caller", () -> {
                switch (call) {
                    case SUBSCRIBE -> broker.subscribe(OTHERS, handled::add);
                    case INBOX -> opened.set(broker.inbox(OTHERS));
                    case UNSUBSCRIBE -> old.unsubscribe();
                    case LANE -> {
                        Lane<Integer> another = broker.lane(OTHERS);
                        another.publish(1);
                    }
                    case CLOSE_LANE -> lane.close();
                }
                return Thread.currentThread().isInterrupted();
            });
            hold.gate.awaitEntered();
            G1_InterruptsTest.bombard(caller.thread());
            assertThat(caller.isDone()).isFalse();
            hold.release();
            assertThat(caller.get()).as("status").isTrue();
            if (call != Call.LANE) {
                broker.publish(OTHERS, 1);
            }
            Tests.awaitQuiet(broker);
            assertThat(handled).hasSize(call == Call.SUBSCRIBE ? 1 : 0);
            assertThat(opened.get() == null ? 0 : opened.get().stats().queued()).isEqualTo(call == Call.INBOX ? 1 : 0);
            assertThat(old.stats().matched()).isEqualTo(call == Call.UNSUBSCRIBE ? 0 : 1);
            if (call == Call.CLOSE_LANE) {
                assertThatThrownBy(() -> lane.publish(1)).isInstanceOf(IllegalStateException.class);
            } else {
                lane.publish(7);
                assertThat(all.take()).isEqualTo(7);
            }
        }
    }
}
