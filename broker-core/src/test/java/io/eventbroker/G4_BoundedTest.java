package io.eventbroker;

import static io.eventbroker.Tests.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** G4: nothing keeps an event alive after its end: no slot, no cell, no parked frame, no handle. */
class G4_BoundedTest {
    /** An event is a plain object, which nobody but the broker could hold. */
    private static final Topic<Object> OBJECTS = Topic.of("objects", Object.class);

    private static final Duration HOUR = Duration.ofHours(1);

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aDeliveredEventIsNotHeldByAnIdleBroker(boolean defaultThreads) throws Exception {
        BrokerConfig config = BrokerConfig.defaults();
        try (Broker broker = Broker.open(defaultThreads ? config : config.withThreadFactory(Tests.platformThreads()))) {
            Subscription one = broker.subscribe(OBJECTS, o -> {});
            Subscription several = broker.subscription(OBJECTS).concurrency(3).onEvent(o -> {});
            WeakReference<Object> probe = publish(broker);
            Tests.awaitQuiet(broker);
            Tests.awaitCollected("delivered event", probe);
            assertThat(one.stats().handled() + several.stats().handled()).isEqualTo(2);
        }
    }

    @Test
    void anEventWhoseHandlerFailedIsNotHeld() throws Exception {
        try (Broker broker = Broker.open()) {
            Subscription failing = broker.subscribe(OBJECTS, o -> {
                throw new IllegalStateException("on purpose");
            });
            WeakReference<Object> probe = publish(broker);
            Tests.awaitQuiet(broker);
            Tests.awaitCollected("failed event", probe);
            assertThat(failing.stats().failed()).isEqualTo(1);
        }
    }

    @Test
    void anUnroutedEventIsNotHeld() throws Exception {
        try (Broker broker = Broker.open()) {
            WeakReference<Object> probe = publish(broker);
            Tests.awaitCollected("unrouted event", probe);
            assertThat(broker.stats().unrouted()).isEqualTo(1);
        }
    }

    @Test
    void aDroppedEventIsNotHeldWhileOthersWait() throws Exception {
        try (Broker broker = Broker.open();
                Gate gate = new Gate()) {
            Subscription full = broker.subscription(OBJECTS).capacity(1).onEvent(o -> gate.hold());
            Inbox<Object> inbox = broker.subscription(OBJECTS).capacity(2).inbox();
            broker.publish(OBJECTS, "in hand");
            gate.awaitEntered();
            WeakReference<Object> waiting = publish(broker);
            WeakReference<Object> dropped = publish(broker);
            Tests.awaitTrue("dropped", () -> inbox.stats().dropped() == 1);
            Tests.awaitCollected("dropped event", dropped);
            assertThat(full.stats().dropped()).isEqualTo(1);
            assertThat(waiting.refersTo(null)).as("waiting event collected").isFalse();
        }
    }

    @Test
    void aRefusedEventIsNotHeld() {
        ManualBroker broker = Broker.manual(BrokerConfig.defaults().withRingSize(2));
        broker.publish(OBJECTS, "1");
        broker.publish(OBJECTS, "2");
        Tests.awaitCollected("event refused because full", tryPublish(broker));
        broker.close();
        Tests.awaitCollected("event refused because closed", refused(broker));
        assertThat(broker.stats().refused()).isEqualTo(2);
    }

    @Test
    void whatUnsubscribeAbandonsIsNotHeldOnceTheLastCallHasEnded() throws Exception {
        try (Broker broker = Broker.open();
                Gate gate = new Gate()) {
            Subscription leaver = broker.subscribe(OBJECTS, o -> gate.hold());
            WeakReference<Object> inHand = publish(broker);
            gate.awaitEntered();
            WeakReference<Object> abandoned = publish(broker);
            leaver.unsubscribe();
            gate.open();
            Tests.awaitCollected("abandoned event", abandoned);
            Tests.awaitCollected("event of the last call", inHand);
            assertThat(leaver.stats().abandoned()).isEqualTo(1);
        }
    }

    @Test
    void whatCloseAbandonsIsNotHeldThoughTheHandlerIsStuck() throws Exception {
        try (Gate gate = new Gate()) {
            Broker broker = Broker.open();
            Subscription stuck = broker.subscribe(OBJECTS, o -> gate.holdStubbornly());
            broker.publish(OBJECTS, "in hand");
            gate.awaitEntered();
            WeakReference<Object> abandoned = publish(broker);
            BrokerStats report = broker.close(Duration.ZERO);
            assertThat(report.subscriptions().get(0).stuck()).isTrue();
            Tests.awaitCollected("abandoned event", abandoned);
            Reference.reachabilityFence(broker);
            Reference.reachabilityFence(stuck);
        }
    }

    @Test
    void whatWasTakenAsAMessageOrWhereTheOldestGoesIsNotHeld() throws Exception {
        try (Broker broker = Broker.open()) {
            Inbox<Message<Object>> messages = broker.subscription(OBJECTS).messageInbox();
            Inbox<Object> latest =
                    broker.subscription(OBJECTS).overflow(Overflow.DROP_OLDEST).inbox();
            WeakReference<Object> probe = publish(broker);
            assertThat(List.of(messages.take(), latest.take())).hasSize(2);
            Tests.awaitCollected("event taken", probe);
            assertThat(messages.stats().delivered() + latest.stats().delivered())
                    .isEqualTo(2);
        }
    }

    private enum Taking {
        TAKE,
        POLL,
        TIMED_POLL,
        DRAIN,
        ITERATE
    }

    @ParameterizedTest
    @EnumSource(Taking.class)
    void anEventThatWasTakenIsNotHeldByTheInbox(Taking taking) throws Exception {
        try (Broker broker = Broker.open()) {
            Inbox<Object> inbox = broker.inbox(OBJECTS);
            Iterator<Object> iterator = inbox.iterator();
            WeakReference<Object> probe = publish(broker);
            Tests.awaitTrue("queued", () -> inbox.stats().queued() == 1);
            take(inbox, iterator, taking);
            Tests.awaitCollected("event taken by " + taking, probe);
            assertThat(inbox.stats().delivered()).isEqualTo(1);
            Reference.reachabilityFence(iterator);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Taking.class,
            names = {"TAKE", "TIMED_POLL", "ITERATE"})
    void aReaderThatWaitsForTheNextHoldsNotTheLast(Taking taking) throws Exception {
        Broker broker = Broker.open();
        Inbox<Object> inbox = broker.inbox(OBJECTS);
        Task<Boolean> reader = Task.run("reader", () -> {
            Iterator<Object> iterator = inbox.iterator();
            take(inbox, iterator, taking);
            assertThatThrownBy(() -> take(inbox, iterator, taking)).isInstanceOf(RuntimeException.class);
        });
        WeakReference<Object> probe = publish(broker);
        Tests.awaitTrue("taken", () -> inbox.stats().delivered() == 1);
        Tests.awaitParked(reader.thread());
        Tests.awaitCollected("last event", probe);
        broker.close();
        reader.get();
    }

    @Test
    void whatAnIteratorNeverGaveIsHeldByTheIteratorAlone() {
        try (Broker broker = Broker.open()) {
            Inbox<Object> inbox = broker.inbox(OBJECTS);
            WeakReference<Object> probe = publish(broker);
            assertThat(inbox.iterator().hasNext()).isTrue();
            assertThat(inbox.stats().inHand()).isEqualTo(1);
            Tests.awaitCollected("event of a lost iterator", probe);
        }
    }

    /** The thread that published may live long: nothing of the event stays with it. */
    @Test
    void aPublisherThreadHoldsNothing() throws Exception {
        try (Broker broker = Broker.open();
                Gate gate = new Gate()) {
            broker.subscribe(OBJECTS, o -> {});
            List<WeakReference<Object>> probes = new ArrayList<>();
            Task<Boolean> publisher = Task.run("publisher", () -> {
                probes.add(publish(broker));
                gate.hold();
            });
            gate.awaitEntered();
            Tests.awaitQuiet(broker);
            Tests.awaitCollected("event of a living publisher", probes.get(0));
            gate.open();
            publisher.get();
        }
    }

    @Test
    void anUnsubscribedHandlerIsNotHeldByTheBroker() throws Exception {
        try (Broker broker = Broker.open()) {
            WeakReference<Handler<Object>> handler = comeAndGo(broker);
            Tests.awaitCollected("unsubscribed handler", handler);
            assertThat(broker.stats().state()).isEqualTo(BrokerStats.State.OPEN);
        }
    }

    @Test
    void anUnsubscribedInboxIsNotHeldByTheBroker() {
        try (Broker broker = Broker.open()) {
            WeakReference<Object> waiting = leaveOneBehind(broker);
            Tests.awaitCollected("content of a lost inbox", waiting);
            assertThat(broker.stats().routed()).isEqualTo(1);
        }
    }

    @Test
    void aClosedBrokerThatNobodyHoldsIsCollected() throws Exception {
        WeakReference<Broker> probe = openAndClose();
        Tests.awaitCollected("closed broker", probe);
    }

    @Test
    void aMillionTopicNamesLeaveTheHeapWhereItWas() throws Exception {
        try (Broker broker = Broker.open()) {
            Inbox<Object> known = broker.subscription(OBJECTS).capacity(1).inbox();
            publishToNames(broker, 0, 70_000);
            Tests.awaitQuiet(broker);
            long before = usedHeap();
            publishToNames(broker, 70_000, 1_070_000);
            Tests.awaitQuiet(broker);
            // a name kept costs 100 bytes or more: 100 MB together
            Tests.awaitTrue("heap where it was", () -> usedHeap() - before < 16 << 20);
            assertThat(broker.stats().unrouted()).isEqualTo(1_070_000);
            assertThat(known.stats().matched()).isZero();
        }
    }

    @Test
    void subscriptionsThatCameAndWentLeaveNothing() throws Exception {
        try (Broker broker = Broker.open()) {
            List<WeakReference<?>> probes = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                String name = "topic." + i;
                Topic<Object> topic = Topic.of(name, Object.class);
                Subscription push = broker.subscribe(topic, o -> {});
                Inbox<Object> pull = broker.inbox(topic);
                broker.publish(topic, new Object());
                push.unsubscribe();
                pull.unsubscribe();
                probes.add(new WeakReference<>(push));
                probes.add(new WeakReference<>(pull));
                probes.add(new WeakReference<>(topic));
            }
            Tests.awaitCollected("what came and went", probes.toArray(WeakReference<?>[]::new));
            assertThat(broker.close(PATIENCE).routed()).isEqualTo(300);
        }
    }

    private static WeakReference<Object> publish(Broker broker) {
        Object event = new Object();
        broker.publish(OBJECTS, event);
        return new WeakReference<>(event);
    }

    private static WeakReference<Object> tryPublish(Broker broker) {
        Object event = new Object();
        assertThat(broker.tryPublish(OBJECTS, event)).isFalse();
        return new WeakReference<>(event);
    }

    private static WeakReference<Object> refused(Broker broker) {
        Object event = new Object();
        assertThatThrownBy(() -> broker.publish(OBJECTS, event)).isInstanceOf(BrokerClosedException.class);
        return new WeakReference<>(event);
    }

    private static void take(Inbox<Object> inbox, Iterator<Object> iterator, Taking taking)
            throws InterruptedException {
        switch (taking) {
            case TAKE -> inbox.take();
            case POLL -> inbox.poll();
            case TIMED_POLL -> inbox.poll(HOUR);
            case DRAIN -> inbox.drainTo(new ArrayList<>());
            case ITERATE -> iterator.next();
            default -> throw new AssertionError(taking);
        }
    }

    private static WeakReference<Handler<Object>> comeAndGo(Broker broker) {
        Object captured = new Object();
        Handler<Object> handler = o -> assertThat(captured).isNotNull();
        Subscription subscription = broker.subscribe(OBJECTS, handler);
        broker.publish(OBJECTS, "x");
        subscription.unsubscribe();
        return new WeakReference<>(handler);
    }

    private static WeakReference<Object> leaveOneBehind(Broker broker) {
        Inbox<Object> inbox = broker.inbox(OBJECTS);
        WeakReference<Object> probe = publish(broker);
        inbox.unsubscribe();
        assertThat(inbox.stats().queued()).isEqualTo(1);
        return probe;
    }

    private static WeakReference<Broker> openAndClose() {
        Broker broker = Broker.open();
        broker.subscribe(OBJECTS, o -> {});
        publish(broker);
        broker.close();
        return new WeakReference<>(broker);
    }

    private static void publishToNames(Broker broker, int from, int to) {
        for (int i = from; i < to; i++) {
            broker.publish(Topic.of("distinct.name." + i, Object.class), "x");
        }
    }

    private static long usedHeap() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
