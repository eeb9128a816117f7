package io.eventbroker;

import static io.eventbroker.Tests.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventbroker.BrokerEvent.Closing;
import io.eventbroker.BrokerEvent.DropsBegan;
import io.eventbroker.BrokerEvent.DropsEnded;
import io.eventbroker.BrokerEvent.Failed;
import io.eventbroker.BrokerEvent.HandlerFailed;
import io.eventbroker.BrokerEvent.Subscribed;
import io.eventbroker.BrokerEvent.Unrouted;
import io.eventbroker.BrokerEvent.Unsubscribed;
import io.eventbroker.LoopSteps.Step;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a broker tells about itself: when, with which fields, in which order, and to whom. */
class BrokerEventTest {
    private static final Topic<Number> NUMBERS = Topic.of("numbers", Number.class);
    private static final String EVENTS = "$broker.events";

    private final AtomicBoolean isToDie = new AtomicBoolean();
    private final SteppedBroker broker = new SteppedBroker(BrokerConfig.defaults(), new LoopSteps() {
        @Override
        void at(Step step) {
            if (isToDie.get()) {
                throw new IllegalStateException("on purpose");
            }
        }
    });

    @AfterEach
    void close() {
        broker.close(Duration.ZERO);
    }

    /** A new subscription to all of it; the first that it is told is its own begin. */
    private static Inbox<BrokerEvent> watch(Broker broker) throws InterruptedException {
        Inbox<BrokerEvent> inbox =
                broker.subscription(BrokerEvent.TOPIC).capacity(100_000).inbox();
        assertThat(inbox.poll(PATIENCE)).isEqualTo(new Subscribed(inbox.name(), EVENTS));
        return inbox;
    }

    private List<BrokerEvent> told(Inbox<BrokerEvent> inbox) {
        broker.runUntilIdle();
        return take(inbox);
    }

    private static List<BrokerEvent> take(Inbox<BrokerEvent> inbox) {
        List<BrokerEvent> told = new ArrayList<>();
        inbox.drainTo(told);
        return told;
    }

    private void fails(Number number) throws IOException {
        throw new IOException("no " + number);
    }

    // ---- who may do what with the topic

    @Test
    void theTopicCannotBePublishedTo() {
        Closing event = new Closing(Duration.ZERO);
        assertThatThrownBy(() -> broker.publish(BrokerEvent.TOPIC, event))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(EVENTS);
        assertThatThrownBy(() ->
                        assertThat(broker.tryPublish(BrokerEvent.TOPIC, event)).isFalse())
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> assertThat(broker.tryPublish(BrokerEvent.TOPIC, event, PATIENCE))
                        .isFalse())
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(broker.stats().offered()).as("misuse is no offer").isZero();
    }

    @Test
    void theTopicHasNoLane() {
        assertThatThrownBy(() -> broker.lane(BrokerEvent.TOPIC).publish(new Closing(Duration.ZERO)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(EVENTS);
        assertThat(broker.stats().offered()).isZero();
    }

    @Test
    void nobodyElseHasATopicOfThatName() {
        assertThat(BrokerEvent.TOPIC.name()).isEqualTo(EVENTS);
        assertThatThrownBy(() -> Topic.of(EVENTS, BrokerEvent.class)).isInstanceOf(IllegalArgumentException.class);
    }

    // ---- subscribed, unsubscribed

    @Test
    void whoComesAndGoesIsToldToTheOthers() throws Exception {
        Inbox<BrokerEvent> first = watch(broker);
        Subscription numbers = broker.subscription(NUMBERS).named("a").onEvent(n -> {});
        Inbox<Integer> only =
                broker.subscription(NUMBERS.only(Integer.class)).named("b").inbox();
        assertThat(told(first)).containsExactly(new Subscribed("a", "numbers"), new Subscribed("b", "numbers"));
        Inbox<BrokerEvent> second = watch(broker);
        assertThat(told(first)).containsExactly(new Subscribed(second.name(), EVENTS));
        assertThat(told(second)).as("not those before").isEmpty();
        only.unsubscribe();
        numbers.unsubscribe();
        numbers.unsubscribe();
        assertThat(told(first))
                .isEqualTo(told(second))
                .containsExactly(new Unsubscribed("b", "numbers"), new Unsubscribed("a", "numbers"));
        first.unsubscribe();
        assertThat(told(first)).isEmpty();
        assertThat(told(second)).containsExactly(new Unsubscribed(first.name(), EVENTS));
    }

    @Test
    void whoIsRefusedIsNotTold() throws Exception {
        Inbox<BrokerEvent> events = watch(broker);
        Subscription a = broker.subscription(NUMBERS).named("a").onEvent(n -> {});
        assertThatThrownBy(() -> broker.subscription(NUMBERS).named("a").inbox())
                .isInstanceOf(IllegalStateException.class);
        assertThat(told(events)).containsExactly(new Subscribed(a.name(), "numbers"));
    }

    /**
     * Hazard: a command's caller goes on before what the command tells has reached anybody. Forbidden: who subscribes after
     * another's unsubscribe returned is told of it; who unsubscribes after that was not.
     */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatIsToldIsToldToThoseWhoSubscribedAtThatMoment(boolean comes) throws Exception {
        AtomicInteger commands = new AtomicInteger(Integer.MIN_VALUE);
        try (Gate first = new Gate();
                Gate third = new Gate()) {
            ActiveBroker threaded = ActiveBroker.open(BrokerConfig.defaults(), new LoopSteps() {
                @Override
                void at(Step step) {
                    int command = step == Step.COMMAND ? commands.incrementAndGet() : 0;
                    if (command == 1) {
                        first.holdStubbornly();
                    } else if (command == 3) {
                        third.holdStubbornly();
                    }
                }
            });
            try (threaded) {
                Inbox<BrokerEvent> early = watch(threaded);
                Subscription leaver = threaded.subscribe(NUMBERS, n -> {});
                commands.set(0);
                assertThat(threaded.loop.report(new Unrouted("1", 1))).isNotNull();
                first.awaitEntered();
                Task<Boolean> second = Task.run("second", leaver::unsubscribe);
                Tests.awaitParked(second.thread());
                assertThat(threaded.loop.report(new Unrouted("3", 3))).isNotNull();
                first.open();
                third.awaitEntered();
                assertThat(second.get()).isTrue();
                // the next is applied together with the third, without a rest in between
                BrokerEvent told = new Unsubscribed(leaver.name(), "numbers");
                if (comes) {
                    Task<Inbox<BrokerEvent>> coming = Task.call("coming", () -> watch(threaded));
                    Tests.awaitParked(coming.thread());
                    third.open();
                    assertThat(take(coming.get())).doesNotContain(told);
                } else {
                    Task<Boolean> leaving = Task.run("leaving", early::unsubscribe);
                    Tests.awaitParked(leaving.thread());
                    third.open();
                    assertThat(leaving.get()).isTrue();
                    assertThat(take(early)).contains(told);
                }
            }
        }
    }

    // ---- the others

    @Test
    void aFailureIsToldWithTheEventAndTheCause() throws Exception {
        Inbox<BrokerEvent> events = watch(broker);
        IOException cause = new IOException("on purpose");
        broker.subscription(NUMBERS.only(Integer.class)).named("posting").onEvent(n -> {
            throw cause;
        });
        Integer event = 70_000;
        broker.publish(NUMBERS, event);
        List<BrokerEvent> told = told(events);
        assertThat(told)
                .containsExactly(
                        new Subscribed("posting", "numbers"), new HandlerFailed("posting", "numbers", event, cause));
        assertThat(((HandlerFailed) told.get(1)).event()).isSameAs(event);
        assertThat(((HandlerFailed) told.get(1)).cause()).isSameAs(cause);
    }

    @Test
    void whatNobodyWantsIsTold() throws Exception {
        Inbox<BrokerEvent> events = watch(broker);
        Integer event = 70_000;
        broker.publish(NUMBERS, event);
        broker.runUntilIdle();
        BrokerEvent told = events.poll();
        assertThat(told).isEqualTo(new Unrouted("numbers", event));
        assertThat(((Unrouted) told).event()).isSameAs(event);
        assertThat(events.poll()).isNull();
    }

    @Test
    void closingIsToldOnceWithTheTimeout() throws Exception {
        Inbox<BrokerEvent> events = watch(broker);
        broker.close(Duration.ofSeconds(3));
        broker.close(Duration.ofSeconds(4));
        assertThat(told(events)).containsExactly(new Closing(Duration.ofSeconds(3)));
    }

    @Test
    void closingIsToldBeforeWhatHandlersDoThen() throws Exception {
        Inbox<BrokerEvent> events = watch(broker);
        broker.subscription(NUMBERS).named("a").onEvent(this::fails);
        broker.publish(NUMBERS, 1);
        broker.close(Duration.ofSeconds(-1));
        assertThat(told(events)).containsExactly(new Subscribed("a", "numbers"), new Closing(Duration.ZERO));
        assertThatThrownBy(events::poll).isInstanceOf(SubscriptionClosedException.class);
    }

    @Test
    void theFailureOfTheBrokerIsTheLastEvent() throws Exception {
        Inbox<BrokerEvent> events = watch(broker);
        List<BrokerEvent> handled = new ArrayList<>();
        broker.subscription(BrokerEvent.TOPIC).named("watch").onEvent(handled::add);
        broker.publish(NUMBERS, 1);
        while (broker.stepLoop()) {
            // the handler has not run yet
        }
        broker.publish(NUMBERS, 2);
        isToDie.set(true);
        broker.runUntilIdle();
        Throwable cause = broker.stats().failure();
        assertThat(cause).hasMessage("on purpose");
        assertThat(handled)
                .as("also what waited")
                .containsExactly(new Subscribed("watch", EVENTS), new Unrouted("numbers", 1), new Failed(cause));
        assertThat(take(events))
                .containsExactly(new Subscribed("watch", EVENTS), new Unrouted("numbers", 1), new Failed(cause));
        assertThatThrownBy(events::poll)
                .isInstanceOf(SubscriptionClosedException.class)
                .hasCause(cause);
    }

    // ---- order

    @Test
    void allComeInTheOrderInWhichTheyWereMade() throws Exception {
        Inbox<BrokerEvent> events = watch(broker);
        Inbox<Number> small =
                broker.subscription(NUMBERS).named("small").capacity(1).inbox();
        Subscription failing = broker.subscription(NUMBERS).named("failing").onEvent(this::fails);
        broker.publish(NUMBERS, 1);
        broker.publish(NUMBERS, 2);
        List<BrokerEvent> told = told(events);
        failing.unsubscribe();
        assertThat(small.poll()).isEqualTo(1);
        told.addAll(told(events));
        small.unsubscribe();
        broker.publish(NUMBERS, 3);
        told.addAll(told(events));
        broker.close(Duration.ofSeconds(1));
        told.addAll(told(events));

        assertThat(told)
                .extracting(Object::getClass)
                .extracting(Class::getSimpleName)
                .containsExactly(
                        "Subscribed",
                        "Subscribed",
                        "DropsBegan",
                        "HandlerFailed",
                        "HandlerFailed",
                        "Unsubscribed",
                        "DropsEnded",
                        "Unsubscribed",
                        "Unrouted",
                        "Closing");
        assertThat(told)
                .contains(
                        new DropsBegan("small", "numbers", 1),
                        new DropsEnded("small", "numbers", 1),
                        new Unrouted("numbers", 3));
        assertThat(broker.stats().events()).as("and its own begin").isEqualTo(told.size() + 1);
    }

    /** Hazard: several threads make events at once. Forbidden: two subscribers see them in different orders. */
    @Test
    void allSubscribersSeeOneOrder() throws Exception {
        int threads = 3;
        int rounds = 200;
        try (Broker threaded = Broker.open(BrokerConfig.defaults().withDefaultCapacity(1_000))) {
            Inbox<BrokerEvent> first = watch(threaded);
            Inbox<BrokerEvent> second = watch(threaded);
            threaded.subscription(NUMBERS)
                    .named("failing")
                    .capacity(threads * rounds)
                    .onEvent(this::fails);
            CyclicBarrier start = new CyclicBarrier(threads);
            List<Task<Boolean>> tasks = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                int id = t;
                tasks.add(Task.run("subscriber " + t, () -> {
                    Tests.meet(start);
                    for (int i = 0; i < rounds; i++) {
                        Subscription s = threaded.subscription(NUMBERS)
                                .named(id + "." + i)
                                .onEvent(n -> {});
                        threaded.publish(NUMBERS, i);
                        s.unsubscribe();
                    }
                }));
            }
            for (Task<Boolean> task : tasks) {
                task.get();
            }
            assertThat(threaded.close(PATIENCE).state()).isEqualTo(BrokerStats.State.CLOSED);
            List<BrokerEvent> told = take(first);
            told.remove(new Subscribed(second.name(), EVENTS));
            assertThat(told).isEqualTo(take(second));
            for (int t = 0; t < threads; t++) {
                for (int i = 0; i < rounds; i++) {
                    int began = told.indexOf(new Subscribed(t + "." + i, "numbers"));
                    int ended = told.indexOf(new Unsubscribed(t + "." + i, "numbers"));
                    assertThat(ended).as("end of %s.%s", t, i).isGreaterThan(began);
                    assertThat(began).as("begin of %s.%s", t, i).isNotNegative();
                }
            }
            int subscriptions = 1 + 2 * threads * rounds; // and the end of the broker
            assertThat(told).hasSize(subscriptions + threads * rounds + 1);
            assertThat(told).filteredOn(e -> e instanceof HandlerFailed).hasSize(threads * rounds);
        }
    }
}
