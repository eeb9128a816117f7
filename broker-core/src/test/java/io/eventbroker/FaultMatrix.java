package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventbroker.BrokerEvent.DropsBegan;
import io.eventbroker.BrokerEvent.HandlerFailed;
import io.eventbroker.BrokerEvent.Unrouted;
import io.eventbroker.BrokerStats.State;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;

/**
 * One broker, of whose users one fails, in one way, at one place, with one policy, most of the time. Hazard: the fault
 * ends a thread, holds a lock, is not counted, or reaches others. Forbidden: another subscriber that does not get
 * everything in order; a count of failures that is not what was thrown; a failure that is not told; a broker that is
 * not OPEN.
 */
final class FaultMatrix {
    /** What is thrown. */
    enum Kind {
        UNCHECKED,
        SNEAKY_CHECKED,
        INTERRUPTED,
        CANCELLED,
        OF_THE_BROKER,
        ASSERTION,
        OUT_OF_MEMORY,
        STACK_OVERFLOW,
        LINKAGE,
        /** Each of its methods throws an exception. */
        HOSTILE,
        /** Each of its methods throws an error. */
        HOSTILE_BY_ERRORS,
        /** It cannot even be made. */
        UNFILLED;

        Throwable make() {
            return switch (this) {
                case UNCHECKED -> new IllegalStateException("on purpose");
                case SNEAKY_CHECKED -> new IOException("on purpose");
                case INTERRUPTED -> new InterruptedException("on purpose");
                case CANCELLED -> new CancellationException("on purpose");
                case OF_THE_BROKER -> new BrokerClosedException("not of this broker", null);
                case ASSERTION -> new AssertionError("on purpose");
                case OUT_OF_MEMORY -> new OutOfMemoryError("on purpose");
                case STACK_OVERFLOW -> new AssertionError(recurse(0) + " is the end of the stack");
                case LINKAGE -> new AssertionError(Broken.VALUE + " of a class that cannot be initialised");
                case HOSTILE -> new Hostile(new IllegalStateException("hostile"));
                case HOSTILE_BY_ERRORS -> new Hostile(new OutOfMemoryError("hostile"));
                case UNFILLED -> new Unfilled();
            };
        }
    }

    /** Where it is thrown. */
    enum Place {
        ON_EVENT,
        ON_MESSAGE,
        CONCURRENT,
        BY_KEY,
        PATTERN,
        OF_HANDLER_FAILED,
        OF_UNROUTED,
        OF_DROPS_BEGAN,
        KEY_FUNCTION,
        THREAD_FACTORY;

        boolean isOfBroker() {
            return this == OF_HANDLER_FAILED || this == OF_UNROUTED || this == OF_DROPS_BEGAN;
        }
    }

    private static final class Broken {
        static final int VALUE = Integer.parseInt("no number");
    }

    private static final class Unfilled extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @Override
        public synchronized Throwable fillInStackTrace() {
            throw new IllegalStateException("unfilled");
        }
    }

    private static final class Hostile extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final Throwable thrown;

        Hostile(Throwable thrown) {
            this.thrown = thrown;
        }

        @Override
        public String getMessage() {
            throw sneaky(thrown);
        }

        @Override
        public String toString() {
            throw sneaky(thrown);
        }

        @Override
        public synchronized Throwable getCause() {
            throw sneaky(thrown);
        }

        @Override
        public StackTraceElement[] getStackTrace() {
            throw sneaky(thrown);
        }

        @Override
        public boolean equals(Object other) {
            throw sneaky(thrown);
        }

        @Override
        public int hashCode() {
            throw sneaky(thrown);
        }
    }

    /** An event that nobody but its users may touch. */
    private final class Event {
        final int number;

        Event(int number) {
            this.number = number;
        }

        private RuntimeException touch() {
            touched.incrementAndGet();
            return sneaky(kind.make());
        }

        @Override
        public boolean equals(Object other) {
            throw touch();
        }

        @Override
        public int hashCode() {
            throw touch();
        }

        @Override
        public String toString() {
            throw touch();
        }
    }

    private static final int SMALL = 8;

    private final Kind kind;
    private final Place place;
    private final Overflow policy;
    private final int count;
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicInteger thrown = new AtomicInteger();
    private final AtomicInteger touched = new AtomicInteger();
    private volatile boolean isArmed = true;

    private final Topic<Event> topic = Topic.of("events", Event.class).keyedBy(event -> {
        if (place() == Place.KEY_FUNCTION) {
            failMostly(event.number);
        }
        return event.number % 3;
    });
    private final Topic<Event> nobodys = Topic.of("nobodys", Event.class);
    private final Topic<Integer> tiny = Topic.of("tiny", Integer.class);

    private Broker broker;
    private Subscription failing;
    private final List<Integer> handled = Collections.synchronizedList(new ArrayList<>());

    FaultMatrix(Kind kind, Place place, Overflow policy, int count) {
        this.kind = kind;
        this.place = place;
        this.policy = policy;
        this.count = count;
    }

    private Place place() {
        return place;
    }

    @SuppressWarnings("InfiniteRecursion") // its end is the point
    private static int recurse(int depth) {
        return recurse(depth + 1) + 1;
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> RuntimeException sneaky(Throwable throwable) throws E {
        throw (E) throwable;
    }

    /** Throws, and counts that, for three of four. */
    private void failMostly(int number) {
        calls.incrementAndGet();
        if (isArmed && number % 4 != 3) {
            thrown.incrementAndGet();
            throw sneaky(kind.make());
        }
    }

    /** Whether there is such a case. */
    boolean makesSense() {
        boolean isOfPolicy = policy != Overflow.BACKPRESSURE && policy != Overflow.CONFLATE;
        return (isOfPolicy || !place.isOfBroker()) && (policy != Overflow.CONFLATE || place != Place.PATTERN);
    }

    /** Returns how often something was thrown. */
    int run() throws Exception {
        AtomicInteger threads = new AtomicInteger();
        BrokerConfig config = BrokerConfig.defaults().withName("faults").withRingSize(64);
        if (place == Place.THREAD_FACTORY) {
            config = config.withThreadFactory(task -> {
                int number = threads.incrementAndGet();
                if (number > 1) { // the first is the witness's
                    failMostly(number);
                }
                return Tests.platformThreads().newThread(task);
            });
        }
        broker = Broker.open(config);
        broker.subscription(topic).named("witness").capacity(2 * count).onEvent(event -> handled.add(event.number));
        Inbox<Event> inbox = broker.subscription(topic).capacity(2 * count).inbox();
        Inbox<BrokerEvent> told =
                broker.subscription(BrokerEvent.TOPIC).capacity(8 * count).inbox();
        subscribe();

        List<Integer> accepted = publishAll();
        Tests.awaitQuiet(broker);
        assertThat(touched).as("calls of the methods of an event").hasValue(0);
        assertThat(broker.stats().state()).isEqualTo(State.OPEN);
        verifyFailures(told);

        isArmed = false;
        publish(new Event(count), null, accepted);
        Tests.awaitQuiet(broker);
        assertThat(handled).as("what a handler got").isEqualTo(accepted);
        List<Integer> read = Tests.taken(inbox).stream().map(e -> e.number).toList();
        assertThat(read).as("what a reader got").isEqualTo(accepted);
        verifyReport(accepted.size());
        return thrown.get();
    }

    private <T> Handler<T> failingHandler(ToIntFunction<T> numbering) {
        return content -> failMostly(numbering.applyAsInt(content));
    }

    /** The subscription that fails, or where it is not one that fails, a sound one. */
    private void subscribe() {
        AtomicInteger number = new AtomicInteger();
        Handler<Event> handler = place.compareTo(Place.KEY_FUNCTION) >= 0 ? e -> {} : failingHandler(e -> e.number);
        TopicPattern<Event> from = place == Place.PATTERN ? TopicPattern.of(">", Event.class) : topic;
        failing = switch (place) {
            case ON_MESSAGE ->
                limited(topic).onMessage(FaultMatrix.this.<Message<Event>>failingHandler(m -> m.event().number));
            case CONCURRENT -> limited(topic).concurrency(3).onEvent(handler);
            case BY_KEY -> limited(topic).concurrency(3).orderedByKey().onEvent(handler);
            case OF_HANDLER_FAILED ->
                limited(BrokerEvent.TOPIC.only(HandlerFailed.class))
                        .onEvent(failingHandler(f -> number.getAndIncrement()));
            case OF_UNROUTED ->
                limited(BrokerEvent.TOPIC.only(Unrouted.class)).onEvent(failingHandler(f -> number.getAndIncrement()));
            case OF_DROPS_BEGAN ->
                limited(BrokerEvent.TOPIC.only(DropsBegan.class))
                        .onEvent(failingHandler(f -> number.getAndIncrement()));
            case THREAD_FACTORY -> null;
            default -> limited(from).onEvent(handler);
        };
    }

    private <T> SubscriptionBuilder<T> limited(TopicPattern<T> from) {
        return broker.subscription(from).named("failing").capacity(SMALL).overflow(policy);
    }

    // ---- what is done

    /** Returns the numbers of what was accepted. */
    private List<Integer> publishAll() throws Exception {
        List<Integer> accepted = new ArrayList<>();
        Subscription primary = place == Place.OF_HANDLER_FAILED
                ? broker.subscription(topic).overflow(Overflow.BACKPRESSURE).onEvent(DeadLetters::failQuietly)
                : null;
        Inbox<Integer> full = broker.subscription(tiny).capacity(1).inbox();
        Lane<Event> lane = policy.ordinal() % 2 == 0 ? null : broker.lane(topic);
        for (int n = 0; n < count; n++) {
            publish(new Event(n), lane, accepted);
            if (place == Place.OF_UNROUTED) {
                broker.publish(nobodys, new Event(n));
            } else if (place == Place.OF_DROPS_BEGAN && n % 4 == 0) {
                broker.publish(tiny, n);
                broker.publish(tiny, n);
                Tests.awaitRouted(broker);
                assertThat(full.poll()).isEqualTo(n);
                Tests.awaitRouted(broker); // or what is dropped next still belongs to this episode
            } else if (place == Place.THREAD_FACTORY && n % 4 == 0) {
                subscribeInVain();
            }
        }
        Tests.awaitQuiet(broker);
        full.unsubscribe();
        if (primary != null) {
            assertThat(primary.stats().failed()).isEqualTo(count);
            primary.unsubscribe();
        }
        if (lane != null) {
            lane.close();
        }
        return accepted;
    }

    private void publish(Event event, Lane<Event> lane, List<Integer> accepted) {
        Consumer<Event> way = lane == null ? e -> broker.publish(topic, e) : lane::publish;
        int before = thrown.get();
        try {
            way.accept(event);
            accepted.add(event.number);
        } catch (Throwable e) {
            assertThat(place).as("only this place is on the publisher's stack").isEqualTo(Place.KEY_FUNCTION);
            assertThat(thrown.get()).isEqualTo(before + 1);
        }
    }

    private void subscribeInVain() {
        int before = thrown.get();
        Subscription made = null;
        try {
            made = broker.subscribe(topic, e -> {});
        } catch (Throwable e) {
            assertThat(thrown.get()).as("the factory failed").isEqualTo(before + 1);
        }
        if (made != null) {
            assertThat(thrown.get()).as("the factory made a thread").isEqualTo(before);
            made.unsubscribe();
        }
    }

    // ---- what came of it

    private void verifyFailures(Inbox<BrokerEvent> told) {
        List<BrokerEvent> events = Tests.taken(told);
        long letters = events.stream()
                .filter(e -> e instanceof HandlerFailed f && f.subscription().equals("failing"))
                .count();
        boolean isHandler = failing != null && place != Place.KEY_FUNCTION;
        assertThat(letters).as("failures told").isEqualTo(isHandler && !place.isOfBroker() ? thrown.get() : 0);
        assertThat(told.stats().dropped()).isZero();
        if (isHandler) {
            SubscriptionStats s = failing.stats();
            assertThat(thrown.get()).as("thrown").isPositive();
            assertThat(s.failed()).isEqualTo(thrown.get());
            assertThat(s.handled()).isEqualTo(calls.get() - thrown.get());
            assertThat(s.matched()).isEqualTo(s.delivered() + s.dropped()).isPositive();
            assertThat(policy == Overflow.BACKPRESSURE && s.delivered() < count).isFalse();
        }
        if (place == Place.OF_UNROUTED || place == Place.OF_DROPS_BEGAN) {
            Class<?> type = place == Place.OF_UNROUTED ? Unrouted.class : DropsBegan.class;
            assertThat(events.stream().filter(type::isInstance).count())
                    .as("told to others")
                    .isGreaterThanOrEqualTo(place == Place.OF_UNROUTED ? count : (count + 3) / 4);
        }
    }

    private void verifyReport(int accepted) {
        BrokerStats report = broker.close(Tests.PATIENCE);
        assertThat(report.state()).isEqualTo(State.CLOSED);
        assertThat(report.discarded()).isZero();
        assertThat(report.accepted()).isEqualTo(report.routed() + report.unrouted());
        assertThat(report.routed()).isGreaterThanOrEqualTo(accepted);
        for (SubscriptionStats s : report.subscriptions()) {
            assertThat(s.matched()).isEqualTo(s.delivered() + s.dropped() + s.queued());
            assertThat(s.abandoned()).isZero();
        }
        if (failing != null && place != Place.KEY_FUNCTION && failing.stats().disconnected() == 0) {
            assertThat(failing.stats().failed()).as("sound again").isEqualTo(thrown.get());
        }
    }
}
