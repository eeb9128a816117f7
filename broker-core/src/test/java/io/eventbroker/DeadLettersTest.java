package io.eventbroker;

import static io.eventbroker.DeadLetters.FAILURES;
import static io.eventbroker.DeadLetters.UNROUTED;
import static io.eventbroker.DeadLetters.eventsOf;
import static io.eventbroker.DeadLetters.fail;
import static io.eventbroker.DeadLetters.numbers;
import static io.eventbroker.DeadLetters.take;
import static io.eventbroker.Tests.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.eventbroker.BrokerEvent.Closing;
import io.eventbroker.BrokerEvent.HandlerFailed;
import io.eventbroker.BrokerEvent.Unrouted;
import io.eventbroker.BrokerStats.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What nobody could or would handle reaches those who ask for it, each piece once, and makes no more of its kind. */
class DeadLettersTest {
    private static final Topic<Integer> NUMBERS = Topic.of("numbers", Integer.class);
    private static final Topic<String> WORDS = Topic.of("words", String.class);

    private final ManualBroker broker =
            Broker.manual(BrokerConfig.defaults().withName("dead-letters").withRingSize(4));

    @AfterEach
    void close() {
        broker.close(Duration.ZERO);
    }

    // ---- who gets what

    @Test
    void eachKindGoesToThoseWhoAskForIt() {
        Inbox<HandlerFailed> failures = broker.inbox(FAILURES);
        Inbox<Unrouted> unrouted = broker.inbox(UNROUTED);
        Inbox<BrokerEvent> all = broker.inbox(BrokerEvent.TOPIC);
        broker.subscription(NUMBERS).named("a").onEvent(DeadLetters::fail);
        broker.subscription(NUMBERS).named("b").onEvent(DeadLetters::fail);
        broker.publish(NUMBERS, 7);
        broker.publish(WORDS, "seven");
        broker.runUntilIdle();

        List<HandlerFailed> failed = take(failures);
        assertThat(failed).extracting(HandlerFailed::subscription).containsExactlyInAnyOrder("a", "b");
        assertThat(failed)
                .allMatch(f -> f.topic().equals("numbers") && f.event().equals(7));
        assertThat(failed)
                .allMatch(f -> f.cause().getMessage().equals("cannot handle 7") && f.cause() instanceof Exception);
        List<Unrouted> nobodys = take(unrouted);
        assertThat(nobodys).containsExactly(new Unrouted("words", "seven"));
        assertThat(take(all)).containsAll(failed).containsAll(nobodys);
    }

    /** Every Throwable is a failure, and none ends its worker. */
    @Test
    void whateverAHandlerThrowsIsTold() {
        Inbox<HandlerFailed> failures = broker.inbox(FAILURES);
        List<Throwable> thrown = List.of(
                new java.io.IOException(),
                new InterruptedException(),
                new AssertionError(),
                new OutOfMemoryError("no"));
        broker.subscribe(NUMBERS, n -> {
            sneak(thrown.get(n));
        });
        for (int i = 0; i < thrown.size(); i++) {
            broker.publish(NUMBERS, i);
        }
        broker.runUntilIdle();
        assertThat(take(failures)).extracting(HandlerFailed::cause).containsExactlyElementsOf(thrown);
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> void sneak(Throwable throwable) throws E {
        throw (E) throwable;
    }

    // ---- unrouted

    /** The log's own subscription is to broker events, too; it does not count as somebody. */
    @Test
    void unroutedIsMadeOnlyWhileSomebodySubscribesToIt() {
        long before = broker.stats().events();
        broker.publish(WORDS, "1");
        broker.runUntilIdle();
        assertThat(broker.stats().events()).as("nobody").isEqualTo(before);

        Inbox<HandlerFailed> others = broker.inbox(FAILURES);
        broker.publish(WORDS, "2");
        broker.runUntilIdle();
        assertThat(broker.stats().events()).as("somebody, to something else").isEqualTo(before + 1);

        Inbox<Unrouted> unrouted = broker.inbox(UNROUTED);
        broker.publish(WORDS, "3");
        broker.runUntilIdle();
        assertThat(broker.stats().events()).isEqualTo(before + 3);
        assertThat(take(unrouted)).containsExactly(new Unrouted("words", "3"));

        unrouted.unsubscribe();
        broker.publish(WORDS, "4");
        broker.runUntilIdle();
        assertThat(broker.stats().events()).as("nobody any more").isEqualTo(before + 4);
        assertThat(broker.stats().unrouted()).isEqualTo(4);
        assertThat(take(others)).isEmpty();

        Inbox<BrokerEvent> all = broker.inbox(BrokerEvent.TOPIC.only(BrokerEvent.class));
        broker.publish(WORDS, "5");
        broker.runUntilIdle();
        assertThat(take(all)).contains(new Unrouted("words", "5"));
    }

    /** A topic somebody subscribes to, of which nobody wants the class. */
    @Test
    void whatNoClassMatchesIsUnrouted() {
        Topic<Number> all = Topic.of("all", Number.class);
        Inbox<Unrouted> unrouted = broker.inbox(UNROUTED);
        Inbox<Integer> integers = broker.inbox(all.only(Integer.class));
        broker.publish(all, 1);
        broker.publish(all, 2L);
        broker.runUntilIdle();
        assertThat(take(unrouted)).containsExactly(new Unrouted("all", 2L));
        assertThat(take(integers)).containsExactly(1);
    }

    @Test
    void aBrokerEventNobodyWantsIsNotUnrouted() {
        Inbox<Unrouted> unrouted = broker.inbox(UNROUTED);
        Subscription failing = broker.subscribe(NUMBERS, DeadLetters::fail);
        broker.publish(NUMBERS, 1);
        broker.runUntilIdle();
        failing.unsubscribe();
        broker.runUntilIdle();
        assertThat(take(unrouted)).isEmpty();
        assertThat(broker.stats().unrouted()).isZero();
        assertThat(broker.stats().events())
                .as("three begun or ended, a failure")
                .isEqualTo(4);
    }

    // ---- no loop

    @Test
    void aFailingHandlerOfBrokerEventsMakesNoMoreOfThem() {
        try (LogLines log = new LogLines("dead-letters")) {
            Subscription bad = broker.subscription(BrokerEvent.TOPIC)
                    .named("bad")
                    .concurrency(2)
                    .onEvent(DeadLetters::fail);
            broker.subscription(NUMBERS).named("failing").onEvent(DeadLetters::fail);
            for (int i = 0; i < 5; i++) {
                broker.publish(NUMBERS, i);
                broker.publish(WORDS, "nobody's");
                broker.runUntilIdle();
            }
            assertThat(bad.stats().failed())
                    .as("two begun, five failed, five nobody's")
                    .isEqualTo(12);
            assertThat(bad.stats().handled()).isZero();
            assertThat(broker.stats().events()).isEqualTo(12);
            assertThat(log.events())
                    .filteredOn(event -> event.getFormattedMessage().contains("\"bad\""))
                    .hasSize(12)
                    .extracting(event -> event.getLevel())
                    .startsWith(Level.WARN)
                    .filteredOn(level -> level.isGreaterOrEqual(Level.INFO))
                    .as("the others at DEBUG")
                    .hasSize(1);
        }
    }

    // ---- under load

    /** Hazard: a hundred workers report at once, thousands of times, while the rings are full. Forbidden: one is missing. */
    @Test
    void eachFailureOfManyWorkersIsToldOnce() throws Exception {
        int count = 5_000;
        BrokerStats report;
        Inbox<HandlerFailed> failures;
        List<HandlerFailed> pushed = new ArrayList<>();
        try (Broker threaded = Broker.open(BrokerConfig.defaults().withRingSize(2))) {
            failures = threaded.subscription(FAILURES).capacity(count).inbox();
            threaded.subscription(FAILURES).named("pushed").capacity(count).onEvent(pushed::add);
            threaded.subscription(NUMBERS).capacity(count).concurrency(100).onEvent(DeadLetters::fail);
            for (int i = 0; i < count; i++) {
                threaded.publish(NUMBERS, i);
            }
            report = threaded.close(PATIENCE);
        }
        assertThat(report.state()).isEqualTo(State.CLOSED);
        List<HandlerFailed> taken = take(failures);
        assertThat(taken).hasSize(count);
        assertThat(eventsOf(taken)).isEqualTo(numbers(count));
        assertThat(pushed).as("in the same order").isEqualTo(taken);
        assertThat(report.subscriptions()).filteredOn(s -> s.failed() > 0).hasSize(1);
    }

    /** Broker events do not need room where messages do. */
    @Test
    void failuresArriveWhenTheRingIsFull() {
        SteppedBroker stepped = (SteppedBroker) broker;
        Inbox<HandlerFailed> failures = broker.inbox(FAILURES);
        broker.subscribe(NUMBERS, n -> {
            while (broker.tryPublish(WORDS, "filler")) {
                // until nothing more goes in
            }
            fail(n);
        });
        broker.publish(NUMBERS, 1);
        assertThat(stepped.stepLoop()).isTrue();
        assertThat(stepped.workers().get(0).stepAsGuest()).isTrue();
        assertThat(broker.tryPublish(WORDS, "filler")).as("room").isFalse();
        assertThat(stepped.stepLoop()).isTrue();
        assertThat(take(failures)).hasSize(1);
        assertThat(broker.stats().routed() + broker.stats().unrouted())
                .as("nothing was taken from the ring for it")
                .isEqualTo(1);
    }

    @Test
    void brokerEventsAreInNoTotalOfMessages() {
        Inbox<BrokerEvent> all = broker.inbox(BrokerEvent.TOPIC);
        Subscription parking =
                broker.subscription(FAILURES).named("parking lot").onEvent(f -> {});
        broker.subscription(NUMBERS).named("failing").onEvent(DeadLetters::fail);
        for (int i = 0; i < 3; i++) {
            broker.publish(NUMBERS, i);
        }
        broker.publish(WORDS, "nobody's");
        broker.close(Duration.ofSeconds(1));
        BrokerStats report = broker.stats();
        assertThat(report.offered()).isEqualTo(4).isEqualTo(report.accepted());
        assertThat(report.routed()).isEqualTo(3);
        assertThat(report.unrouted()).isEqualTo(1);
        assertThat(report.refused() + report.discarded()).isZero();
        assertThat(parking.stats().matched())
                .isEqualTo(3)
                .isEqualTo(parking.stats().handled());
        List<BrokerEvent> told = take(all);
        assertThat(told).hasSize(3 + 3 + 1 + 1).contains(new Closing(Duration.ofSeconds(1)));
        assertThat(report.events()).isEqualTo(told.size());
        assertThat(all.stats().matched()).isEqualTo(told.size());
    }

    /** What bounds the commands under way: forbidden are workers that fail faster than the loop takes note. */
    @Test
    void aWorkerTakesTheNextEventWhenItsFailureIsNoted() {
        SteppedBroker stepped = (SteppedBroker) broker;
        Inbox<HandlerFailed> failures = broker.inbox(FAILURES);
        Subscription failing = broker.subscription(NUMBERS).concurrency(2).onEvent(DeadLetters::fail);
        for (int i = 0; i < 4; i++) {
            broker.publish(NUMBERS, i);
            assertThat(stepped.stepLoop()).isTrue();
        }
        assertThat(stepped.workers().get(0).stepAsGuest()).isTrue();
        assertThat(stepped.workers().get(1).stepAsGuest())
                .as("the other has not failed")
                .isTrue();
        assertThat(stepped.workers().get(0).stepAsGuest()).isFalse();
        assertThat(stepped.workers().get(1).stepAsGuest()).isFalse();
        assertThat(failing.stats().failed()).isEqualTo(2);
        assertThat(take(failures)).isEmpty();
        assertThat(stepped.stepLoop()).isTrue();
        assertThat(take(failures)).hasSize(1);
        assertThat(stepped.workers().get(0).stepAsGuest()).isTrue();
        assertThat(stepped.workers().get(1).stepAsGuest())
                .as("its own is under way still")
                .isFalse();
    }

    // ---- loss

    /** The dead letters of dead letters: a slow parking lot drops, is told so, and delays nobody. */
    @Test
    void aParkingLotThatIsFullDropsLikeOthers() {
        Set<Object> parked = ConcurrentHashMap.newKeySet();
        Inbox<HandlerFailed> lot = broker.subscription(FAILURES).capacity(2).inbox();
        Subscription failing = broker.subscription(NUMBERS).capacity(10).onEvent(DeadLetters::fail);
        for (int i = 0; i < 10; i++) {
            broker.publish(NUMBERS, i);
        }
        broker.runUntilIdle();
        parked.addAll(eventsOf(take(lot)));
        assertThat(parked).isEqualTo(numbers(2));
        assertThat(lot.stats().dropped()).isEqualTo(8);
        assertThat(failing.stats().failed()).isEqualTo(10);
    }
}
