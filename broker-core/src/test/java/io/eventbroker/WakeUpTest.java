package io.eventbroker;

import static io.eventbroker.Tests.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.eventbroker.internal.Sleeper;
import io.eventbroker.internal.Timing;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/**
 * Each way to lose a wake-up, one step at a time: what comes when somebody waits already, again, for nothing, and in the
 * moment between the last look and the park. Forbidden: one that sleeps on although there is something to do.
 */
class WakeUpTest {
    private static final Topic<Integer> NUMBERS = Topic.of("numbers", Integer.class);

    private final Sleeper sleeper = new Sleeper(Timing.FOREVER);
    private final AtomicInteger looks = new AtomicInteger();
    private volatile boolean isNeeded;

    private boolean look() {
        looks.incrementAndGet();
        return isNeeded;
    }

    /** Behind its first, short park, asleep for good unless somebody wakes it. */
    private Task<Boolean> asleep() {
        Task<Boolean> task = Task.run("sleeper", () -> sleeper.sleep(this::look, Timing.FOREVER));
        awaitAsleep(task, 2);
        return task;
    }

    private void awaitAsleep(Task<Boolean> task, int least) {
        Tests.awaitTrue("has looked again", () -> looks.get() >= least);
        Tests.awaitParked(task.thread());
    }

    @Test
    void whoSleepsIsWoken() throws Exception {
        Task<Boolean> task = asleep();
        isNeeded = true;
        sleeper.wake();
        assertThat(task.get()).isTrue();
    }

    @Test
    void whoWasWokenForNothingIsWokenAgain() throws Exception {
        Task<Boolean> task = asleep();
        for (int round = 1; round <= 3; round++) {
            int before = looks.get();
            sleeper.wake();
            awaitAsleep(task, before + 2); // at once, and after the first park that follows
        }
        isNeeded = true;
        sleeper.wake();
        assertThat(task.get()).isTrue();
    }

    /** A waker that goes without a fence may miss the sleeper, but then the second look does not miss the work. */
    @Test
    void whoMissedTheFirstLookIsSeenByTheSecond() throws Exception {
        BooleanSupplier secondLook = () -> looks.incrementAndGet() > 1;
        assertThat(Task.run("sleeper", () -> sleeper.sleep(secondLook, Timing.FOREVER))
                        .get())
                .isTrue();
    }

    @Test
    void aHandlerThatWaitsIsWokenForEachEvent() throws Exception {
        Thread[] worker = new Thread[1];
        BrokerConfig config = BrokerConfig.defaults()
                .withThreadFactory(task -> worker[0] = new Thread(task))
                .withCloseTimeout(Duration.ofSeconds(1)); // it is the wake-ups that are awaited
        BlockingQueue<Integer> handled = new LinkedBlockingQueue<>();
        try (Broker broker = Broker.open(config)) {
            broker.subscribe(NUMBERS, handled::add);
            for (int i = 0; i < 5; i++) {
                Tests.awaitParked(worker[0]);
                broker.publish(NUMBERS, i);
                assertThat(handled.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo(i);
            }
        }
    }

    /** The event comes, and its signal is for nobody, after the worker found nothing and before it says that it waits. */
    @Test
    void aWorkerLooksOnceMoreBeforeItParks() throws Exception {
        Lifecycle lifecycle = new Lifecycle("broker", Timing.SYSTEM, new LoopSteps());
        SubscriptionSpec<Integer> spec = new SubscriptionSpec<>(NUMBERS, 1, Overflow.DROP_NEWEST, null);
        Late host = new Late();
        BlockingQueue<Integer> handled = new LinkedBlockingQueue<>();
        PushSubscription<Integer> push = new PushSubscription<>(spec, handled::add, lifecycle, host);
        host.push = push;
        push.offer(0, null, Backlog.MATCHED);
        push.offer(1, null, Backlog.MATCHED); // is dropped, so there is relief to tell,
        push.queues.get(0).evict(); // and nothing is left, so that is told after a look at an empty queue
        Task<Boolean> worker = Task.run("worker", push.workers.get(0)::run);
        assertThat(handled.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo(2);
        push.cancel(null);
        assertThat(worker.get()).isTrue();
    }

    /** Publishes one more when it is told of relief, which the worker does between its look and its rest. */
    private static final class Late implements QueuedSubscription.Host {
        private PushSubscription<Integer> push;

        @Override
        public void relieved(QueuedSubscription<?> subscription) {
            push.endEpisode();
            push.offer(2, null, Backlog.MATCHED);
            push.queues.get(0).consumers.signalOne();
        }

        @Override
        public void remove(QueuedSubscription<?> subscription) {}

        @Override
        public void retire(QueuedSubscription<?> subscription) {}

        @Override
        public void congested(QueuedSubscription<?> subscription) {}

        @Override
        public BooleanSupplier report(BrokerEvent event) {
            return () -> false;
        }
    }
}
