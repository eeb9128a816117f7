package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventbroker.BrokerStats.State;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * G8: a lack of memory in the middle of something, at will: what a step calls is replaced by what throws the error.
 * Forbidden: a total that lacks the message that was under way, a reader or a close that waits for ever.
 */
class G8_NoMemoryMidwayTest {
    private static final Topic<Integer> NUMBERS = Topic.of("numbers", Integer.class);
    private static final Topic<Integer> OTHERS = Topic.of("others", Integer.class);

    private final OutOfMemoryError noMemory = new OutOfMemoryError("on purpose");

    /** Accepted, and then nobody could be found who wants it. */
    @Test
    void aMessageWhoseSubscribersCouldNotBeLookedUpIsDiscarded() throws Exception {
        SteppedBroker broker = new SteppedBroker(BrokerConfig.defaults(), new LoopSteps());
        Inbox<Integer> inbox = broker.inbox(NUMBERS);
        failFrom(broker.loop.directory, "routes", Map.class, "get", () -> true);
        broker.loop.inflow.shared.offer(NUMBERS.definition(), 1); // as publish does, which looks there, too
        broker.loop.inflow.shared.offer(NUMBERS.definition(), 2);
        assertThat(broker.stepLoop()).isTrue();

        BrokerStats stats = broker.stats();
        assertThat(stats.state()).isEqualTo(State.FAILED);
        assertThat(stats.failure()).isSameAs(noMemory);
        assertThat(stats.accepted()).isEqualTo(2);
        assertThat(stats.discarded()).isEqualTo(2);
        assertThat(stats.routed() + stats.unrouted()).isZero();
        assertThat(inbox.stats().matched()).isZero();
        assertEndsWith(inbox, noMemory);
    }

    /** The queue that is to take it cannot grow. */
    @Test
    void aMessageThatCouldNotBePutInIsInTheTotalsOfItsSubscription() throws Exception {
        for (boolean isForMessages : new boolean[] {false, true}) {
            SteppedBroker broker = new SteppedBroker(BrokerConfig.defaults(), new LoopSteps());
            Inbox<Integer> before = broker.inbox(NUMBERS);
            SubscriptionBuilder<Integer> builder =
                    broker.subscription(NUMBERS).capacity(2).overflow(Overflow.BACKPRESSURE);
            PullSubscription<?> growing =
                    (PullSubscription<?>) (isForMessages ? builder.messageInbox() : builder.inbox());
            Inbox<Integer> after = broker.inbox(NUMBERS);
            broker.publish(NUMBERS, 1);
            assertThat(broker.stepLoop()).isTrue();
            swap(field(growing.queue, "in"), "chunk", null); // no room, as if there was no memory for any
            broker.publish(NUMBERS, 2);
            assertThat(broker.stepLoop()).isTrue();

            assertThat(broker.stats().failure()).isInstanceOf(NullPointerException.class);
            assertThat(broker.stats().routed()).isEqualTo(1);
            assertThat(broker.stats().discarded()).isEqualTo(1);
            assertThat(growing.stats().missedAtEnd())
                    .as("before the first is taken")
                    .isEqualTo(1);
            assertThat(growing.poll()).isNotNull();
            SubscriptionStats stats = growing.stats();
            assertThat(stats.missedAtEnd()).isEqualTo(1);
            assertThat(stats.matched()).isEqualTo(2);
            assertThat(stats.delivered() + stats.dropped() + stats.queued()).isEqualTo(2);
            assertThat(before.stats().matched())
                    .isEqualTo(2)
                    .isEqualTo(before.stats().queued());
            assertThat(after.stats().matched())
                    .isEqualTo(1)
                    .isEqualTo(after.stats().queued());
        }
    }

    /** It is sealed before it is removed, or its reader would be nobody's when that fails. */
    @Test
    void aDisconnectedReaderIsReleasedAlsoIfItsSubscriptionCannotBeRemoved() throws Exception {
        SteppedBroker broker = new SteppedBroker(BrokerConfig.defaults(), new LoopSteps());
        Inbox<Integer> full = broker.subscription(NUMBERS)
                .capacity(1)
                .overflow(Overflow.DISCONNECT)
                .inbox();
        failFrom(broker.loop.directory, "living", Map.class, "remove", () -> true);
        broker.publish(NUMBERS, 1);
        broker.publish(NUMBERS, 2);
        while (broker.stats().state() == State.OPEN) {
            assertThat(broker.stepLoop()).isTrue();
        }

        assertThat(broker.stats().failure()).isSameAs(noMemory);
        assertThat(full.poll()).isEqualTo(1);
        assertThatThrownBy(full::poll)
                .isInstanceOf(SubscriptionClosedException.class)
                .cause()
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("DISCONNECT");
        assertThat(full.stats().disconnected()).isEqualTo(1);
    }

    @Test
    void aReaderWhoseSubscriptionIsRemovedInPartIsReleased() throws Exception {
        SteppedBroker broker = new SteppedBroker(BrokerConfig.defaults(), new LoopSteps());
        Inbox<Integer> all = broker.inbox(TopicPattern.of(">", Integer.class));
        failFrom(broker.loop.directory, "routes", Map.class, "values", () -> true);
        all.unsubscribe();

        assertThat(broker.stats().failure()).isSameAs(noMemory);
        assertThatThrownBy(all::poll).isInstanceOf(SubscriptionClosedException.class);
    }

    /** Hazard: a manual broker has no thread that goes on trying, and its readers wait for ever. */
    @Test
    void aManualBrokerThatHadNoMemoryToEndItsReadersEndsThemWhenItIsSteppedAgain() throws Exception {
        SteppedBroker broker = new SteppedBroker(BrokerConfig.defaults(), new LoopSteps());
        Inbox<Integer> inbox = broker.inbox(NUMBERS);
        AtomicBoolean isLacking = new AtomicBoolean(true);
        failFrom(broker.loop.directory, "living", Map.class, "values", isLacking::get);
        failFrom(broker.loop.directory, "routes", Map.class, "get", isLacking::get);
        broker.loop.inflow.shared.offer(NUMBERS.definition(), 1);
        assertThat(broker.stepLoop()).isTrue();
        assertThat(broker.lifecycle.hasEnded()).isTrue(); // stats would need the memory, too
        assertThat(broker.stepLoop()).isFalse();
        assertThat(inbox.poll()).as("not ended yet").isNull();

        isLacking.set(false);
        assertThat(broker.stepLoop()).isFalse();
        assertEndsWith(inbox, noMemory);
    }

    /** Hazard: the last worker ends, cannot tell the loop so, and a close waits for it. */
    @Test
    void aWorkerThatHasNoMemoryToTellOfItsEndTellsItLater() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        try (ActiveBroker broker = (ActiveBroker) Broker.open()) {
            PushSubscription<?> leaver = (PushSubscription<?>)
                    broker.subscription(NUMBERS).concurrency(3).onEvent(n -> {});
            failFrom(leaver, "host", QueuedSubscription.Host.class, "retire", () -> attempts.incrementAndGet() < 5);
            broker.loop.remove(leaver);
            Tests.awaitTrue("retired", () -> !broker.loop.directory.working.containsValue(leaver));
            assertThat(attempts).hasValue(5);
            assertThat(broker.stats().state()).isEqualTo(State.OPEN);
        }
    }

    /** Hazard: whoever waits without memory is a worker's thread, which dies of it; the others go on, so nobody notices. */
    @Test
    void aWorkerThatHasNoMemoryToTakeGoesOnWhenThereIsSome() throws Exception {
        List<Thread> threads = new ArrayList<>();
        ThreadFactory factory = task -> {
            threads.add(new Thread(task));
            return threads.get(0);
        };
        BrokerConfig config = BrokerConfig.defaults().withThreadFactory(factory);
        try (ActiveBroker broker = (ActiveBroker) Broker.open(config)) {
            AtomicInteger handled = new AtomicInteger();
            PushSubscription<?> push = (PushSubscription<?>) broker.subscribe(NUMBERS, n -> handled.incrementAndGet());
            Object end = field(push.queues.get(0), "out");
            Object chunk = swap(end, "chunk", null); // taking fails
            for (int n = 0; n < 10; n++) {
                broker.publish(NUMBERS, n);
            }
            Tests.awaitTrue("a pause after a failure", () -> threads.get(0).getState() == Thread.State.TIMED_WAITING);
            assertThat(handled).hasValue(0);
            swap(end, "chunk", chunk);
            broker.publish(OTHERS, 1);
            Tests.awaitQuiet(broker);
            assertThat(handled).hasValue(10);
        }
    }

    private void assertEndsWith(Inbox<Integer> inbox, Throwable cause) {
        assertThatThrownBy(() -> inbox.poll(Duration.ZERO))
                .isInstanceOf(SubscriptionClosedException.class)
                .cause()
                .isSameAs(cause);
    }

    private static Object field(Object owner, String name) throws ReflectiveOperationException {
        Field field = owner.getClass().getDeclaredField(name);
        field.setAccessible(true);
        return field.get(owner);
    }

    /** Writes a field, and returns what was there. */
    private static Object swap(Object owner, String name, @Nullable Object value) throws ReflectiveOperationException {
        Object before = field(owner, name);
        Field field = owner.getClass().getDeclaredField(name);
        field.setAccessible(true);
        field.set(owner, value);
        return before;
    }

    /** Has a method of what is in a field throw, whenever it is so. */
    private void failFrom(Object owner, String name, Class<?> type, String method, BooleanSupplier isSo)
            throws ReflectiveOperationException {
        Class<?> declaring = owner.getClass();
        while (!List.of(declaring.getDeclaredFields()).stream()
                .anyMatch(f -> f.getName().equals(name))) {
            declaring = declaring.getSuperclass();
        }
        Field field = declaring.getDeclaredField(name);
        field.setAccessible(true);
        Object real = field.get(owner);
        field.set(
                owner,
                Proxy.newProxyInstance(
                        type.getClassLoader() == null ? getClass().getClassLoader() : type.getClassLoader(),
                        new Class<?>[] {type},
                        (proxy, called, arguments) -> {
                            if (called.getName().equals(method) && isSo.getAsBoolean()) {
                                throw noMemory;
                            }
                            try {
                                return called.invoke(real, arguments);
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        }));
    }
}
