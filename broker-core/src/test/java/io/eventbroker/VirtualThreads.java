package io.eventbroker;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.slf4j.LoggerFactory;

/**
 * What {@link VirtualThreadsTest} runs in a JVM of its own, where all virtual threads share one carrier: a thread that
 * waits without letting go of it stops them all.
 */
final class VirtualThreads {
    private static final int EACH = 4;

    /** So many wait for one subscription at least: enough to keep a carrier busy if each looked often. */
    private static final int LEAST_WAITING = 4_000;

    /** In the inbox for which they wait. */
    private static final int ROOM = 64;

    private final Duration patience;
    private final int count;
    private final int lanes;
    private final ExecutorService virtual;
    private final AtomicLong offered = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong received = new AtomicLong();
    private final AtomicLong violations = new AtomicLong();
    private final Broker broker =
            Broker.open(BrokerConfig.defaults().withLaneSize(2).withDefaultCapacity(EACH));

    private final Set<String> carriers = new HashSet<>();

    private VirtualThreads(int count, int lanes) throws ReflectiveOperationException {
        this.patience = Tests.PATIENCE.multipliedBy(1 + count / 1_000);
        this.count = count;
        this.lanes = lanes;
        virtual = (ExecutorService) // which Java 17 cannot name
                Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    }

    /** Arguments: how many publishers, subscriptions and readers; how many lanes. */
    public static void main(String[] arguments) {
        ChildJvm.main(() -> new VirtualThreads(Integer.parseInt(arguments[0]), Integer.parseInt(arguments[1])).run());
    }

    private void run() throws Exception {
        ((Logger) LoggerFactory.getLogger(Broker.class)).setLevel(Level.ERROR); // drops by the thousand
        timed("publishers and handlers", this::publishersAndHandlers);
        timed("lanes and handlers", this::lanesAndHandlers);
        timed("handlers that wait", this::handlersThatWait);
        timed("inbox readers", this::inboxReaders);
        timed("publishers that wait", this::publishersThatWait);
        timed("the end", this::end);
        ChildJvm.total("virtual publishers, subscriptions and readers each", count);
        ChildJvm.total("lanes of virtual threads", lanes);
        ChildJvm.total("offered", offered.get());
        ChildJvm.total("refused", refused.get());
        Churn.checkEqual("out of order, or not on a virtual thread", violations.get(), 0);
        ChildJvm.total("received and compared one by one", received.get());
        ChildJvm.total("violations", violations.get());
        ChildJvm.total("carriers", carriers.size());
    }

    private static void timed(String what, Tests.Body body) throws Exception {
        long start = System.nanoTime();
        body.run();
        System.out.println(what + ": " + (System.nanoTime() - start) / 1_000_000 + " ms");
    }

    private interface Numbered {
        void run(int number) throws Exception;
    }

    /** Begins so many virtual threads. */
    private List<Future<?>> begin(int threads, Numbered body) {
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            int number = i;
            all.add(virtual.submit((Callable<Boolean>) () -> {
                body.run(number);
                return true;
            }));
        }
        return all;
    }

    private void join(List<Future<?>> all) throws Exception {
        for (Future<?> each : all) {
            each.get(patience.toSeconds(), TimeUnit.SECONDS);
        }
    }

    private void await(CountDownLatch latch) throws InterruptedException {
        Churn.check(latch.await(patience.toSeconds(), TimeUnit.SECONDS), "all have come so far");
    }

    /** Shows that nobody holds the carrier, whoever waits; its name comes after that of the virtual thread. */
    private void awaitCarrier() throws Exception {
        join(begin(1, number -> {
            Thread.yield();
            carriers.add(Thread.currentThread().toString().replaceFirst(".*@", ""));
        }));
        Churn.checkEqual("carriers " + carriers, carriers.size(), 1);
    }

    private void awaitQuiet() throws Exception {
        awaitCarrier();
        join(begin(10, number -> Churn.check(broker.awaitQuiescence(patience), "quiet")));
    }

    private static Topic<Integer> topic(String prefix, int number) {
        return Topic.of(prefix + '.' + number, Integer.class);
    }

    private void publish(Topic<Integer> topic, int event) {
        offered.incrementAndGet();
        broker.publish(topic, event);
    }

    /** What each handler or reader got, which is to be 0, 1, 2 … */
    private void receive(AtomicLongArray next, int number, int event) {
        received.incrementAndGet();
        if (event != next.getAndIncrement(number)
                || !Thread.currentThread().toString().startsWith("VirtualThread")) {
            violations.incrementAndGet();
        }
    }

    private static void checkAll(AtomicLongArray next, int size, int each) {
        for (int i = 0; i < size; i++) {
            Churn.checkEqual("received by " + i, next.get(i), each);
        }
    }

    /** Each thread subscribes to a topic of its own, publishes there, waits for the others and unsubscribes. */
    private void publishersAndHandlers() throws Exception {
        AtomicLongArray next = new AtomicLongArray(count);
        CountDownLatch published = new CountDownLatch(count);
        CountDownLatch quiet = new CountDownLatch(1);
        List<Future<?>> all = begin(count, number -> {
            Topic<Integer> topic = topic("shared", number);
            Subscription own = broker.subscription(topic)
                    .capacity(number % 2 == 0 ? EACH : 1)
                    .overflow(number % 2 == 0 ? Overflow.DROP_NEWEST : Overflow.BACKPRESSURE)
                    .onEvent(event -> receive(next, number, event));
            for (int i = 0; i < EACH; i++) {
                publish(topic, i);
            }
            published.countDown();
            quiet.await();
            own.unsubscribe();
            Churn.checkEqual("handled", own.stats().handled(), EACH);
        });
        await(published);
        awaitQuiet();
        quiet.countDown();
        join(all);
        checkAll(next, count, EACH);
    }

    /** Each thread opens a lane of its own, which holds less than it publishes; some handlers have publishers wait, too. */
    private void lanesAndHandlers() throws Exception {
        AtomicLongArray next = new AtomicLongArray(lanes);
        CountDownLatch opened = new CountDownLatch(lanes);
        CountDownLatch published = new CountDownLatch(lanes);
        CountDownLatch quiet = new CountDownLatch(1);
        List<Future<?>> all = begin(lanes, number -> {
            Topic<Integer> topic = topic("lane", number);
            Subscription own = broker.subscription(topic)
                    .capacity(number % 10 == 0 ? 1 : 2 * EACH)
                    .overflow(number % 10 == 0 ? Overflow.BACKPRESSURE : Overflow.DROP_NEWEST)
                    .onEvent(event -> receive(next, number, event));
            try (Lane<Integer> lane = broker.lane(topic)) {
                opened.countDown();
                opened.await(); // so many are open at once
                for (int i = 0; i < 2 * EACH; i++) {
                    offered.incrementAndGet();
                    lane.publish(i);
                }
            }
            published.countDown();
            quiet.await();
            own.unsubscribe();
        });
        await(published);
        awaitQuiet();
        quiet.countDown();
        join(all);
        checkAll(next, lanes, 2 * EACH);
    }

    /** All handlers are called and wait at once; meanwhile what they were not given waits or is dropped. */
    private void handlersThatWait() throws Exception {
        CountDownLatch entered = new CountDownLatch(count);
        CountDownLatch opened = new CountDownLatch(1);
        AtomicInteger handled = new AtomicInteger();
        Subscription[] all = new Subscription[count];
        join(begin(count, number -> {
            Topic<Integer> topic = topic("waiting", number);
            all[number] = broker.subscription(topic).capacity(1).onEvent(event -> {
                entered.countDown();
                opened.await();
                handled.incrementAndGet();
            });
            publish(topic, 0);
        }));
        await(entered);
        awaitCarrier();
        join(begin(count, number -> {
            publish(topic("waiting", number), 1);
            publish(topic("waiting", number), 2);
        }));
        Tests.awaitRouted(broker);
        opened.countDown();
        awaitQuiet();
        long dropped = 0;
        for (Subscription each : all) {
            dropped += each.stats().dropped();
        }
        Churn.checkEqual("handled", handled.get(), 2L * count);
        Churn.checkEqual("dropped", dropped, count);
        join(begin(count, number -> all[number].unsubscribe()));
    }

    /** Each reader waits for the events of an inbox of its own, and some for those of one that they share. */
    private void inboxReaders() throws Exception {
        int sharing = count / 20;
        AtomicLongArray next = new AtomicLongArray(count);
        AtomicLong shares = new AtomicLong();
        CountDownLatch ready = new CountDownLatch(count + sharing);
        Inbox<Integer>[] inboxes = newInboxes(count);
        List<Future<?>> all = begin(count, number -> {
            Inbox<Integer> inbox = broker.inbox(topic("read", number));
            inboxes[number] = inbox;
            ready.countDown();
            if (number % 2 == 0) {
                for (Integer event : inbox) {
                    receive(next, number, event);
                }
            } else {
                Select<Integer> select = Select.of(inbox);
                for (int i = 0; i < EACH; i++) {
                    receive(next, number, i % 2 == 0 ? select.take() : inbox.poll(patience));
                }
            }
        });
        Topic<Integer> common = Topic.of("common", Integer.class);
        Inbox<Integer> shared = broker.subscription(common)
                .capacity(1)
                .overflow(Overflow.BACKPRESSURE)
                .inbox();
        all.addAll(begin(sharing, number -> {
            ready.countDown();
            shares.addAndGet(shared.take());
        }));
        await(ready);
        awaitCarrier();
        join(begin(count, number -> {
            for (int i = 0; i < EACH; i++) {
                publish(topic("read", number), i);
            }
            if (number < sharing) {
                publish(common, number);
            }
        }));
        join(begin(1, number -> {
            Tests.awaitRouted(broker);
            for (Inbox<Integer> inbox : inboxes) {
                inbox.unsubscribe();
            }
        }));
        join(all);
        shared.unsubscribe();
        checkAll(next, count, EACH);
        Churn.checkEqual("sum of what was shared", shares.get(), (long) sharing * (sharing - 1) / 2);
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static Inbox<Integer>[] newInboxes(int size) {
        return new Inbox[size];
    }

    /** All publishers wait for one inbox; some are interrupted, then there is room. */
    private void publishersThatWait() throws Exception {
        int waiting = Math.max(count, LEAST_WAITING);
        Topic<Integer> full = Topic.of("full", Integer.class);
        Inbox<Integer> inbox = broker.subscription(full)
                .capacity(ROOM)
                .overflow(Overflow.BACKPRESSURE)
                .inbox();
        for (int i = 0; i <= ROOM; i++) {
            publish(full, -1);
        }
        Tests.awaitRouted(broker);
        CountDownLatch begun = new CountDownLatch(waiting);
        AtomicInteger interrupted = new AtomicInteger();
        Thread[] publishers = new Thread[waiting];
        List<Future<?>> all = begin(waiting, number -> {
            publishers[number] = Thread.currentThread();
            begun.countDown();
            try {
                publish(full, number);
            } catch (CancellationException e) {
                refused.incrementAndGet();
                interrupted.incrementAndGet();
            }
        });
        await(begun);
        awaitCarrier();
        for (int i = 0; i < waiting; i += 10) {
            publishers[i].interrupt();
        }
        Tests.awaitTrue("interrupted", () -> interrupted.get() == (waiting + 9) / 10);
        awaitCarrier();
        long[] sum = new long[1];
        join(begin(1, number -> {
            List<Integer> taken = new ArrayList<>();
            while (taken.size() < waiting - interrupted.get() + ROOM + 1) {
                taken.add(inbox.take());
                inbox.drainTo(taken); // each time there is room all wake up
            }
            sum[0] = taken.stream().mapToLong(Integer::intValue).sum();
        }));
        join(all);
        long expected = -1 - ROOM;
        for (int i = 0; i < waiting; i++) {
            expected += i % 10 == 0 ? 0 : i;
        }
        Churn.checkEqual("sum of what was read", sum[0], expected);
        inbox.unsubscribe();
    }

    /** Closed by many while publishers wait that nobody will read. */
    private void end() throws Exception {
        Topic<Integer> full = Topic.of("last", Integer.class);
        Inbox<Integer> inbox = broker.subscription(full)
                .capacity(1)
                .overflow(Overflow.BACKPRESSURE)
                .inbox();
        publish(full, 0);
        publish(full, 0);
        Tests.awaitRouted(broker);
        CountDownLatch begun = new CountDownLatch(count);
        List<Future<?>> all = begin(count, number -> {
            begun.countDown();
            try {
                publish(full, number);
            } catch (BrokerClosedException e) {
                refused.incrementAndGet();
            }
        });
        await(begun);
        awaitCarrier();
        join(begin(10, number -> {
            BrokerStats report = broker.close(patience);
            Churn.check(report.state() == BrokerStats.State.CLOSED, report.state());
        }));
        join(all);
        BrokerStats report = broker.stats();
        Churn.checkEqual("waiting in the inbox", Tests.taken(inbox).size(), 2);
        Churn.checkEqual("offered", report.offered(), offered.get());
        Churn.checkEqual("refused", report.refused(), refused.get());
        Churn.checkEqual("routed", report.routed(), offered.get() - refused.get());
    }
}
