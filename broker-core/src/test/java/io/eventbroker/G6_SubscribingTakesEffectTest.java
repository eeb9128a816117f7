package io.eventbroker;

import static io.eventbroker.Tests.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** G6: subscribe and unsubscribe take effect between call and return. */
class G6_SubscribingTakesEffectTest {
    private static final Topic<Integer> NUMBERS = Topic.of("numbers", Integer.class);
    private static final int STAGGER = 3_000;

    private final Random random = new Random(6);

    @Test
    void aPublishAfterSubscribeReturnedIsSeen() throws Exception {
        try (Broker broker = Broker.open()) {
            Tests.repeat(1_000, () -> {
                AtomicInteger seen = new AtomicInteger();
                Subscription push = broker.subscribe(NUMBERS, seen::addAndGet);
                Inbox<Integer> pull = broker.inbox(NUMBERS);
                broker.publish(NUMBERS, 5);
                pull.unsubscribe();
                Tests.awaitQuiet(broker);
                push.unsubscribe();
                assertThat(seen).hasValue(5);
                assertThat(pull).containsExactly(5);
            });
        }
    }

    @Test
    void aPublishByAnotherThreadToldOfTheSubscriptionIsSeen() throws Exception {
        try (Broker broker = Broker.open()) {
            Tests.repeat(300, () -> {
                AtomicBoolean subscribed = new AtomicBoolean();
                Task<Boolean> publisher = Task.run("publisher", () -> {
                    while (!subscribed.get()) {
                        Thread.onSpinWait();
                    }
                    broker.publish(NUMBERS, 5);
                });
                Inbox<Integer> inbox = broker.inbox(NUMBERS);
                subscribed.set(true);
                publisher.get();
                inbox.unsubscribe();
                assertThat(inbox).containsExactly(5);
            });
        }
    }

    /** The backlog makes it hard: what came before still waits to be routed when the subscription is asked for. */
    @Test
    void aPublishThatHappenedBeforeSubscribeIsNeverSeen() throws Exception {
        try (Broker broker = Broker.open()) {
            Tests.repeat(500, () -> {
                for (int i = 0; i < 200; i++) {
                    broker.publish(NUMBERS, -1);
                }
                Inbox<Integer> inbox = broker.inbox(NUMBERS);
                broker.publish(NUMBERS, 1);
                inbox.unsubscribe();
                assertThat(inbox).containsExactly(1);
            });
        }
    }

    private enum Seen {
        ALL,
        SOME,
        NONE
    }

    @Test
    void whatIsPublishedWhileSubscribingIsSeenFromSomePointOn() throws Exception {
        int count = 150;
        try (Broker broker = Broker.open()) {
            Tests.race("subscribe against publish", Seen.class, 500, () -> {
                CyclicBarrier start = new CyclicBarrier(2);
                AtomicInteger began = new AtomicInteger();
                AtomicInteger ended = new AtomicInteger();
                Task<Boolean> publisher = Task.run("publisher", () -> {
                    Tests.meet(start);
                    publishNumbers(broker, count, began, ended);
                });
                Tests.meet(start);
                Tests.stagger(random, STAGGER);
                int before = ended.get();
                Inbox<Integer> inbox = broker.inbox(NUMBERS);
                int after = began.get();
                publisher.get();
                inbox.unsubscribe();

                List<Integer> seen = new ArrayList<>();
                inbox.forEach(seen::add);
                int first = count - seen.size();
                for (int i = 0; i < seen.size(); i++) {
                    assertThat(seen.get(i)).as("without gaps: %s", seen).isEqualTo(first + i);
                }
                assertThat(first).as("published before").isGreaterThanOrEqualTo(before);
                assertThat(first).as("published after").isLessThanOrEqualTo(after);
                return seen.isEmpty() ? Seen.NONE : first == 0 ? Seen.ALL : Seen.SOME;
            });
        }
    }

    @Test
    void whatIsPublishedWhileUnsubscribingIsSeenUpToSomePoint() throws Exception {
        int count = 150;
        try (Broker broker = Broker.open()) {
            Tests.race("unsubscribe against publish", Seen.class, 500, () -> {
                CyclicBarrier start = new CyclicBarrier(2);
                AtomicInteger began = new AtomicInteger();
                AtomicInteger ended = new AtomicInteger();
                Inbox<Integer> inbox = broker.inbox(NUMBERS);
                Task<Boolean> publisher = Task.run("publisher", () -> {
                    Tests.meet(start);
                    publishNumbers(broker, count, began, ended);
                });
                Tests.meet(start);
                Tests.stagger(random, STAGGER);
                int before = ended.get();
                inbox.unsubscribe();
                int after = began.get();
                publisher.get();

                List<Integer> seen = new ArrayList<>();
                inbox.forEach(seen::add);
                for (int i = 0; i < seen.size(); i++) {
                    assertThat(seen.get(i)).as("without gaps: %s", seen).isEqualTo(i);
                }
                assertThat(seen.size()).as("published before").isGreaterThanOrEqualTo(before);
                assertThat(seen.size()).as("published after").isLessThanOrEqualTo(after);
                return seen.isEmpty() ? Seen.NONE : seen.size() == count ? Seen.ALL : Seen.SOME;
            });
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void afterUnsubscribeEachWorkerStartsAtMostOneCall(int workers) throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        try (Broker broker = Broker.open()) {
            Task<Boolean> publisher = Task.run("publisher", () -> {
                while (!done.get()) {
                    broker.publish(NUMBERS, 1);
                }
            });
            int[] further = new int[workers + 1];
            Tests.repeat(100, () -> {
                AtomicInteger started = new AtomicInteger();
                Subscription push =
                        broker.subscription(NUMBERS).concurrency(workers).onEvent(n -> started.incrementAndGet());
                Tests.awaitTrue("some calls", () -> started.get() > 10);
                push.unsubscribe();
                int atReturn = started.get();
                long matched = push.stats().matched();
                Tests.awaitTrue("at rest", () -> {
                    SubscriptionStats s = push.stats();
                    return s.delivered() + s.dropped() + s.abandoned() == s.matched();
                });
                assertThat(push.stats().matched()).as("matched after the end").isEqualTo(matched);
                assertThat(started.get() - atReturn).isBetween(0, workers);
                further[started.get() - atReturn]++;
            });
            System.out.println("calls after unsubscribe, " + workers + " workers: " + Arrays.toString(further));
            done.set(true);
            publisher.get();
        }
    }

    @Test
    void aHandlerThatUnsubscribesItselfIsNeverCalledAgain() throws Exception {
        try (Broker broker = Broker.open()) {
            Tests.repeat(300, () -> {
                AtomicInteger calls = new AtomicInteger();
                AtomicReference<Subscription> self = new AtomicReference<>();
                Gate subscribed = new Gate();
                self.set(broker.subscribe(NUMBERS, n -> {
                    subscribed.hold();
                    if (calls.incrementAndGet() == 2) {
                        self.get().unsubscribe();
                    }
                }));
                subscribed.open();
                for (int i = 0; i < 20; i++) {
                    broker.publish(NUMBERS, i);
                }
                Tests.awaitQuiet(broker);
                assertThat(calls).hasValue(2);
                assertThat(self.get().stats().handled()).isEqualTo(2);
                assertThat(self.get().stats().abandoned())
                        .isEqualTo(self.get().stats().matched() - 2);
            });
        }
    }

    @Test
    void unsubscribingTwiceOrTogetherIsTheSameAsOnce() throws Exception {
        try (Broker broker = Broker.open()) {
            Tests.repeat(200, () -> {
                Subscription push = broker.subscribe(NUMBERS, n -> {});
                CyclicBarrier start = new CyclicBarrier(2);
                Task<Boolean> other = Task.run("other", () -> {
                    Tests.meet(start);
                    push.unsubscribe();
                    assertThat(broker.stats().subscriptions()).isEmpty();
                });
                Tests.meet(start);
                push.unsubscribe();
                assertThat(broker.stats().subscriptions()).isEmpty();
                other.get();
                push.unsubscribe();
            });
        }
    }

    @Test
    void anInterruptEndsNeitherSubscribeNorUnsubscribeAndIsKept() throws Exception {
        try (Broker broker = Broker.open()) {
            Task.run("interrupted", () -> {
                        Thread.currentThread().interrupt();
                        for (int i = 0; i < 100; i++) {
                            broker.publish(NUMBERS, i);
                        }
                        Inbox<Integer> inbox = broker.inbox(NUMBERS);
                        Subscription push = broker.subscribe(NUMBERS, n -> {});
                        broker.publish(NUMBERS, 100);
                        push.unsubscribe();
                        inbox.unsubscribe();
                        assertThat(Thread.currentThread().isInterrupted()).isTrue();
                        assertThat(inbox.stats().queued()).isEqualTo(1);
                        assertThat(push.stats().matched()).isEqualTo(1);
                    })
                    .get();
            assertThat(broker.stats().subscriptions()).isEmpty();
        }
    }

    @Test
    void aSubscriptionMadeByAHandlerSeesWhatThatHandlerPublishesNext() throws Exception {
        AtomicInteger sum = new AtomicInteger();
        try (Broker broker = Broker.open(BrokerConfig.defaults().withCloseTimeout(PATIENCE))) {
            Topic<Integer> more = Topic.of("more", Integer.class);
            broker.subscribe(NUMBERS, n -> {
                Subscription own = broker.subscribe(more, sum::addAndGet);
                broker.publish(more, n);
                assertThat(own.stats().name()).isNotEmpty();
            });
            broker.publish(NUMBERS, 1);
            broker.publish(NUMBERS, 10);
            Tests.awaitQuiet(broker);
            assertThat(sum).as("1 to one, 10 to both").hasValue(21);
        }
    }

    /** Publishes 0, 1, 2 …, telling before and after each how many there have been. */
    private void publishNumbers(Broker broker, int count, AtomicInteger began, AtomicInteger ended) {
        Tests.stagger(random, STAGGER);
        for (int i = 0; i < count; i++) {
            began.set(i + 1);
            broker.publish(NUMBERS, i);
            ended.set(i + 1);
            Tests.stagger(random, 40);
        }
    }
}
