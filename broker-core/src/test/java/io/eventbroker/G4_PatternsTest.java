package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** G4 for patterns: neither the names that were published nor the patterns that were subscribed to pile up. */
class G4_PatternsTest {
    private static final int NAMES = 80_000;
    private static final int PATTERNS = 10_000;

    /** In each name and pattern, so that all of them would be noticed: the names take 40 million bytes at least. */
    private static final String PAD = "x".repeat(200);

    private static final long NOTICED = 5_000_000;

    private static Topic<Integer> topic(int number) {
        return Topic.of("n" + number + "." + PAD, Integer.class);
    }

    private static long heapUsed() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static void awaitHeap(long before) {
        Tests.awaitTrue("heap where it was", () -> heapUsed() < before + NOTICED);
    }

    @ParameterizedTest
    @ValueSource(strings = {">", "n7.*", "elsewhere"})
    void manyNamesAreForgotten(String pattern) throws Exception {
        try (SteppedBroker broker = new SteppedBroker(BrokerConfig.defaults(), new LoopSteps())) {
            publishManyNames(broker, pattern, () -> {
                broker.runUntilIdle();
                assertThat(broker.loop.directory.remembered).hasSizeLessThanOrEqualTo(Directory.MOST_REMEMBERED);
            });
        }
    }

    @Test
    void manyNamesAreForgottenByABrokerWithThreads() throws Exception {
        try (Broker broker = Broker.open()) {
            publishManyNames(broker, "*.>", () -> Tests.awaitQuiet(broker));
        }
    }

    private static void publishManyNames(Broker broker, String pattern, Tests.Body settle) throws Exception {
        AtomicLong received = new AtomicLong();
        Subscription subscription = broker.subscription(TopicPattern.of(pattern, Integer.class))
                .capacity(1 << 18)
                .onEvent(n -> received.incrementAndGet());
        List<WeakReference<String>> names = new ArrayList<>(NAMES);
        long before = heapUsed();
        for (int i = 0; i < NAMES; i++) {
            Topic<Integer> topic = topic(i);
            names.add(new WeakReference<>(topic.name()));
            broker.publish(topic, i);
            if (i % 1_000 == 0) {
                settle.run();
            }
        }
        settle.run();

        long matching = pattern.startsWith("elsewhere") ? 0 : pattern.startsWith("n7") ? 1 : NAMES;
        assertThat(received).hasValue(matching);
        Tests.awaitTrue("names forgotten", () -> {
            System.gc();
            return names.stream().filter(name -> !name.refersTo(null)).count() <= Directory.MOST_REMEMBERED + 10;
        });
        names.clear();
        awaitHeap(before);
        subscription.unsubscribe();
    }

    @Test
    void manyPatternsAreForgotten() throws Exception {
        try (ManualBroker broker = Broker.manual()) {
            Inbox<Integer> staying = broker.inbox(TopicPattern.of("p.*.>", Integer.class));
            long before = heapUsed();
            for (int i = 0; i < PATTERNS; i++) {
                List<String> patterns =
                        List.of("p" + i + ".*." + PAD, "p.p" + i + "." + PAD + ".>", "p" + i + "." + PAD);
                List<Inbox<Integer>> inboxes = new ArrayList<>();
                for (String pattern : patterns) {
                    inboxes.add(broker.subscription(TopicPattern.of(pattern, Integer.class))
                            .capacity(1)
                            .inbox());
                }
                broker.publish(Topic.of("p.p" + i + "." + PAD + ".a", Integer.class), i);
                inboxes.forEach(Inbox::unsubscribe);
                assertThat(inboxes.get(1).poll()).isEqualTo(i);
                assertThat(staying.poll()).isEqualTo(i);
            }
            awaitHeap(before);
        }
    }

    /** Nobody looks up again where events of the names went that it was given some of. */
    @Test
    void aSubscriptionThatLeftIsNotHeldByWhatWasLookedUp() {
        try (ManualBroker broker = Broker.manual()) {
            Inbox<Integer> named = broker.inbox(topic(7));
            Lane<Integer> lane = broker.lane(topic(8));
            WeakReference<Handler<Integer>> probe = subscribeAndLeave(broker, lane);
            Tests.awaitCollected("handler", probe);
            assertThat(named.poll()).isEqualTo(7);
            lane.close();
        }
    }

    private static WeakReference<Handler<Integer>> subscribeAndLeave(ManualBroker broker, Lane<Integer> lane) {
        AtomicLong received = new AtomicLong();
        Handler<Integer> handler = received::addAndGet;
        Subscription subscription = broker.subscribe(TopicPattern.of("*.>", Integer.class), handler);
        for (int i = 0; i < 100; i++) {
            broker.publish(topic(i), i);
            lane.publish(8);
            broker.runUntilIdle();
        }
        assertThat(received).hasValue(4_950 + 800);
        subscription.unsubscribe();
        broker.runUntilIdle();
        return new WeakReference<>(handler);
    }
}
