package io.eventbroker;

import static io.eventbroker.DropEpisodesTest.assertPaired;
import static io.eventbroker.DropEpisodesTest.began;
import static io.eventbroker.DropEpisodesTest.ended;
import static io.eventbroker.DropEpisodesTest.episodesOf;
import static io.eventbroker.DropEpisodesTest.lost;
import static io.eventbroker.Tests.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.eventbroker.BrokerEvent.DropsBegan;
import io.eventbroker.BrokerEvent.DropsEnded;
import io.eventbroker.BrokerEvent.Subscribed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each episode of drops begun is ended exactly once, whatever the threads of the broker and of consumers do. */
class DropEpisodesUnderLoadTest {
    private static final Topic<Integer> NUMBERS = Topic.of("numbers", Integer.class);
    private static final Topic<Integer> MARKS = Topic.of("marks", Integer.class);

    @ParameterizedTest
    @CsvSource({"1,1", "10,1", "1,3", "10,3"})
    void theEndIsToldWhenTrafficHasStopped(int capacity, int workers) throws Exception {
        Broker threaded = Broker.open();
        try (threaded;
                Gate gate = new Gate(workers)) {
            Inbox<BrokerEvent> inbox = threaded.inbox(BrokerEvent.TOPIC.only(BrokerEvent.class));
            threaded.subscription(NUMBERS)
                    .named("s")
                    .capacity(capacity)
                    .concurrency(workers)
                    .onEvent(n -> gate.hold());
            for (int i = 0; i < workers; i++) {
                int routed = i + 1;
                threaded.publish(NUMBERS, i);
                Tests.awaitTrue("in hand", () -> inHand(threaded) == routed);
            }
            for (int i = 0; i < capacity + 7; i++) {
                threaded.publish(NUMBERS, i);
            }
            assertThat(next(inbox)).isEqualTo(began(capacity));
            Tests.awaitTrue("routed", () -> threaded.stats().routed() == capacity + 7 + workers);
            gate.open();
            assertThat(next(inbox)).isEqualTo(ended(7));
        }
    }

    private static long inHand(Broker broker) {
        return broker.stats().subscriptions().get(1).inHand();
    }

    /** The next event about drops. */
    private static BrokerEvent next(Inbox<BrokerEvent> inbox) throws InterruptedException {
        while (true) {
            BrokerEvent event = inbox.poll(PATIENCE);
            assertThat(event).as("an event").isNotNull();
            if (event instanceof DropsBegan || event instanceof DropsEnded) {
                return event;
            }
        }
    }

    private enum Episodes {
        NONE,
        ONE,
        SEVERAL
    }

    /**
     * Hazard: consumers drain the queue while the loop, having dropped, has not noted the begin of the episode; or while it
     * notes the end. Forbidden: an episode that is not ended once the traffic has stopped, one ended twice, one begun while
     * another lasts, a drop that is in no episode or in two.
     */
    @ParameterizedTest
    @CsvSource({
        "1,1,true", "2,1,true", "3,3,true", "10,3,true", "1,3,true",
        "1,1,false", "2,1,false", "3,3,false", "10,3,false", "1,3,false"
    })
    void eachEpisodeBegunIsEndedOnceWithItsDrops(int capacity, int consumers, boolean isPush) throws Exception {
        long seed = System.nanoTime();
        System.out.println("DropEpisodesTest seed " + seed);
        Random random = new Random(seed);
        AtomicInteger received = new AtomicInteger();
        List<Task<Boolean>> readers = new ArrayList<>();
        try (Broker threaded = Broker.open()) {
            Inbox<BrokerEvent> inbox =
                    threaded.subscription(BrokerEvent.TOPIC).capacity(1_000_000).inbox();
            SubscriptionBuilder<Integer> builder =
                    threaded.subscription(NUMBERS).named("s").capacity(capacity);
            if (isPush) {
                assertThat(builder.concurrency(consumers).onEvent(n -> receive(received, n)))
                        .isNotNull();
            } else {
                Inbox<Integer> numbers = builder.inbox();
                for (int i = 0; i < consumers; i++) {
                    readers.add(Task.run("reader", () -> numbers.forEach(n -> receive(received, n))));
                }
            }
            Tests.race("episodes " + capacity + " " + consumers + " " + isPush, Episodes.class, 40, () -> {
                int before = received.get();
                int published = 1 + random.nextInt(4 * capacity + 20);
                for (int i = 0; i < published; i++) {
                    threaded.publish(NUMBERS, random.nextInt(200));
                    if (random.nextInt(2 * published) == 0) {
                        awaitAtRest(threaded, received); // what comes next may begin another episode
                    }
                    Tests.stagger(random, random.nextInt(10) == 0 ? 2_000 : 20);
                }
                awaitAtRest(threaded, received);
                List<BrokerEvent> told = toldUntilPaired(threaded, inbox);
                assertThat(lost(told)).as("%s", told).isEqualTo(published - (received.get() - before));
                return told.isEmpty() ? Episodes.NONE : told.size() == 2 ? Episodes.ONE : Episodes.SEVERAL;
            });
        }
        for (Task<Boolean> reader : readers) {
            assertThat(reader.get()).isTrue();
        }
    }

    private static void receive(AtomicInteger received, int spins) {
        for (int i = 0; i < spins; i++) {
            Thread.onSpinWait();
        }
        received.incrementAndGet();
    }

    /** Until all is taken, and whoever was given something has counted it. */
    private static void awaitAtRest(Broker broker, AtomicInteger received) throws InterruptedException {
        Tests.awaitQuiet(broker);
        Tests.awaitTrue("taken", () -> {
            SubscriptionStats s = broker.stats().subscriptions().get(1);
            return s.queued() == 0 && s.delivered() + s.dropped() == s.matched() && received.get() == s.delivered();
        });
    }

    /** What was told of drops until now, and until the last episode has ended. */
    private static List<BrokerEvent> toldUntilPaired(Broker broker, Inbox<BrokerEvent> inbox)
            throws InterruptedException {
        List<BrokerEvent> told = new ArrayList<>();
        do {
            // a subscription is told of after everything that came up before it
            Inbox<Integer> mark = broker.inbox(MARKS);
            mark.unsubscribe();
            BrokerEvent event = null;
            while (!(event instanceof Subscribed s && s.subscription().equals(mark.name()))) {
                event = inbox.poll(PATIENCE);
                assertThat(event).as("after %s", told).isNotNull();
                told.add(event);
            }
        } while (episodesOf(told).size() % 2 != 0);
        assertPaired(episodesOf(told));
        return episodesOf(told);
    }

    /** Hazard: the queue drains to half while its owner leaves. Forbidden: an end told twice, or never. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anEpisodeEndsOnceWhenItsOwnerLeavesMeanwhile(boolean isPush) throws Exception {
        Random random = new Random(6);
        try (Broker threaded = Broker.open()) {
            Inbox<BrokerEvent> inbox =
                    threaded.subscription(BrokerEvent.TOPIC).capacity(1_000_000).inbox();
            Tests.repeat(100, () -> {
                CyclicBarrier both = new CyclicBarrier(2);
                SubscriptionBuilder<Integer> builder =
                        threaded.subscription(NUMBERS).named("s").capacity(2);
                AtomicInteger received = new AtomicInteger();
                Task<Boolean> reader = null;
                Subscription s;
                if (isPush) {
                    s = builder.onEvent(n -> {
                        if (received.getAndIncrement() == 0) {
                            Tests.meet(both);
                        }
                    });
                } else {
                    Inbox<Integer> numbers = builder.inbox();
                    s = numbers;
                    reader = Task.run("reader", () -> {
                        Tests.meet(both);
                        numbers.forEach(n -> received.incrementAndGet());
                    });
                }
                for (int i = 0; i < 20; i++) {
                    threaded.publish(NUMBERS, i);
                }
                Tests.awaitTrue("routed", () -> s.stats().matched() == 20);
                Tests.meet(both);
                Tests.stagger(random, 2_000);
                s.unsubscribe();
                if (reader != null) {
                    assertThat(reader.get()).isTrue();
                }
                Tests.awaitTrue("at rest", () -> s.stats().queued() + s.stats().inHand() == 0);
                List<BrokerEvent> told = toldUntilPaired(threaded, inbox);
                assertThat(told).isNotEmpty();
                assertThat(lost(told)).isEqualTo(20 - received.get() - s.stats().abandoned());
            });
        }
    }

    /** At the deadline a handler is stuck on its queue that was full: the end is told all the same, to inboxes. */
    @Test
    void closingEndsTheEpisodeOfAStuckHandler() throws Exception {
        try (Gate gate = new Gate()) {
            Broker threaded = Broker.open();
            Inbox<BrokerEvent> inbox = threaded.inbox(BrokerEvent.TOPIC);
            Subscription s =
                    threaded.subscription(NUMBERS).named("s").capacity(2).onEvent(n -> gate.holdStubbornly());
            threaded.publish(NUMBERS, 0);
            gate.awaitEntered();
            for (int i = 0; i < 6; i++) {
                threaded.publish(NUMBERS, i);
            }
            threaded.close(Duration.ZERO);
            List<BrokerEvent> told = new ArrayList<>();
            inbox.drainTo(told);
            assertThat(s.stats().stuck()).isTrue();
            if (s.stats().dropped() > 0) { // else close came before what was published
                assertThat(episodesOf(told))
                        .containsExactly(began(2), ended(s.stats().dropped()));
            }
        }
    }
}
