package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventbroker.internal.Timing;
import io.eventbroker.internal.Timing.Wait;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** On a manual broker, what runs at the same time elsewhere is stacked upon one thread. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class ManualBrokerStackTest {
    private static final Topic<Integer> NUMBERS = Topic.of("numbers", Integer.class);
    private static final Topic<String> WORDS = Topic.of("words", String.class);
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final SteppedBroker broker = (SteppedBroker) Broker.manual();
    private final List<String> log = new ArrayList<>();

    @Test
    void aStepThatDoesNotFitOnTheStackIsNotBegun(@TempDir Path dir) throws Exception {
        String output = ChildJvm.run(dir, List.of(), StepsAtStackEnd.class, 10);
        assertThat(ChildJvm.sum(List.of(output), "overflows")).isPositive();
    }

    // ---- handlers upon handlers

    @Test
    void aWaitingHandlerLetsOthersRunButNotItsOwnWorker() {
        Inbox<String> never = broker.inbox(WORDS);
        broker.subscribe(NUMBERS, n -> {
            log.add("a" + n + " begins");
            assertThat(never.poll(SECOND)).isNull();
            log.add("a" + n + " ends");
        });
        broker.subscribe(NUMBERS, n -> log.add("b" + n));
        broker.publish(NUMBERS, 1);
        broker.publish(NUMBERS, 2);
        broker.runUntilIdle();

        assertThat(log).containsExactly("a1 begins", "b1", "b2", "a1 ends", "a2 begins", "a2 ends");
    }

    @Test
    void severalWorkersNestAsDeepAsThereAreWorkers() {
        Inbox<String> never = broker.inbox(WORDS);
        List<Long> inHand = new ArrayList<>();
        AtomicReference<Subscription> own = new AtomicReference<>();
        own.set(broker.subscription(NUMBERS).concurrency(2).onEvent(n -> {
            inHand.add(own.get().stats().inHand());
            never.poll(SECOND);
        }));
        for (int i = 0; i < 6; i++) {
            broker.publish(NUMBERS, i);
        }
        broker.runUntilIdle();

        assertThat(inHand).hasSize(6).contains(2L).allMatch(n -> n <= 2);
        assertThat(own.get().stats().handled()).isEqualTo(6);
    }

    @Test
    void readersOfOneInboxUponEachOtherEachGetAnEvent() {
        Inbox<String> words = broker.inbox(WORDS);
        broker.subscribe(NUMBERS, n -> {
            log.add("asks");
            broker.publish(WORDS, "inner");
            log.add(words.take());
            broker.publish(WORDS, "outer");
        });
        broker.publish(NUMBERS, 1);
        log.add(readWith(words));

        assertThat(log).containsExactly("asks", "inner", "outer");
    }

    /** The event of the inner reader must not need a moment of the outer's time. */
    @Test
    void aReaderUponAnotherOfTheSameInboxLosesNoTime() throws InterruptedException {
        Inbox<String> words = broker.inbox(WORDS);
        broker.subscribe(NUMBERS, n -> {
            broker.publish(WORDS, "inner");
            log.add(words.poll(SECOND.multipliedBy(2)));
            broker.publish(WORDS, "outer");
        });
        broker.publish(NUMBERS, 1);
        log.add(words.poll(SECOND));

        assertThat(log).containsExactly("inner", "outer");
    }

    private static String readWith(Inbox<String> words) {
        try {
            return words.take();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aHandlerMayStepAnotherBroker() {
        ManualBroker other = Broker.manual();
        other.subscribe(WORDS, log::add);
        broker.subscribe(NUMBERS, n -> {
            other.publish(WORDS, "word " + n);
            other.runUntilIdle();
            assertThat(other.awaitQuiescence(SECOND)).isTrue();
        });
        broker.publish(NUMBERS, 1);
        broker.runUntilIdle();

        assertThat(log).containsExactly("word 1");
        assertThat(broker.stats().subscriptions().get(0).handled()).isEqualTo(1);
    }

    // ---- threads

    @Test
    void anyThreadMayPublishWhileItsOwnerSteps() throws InterruptedException {
        int count = 5_000;
        ManualBroker small = Broker.manual(BrokerConfig.defaults().withRingSize(4));
        Ledger ledger = new Ledger();
        Topic<Ledger.Event> topic = Topic.of("events", Ledger.Event.class);
        LedgerSubscriber<Ledger.Event> subscriber = ledger.subscriber(topic);
        subscriber.subscribe(() -> small.subscription(topic).capacity(count).onEvent(subscriber.handler()));
        LedgerPublisher publisher = ledger.publisher();
        Thread thread = new Thread(() -> {
            for (int i = 0; i < count; i++) {
                publisher.publish(small, topic, Ledger.Event::new);
            }
        });
        thread.start();
        while (thread.isAlive()) {
            small.runUntilIdle();
        }
        thread.join();
        assertThat(small.awaitQuiescence(SECOND)).isTrue();

        ledger.verify(small.stats());
        assertThat(subscriber.subscription().stats().handled()).isEqualTo(count);
    }

    @Test
    void aStepByAnotherThreadIsRefusedWithTheRemedy() throws InterruptedException {
        broker.publish(NUMBERS, 1);
        for (Runnable step : List.<Runnable>of(broker::runOne, broker::runUntilIdle)) {
            assertThat(thrownElsewhere(step))
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("stepped by the thread that opened it")
                    .hasMessageContaining(Thread.currentThread().getName());
        }
        assertThat(broker.stats().accepted()).as("nothing was stepped").isZero();
        assertThat(broker.runUntilIdle()).isEqualTo(1);
    }

    private static Throwable thrownElsewhere(Runnable task) throws InterruptedException {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread thread = new Thread(() -> {
            try {
                task.run();
            } catch (Throwable e) {
                thrown.set(e);
            }
        });
        thread.start();
        thread.join();
        return thrown.get();
    }

    @Test
    void waitsOfOtherThreadsEndByTheStepsOfTheOwner() throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        List<String> read = new ArrayList<>();
        Thread other = new Thread(() -> {
            try (Inbox<String> words = broker.inbox(WORDS)) {
                broker.publish(WORDS, "mine");
                read.add(words.take());
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            done.countDown();
        });
        other.start();
        while (done.getCount() > 0) {
            broker.runUntilIdle();
        }
        other.join();

        assertThat(read).containsExactly("mine");
    }

    // ---- interrupts

    @Test
    void theInterruptStatusOfTheSteppingThreadIsKeptAndHiddenFromHandlers() {
        broker.subscribe(
                NUMBERS, n -> log.add("interrupted: " + Thread.currentThread().isInterrupted()));
        broker.publish(NUMBERS, 1);
        Thread.currentThread().interrupt();
        broker.runUntilIdle();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(log).containsExactly("interrupted: false");
    }

    @Test
    void aHandlerThatInterruptsItselfDoesNotInterruptTheSteppingThread() {
        broker.subscribe(NUMBERS, n -> Thread.currentThread().interrupt());
        broker.publish(NUMBERS, 1);
        broker.runUntilIdle();

        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void anInterruptedReaderIsToldAndAnInterruptedSubscriberIsNot() {
        Thread.currentThread().interrupt();
        Inbox<String> words = broker.inbox(WORDS);
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
        broker.publish(WORDS, "kept");

        assertThatThrownBy(words::take).isInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isFalse();
        broker.runUntilIdle();
        assertThat(words.poll()).isEqualTo("kept");
    }

    /** Hazard: a subscription made by another thread is routed to before its worker can be stepped. */
    @Test
    void aSubscriptionMadeByAnotherThreadHasItsWorkerFromTheStart() throws Exception {
        for (int round = 0; round < 200; round++) {
            ManualBroker manual = Broker.manual();
            AtomicInteger handled = new AtomicInteger();
            Task<Boolean> other = Task.run("other", () -> {
                for (int i = 0; i < 5; i++) {
                    manual.subscribe(NUMBERS, n -> handled.incrementAndGet());
                }
            });
            while (!other.isDone()) {
                manual.runUntilIdle();
            }
            other.get();
            manual.publish(NUMBERS, 1);
            manual.runUntilIdle();
            assertThat(handled).hasValue(5);
            manual.close();
        }
    }

    @Test
    void aWaitThatGivesUpKeepsTheInterruptStatus() {
        broker.publish(NUMBERS, 1);
        Thread.currentThread().interrupt();
        Wait wait = Wait.polling(broker.lifecycle.timing, this, Timing.FOREVER);

        assertThatThrownBy(() -> wait.until(() -> false)).isInstanceOf(IllegalStateException.class);
        assertThat(Thread.interrupted()).isTrue();
    }
}
