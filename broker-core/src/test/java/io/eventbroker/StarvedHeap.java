package io.eventbroker;

import static io.eventbroker.Churn.check;

import io.eventbroker.BrokerStats.State;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * The main class of a JVM of its own with a small heap, which a handler and another thread fill to the brim again and
 * again, while others publish, handle and read; any thread may be the one that gets the {@link OutOfMemoryError}. When
 * there is memory again the broker works on, with nothing lost, or it is FAILED, with the cause and what is left
 * counted.
 *
 * <p>Arguments: a seed, and how often to fill the heap.
 */
final class StarvedHeap {
    private static final Topic<Integer> NUMBERS = Topic.of("numbers", Integer.class);
    private static final Topic<Integer> GREED = Topic.of("greed", Integer.class);
    private static final int MOST = 1 << 16;
    private static final int PUBLISHERS = 2;
    private static final Integer[] EVENTS = new Integer[MOST * PUBLISHERS];

    private static final OutOfMemoryError NO_MEMORY = new OutOfMemoryError();

    private static final byte OFFERED = 1;
    private static final byte ACCEPTED = 2;
    private static final byte REFUSED = 3;

    private final ActiveBroker broker =
            (ActiveBroker) Broker.open(BrokerConfig.defaults().withRingSize(256));
    private final byte[] outcomes = new byte[EVENTS.length];
    private final byte[] handled = new byte[EVENTS.length];
    private final byte[] told = new byte[EVENTS.length];
    private final byte[] read = new byte[EVENTS.length];
    private final int[] offered = new int[PUBLISHERS];
    private final AtomicInteger thrown = new AtomicInteger();
    private final AtomicLong readerErrors = new AtomicLong();
    private final AtomicInteger hoarding = new AtomicInteger();
    private final Random random;
    /** So that the compiler does not let go of it early. */
    private volatile Object keptUntilNow;

    private volatile boolean isOver;
    private volatile boolean isRead;

    /** Whether the heap is left with room for small things, and the broker thread makes few. */
    private final boolean isSparing;

    private StarvedHeap(long seed) {
        random = new Random(seed);
        isSparing = seed % 2 == 0;
    }

    public static void main(String[] arguments) {
        Arrays.setAll(EVENTS, n -> n);
        ChildJvm.main(() -> new StarvedHeap(Long.parseLong(arguments[0])).run(Integer.parseInt(arguments[1])));
    }

    private SubscriptionBuilder<Integer> subscription() {
        return isSparing
                ? broker.subscription(NUMBERS).capacity(EVENTS.length)
                : broker.subscription(NUMBERS).capacity(64).overflow(Overflow.BACKPRESSURE);
    }

    private void run(int fillings) throws Exception {
        Subscription handling = subscription().onEvent(n -> handled[n]++);
        SubscriptionBuilder<Integer> byTwo = subscription().concurrency(2);
        Subscription telling = isSparing ? byTwo.onEvent(this::tell) : byTwo.onMessage(m -> tell(m.event()));
        Inbox<Integer> inbox = subscription().inbox();
        Subscription greedy = broker.subscription(GREED).capacity(1 << 12).onEvent(n -> {
            if (!isOver) {
                thrown.incrementAndGet(); // first: it will not come to an end
                hoard(n);
            }
        });
        Task<Boolean> reader = Task.run("reader", () -> readTo(inbox));
        Task<?>[] publishers = new Task<?>[PUBLISHERS];
        for (int i = 0; i < PUBLISHERS; i++) {
            int id = i;
            publishers[i] = Task.run("publisher " + i, () -> publish(id));
        }
        for (int i = 0; i < fillings && broker.lifecycle.isOpen(); i++) {
            fill();
        }
        isOver = true;
        while (hoarding.get() > 0) { // from here on there is memory again
            LockSupport.parkNanos(1_000_000);
        }
        for (Task<?> publisher : publishers) {
            check(publisher.get() != null, "the publisher ends");
        }
        State state = settle();
        if (state == State.OPEN) {
            Tests.awaitQuiet(broker);
            Tests.awaitTrue("all is read", () -> inbox.stats().queued() == 0);
        }
        BrokerStats report = broker.close(Tests.PATIENCE);
        isRead = true;
        check(reader.get(), "the reader ends");
        verify(broker.stats(), List.of(handling, telling, inbox), state == State.OPEN);
        check(greedy.stats().failed() == thrown.get(), thrown + " thrown; " + greedy.stats());
        check(report.state() == (state == State.OPEN ? State.CLOSED : State.FAILED), report);
        ChildJvm.total("errors", thrown.get() + readerErrors.get());
        ChildJvm.total("failed", state == State.OPEN ? 0 : 1);
    }

    private void tell(int n) {
        synchronized (told) {
            told[n]++;
        }
    }

    /** Fills the heap by one of two, and empties it. */
    private void fill() {
        try {
            if (random.nextBoolean()) {
                broker.tryPublish(GREED, EVENTS[1 + random.nextInt(10)], Duration.ofMillis(10));
                LockSupport.parkNanos(5_000_000);
            } else {
                hoard(1 + random.nextInt(10));
            }
        } catch (OutOfMemoryError | BrokerClosedException e) {
            // that is what it was for
        }
    }

    /** In large pieces first, then in such as leave no room for anything, which is kept so for a while. */
    private void hoard(int millis) {
        hoarding.incrementAndGet();
        try {
            fillUp(millis);
        } finally {
            hoarding.decrementAndGet();
        }
    }

    private void fillUp(int millis) {
        Object[] chain = null;
        OutOfMemoryError last = NO_MEMORY; // there may be none to make it
        for (int size = 1 << 20; size >= (isSparing ? 1 << 16 : 16); size /= 4) {
            try {
                while (true) {
                    chain = new Object[] {chain, new byte[size]};
                }
            } catch (OutOfMemoryError e) {
                last = e;
            }
        }
        LockSupport.parkNanos(millis * 1_000_000L);
        keptUntilNow = chain;
        keptUntilNow = null;
        throw last;
    }

    /** What is offered is one byte before and another after, so that nothing is made for it. */
    private void publish(int id) {
        for (int i = 0; i < MOST && !isOver; i++) {
            int n = i * PUBLISHERS + id;
            outcomes[n] = OFFERED;
            offered[id] = i + 1;
            try {
                broker.publish(NUMBERS, EVENTS[n]);
                outcomes[n] = ACCEPTED;
            } catch (BrokerClosedException e) {
                outcomes[n] = REFUSED;
                return;
            } catch (OutOfMemoryError e) {
                LockSupport.parkNanos(100_000); // one or the other, of which the caller was not told
            }
            if (i % 16 == 0) {
                LockSupport.parkNanos(50_000);
            }
        }
    }

    private void readTo(Inbox<Integer> inbox) throws InterruptedException {
        while (true) {
            try {
                Integer n = isRead ? inbox.poll() : inbox.take();
                if (n == null) {
                    return;
                }
                read[n]++;
            } catch (SubscriptionClosedException e) {
                return;
            } catch (OutOfMemoryError e) {
                readerErrors.incrementAndGet();
            }
        }
    }

    /** OPEN, or after a moment FAILED. */
    private State settle() {
        try {
            broker.publish(NUMBERS, EVENTS[0]);
            handled[0]--;
            told[0]--;
            read[0]--;
            broker.inbox(GREED).close();
            return broker.stats().state();
        } catch (BrokerClosedException e) {
            Tests.awaitState(broker, State.FAILED);
            return State.FAILED;
        }
    }

    private void verify(BrokerStats stats, List<Subscription> all, boolean isOpen) {
        int accepted = isOpen ? 1 : 0; // the last
        int unknown = 0;
        for (int id = 0; id < PUBLISHERS; id++) {
            for (int i = 0; i < offered[id]; i++) {
                int n = i * PUBLISHERS + id;
                accepted += outcomes[n] == ACCEPTED ? 1 : 0;
                unknown += outcomes[n] == OFFERED ? 1 : 0;
                int least = outcomes[n] == ACCEPTED && isOpen ? 1 : 0;
                int most = outcomes[n] == REFUSED ? 0 : 1;
                for (byte[] receipts : List.of(handled, told, read)) {
                    check(
                            receipts[n] >= least && receipts[n] <= most,
                            n + ", outcome " + outcomes[n] + ", came " + handled[n] + ", " + told[n] + ", " + read[n]
                                    + " times; " + readerErrors + " errors of the reader; " + stats);
                }
            }
        }
        String totals = accepted + " accepted, " + unknown + " perhaps; " + stats;
        check(stats.routed() <= stats.accepted() && stats.accepted() >= accepted, totals);
        check(!isOpen || stats.accepted() == stats.routed() + stats.unrouted(), totals);
        check(isOpen == (stats.failure() == null), totals);
        for (Subscription each : all) {
            Tests.awaitTrue("ended", () -> each.stats().inHand() == 0);
            SubscriptionStats s = each.stats();
            check(s.matched() == s.delivered() + s.dropped() + s.abandoned() + s.queued(), s);
            check(!isOpen || (s.dropped() == 0 && s.abandoned() == 0 && s.failed() == 0), s);
        }
    }
}
