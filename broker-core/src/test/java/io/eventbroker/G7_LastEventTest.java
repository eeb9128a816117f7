package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventbroker.internal.Timing;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/**
 * A consumer finds its queue empty; then the loop puts an event in and seals the queue; then the consumer finds it
 * sealed. Forbidden: that it takes that for the end. The moment is too short to be hit by chance, so here the loop acts in
 * it: a consumer that has found nothing tells of relief before it looks for the end.
 */
class G7_LastEventTest {
    private static final Topic<Integer> NUMBERS = Topic.of("numbers", Integer.class);

    /** Plays the loop at the second relief; the first is refused, so that it is told again when the queue is empty. */
    private static final class Loop implements QueuedSubscription.Host {
        QueuedSubscription<?> subscription;
        private int reliefs;

        @Override
        public void relieved(QueuedSubscription<?> relieved) {
            if (++reliefs == 1) {
                throw new OutOfMemoryError("on purpose");
            }
            put(3);
            subscription.seal(null);
        }

        void put(int number) {
            subscription.offer(number, null, Backlog.MATCHED);
        }

        /** Puts two in, of which the second is dropped, so that there is relief to be told of. */
        void fill(QueuedSubscription<?> to) {
            subscription = to;
            put(1);
            put(2);
            assertThat(to.stats().droppedNewest()).isEqualTo(1);
        }

        @Override
        public void remove(QueuedSubscription<?> removed) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void retire(QueuedSubscription<?> push) {
            assertThat(push.stats().inHand()).isZero();
        }

        @Override
        public void congested(QueuedSubscription<?> congested) {
            throw new UnsupportedOperationException();
        }

        @Override
        public BooleanSupplier report(BrokerEvent event) {
            throw new UnsupportedOperationException();
        }
    }

    private static SubscriptionSpec<Integer> spec() {
        return new SubscriptionSpec<>(NUMBERS, 1, Overflow.DROP_NEWEST, null);
    }

    @Test
    void aWorkerHandlesWhatCameJustBeforeTheEnd() {
        List<Integer> handled = new ArrayList<>();
        Loop loop = new Loop();
        Lifecycle lifecycle = new Lifecycle("broker", Timing.SYSTEM, new LoopSteps());
        PushSubscription<Integer> push = new PushSubscription<>(spec(), handled::add, lifecycle, loop);
        loop.fill(push);
        while (!push.sealed || push.stats().queued() > 0) {
            push.workers.get(0).step();
        }
        assertThat(handled).containsExactly(1, 3);
        assertThat(push.workers.get(0).step()).as("the end").isTrue();
        assertThat(push.stats().abandoned()).isZero();
        assertThat(push.stats().handled()).isEqualTo(2);
    }

    @Test
    void aReaderTakesWhatCameJustBeforeTheEnd() {
        Loop loop = new Loop();
        PullSubscription<Integer> inbox = new PullSubscription<>(spec(), Timing.SYSTEM, loop);
        loop.fill(inbox);
        assertThat(inbox.poll()).isEqualTo(1);
        assertThat(inbox.poll()).isEqualTo(3);
        assertThatThrownBy(inbox::poll).isInstanceOf(SubscriptionClosedException.class);
    }
}
