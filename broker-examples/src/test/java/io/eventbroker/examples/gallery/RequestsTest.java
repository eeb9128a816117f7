package io.eventbroker.examples.gallery;

import static io.eventbroker.examples.gallery.Contention.PATIENCE;
import static io.eventbroker.examples.gallery.Contention.assertNoThreadLeft;
import static io.eventbroker.examples.gallery.Contention.awaitLatch;
import static io.eventbroker.examples.gallery.Contention.together;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.eventbroker.Broker;
import io.eventbroker.Subscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The examples that ask: each asker gets its answer, a failure or a timeout; no call too many, none left running. */
class RequestsTest {
    private static final Duration SOON = Duration.ofMillis(50);

    @Test
    void eachAskerGetsItsOwnAnswerOrTheFailure() throws Exception {
        try (Broker broker = Broker.open()) {
            RequestReply.answer(broker, 4, sku -> {
                if (sku.endsWith("7")) {
                    throw new IllegalArgumentException("no price of " + sku);
                }
                return Integer.parseInt(sku);
            });
            together(8, index -> {
                for (int i = 0; i < 200; i++) {
                    int sku = 1_000 * index + i;
                    CompletableFuture<Integer> reply = RequestReply.ask(broker, Integer.toString(sku), PATIENCE);
                    if (sku % 10 == 7) {
                        assertThatExceptionOfType(ExecutionException.class)
                                .isThrownBy(reply::get)
                                .withMessageContaining("no price of " + sku);
                    } else {
                        assertThat(reply.get()).isEqualTo(sku);
                    }
                }
            });
        }
    }

    @Test
    void whoIsNotAnsweredGetsATimeoutAndIsNotWorkedForAnyMore() throws Exception {
        CountDownLatch released = new CountDownLatch(1);
        CountDownLatch busy = new CountDownLatch(1);
        Set<String> asked = ConcurrentHashMap.newKeySet();
        try (Broker broker = Broker.open()) {
            assertTimeout(RequestReply.ask(broker, "nobody there", SOON));
            Subscription prices = RequestReply.answer(broker, 1, sku -> {
                asked.add(sku);
                busy.countDown();
                awaitLatch(released);
                return 1;
            });
            CompletableFuture<Integer> slow = RequestReply.ask(broker, "slow", PATIENCE);
            awaitLatch(busy);
            CompletableFuture<Integer> behind = RequestReply.ask(broker, "behind it", SOON);
            assertTimeout(behind);
            slow.completeExceptionally(new TimeoutException("no more patience"));
            released.countDown();
            CompletableFuture<Integer> next = RequestReply.ask(broker, "next", PATIENCE);
            assertThat(next.get()).isEqualTo(1);
            assertThat(asked).containsExactlyInAnyOrder("slow", "next");
            assertThat(prices.stats().failed()).isZero(); // a late answer is no failure
        }
    }

    @Test
    void whoAsksABusyPriceListWaitsNoLongerThanItsPatience() throws Exception {
        CountDownLatch released = new CountDownLatch(1);
        CountDownLatch busy = new CountDownLatch(1);
        try (Broker broker = Broker.open()) {
            Subscription prices = RequestReply.answer(broker, 1, sku -> {
                busy.countDown();
                awaitLatch(released);
                return 1;
            });
            CompletableFuture<Integer> first = RequestReply.ask(broker, "chair", PATIENCE);
            awaitLatch(busy); // whoever has lost its patience before its turn is passed over
            List<CompletableFuture<Integer>> replies = new ArrayList<>();
            for (int i = 0; i < 300; i++) { // more than the capacity of 256
                replies.add(RequestReply.ask(broker, "lamp", Duration.ofMillis(5)));
            }
            for (CompletableFuture<Integer> reply : replies) {
                assertTimeout(reply);
            }
            assertThat(prices.stats().delivered())
                    .as("answered while all asked")
                    .isZero();
            released.countDown();
            assertThat(first.get()).isEqualTo(1);
        }
    }

    private static void assertTimeout(Future<Integer> reply) {
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> reply.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .withCauseInstanceOf(TimeoutException.class);
    }

    @Test
    void aQuickServerIsTheOnlyOneAsked() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        Callable<Integer> server = calls::incrementAndGet;
        withThreads(threads -> {
            for (int i = 1; i <= 100; i++) {
                assertThat(HedgedRequest.first(threads, PATIENCE, List.of(server, server, server)))
                        .isEqualTo(i);
            }
        });
        assertThat(calls).hasValue(100);
    }

    @Test
    void theFirstAnswerWinsAndTheSlowAreCancelled() throws Exception {
        int rounds = 50;
        AtomicInteger cancelled = new AtomicInteger();
        Callable<String> stuck = () -> {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                cancelled.incrementAndGet();
            }
            return "late";
        };
        withThreads(threads -> together(4, index -> {
            for (int i = 0; i < rounds; i++) {
                assertThat(HedgedRequest.first(threads, Duration.ofMillis(1), List.of(stuck, stuck, () -> "quick")))
                        .isEqualTo("quick");
            }
        }));
        // a call that was cancelled before its thread began it did not run at all
        assertThat(cancelled.get()).isBetween(1, 2 * 4 * rounds);
    }

    @Test
    void aServerThatFailsIsFollowedByTheNextAtOnceAndAllFailuresAreTold() throws Exception {
        withThreads(threads -> {
            assertThat(HedgedRequest.first(threads, PATIENCE, List.of(failing("a"), failing("b"), () -> "c")))
                    .isEqualTo("c");
            assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(() -> HedgedRequest.first(threads, PATIENCE, List.of(failing("a"), failing("b"))))
                    .satisfies(e -> assertThat(Stream.concat(Stream.of(e), Stream.of(e.getSuppressed()))
                                    .map(failure -> failure.getCause().getMessage()))
                            .containsExactly("a", "b"));
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> HedgedRequest.first(threads, PATIENCE, List.of()));
        });
    }

    private static Callable<String> failing(String message) {
        return () -> {
            throw new IllegalStateException(message);
        };
    }

    private interface WithThreads {
        void use(ExecutorService threads) throws Exception;
    }

    /** When the executor has ended no call is running. */
    private static void withThreads(WithThreads body) throws Exception {
        assertNoThreadLeft(() -> {
            ExecutorService threads = Executors.newCachedThreadPool();
            try {
                body.use(threads);
            } finally {
                threads.shutdown(); // not now: what was cancelled must end by itself
                assertThat(threads.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                        .isTrue();
            }
        });
    }

    @Test
    void oneLoadServesAllWhoAskAtTheSameTime() throws Exception {
        int askers = 32;
        CountDownLatch released = new CountDownLatch(1);
        AtomicInteger loads = new AtomicInteger();
        SingleFlight<String, Integer> flights = new SingleFlight<>(key -> {
            awaitLatch(released);
            return loads.incrementAndGet();
        });
        List<Thread> threads = new CopyOnWriteArrayList<>();
        List<Future<Integer>> values = new ArrayList<>();
        ExecutorService executor = Executors.newFixedThreadPool(askers, task -> {
            Thread thread = new Thread(task);
            threads.add(thread);
            return thread;
        });
        try {
            IntStream.range(0, askers).forEach(i -> values.add(executor.submit(() -> flights.get("key"))));
            await().atMost(PATIENCE).until(() -> threads.stream().allMatch(RequestsTest::isParked));
            assertThat(flights.inFlight()).isEqualTo(1);
            released.countDown();
            for (Future<Integer> value : values) {
                assertThat(value.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo(1);
            }
            assertThat(loads).hasValue(1);
            assertThat(flights.inFlight()).isZero();
            assertThat(flights.get("key")).as("no cache").isEqualTo(2);
        } finally {
            executor.shutdownNow();
        }
    }

    private static boolean isParked(Thread thread) {
        return thread.getState() == Thread.State.WAITING || thread.getState() == Thread.State.TIMED_WAITING;
    }

    @Test
    void loadsOfOneKeyNeverOverlapAndFailuresAreSharedAndForgotten() throws Exception {
        ConcurrentHashMap<Integer, Contention.Gauge> gauges = new ConcurrentHashMap<>();
        AtomicInteger loads = new AtomicInteger();
        SingleFlight<Integer, Integer> flights = new SingleFlight<>(key -> {
            Contention.Gauge gauge = gauges.computeIfAbsent(key, k -> new Contention.Gauge());
            gauge.enter();
            try {
                if (loads.incrementAndGet() % 3 == 0) {
                    throw new IllegalStateException("no " + key);
                }
                return key;
            } finally {
                gauge.leave();
            }
        });
        together(8, index -> {
            for (int i = 0; i < 500; i++) {
                int key = i % 4;
                try {
                    assertThat(flights.get(key)).isEqualTo(key);
                } catch (ExecutionException e) {
                    assertThat(e).hasMessageContaining("no " + key);
                }
            }
        });
        assertThat(gauges.values()).allSatisfy(gauge -> assertThat(gauge.most()).isEqualTo(1));
        assertThat(flights.inFlight()).isZero();
    }
}
