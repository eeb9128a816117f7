package io.eventbroker.examples.gallery;

import static io.eventbroker.examples.gallery.Contention.PATIENCE;
import static io.eventbroker.examples.gallery.Contention.assertNoThreadLeft;
import static io.eventbroker.examples.gallery.Contention.awaitLatch;
import static io.eventbroker.examples.gallery.Contention.together;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.eventbroker.Broker;
import io.eventbroker.BrokerClosedException;
import io.eventbroker.BrokerStats;
import io.eventbroker.Handler;
import io.eventbroker.Overflow;
import io.eventbroker.examples.gallery.Deadline.Quote;
import io.eventbroker.examples.gallery.LeakFreeShutdown.Parcel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The examples that end: what is cancelled stops, what is late is not begun, what was accepted is finished. */
class EndsTest {
    @Test
    void cancellingEndsAllTasksInsideAndNoneAround() throws Exception {
        assertNoThreadLeft(() -> {
            int tasks = 16;
            CountDownLatch running = new CountDownLatch(2 * tasks);
            AtomicInteger alive = new AtomicInteger();
            CountDownLatch finish = new CountDownLatch(1);
            Callable<Boolean> task = () -> {
                alive.incrementAndGet();
                running.countDown();
                try {
                    return finish.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                } finally {
                    alive.decrementAndGet();
                }
            };
            try (CancellationScope outer = new CancellationScope()) {
                CancellationScope inner = outer.inner();
                List<Future<Boolean>> around = new ArrayList<>();
                for (int i = 0; i < tasks; i++) {
                    around.add(outer.fork(task));
                    Future<Boolean> cancelled = inner.fork(task);
                    assertThat(cancelled.isDone()).isFalse();
                }
                awaitLatch(running);
                inner.close();
                assertThat(alive).as("those around go on").hasValue(tasks);
                assertThatExceptionOfType(RejectedExecutionException.class).isThrownBy(() -> inner.fork(task));
                finish.countDown();
                for (Future<Boolean> future : around) {
                    assertThat(future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                            .isTrue();
                }
            }
        });
    }

    @Test
    void cancellingReachesTheInnermostAtOnceAndWhoComesLater() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        try (CancellationScope outer = new CancellationScope()) {
            Future<Boolean> innermost = outer.inner().inner().fork(() -> {
                running.countDown();
                try {
                    return new CountDownLatch(1).await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    interrupted.countDown();
                    throw e;
                }
            });
            awaitLatch(running);
            assertThat(innermost.isDone()).isFalse();
            outer.cancel();
            awaitLatch(interrupted); // before the scope is closed
            assertThatExceptionOfType(RejectedExecutionException.class)
                    .isThrownBy(() -> outer.inner().fork(() -> true));
        }
    }

    @Test
    void closingAScopeWaitsForTheInnermostTask() throws Exception {
        assertNoThreadLeft(() -> {
            CountDownLatch running = new CountDownLatch(1);
            AtomicInteger ended = new AtomicInteger();
            try (CancellationScope outer = new CancellationScope()) {
                Future<Boolean> innermost = outer.inner().inner().fork(() -> {
                    running.countDown();
                    Contention.endSlowlyWhenInterrupted();
                    ended.incrementAndGet();
                    return true;
                });
                awaitLatch(running);
                assertThat(innermost.isDone()).isFalse();
            }
            assertThat(ended).hasValue(1);
        });
    }

    @Test
    void aScopeForgetsTheInnerOnesThatAreClosed() throws Exception {
        try (CancellationScope server = new CancellationScope()) {
            together(4, index -> {
                for (int i = 0; i < 250; i++) {
                    try (CancellationScope request = server.inner()) {
                        assertThat(server.innerScopes()).isPositive();
                        request.cancel();
                    }
                }
            });
            assertThat(server.innerScopes()).isZero();
        }
    }

    @Test
    void forkAndInnerRaceWithCancelAndNothingOutlivesTheScope() throws Exception {
        assertNoThreadLeft(() -> {
            for (int round = 0; round < 50; round++) {
                AtomicInteger alive = new AtomicInteger();
                CancellationScope scope = new CancellationScope();
                together(4, index -> {
                    if (index == 0) {
                        scope.cancel();
                        return;
                    }
                    try {
                        for (int i = 0; i < 10; i++) {
                            Future<Boolean> unused = scope.inner().fork(() -> {
                                alive.incrementAndGet();
                                try {
                                    new CountDownLatch(1).await();
                                } finally {
                                    alive.decrementAndGet();
                                }
                                return true;
                            });
                        }
                    } catch (RejectedExecutionException e) {
                        assertThat(e).isNotNull(); // cancelled, as it should
                    }
                });
                scope.close();
                assertThat(alive).hasValue(0);
            }
        });
    }

    @Test
    void aPartOfADeadlineIsNeverLaterThanTheWhole() {
        Deadline whole = Deadline.in(Duration.ofMinutes(1));
        assertThat(whole.atMost(Duration.ofHours(1))).isEqualTo(whole);
        assertThat(whole.atMost(Duration.ofSeconds(1)).left()).isLessThanOrEqualTo(Duration.ofSeconds(1));
        assertThat(whole.isOver()).isFalse();
        assertThat(whole.atMost(Duration.ZERO).isOver()).isTrue();
        assertThat(Deadline.in(Duration.ofSeconds(-1)).left()).isNegative();
    }

    @Test
    void whatIsLateIsNotBegun() throws Exception {
        Set<String> begun = ConcurrentHashMap.newKeySet();
        Set<String> late = ConcurrentHashMap.newKeySet();
        CountDownLatch busy = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        Handler<Quote> handler = quote -> {
            begun.add(quote.item());
            busy.countDown();
            awaitLatch(released);
        };
        try (Broker broker = Broker.open()) {
            broker.subscription(Deadline.QUOTES)
                    .overflow(Overflow.BACKPRESSURE)
                    .onEvent(Deadline.inTime(Quote::deadline, handler, quote -> late.add(quote.item())));
            broker.publish(Deadline.QUOTES, new Quote("first", Deadline.in(PATIENCE)));
            awaitLatch(busy);
            Deadline brief = Deadline.in(Duration.ofMillis(20));
            together(4, index -> {
                for (int i = 0; i < 10; i++) {
                    broker.publish(Deadline.QUOTES, new Quote("ample " + index + i, Deadline.in(PATIENCE)));
                    broker.publish(Deadline.QUOTES, new Quote("brief " + index + i, brief));
                }
            });
            while (!brief.isOver()) {
                Thread.onSpinWait();
            }
            released.countDown();
        }
        assertThat(begun).hasSize(41).noneMatch(item -> item.startsWith("brief"));
        assertThat(late).hasSize(40).allMatch(item -> item.startsWith("brief"));
    }

    @Test
    void shutdownFinishesWhatWasAcceptedRefusesTheRestAndLeavesNoThread() throws Exception {
        assertNoThreadLeft(() -> {
            Set<Parcel> accepted = ConcurrentHashMap.newKeySet();
            Set<Parcel> refused = ConcurrentHashMap.newKeySet();
            List<Parcel> loaded = new ArrayList<>(); // by one thread, which has ended when it is read
            CountDownLatch begun = new CountDownLatch(4);
            LeakFreeShutdown room = new LeakFreeShutdown(parcel -> {}, loaded::add);
            together(5, index -> {
                if (index == 4) {
                    awaitLatch(begun);
                    LeakFreeShutdown.Report report = room.shutDown(PATIENCE);
                    assertThat(report.broker().state()).isEqualTo(BrokerStats.State.CLOSED);
                    assertThat(report.broker().discarded()).isZero();
                    assertThat(report.notLoaded()).isZero();
                    assertThat(report.isTruckStuck()).isFalse();
                    return;
                }
                for (int i = 0; ; i++) { // until it is refused
                    Parcel parcel = new Parcel(1_000_000 * index + i);
                    try {
                        room.accept(parcel);
                        accepted.add(parcel);
                    } catch (BrokerClosedException e) {
                        refused.add(parcel);
                        return;
                    }
                    if (i == 10) {
                        begun.countDown();
                    }
                }
            });
            room.close(); // once more does no harm
            assertThat(refused).hasSize(4);
            assertThat(loaded).hasSameSizeAs(accepted);
            assertThat(Set.copyOf(loaded)).isEqualTo(accepted);
        });
    }

    @Test
    void shutdownWaitsForATruckThatIsSlow() throws Exception {
        assertNoThreadLeft(() -> {
            CountDownLatch arrives = new CountDownLatch(1);
            List<Parcel> loaded = new ArrayList<>();
            LeakFreeShutdown room = new LeakFreeShutdown(parcel -> {}, parcel -> {
                arrives.await();
                loaded.add(parcel);
            });
            for (int number = 0; number < 100; number++) {
                room.accept(new Parcel(number));
            }
            Thread closer = new Thread(room::close);
            closer.start();
            await().atMost(PATIENCE)
                    .until(() -> Stream.of(closer.getStackTrace())
                            .anyMatch(frame -> frame.getMethodName().equals("join")));
            arrives.countDown(); // the broker has closed, the loader has not ended
            closer.join(PATIENCE.toMillis());
            assertThat(loaded).extracting(Parcel::number).containsExactlyElementsOf(range(0, 100));
        });
    }

    private static List<Integer> range(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }

    @Test
    void aTruckThatIsStuckIsSentAwayByAnInterrupt() throws Exception {
        assertNoThreadLeft(() -> {
            CountDownLatch loading = new CountDownLatch(1);
            LeakFreeShutdown room = new LeakFreeShutdown(parcel -> {}, parcel -> {
                loading.countDown();
                new CountDownLatch(1).await();
            });
            room.accept(new Parcel(1));
            awaitLatch(loading);
            Thread.currentThread().interrupt(); // moves the deadline to now
            LeakFreeShutdown.Report report = room.shutDown(PATIENCE);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(report.isTruckStuck()).isFalse();
            assertThat(report.notLoaded()).isEqualTo(1);
        });
    }

    @Test
    void aTruckThatIgnoresInterruptsIsAbandonedAndWhatItLeavesIsTold() throws Exception {
        assertNoThreadLeft(() -> {
            CountDownLatch lastIsPacked = new CountDownLatch(4);
            CountDownLatch loading = new CountDownLatch(1);
            CountDownLatch released = new CountDownLatch(1);
            LeakFreeShutdown room = new LeakFreeShutdown(parcel -> lastIsPacked.countDown(), parcel -> {
                loading.countDown();
                boolean isReleased = false;
                while (!isReleased) {
                    try {
                        awaitLatch(released);
                        isReleased = true;
                    } catch (InterruptedException e) {
                        assertThat(e).isNotNull(); // ignored, on purpose
                    }
                }
            });
            IntStream.range(0, 4).mapToObj(Parcel::new).forEach(room::accept);
            awaitLatch(loading);
            awaitLatch(lastIsPacked);
            LeakFreeShutdown.Report report = room.shutDown(Duration.ofSeconds(1));
            released.countDown();
            assertThat(report.isTruckStuck()).isTrue();
            assertThat(report.notLoaded()).as("the last may have been refused").isBetween(3L, 4L);
        });
    }
}
