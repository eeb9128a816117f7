package io.eventbroker;

import static io.eventbroker.Churn.check;

import io.eventbroker.BrokerStats.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * A broker from its opening, or the attempt, to its end: the ways in which one lives and ends, or fails to begin. Needs
 * nothing but the core, its libraries and helpers of these tests that need no more, so that it can be loaded with a copy
 * of them; makes threads that are its own
 * only through {@link #factory}, and has ended them when it returns.
 */
enum BrokerLife implements Callable<Long> {
    CLOSED {
        @Override
        void live() {
            Broker broker = use(Broker.open(SMALL));
            BrokerStats report = broker.close(PATIENCE);
            check(report.state() == State.CLOSED && report.discarded() == 0, report);
        }
    },

    CLOSED_WITH_GIVEN_THREADS {
        @Override
        void live() {
            Broker broker = use(Broker.open(SMALL.withThreadFactory(factory)));
            BrokerStats report = broker.close(PATIENCE);
            check(report.state() == State.CLOSED, report);
        }
    },

    CLOSED_AT_ONCE {
        @Override
        void live() {
            Broker broker = use(Broker.open(SMALL));
            check(broker.close(Duration.ZERO).state() == State.CLOSED, "closed");
        }
    },

    CLOSED_BY_ITS_HANDLER {
        @Override
        void live() {
            Broker broker = use(Broker.open(SMALL));
            broker.subscribe(LAST, event -> check(broker.close(PATIENCE) != null, "interim"));
            broker.publish(LAST, "x");
            await("the close begins", () -> broker.stats().state() != State.OPEN);
            check(broker.close(PATIENCE).state() == State.CLOSED, "closed");
        }
    },

    CLOSED_BEFORE_ITS_HANDLER_ENDED {
        @Override
        void live() throws Exception {
            Gate gate = new Gate();
            Broker broker = use(Broker.open(SMALL));
            Subscription stuck = broker.subscribe(LAST, event -> gate.holdStubbornly());
            broker.publish(LAST, "x");
            broker.publish(LAST, "y");
            await("the handler is called", () -> stuck.stats().inHand() == 1);
            BrokerStats report = broker.close(Duration.ZERO);
            check(report.subscriptions().stream().anyMatch(SubscriptionStats::stuck), report);
            gate.open();
            await("the handler ends", () -> stuck.stats().handled() == 1);
        }
    },

    FAILED {
        @Override
        void live() {
            Broker broker = use(Broker.open(SMALL.withThreadFactory(factory)));
            expect(BrokerClosedException.class, () -> fail((ActiveBroker) broker));
            check(broker.close(PATIENCE).state() == State.FAILED, "failed");
        }

        /** No user can hand the loop a null, so this stands for a fault of the broker itself. */
        private Object fail(ActiveBroker broker) {
            broker.loop.add(null);
            return broker;
        }
    },

    FACTORY_THROWS {
        @Override
        void live() {
            cannotSubscribe(IllegalStateException.class, task -> {
                throw new IllegalStateException("no more threads");
            });
        }
    },

    FACTORY_RETURNS_NULL {
        @Override
        void live() {
            cannotSubscribe(IllegalStateException.class, task -> null);
        }
    },

    FACTORY_STARTS_ITS_THREAD {
        @Override
        void live() {
            cannotSubscribe(IllegalStateException.class, task -> {
                Thread thread = factory.newThread(task);
                thread.start();
                return thread;
            });
        }
    },

    THREAD_CANNOT_BE_STARTED {
        @Override
        void live() {
            cannotSubscribe(OutOfMemoryError.class, task -> new Thread(task) {
                @Override
                public void start() {
                    throw new OutOfMemoryError("unable to create native thread");
                }
            });
        }
    },

    BAD_SETTINGS {
        @Override
        void live() {
            expect(IllegalArgumentException.class, () -> Broker.open(SMALL.withRingSize(-1)));
            expect(IllegalArgumentException.class, () -> Broker.open(SMALL.withName("")));
            expect(NullPointerException.class, () -> Broker.open(null));
            try (Broker broker = Broker.open(SMALL)) {
                expect(
                        RuntimeException.class,
                        () -> broker.subscription(LAST)
                                .overflow(Overflow.CONFLATE)
                                .onEvent(event -> {}));
                expect(RuntimeException.class, () -> broker.lane(Topic.of(BrokerEvent.TOPIC.name(), Object.class)));
            }
        }
    },

    /** Not by the settings, but by the machine, where a thread of the broker's own cannot be started. */
    AS_FAR_AS_THREADS_GO {
        @Override
        void live() {
            Broker broker = null;
            try {
                broker = Broker.open(SMALL);
                use(broker);
            } catch (OutOfMemoryError e) {
                REFUSALS.incrementAndGet();
            } finally {
                if (broker != null) {
                    broker.close(PATIENCE);
                }
            }
        }
    };

    /** How often there was no thread. */
    static final AtomicLong REFUSALS = new AtomicLong();

    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final BrokerConfig SMALL =
            BrokerConfig.defaults().withRingSize(16).withLaneSize(2).withDefaultCapacity(8);
    private static final Topic<Object> ONE =
            Topic.of("one", Object.class).keyedBy(event -> event).retaining(3);
    private static final Topic<Object> TWO = Topic.of("two", Object.class);
    private static final Topic<Object> LAST = Topic.of("last", Object.class);

    private final List<Thread> made = new ArrayList<>();

    final ThreadFactory factory = task -> {
        Thread thread = new Thread(task);
        made.add(thread);
        return thread;
    };

    abstract void live() throws Exception;

    /** Lives; returns how many threads it made, all of which have ended. */
    @Override
    public Long call() throws Exception {
        live();
        long count = made.size();
        for (Thread thread : made) {
            thread.join(PATIENCE.toMillis());
            check(!thread.isAlive(), thread + " has ended");
        }
        made.clear();
        return count;
    }

    /** Everything a broker has is in use once. */
    private static Broker use(Broker broker) {
        AtomicLong handled = new AtomicLong();
        broker.subscription(ONE).concurrency(2).orderedByKey().onEvent(event -> handled.incrementAndGet());
        broker.subscription(TopicPattern.of("*", Object.class)).onMessage(message -> {
            throw new IllegalStateException("on purpose");
        });
        Inbox<Object> latest =
                broker.subscription(ONE).overflow(Overflow.CONFLATE).inbox();
        Inbox<Object> small = broker.subscription(TWO).capacity(1).inbox();
        broker.subscribe(BrokerEvent.TOPIC, event -> {});
        Lane<Object> lane = broker.lane(TWO);
        for (int i = 0; i < 3; i++) {
            broker.publish(ONE, "x");
            lane.publish("y");
        }
        Select<Object> select = Select.of(latest, small);
        try {
            for (int i = 0; i < 2; i++) {
                check(select.poll(PATIENCE) != null, "something to read");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        check(Tests.taken(broker.subscription(ONE).replayRetained().inbox()).contains("x"), "retained");
        lane.close();
        broker.lane(TWO).publish("z"); // left to the broker to close
        await("handled", () -> handled.get() == 3);
        return broker;
    }

    /** Three workers, of which the second is given by the other factory; then, to see that all goes on, one. */
    void cannotSubscribe(Class<? extends Throwable> expected, ThreadFactory bad) {
        int[] asked = {0};
        try (Broker broker =
                Broker.open(SMALL.withThreadFactory(task -> (++asked[0] % 2 == 0 ? bad : factory).newThread(task)))) {
            expect(expected, () -> broker.subscription(TWO).concurrency(3).onEvent(event -> {}));
            asked[0] = 1;
            expect(expected, () -> broker.subscribe(TWO, event -> {}));
            asked[0] = 0;
            AtomicLong handled = new AtomicLong();
            broker.subscribe(TWO, event -> handled.incrementAndGet());
            broker.publish(TWO, "x");
            await("handled", () -> handled.get() == 1);
        }
    }

    static void expect(Class<? extends Throwable> expected, Callable<?> call) {
        Object result;
        try {
            result = call.call();
        } catch (Throwable e) {
            check(expected.isInstance(e), e);
            return;
        }
        throw new AssertionError("returned " + result);
    }

    static void await(String what, BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            check(System.nanoTime() - start < PATIENCE.toNanos(), what);
            LockSupport.parkNanos(100_000);
        }
    }
}
