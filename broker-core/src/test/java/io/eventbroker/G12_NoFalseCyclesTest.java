package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** G12: where nobody would wait for ever no publish fails, however much is full at once. */
class G12_NoFalseCyclesTest {
    private static final List<Topic<Integer>> TOPICS = IntStream.range(0, 4)
            .mapToObj(i -> Topic.of("t" + i, Integer.class))
            .toList();

    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean isOver = new AtomicBoolean();
    private final AtomicInteger handled = new AtomicInteger();

    private static SubscriptionBuilder<Integer> full(Broker broker, int at) {
        return broker.subscription(TOPICS.get(at)).named("s" + at).capacity(1).overflow(Overflow.BACKPRESSURE);
    }

    /** Runs what may find a cycle where none is. */
    private void publish(Tests.Body body) throws Exception {
        if (!isOver.get()) {
            try {
                body.run();
            } catch (PublishCycleException e) {
                failures.add(e);
                isOver.set(true);
            }
        }
    }

    private void awaitHandled(int count) {
        for (int part = 1; part <= 20; part++) {
            int goal = part * count / 20;
            Tests.awaitTrue(goal + " handled", () -> handled.get() >= goal || isOver.get());
        }
        isOver.set(true);
    }

    /**
     * Each handler passes on what it gets, to the other. For a deadlock each would need one in hand and two waiting, and
     * there is one less. Hazard: what is true of the one while it is looked at is so no longer when the other is.
     */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aConversationWithOneEventLessThanADeadlockNeedsGoesOn(int length) throws Exception {
        try (Broker broker = Broker.open(BrokerConfig.defaults().withRingSize(8))) {
            List<Subscription> all = new ArrayList<>();
            for (int at = 0; at < length; at++) {
                Topic<Integer> next = TOPICS.get((at + 1) % length);
                all.add(full(broker, at).onEvent(n -> {
                    handled.incrementAndGet();
                    publish(() -> broker.publish(next, n));
                }));
            }
            for (int i = 0; i < 3 * length - 1; i++) {
                int tokens = i;
                broker.publish(TOPICS.get(i % length), i);
                Tests.awaitTrue("passed on", () -> handled.get() > tokens || isOver.get());
            }
            awaitHandled(100_000);
            Tests.awaitQuiet(broker);
            assertThat(failures).isEmpty();
            assertThat(all).allMatch(s -> s.stats().failed() == 0);
        }
    }

    /**
     * By order of keys: one worker publishes to its own subscription, which is full only while the other has something to
     * do, and that one never waits. Hazard: the other is idle when looked at, and has something to do when all is counted.
     */
    @Test
    void aWorkerThatIsBusyNowAndThenIsNoReasonToFail() throws Exception {
        Topic<String> keyed = Topic.of("keyed", String.class).keyedBy(key -> key);
        try (Broker broker = Broker.open(BrokerConfig.defaults().withRingSize(2))) {
            broker.subscription(keyed)
                    .capacity(1)
                    .concurrency(2)
                    .orderedByKey()
                    .overflow(Overflow.BACKPRESSURE)
                    .onEvent(key -> {
                        handled.incrementAndGet();
                        if (key.equals("a")) {
                            publish(() -> broker.publish(keyed, key));
                        }
                    });
            broker.publish(keyed, "a");
            broker.publish(keyed, "a");
            Task<Boolean> outsider = Task.run("outsider", () -> {
                while (!isOver.get()) {
                    broker.publish(keyed, "b");
                }
            });
            awaitHandled(300_000);
            assertThat(outsider.get()).isTrue();
            Tests.awaitQuiet(broker);
            assertThat(failures).isEmpty();
        }
    }

    /** Who waits with a timeout stops waiting by itself, so nobody waits for ever. */
    @Test
    void aWaitWithATimeoutIsPartOfNoCycle() throws Exception {
        try (Broker broker = Broker.open();
                Gate gate = new Gate(2);
                Gate second = new Gate()) {
            AtomicInteger timedOut = new AtomicInteger();
            AtomicInteger calls = new AtomicInteger();
            Queue<Thread> waiting = new ConcurrentLinkedQueue<>();
            Subscription timed = full(broker, 0).onEvent(n -> {
                gate.hold();
                if (n == 0) {
                    waiting.add(Thread.currentThread());
                    publish(() -> {
                        if (!broker.tryPublish(TOPICS.get(1), -1, Duration.ofMillis(100))) {
                            timedOut.incrementAndGet();
                        }
                    });
                }
            });
            Subscription endless = full(broker, 1).onEvent(n -> {
                gate.hold();
                if (n == 0) {
                    second.hold();
                    publish(() -> broker.publish(TOPICS.get(0), -1));
                    calls.incrementAndGet();
                }
            });
            broker.publish(TOPICS.get(0), 0);
            broker.publish(TOPICS.get(1), 0);
            gate.awaitEntered();
            for (int at = 0; at < 2; at++) {
                broker.publish(TOPICS.get(at), 1);
                broker.publish(TOPICS.get(at), 1);
            }
            Tests.awaitRouted(broker);
            assertThat(timed.stats().queued() + endless.stats().queued()).isEqualTo(4);
            gate.open();
            Tests.awaitTrue("one waits", () -> waiting.size() == 1);
            Tests.awaitParked(waiting.element());
            second.open();
            Tests.awaitQuiet(broker);
            assertThat(failures).isEmpty();
            assertThat(timedOut.get()).isEqualTo(1);
            assertThat(calls.get()).isEqualTo(1);
        }
    }

    /** Hazard: the handler that waits steps one that comes before it, which then waits for it, on the same stack. */
    @Test
    void aChainOfHandlersThatMultiplyPassesAManualBroker() {
        try (ManualBroker broker = Broker.manual()) {
            int last = TOPICS.size() - 1;
            List<Subscription> all = new ArrayList<>();
            for (int at = 0; at < last; at++) {
                Topic<Integer> next = TOPICS.get(at + 1);
                all.add(full(broker, at).onEvent(n -> {
                    for (int copy = 0; copy < 3; copy++) {
                        broker.publish(next, n);
                    }
                }));
            }
            all.add(full(broker, last).onEvent(n -> handled.incrementAndGet()));
            for (int i = 0; i < 100; i++) {
                broker.publish(TOPICS.get(0), i);
            }
            broker.runUntilIdle();
            assertThat(all).allMatch(s -> s.stats().failed() == 0);
            assertThat(handled).hasValue(100 * 27);
        }
    }
}
