package io.eventbroker;

import static io.eventbroker.Tests.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * G5 with threads. Hazard: a message is lost while a consumer takes the one before or after it. Forbidden: a gap told
 * too small, too large, twice or at the wrong place. One publisher publishes 1, 2, 3…, so the numbers tell what is true.
 */
@ExtendWith(LossesUnlogged.class)
class G5_GapsUnderLoadTest {
    private static final int COUNT = 40_000;
    private static final int KEYS = 16;
    private static final Topic<Integer> NUMBERS =
            Topic.of("numbers", Integer.class).keyedBy(n -> keyOf(n));

    /** What was received, and by whom. */
    private record Received(Message<Integer> message, Thread by) {
        int number() {
            return message.event();
        }

        long gap() {
            return message.missedBefore();
        }
    }

    private enum Ending {
        SOME_LOST,
        NONE_LOST
    }

    private final Random random = new Random(1);

    /** In the order of receiving. */
    private final List<Received> received = new ArrayList<>();

    private int published;

    private static int keyOf(int number) {
        return number % KEYS;
    }

    private static Broker open() {
        return Broker.open(BrokerConfig.defaults().withRingSize(64));
    }

    private void receive(Message<Integer> message) {
        synchronized (received) {
            received.add(new Received(message, Thread.currentThread()));
        }
    }

    private void publish(Broker broker, int count) {
        for (int i = 0; i < count; i++) {
            broker.publish(NUMBERS, ++published);
        }
    }

    /** So many that whoever does not take loses some, of each key. */
    private void overflow(Broker broker, Subscription subscription, int capacity) {
        publish(broker, KEYS * (capacity + 2));
        Tests.awaitTrue("something lost", () -> subscription.stats().dropped() > 0);
    }

    /** Some at once, then a pause that lets consumers catch up, now and then all the way. */
    private void publishTheRest(Broker broker) {
        while (published < COUNT) {
            publish(broker, Math.min(1 + random.nextInt(64), COUNT - published));
            Tests.stagger(random, 2_000);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "DROP_NEWEST,1,1", "DROP_NEWEST,4,1", "DROP_NEWEST,4,3", "DROP_OLDEST,1,1", "DROP_OLDEST,4,1",
        "DROP_OLDEST,4,3", "CONFLATE,1,1", "CONFLATE,8,1", "CONFLATE,8,3", "CONFLATE,16,3"
    })
    void workersAreToldEachGap(Overflow policy, int capacity, int workers) throws Exception {
        Subscription subscription;
        try (Broker broker = open();
                Gate gate = new Gate(workers)) {
            subscription = broker.subscription(NUMBERS)
                    .capacity(capacity)
                    .overflow(policy)
                    .concurrency(workers)
                    .onMessage(message -> {
                        receive(message);
                        if (message.event() <= workers) {
                            gate.hold();
                        }
                    });
            publish(broker, workers);
            gate.awaitEntered();
            overflow(broker, subscription, capacity);
            gate.open();
            publishTheRest(broker);
            assertThat(broker.close(PATIENCE).accepted()).isEqualTo(COUNT);
        }
        assertSumIsExact(subscription);
        if (policy != Overflow.CONFLATE) {
            assertJumpsInTheOrderOfTaking(subscription);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "DROP_NEWEST,1,1",
        "DROP_NEWEST,4,3",
        "DROP_OLDEST,1,1",
        "DROP_OLDEST,4,3",
        "CONFLATE,8,1",
        "CONFLATE,8,3"
    })
    void readersAreToldEachGap(Overflow policy, int capacity, int readers) throws Exception {
        Inbox<Message<Integer>> inbox;
        List<Task<Boolean>> tasks = new ArrayList<>();
        try (Broker broker = open()) {
            inbox = broker.subscription(NUMBERS)
                    .capacity(capacity)
                    .overflow(policy)
                    .messageInbox();
            overflow(broker, inbox, capacity);
            for (int i = 0; i < readers; i++) {
                tasks.add(Task.run("reader", () -> inbox.forEach(this::receive)));
            }
            publishTheRest(broker);
        }
        for (Task<Boolean> task : tasks) {
            assertThat(task.get()).isTrue();
        }
        assertSumIsExact(inbox);
        if (policy != Overflow.CONFLATE) {
            assertJumpsInTheOrderOfTaking(inbox);
        }
    }

    private void assertSumIsExact(Subscription subscription) {
        BitSet seen = new BitSet();
        for (Received r : received) {
            assertThat(seen.get(r.number())).as("%d twice", r.number()).isFalse();
            seen.set(r.number());
        }
        SubscriptionStats stats = subscription.stats();
        long lost = COUNT - received.size();
        long told = received.stream().mapToLong(Received::gap).sum();
        assertThat(lost).as("lost").isPositive();
        assertThat(told + stats.missedAtEnd()).isEqualTo(lost);
        assertThat(stats.dropped()).isEqualTo(lost);
        assertThat(stats.abandoned() + stats.queued() + stats.inHand()).isZero();
    }

    /** What is taken from one queue is taken in the broker's order, whoever takes it. */
    private void assertJumpsInTheOrderOfTaking(Subscription subscription) {
        received.sort(Comparator.comparingLong(r -> r.message().sequence()));
        int last = 0;
        for (Received r : received) {
            assertThat(r.number() - last)
                    .as("jump from %d to %s", last, r.message())
                    .isEqualTo((int) r.gap() + 1);
            last = r.number();
        }
        assertThat(subscription.stats().missedAtEnd()).isEqualTo(COUNT - last);
    }

    @ParameterizedTest
    @CsvSource({"DROP_NEWEST,4,3", "DROP_OLDEST,4,3", "DROP_OLDEST,1,2", "CONFLATE,16,3", "CONFLATE,4,2"})
    void withOrderByKeyEachWorkerIsToldItsGaps(Overflow policy, int capacity, int workers) throws Exception {
        Subscription subscription;
        try (Broker broker = open();
                Gate gate = new Gate()) {
            subscription = broker.subscription(NUMBERS)
                    .capacity(capacity)
                    .overflow(policy)
                    .concurrency(workers)
                    .orderedByKey()
                    .onMessage(message -> {
                        receive(message);
                        if (message.event() == KEYS) {
                            gate.hold();
                        }
                    });
            for (int i = 1; i <= KEYS; i++) { // one of each key tells whose worker it has
                publish(broker, 1);
                Tests.awaitTrue("received", () -> {
                    synchronized (received) {
                        return received.size() == published;
                    }
                });
            }
            overflow(broker, subscription, capacity);
            gate.open();
            publishTheRest(broker);
            assertThat(broker.close(PATIENCE).accepted()).isEqualTo(COUNT);
        }
        assertSumIsExact(subscription);
        Map<Integer, Thread> workerOf = new HashMap<>();
        for (Received r : received) {
            Thread first = workerOf.putIfAbsent(keyOf(r.number()), r.by());
            assertThat(first == null ? r.by() : first).isSameAs(r.by());
        }
        if (policy != Overflow.CONFLATE) {
            assertJumpsOfEachWorker(workerOf, subscription);
        }
    }

    private void assertJumpsOfEachWorker(Map<Integer, Thread> workerOf, Subscription subscription) {
        long trailing = 0;
        for (Thread worker : new HashSet<>(workerOf.values())) {
            int[] place = new int[COUNT + 1];
            for (int n = 1, meant = 0; n <= COUNT; n++) {
                place[n] = worker.equals(workerOf.get(keyOf(n))) ? ++meant : meant;
            }
            int last = 0;
            for (Received r : received) {
                if (r.by().equals(worker)) {
                    assertThat(place[r.number()] - place[last])
                            .as("jump from %d to %s of %s", last, r.message(), worker)
                            .isEqualTo((int) r.gap() + 1);
                    last = r.number();
                }
            }
            trailing += place[COUNT] - place[last];
        }
        assertThat(subscription.stats().missedAtEnd()).isEqualTo(trailing);
    }

    /** Of a subscription that is disconnected exactly one is missed, at the end; of another none. */
    @ParameterizedTest
    @CsvSource({"1,true", "4,true", "1,false", "4,false"})
    void aDisconnectionIsTheOnlyGap(int capacity, boolean isPush) throws Exception {
        try (Broker broker = open()) {
            Tests.race("disconnect, " + capacity + (isPush ? " pushed" : " pulled"), Ending.class, 60, () -> {
                received.clear();
                published = 0;
                SubscriptionBuilder<Integer> builder =
                        broker.subscription(NUMBERS).capacity(capacity).overflow(Overflow.DISCONNECT);
                Inbox<Message<Integer>> inbox = isPush ? null : builder.messageInbox();
                Subscription subscription = inbox == null ? builder.onMessage(this::receive) : inbox;
                Task<Boolean> reader = Task.run("reader", () -> {
                    try {
                        if (inbox != null) {
                            inbox.forEach(this::receive);
                        }
                    } catch (SubscriptionClosedException e) {
                        assertThat(e).hasCauseInstanceOf(IllegalStateException.class);
                    }
                });
                int count = 2 * capacity + 1;
                boolean isPolite = random.nextBoolean();
                for (int i = 0; i < count; i++) {
                    publish(broker, 1);
                    if (isPolite) {
                        Tests.awaitTrue("taken", () -> subscription.stats().queued() == 0);
                    }
                }
                Tests.awaitQuiet(broker);
                subscription.unsubscribe();
                assertThat(reader.get()).isTrue();
                Tests.awaitTrue("ended", () -> subscription.stats().inHand() == 0);
                Tests.awaitQuiet(broker);

                boolean isWhole = received.size() == count;
                for (int i = 0; i < received.size(); i++) {
                    assertThat(received.get(i).number()).isEqualTo(i + 1);
                    assertThat(received.get(i).gap()).isZero();
                }
                Tests.awaitTrue("told", () -> subscription.stats().missedAtEnd() == (isWhole ? 0 : 1));
                return isWhole ? Ending.NONE_LOST : Ending.SOME_LOST;
            });
        }
    }
}
