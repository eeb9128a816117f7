package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** G4 with {@link Overflow#CONFLATE}: places of keys that are over are swept, and none keeps an event alive. */
@ExtendWith(LossesUnlogged.class)
class G4_ConflateTest {
    private record Price(String symbol, int value) {}

    private static final Topic<Object> PRICES =
            Topic.of("prices", Object.class).keyedBy(price -> ((Price) price).symbol());

    private final SteppedBroker broker = new SteppedBroker(BrokerConfig.defaults(), new LoopSteps());

    @AfterEach
    void close() {
        broker.close(Duration.ZERO);
    }

    private static SubscriptionBuilder<Object> conflating(Broker broker, int capacity) {
        return broker.subscription(PRICES).capacity(capacity).overflow(Overflow.CONFLATE);
    }

    private void route() {
        while (broker.stepLoop()) {}
    }

    @Test
    void aMillionKeysLeaveTheHeapWhereItWas() {
        Inbox<Object> inbox = conflating(broker, 4).inbox();
        passKeys(inbox, 0, 1_000);
        long before = usedHeap();
        passKeys(inbox, 1_000, 1_001_000);
        // a place kept costs 100 bytes or more: 100 MB together
        Tests.awaitTrue("heap where it was", () -> usedHeap() - before < 16 << 20);
        assertThat(inbox.stats().queued()).isPositive();
    }

    /** Between none and four of them wait. */
    private void passKeys(Inbox<Object> inbox, int from, int to) {
        Random random = new Random(1);
        for (int key = from; key < to; key++) {
            broker.publish(PRICES, new Price("symbol " + key, 0));
            route();
            for (int i = random.nextInt(3); i > 0; i--) {
                inbox.poll();
            }
        }
    }

    /** A full subscription, too, whose waiting ones are replaced in between. */
    @Test
    void keysThatAreDroppedLeaveNothing() {
        Inbox<Object> inbox = conflating(broker, 4).inbox();
        for (String symbol : new String[] {"a", "b", "c", "d"}) {
            broker.publish(PRICES, new Price(symbol, 1));
        }
        route();
        long before = usedHeap();
        for (int key = 0; key < 300_000; key++) {
            broker.publish(PRICES, new Price("symbol " + key, 0));
            broker.publish(PRICES, new Price("b", key));
            route();
        }
        Tests.awaitTrue("heap where it was", () -> usedHeap() - before < 8 << 20);
        assertThat(inbox.stats().conflated()).isEqualTo(300_000);
        assertThat(inbox.stats().droppedNewest()).isEqualTo(300_000);
    }

    @Test
    void whatIsReplacedTakenOrDroppedIsNotHeld() {
        Inbox<Object> inbox = conflating(broker, 1).inbox();
        WeakReference<Object> replaced = publishOne("a");
        WeakReference<Object> waiting = publishOne("a");
        WeakReference<Object> dropped = publishOne("b");
        Tests.awaitCollected("replaced and dropped", replaced, dropped);
        assertThat(waiting.refersTo(null)).as("waiting one collected").isFalse();
        assertThat(inbox.poll()).isNotNull();
        Tests.awaitCollected("taken, the place still known", waiting);
        Reference.reachabilityFence(inbox);
    }

    @Test
    void whatWasHandledIsNotHeld() {
        Subscription push = conflating(broker, 4).onMessage(message -> {});
        WeakReference<Object> replaced = publishOne("a");
        WeakReference<Object> handled = publishOne("a");
        broker.runUntilIdle();
        assertThat(push.stats().handled()).isEqualTo(1);
        Tests.awaitCollected("replaced and handled", replaced, handled);
        Reference.reachabilityFence(push);
    }

    @Test
    void whatUnsubscribeAbandonsIsNotHeld() {
        Subscription push = conflating(broker, 4).onEvent(event -> {});
        WeakReference<Object> a = publishOne("a");
        WeakReference<Object> b = publishOne("b");
        push.unsubscribe();
        broker.runUntilIdle();
        assertThat(push.stats().abandoned()).isEqualTo(2);
        Tests.awaitCollected("abandoned", a, b);
        Reference.reachabilityFence(push);
    }

    @Test
    void whatCloseAbandonsIsNotHeldThoughTheHandlerIsStuck() throws Exception {
        try (Broker threaded = Broker.open();
                Gate gate = new Gate()) {
            Subscription stuck = conflating(threaded, 4).onEvent(event -> gate.holdStubbornly());
            threaded.publish(PRICES, new Price("in hand", 1));
            gate.awaitEntered();
            WeakReference<Object> abandoned = publishOne(threaded, "a");
            assertThat(threaded.close(Duration.ZERO).subscriptions().get(0).stuck())
                    .isTrue();
            Tests.awaitCollected("abandoned", abandoned);
            Reference.reachabilityFence(stuck);
        }
    }

    private WeakReference<Object> publishOne(String symbol) {
        WeakReference<Object> probe = publishOne(broker, symbol);
        route();
        return probe;
    }

    private static WeakReference<Object> publishOne(Broker broker, String symbol) {
        Object event = new Price(symbol, 0);
        broker.publish(PRICES, event);
        return new WeakReference<>(event);
    }

    private static long usedHeap() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
