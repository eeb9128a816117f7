package io.eventbroker.examples.gallery;

import static io.eventbroker.examples.gallery.Contention.PATIENCE;
import static io.eventbroker.examples.gallery.Contention.assertNoThreadLeft;
import static io.eventbroker.examples.gallery.Contention.awaitLatch;
import static io.eventbroker.examples.gallery.Contention.together;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.eventbroker.Broker;
import io.eventbroker.examples.gallery.DeadLetters.Attempt;
import io.eventbroker.examples.gallery.ErrorCollection.Failure;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The examples about failures: the first ends all, or none ends anything and all are told. */
class ErrorsTest {
    @Test
    void theFirstFailureCancelsWhatRunsAndWhatWaits() throws Exception {
        assertNoThreadLeft(() -> {
            int limit = 4;
            CountDownLatch running = new CountDownLatch(limit);
            AtomicInteger begun = new AtomicInteger();
            AtomicInteger interrupted = new AtomicInteger();
            try (ErrorGroup group = new ErrorGroup(limit)) {
                for (int i = 0; i < 100; i++) {
                    boolean fails = i == 2;
                    group.go(() -> {
                        begun.incrementAndGet();
                        running.countDown();
                        try {
                            awaitLatch(running);
                            if (fails) {
                                throw new IOException("the first");
                            }
                            new CountDownLatch(1).await();
                        } catch (InterruptedException e) { // in either wait
                            interrupted.incrementAndGet();
                            throw e;
                        }
                    });
                }
                assertThatExceptionOfType(ExecutionException.class)
                        .isThrownBy(group::await)
                        .havingCause()
                        .withMessage("the first")
                        .satisfies(first -> assertThat(first.getSuppressed())
                                .hasSize(limit - 1)
                                .allSatisfy(e -> assertThat(e).isInstanceOf(InterruptedException.class)));
                assertThat(begun).hasValue(limit);
                assertThat(interrupted).hasValue(limit - 1);
                group.go(() -> begun.incrementAndGet()); // too late
                assertThat(begun).hasValue(limit);
            }
        });
    }

    @Test
    void aGroupRunsNoMoreThanItsLimitAndReturnsAfterTheLast() throws Exception {
        assertNoThreadLeft(() -> {
            Contention.Gauge working = new Contention.Gauge();
            CountDownLatch all = new CountDownLatch(3);
            AtomicInteger done = new AtomicInteger();
            try (ErrorGroup group = new ErrorGroup(3)) {
                together(4, index -> {
                    for (int i = 0; i < 250; i++) {
                        group.go(() -> {
                            working.enter();
                            all.countDown();
                            awaitLatch(all);
                            working.leave();
                            done.incrementAndGet();
                        });
                    }
                });
                group.await();
                assertThat(done).hasValue(1_000);
                assertThat(working.most()).isEqualTo(3);
                assertThatExceptionOfType(RejectedExecutionException.class).isThrownBy(() -> group.go(() -> {}));
            }
        });
    }

    @Test
    void aGroupThatIsLeftEarlyCancelsItsTasks() throws Exception {
        assertNoThreadLeft(() -> {
            CountDownLatch running = new CountDownLatch(1);
            try (ErrorGroup group = new ErrorGroup(1)) {
                group.go(() -> {
                    running.countDown();
                    new CountDownLatch(1).await();
                });
                awaitLatch(running);
            }
        });
    }

    @Test
    void closingAGroupWaitsForItsTasksAlsoWhenInterrupted() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        AtomicInteger ended = new AtomicInteger();
        try (ErrorGroup group = new ErrorGroup(1)) {
            group.go(() -> {
                running.countDown();
                Contention.endSlowlyWhenInterrupted();
                ended.incrementAndGet();
            });
            awaitLatch(running);
            Thread.currentThread().interrupt();
        }
        assertThat(Thread.interrupted()).isTrue();
        assertThat(ended).hasValue(1);
    }

    @Test
    void allAreTriedOnceAndAllErrorsCollectedInOrder() throws Exception {
        assertNoThreadLeft(() -> {
            int limit = 5;
            Contention.Gauge working = new Contention.Gauge();
            CountDownLatch all = new CountDownLatch(limit);
            Map<Integer, Integer> tried = new ConcurrentHashMap<>();
            List<Integer> items = range(0, 1_000);
            List<Failure<Integer>> failures = ErrorCollection.forEach(items, limit, item -> {
                working.enter();
                all.countDown();
                awaitLatch(all);
                tried.merge(item, 1, Integer::sum);
                working.leave();
                if (item % 100 == 0) {
                    throw new IOException("no " + item);
                }
                if (item % 100 == 1) {
                    throw new AssertionError("an error is collected, too");
                }
            });
            assertThat(tried)
                    .hasSize(items.size())
                    .allSatisfy((item, times) -> assertThat(times).isEqualTo(1));
            assertThat(failures)
                    .extracting(Failure::item)
                    .containsExactlyElementsOf(
                            items.stream().filter(item -> item % 100 <= 1).toList());
            assertThat(failures.get(2).cause()).isInstanceOf(IOException.class).hasMessage("no 100");
            assertThat(working.most()).isEqualTo(limit);
        });
    }

    @Test
    void whatFailedIsTriedSoOftenAndSentOrParked() throws Exception {
        int attempts = 3;
        int mails = 400;
        Map<String, Integer> tried = new ConcurrentHashMap<>();
        Map<String, Integer> sent = new ConcurrentHashMap<>();
        Map<String, Integer> parked = new ConcurrentHashMap<>();
        try (Broker broker = Broker.open()) {
            DeadLetters.connect(
                    broker,
                    attempts,
                    attempt -> {
                        assertThat(tried.merge(attempt.mail(), 1, Integer::sum)).isEqualTo(attempt.number());
                        if (attempt.number() <= Integer.parseInt(attempt.mail()) % 5) {
                            throw new IOException("no answer");
                        }
                        sent.merge(attempt.mail(), 1, Integer::sum);
                    },
                    failed -> parked.merge(((Attempt) failed.event()).mail(), 1, Integer::sum));
            together(4, index -> {
                for (int mail = index; mail < mails; mail += 4) {
                    broker.publish(DeadLetters.MAILS, new Attempt(Integer.toString(mail), 1));
                }
            });
            assertThat(broker.awaitQuiescence(PATIENCE)).isTrue();
        }
        for (int mail = 0; mail < mails; mail++) {
            int failures = mail % 5;
            String key = Integer.toString(mail);
            assertThat(tried.get(key)).as("attempts of " + mail).isEqualTo(Math.min(failures + 1, attempts));
            assertThat(sent.get(key)).as("sent " + mail).isEqualTo(failures < attempts ? 1 : null);
            assertThat(parked.get(key)).as("parked " + mail).isEqualTo(failures < attempts ? null : 1);
        }
    }

    private static List<Integer> range(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }
}
